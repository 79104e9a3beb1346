/** Ends of actors, told from one thread to another. */

import type { AddressValue as Address, Cancel, Kernel } from "../../runtime/mod.ts";
import type { ThreadLink } from "./link.ts";
import type { Watching } from "./orders.ts";

/** What the two ends of a link tell each other of ends. */
export class Watches {
  readonly #kernel: Kernel;
  readonly #link: ThreadLink;
  readonly #watchers = new Map<Address, Set<() => void>>();

  constructor(kernel: Kernel, link: ThreadLink) {
    this.#kernel = kernel;
    this.#link = link;
  }

  /** Has the other thread tell of an end. */
  watch(address: Address, onEnd: () => void): Cancel {
    let watchers = this.#watchers.get(address);
    if (watchers === undefined) {
      this.#watchers.set(address, watchers = new Set());
      this.#link.order({ kind: "watch", address } satisfies Watching);
    }
    const watcher = () => onEnd();
    watchers.add(watcher);
    return () => void watchers.delete(watcher);
  }

  /** Tells the other thread when nobody is at an address of this one any more. */
  tell(address: Address): void {
    this.#kernel.watch(address, () => this.#link.order({ kind: "ended", address } satisfies Watching));
  }

  /** The other thread says that nobody is there. */
  ended(address: Address): void {
    const watchers = this.#watchers.get(address);
    this.#watchers.delete(address);
    for (const onEnd of watchers ?? []) onEnd();
  }

  /** The other thread has ended, and all of its actors with it. */
  endAll(): void {
    for (const address of [...this.#watchers.keys()]) this.ended(address);
  }
}
