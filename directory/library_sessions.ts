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
import type { Child, Route } from "./records.ts";

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
    const key = keyOf(message.subscribedId, message.publishedId);
    if (!(message instanceof Dropped)) {
      if (open.size < SESSIONS_PER_LIBRARY_MAX) open.set(key, { publisher, delivered: message });
    } else if (open.get(key)?.delivered.routeId === message.routeId) open.delete(key);
    if (open.size === 0) this.#byChild.delete(child);
    else this.#byChild.set(child, open);
  }

  /** The connection of a library is closed, and with it all of its sessions. */
  endAll(child: Child): void {
    const open = this.#byChild.get(child);
    this.#byChild.delete(child);
    for (const session of open?.values() ?? []) this.#dropped(session);
  }

  /**
   * A library has come by another connection: a session of this route is not kept by the old one. It may have begun with an earlier
   * route of the same two listings.
   */
  endRoute(child: Child, { subscription, publication }: Route): void {
    const open = this.#byChild.get(child);
    const key = keyOf(subscription.id, publication.id);
    const session = open?.get(key);
    if (session === undefined) return;
    open!.delete(key);
    if (open!.size === 0) this.#byChild.delete(child);
    this.#dropped(session);
  }

  #dropped({ publisher, delivered }: OpenSession): void {
    const { name, scope, routeId, subscribedId, publishedId, subscriberAddress: remoteAddress, openedAt } = delivered;
    const dropped = new Dropped({ name, scope, routeId, subscribedId, publishedId, remoteAddress, openedAt });
    this.#effects.forward(publisher, dropped, remoteAddress!);
  }
}

/** A subscription has one session at a time with a publication. */
function keyOf(subscribedId: string | null, publishedId: string | null): string {
  return `${subscribedId} ${publishedId}`;
}
