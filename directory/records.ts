// This module performs no I/O.

/** What a directory keeps: listings, the connections they came by, and their matches. */

import type { AddressValue as Address, HostPort, Instant, Scope } from "../runtime/mod.ts";
import type { Chore } from "./chores.ts";
import type { SearchPattern } from "./match/search_pattern.ts";
import type { PublishAs, SubscribeTo } from "./messages.ts";

/**
 * What listings have in common. A listing is matched with those whose matching was begun before its own, so that each pair is
 * looked at once, by the later of the two, however long it takes.
 */
export interface Matched {
  /** The connection it came by, or null for an object of this process. */
  owner: Child | null;
  /** Its matches; {@link NO_ROUTES} until there is one. */
  routes: Set<Route>;
  /** When its matching was begun: counts up over all listings of a directory, from 1; 0 for one that is not matched. */
  order: number;
  /** What is left of its matching; null when nothing is. */
  chore: Chore | null;
  /** When it came here, in monotonic milliseconds. */
  readonly listedAt: number;
}

/** The matches of every listing that has none, as most have. Nothing is ever added to it. */
export const NO_ROUTES: Set<Route> = new Set();

/** One publication. Several may claim one name; the first to come is the one that subscribers meet here. */
export interface Publication extends Matched {
  readonly id: string;
  readonly name: string;
  readonly scope: Scope;
  readonly encrypted: boolean;
  /** As told to subscribers here and to the directory above; unset for PROCESS scope. */
  ipp: HostPort;
  /** The directory of its process, as seen from here. */
  home: Address;
  /** What the object asked for, where it is one of this process. */
  readonly request: PublishAs | null;
  /** The object itself, where it is one of this process or of a library that was asked. */
  object: Address | null;
}

/** One subscription. */
export interface Subscription extends Matched {
  readonly id: string;
  readonly search: string;
  readonly scope: Scope;
  /** Null for a search that can't be used: it is kept and passed up, and matches nothing. */
  readonly pattern: SearchPattern | null;
  home: Address;
  /** What the object asked for, and what makes the request one of a kind, where it is one of this process. */
  readonly request: { readonly request: SubscribeTo; readonly key: string } | null;
  object: Address | null;
}

/** One connection from below, and what came by it. */
export interface Child {
  /** The proxy of the connection. */
  readonly proxy: Address;
  /** The child's end of the connection. */
  readonly ipp: HostPort;
  /** Counts up: a greater number is a newer connection. */
  readonly order: number;
  readonly publications: Set<Publication>;
  readonly subscriptions: Set<Subscription>;
  /** Messages that made no sense. */
  malformed: number;
  /** True once the connection is closed, while its listings are being cleared. */
  isGone: boolean;
}

/** One match. */
export interface Route {
  readonly id: string;
  subscription: Subscription;
  publication: Publication;
  /** Over a transport of its own, or between objects of this process and its libraries. */
  readonly way: "loop" | "address";
  /** False while a library is asked for its object: the home of the subscriber does not know of the route yet. */
  isTold: boolean;
  /** When that was told, between objects of this process and its libraries. */
  openedAt: Instant | null;
}
