// This module performs no I/O.

/** Where publications and subscriptions live, as far as the directories that answered can tell. */

import type { Address } from "../../runtime/address.ts";
import type { HostPort } from "../../runtime/messages/host_port.ts";
import type { KnownDirectory } from "./directory_tree.ts";

/** Where a listing is that only directories above its own tell of. */
export interface Gap {
  /** The end of the connection behind which it is; null where that can't be told. */
  readonly at: string | null;
  /** True when the directory there did not answer; otherwise that, or one below it, does not have the listing. */
  readonly isSilent: boolean;
}

/**
 * Why the lowest directory that tells of a listing is not its own; null if it is.
 *
 * @param home The address of its own directory, as the lowest one knows it.
 */
export function gapOf({ listing, below }: KnownDirectory, home: Address | null): Gap | null {
  const { directoryAddress, scope } = listing;
  if (home === null || directoryAddress === null || home === directoryAddress) return null;
  const ends = listing.subDirectory as Map<HostPort, Address>;
  for (const [ipp, proxy] of ends) {
    if (!home.endsWith(`,${proxy}`)) continue;
    const at = `${ipp}`;
    const node = below.find((one) => one.at === at);
    return { at, isSilent: typeof node?.listing === "string" };
  }
  // A process without libraries has nobody below.
  const isLowest = ends.size === 0 && (scope === "PROCESS" || scope === "LIBRARY");
  return isLowest ? null : { at: null, isSilent: false };
}
