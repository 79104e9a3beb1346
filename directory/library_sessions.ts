// This module performs no I/O.

/**
 * Sessions of subscribers in libraries with publishers of this process. The home of the subscriber tells the publisher of both
 * their ends, from inside the library, so that a library that ends says nothing any more: then it is said here, for each session
 * that was seen to begin and not to end.
 */

import type { AddressValue as Address } from "../runtime/mod.ts";
import { SESSIONS_PER_LIBRARY_MAX } from "./bounds.ts";
import type { Effects } from "./effects.ts";
import { type Delivered, Dropped } from "./messages.ts";
import type { Child } from "./records.ts";

/** A session that is open as far as its publisher knows. */
interface OpenSession {
  readonly publisher: Address;
  readonly delivered: Delivered;
}

/** The sessions of all libraries of a process. */
export class LibrarySessions {
  readonly #effects: Effects;
  readonly #byChild = new Map<Child, Map<string, OpenSession>>();

  constructor(effects: Effects) {
    this.#effects = effects;
  }

  /** A library has told a publisher of the beginning or the end of a session. */
  seen(child: Child, message: Delivered | Dropped, publisher: Address): void {
    const open = this.#byChild.get(child) ?? new Map<string, OpenSession>();
    if (message instanceof Dropped) open.delete(keyOf(message.routeId, message.remoteAddress));
    else if (open.size < SESSIONS_PER_LIBRARY_MAX) {
      open.set(keyOf(message.routeId, message.subscriberAddress), { publisher, delivered: message });
    }
    if (open.size === 0) this.#byChild.delete(child);
    else this.#byChild.set(child, open);
  }

  /** The connection of a library is closed, and with it all of its sessions. */
  endAll(child: Child): void {
    const open = this.#byChild.get(child);
    this.#byChild.delete(child);
    for (const session of open?.values() ?? []) this.#dropped(session);
  }

  /** A library has come by another connection: a session of this route is not kept by the old one. */
  endRoute(child: Child, routeId: string): void {
    const open = this.#byChild.get(child);
    for (const [key, session] of open ?? []) {
      if (session.delivered.routeId !== routeId) continue;
      open!.delete(key);
      this.#dropped(session);
    }
    if (open?.size === 0) this.#byChild.delete(child);
  }

  #dropped({ publisher, delivered }: OpenSession): void {
    const { name, scope, routeId, subscribedId, publishedId, subscriberAddress: remoteAddress, openedAt } = delivered;
    const dropped = new Dropped({ name, scope, routeId, subscribedId, publishedId, remoteAddress, openedAt });
    this.#effects.forward(publisher, dropped, remoteAddress!);
  }
}

function keyOf(routeId: string | null, subscriber: Address | null): string {
  return `${routeId} ${subscriber}`;
}
