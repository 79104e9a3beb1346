// This module performs no I/O.

/** What a directory keeps: listings, the connections they came by, and their matches. */

import type { AddressValue as Address, HostPort, Instant, Scope } from "../runtime/mod.ts";
import type { SearchPattern } from "./match/search_pattern.ts";
import type { PublishAs, SubscribeTo } from "./messages.ts";

/** One publication. Several may claim one name; the first to come is the one that subscribers meet here. */
export interface Publication {
  readonly id: string;
  readonly name: string;
  readonly scope: Scope;
  readonly encrypted: boolean;
  /** As told to subscribers here and to the directory above; unset for PROCESS scope. */
  ipp: HostPort;
  /** The directory of its process, as seen from here. */
  home: Address;
  /** The connection it came by, or null for an object of this process. */
  owner: Child | null;
  /** What the object asked for, where it is one of this process. */
  readonly request: PublishAs | null;
  /** The object itself, where it is one of this process or of a library that was asked. */
  object: Address | null;
  readonly routes: Set<Route>;
}

/** One subscription. */
export interface Subscription {
  readonly id: string;
  readonly search: string;
  readonly scope: Scope;
  /** Null for a search that can't be used: it is kept and passed up, and matches nothing. */
  readonly pattern: SearchPattern | null;
  home: Address;
  owner: Child | null;
  /** What the object asked for, and what makes the request one of a kind, where it is one of this process. */
  readonly request: { readonly request: SubscribeTo; readonly key: string } | null;
  object: Address | null;
  readonly routes: Set<Route>;
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
}

/** One match. */
export interface Route {
  readonly id: string;
  readonly subscription: Subscription;
  readonly publication: Publication;
  /** Over a transport of its own, or between objects of this process and its libraries. */
  readonly way: "loop" | "address";
  /** When the home of the subscriber was told; null while a library is asked for its object. */
  toldAt: Instant | null;
}
