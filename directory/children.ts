// This module performs no I/O.

/** The directories below: one record for each of their connections, from the moment it is accepted. */

import type { AddressValue as Address, HostPort } from "../runtime/mod.ts";
import type { Child } from "./records.ts";

/** The connections of all children by proxy. */
export class Children {
  readonly #byProxy = new Map<Address, Child>();
  #accepted = 0;
  #lost = 0;

  get size(): number {
    return this.#byProxy.size;
  }

  /** How many have gone. */
  get lostCount(): number {
    return this.#lost;
  }

  get(proxy: Address): Child | undefined {
    return this.#byProxy.get(proxy);
  }

  add(proxy: Address, ipp: HostPort): Child {
    const child: Child = {
      proxy,
      ipp,
      order: ++this.#accepted,
      publications: new Set(),
      subscriptions: new Set(),
      malformed: 0,
      isGone: false,
    };
    this.#byProxy.set(proxy, child);
    return child;
  }

  /** Forgets a connection; its listings are for the caller to clear. */
  remove(proxy: Address): Child | undefined {
    const child = this.#byProxy.get(proxy);
    if (this.#byProxy.delete(proxy)) this.#lost++;
    if (child !== undefined) child.isGone = true;
    return child;
  }

  values(): Iterable<Child> {
    return this.#byProxy.values();
  }
}
