// This module performs no I/O.

/** What a directory told, by the ids that it is looked for with: pairs of listings are many. */

import type { DirectoryPeer, DirectoryRoute, PeerSession } from "../../directory/messages.ts";
import type { KnownDirectory } from "./directory_tree.ts";

const INDICES = new WeakMap<KnownDirectory, ListingIndex>();

/** One answer of a directory, to look things up in. */
export class ListingIndex {
  readonly #published: ReadonlySet<string | null>;
  readonly #subscribed: ReadonlySet<string | null>;
  readonly #sessions = new Map<string, PeerSession>();
  readonly #routes = new Map<string, DirectoryRoute[]>();
  readonly #reasons = new Map<string, string>();

  private constructor({ listing: { published, subscribed, routed, peer, details } }: KnownDirectory) {
    this.#published = new Set(published.map(({ publishedId }) => publishedId));
    this.#subscribed = new Set(subscribed.map(({ subscribedId }) => subscribedId));
    for (const [id, { session }] of peer as Map<string, DirectoryPeer>) {
      for (const one of session) if (one.route !== null) addFirst(this.#sessions, keyOf(id, one.name), one);
    }
    for (const route of routed) {
      const key = keyOf(route.subscribedId, route.name);
      const others = this.#routes.get(key);
      if (others === undefined) this.#routes.set(key, [route]);
      else others.push(route);
    }
    for (const { subscribedId, publishedId, reason } of details?.waiting ?? []) {
      if (reason !== null) addFirst(this.#reasons, keyOf(subscribedId, publishedId), reason);
    }
  }

  /** The index of an answer, made once. */
  static of(directory: KnownDirectory): ListingIndex {
    const known = INDICES.get(directory);
    if (known !== undefined) return known;
    const index = new ListingIndex(directory);
    INDICES.set(directory, index);
    return index;
  }

  publishes(id: string): boolean {
    return this.#published.has(id);
  }

  subscribes(id: string): boolean {
    return this.#subscribed.has(id);
  }

  /** The session of a subscription with a name, where there is a route for it. */
  session(subscribedId: string, name: string): PeerSession | undefined {
    return this.#sessions.get(keyOf(subscribedId, name));
  }

  /** The matches of a subscription with a name. */
  routes(subscribedId: string, name: string): readonly DirectoryRoute[] {
    return this.#routes.get(keyOf(subscribedId, name)) ?? [];
  }

  /** Why a subscription does not use its route to a publication, where it would like to. */
  waitingReason(subscribedId: string, publishedId: string): string | null {
    return this.#reasons.get(keyOf(subscribedId, publishedId)) ?? null;
  }
}

/** Ids have no blanks. */
function keyOf(id: string | null, other: string | null): string {
  return `${id} ${other}`;
}

function addFirst<T>(map: Map<string, T>, key: string, value: T): void {
  if (!map.has(key)) map.set(key, value);
}
