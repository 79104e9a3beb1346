/** The door through which actors get into other threads; who stands behind it is a matter of upper layers. */

import type { Address } from "./address.ts";
import { type ActorTypeLike, Service } from "./kernel.ts";

/** Makes actors in threads. */
export interface ThreadHost {
  /**
   * Makes an actor in the thread that its type was bound to, as the child of `parent`. The address can be used at once.
   *
   * @returns Null when this is the thread, and the actor is to be made here.
   * @throws {TypeError} When it can't be made there, whatever happens.
   */
  create(type: ActorTypeLike, settings: object | undefined, parent: Address): Address | null;
}

/** Where a runtime keeps its {@link ThreadHost}. */
export const THREAD_HOST: Service<ThreadHost> = new Service("threads");
