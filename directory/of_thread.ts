/** Who belongs to this process although its address leads out of this thread. */

import { type AddressValue as Address, isRemote, type Kernel, lastHop, THREAD_HOST } from "../runtime/mod.ts";

/** True for actors in threads of this process, as opposed to whoever is reached through those. */
export function isOfThread(kernel: Kernel, address: Address): boolean {
  if (!isRemote(address)) return false;
  const host = kernel.find(THREAD_HOST);
  return host !== undefined && address.indexOf(",") === address.lastIndexOf(",") && host.isThread(lastHop(address));
}
