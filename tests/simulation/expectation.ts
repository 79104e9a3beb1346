// This module performs no I/O.

/**
 * What ought to be in a world at rest, computed from what the living actors have published and subscribed, directory by
 * directory from the processes up: which listings reach it, which instance of a name is met there, and which sessions
 * follow, each at the nearest directory that has the name within the subscription's scope.
 *
 * Of several instances of a name in one directory the first to come is met, and only the directory has seen them come: this
 * order, and nothing else, is taken from its own listing.
 */

import type { DirectoryListing, Published, Subscribed } from "../../directory/messages.ts";
import { isWider } from "../../directory/scope.ts";
import type { Scope } from "../../runtime/mod.ts";
import type { Seat } from "./seat.ts";
import type { Tenant } from "./tenant.ts";
import { sessionKey } from "./witness.ts";

/** A living process. */
export interface Home {
  readonly seat: Seat;
  readonly tenant: Tenant;
  /** What its directory says that it knows. */
  readonly listing: DirectoryListing;
}

/** What one directory ought to know. */
export interface Expected {
  readonly home: Home;
  /** In the order of arrival. */
  readonly publications: readonly Published[];
  readonly subscriptions: readonly Subscribed[];
  /** Those of its own process. */
  readonly own: ReadonlySet<string>;
  /** What subscribers of a name meet here. */
  readonly winners: ReadonlyMap<string, Published>;
  /** What the directory above is to know. */
  readonly upward: { readonly publications: readonly Published[]; readonly subscriptions: readonly Subscribed[] };
}

/** A session that ought to be. */
export interface Meeting {
  readonly subscribedId: string;
  readonly name: string;
  readonly publishedId: string;
  readonly scope: Scope;
}

/** What ought to be in a whole world. */
export interface Expectation {
  readonly directories: ReadonlyMap<Seat, Expected>;
  /** The sessions of the subscribers of each process. */
  readonly meetings: ReadonlyMap<Seat, readonly Meeting[]>;
  /** How many routes those subscribers know. */
  readonly routes: ReadonlyMap<Seat, number>;
}

/** What ought to be with these processes alive. Directories come before those below them. */
export function expectationOf(homes: readonly Home[]): Expectation {
  const directories = new Map<Seat, Expected>();
  for (const home of homes.toReversed()) directories.set(home.seat, expectedOf(home, [...directories.values()]));
  const meetings = new Map(homes.map(({ seat }) => [seat, meetingsOf(seat, directories)]));
  const routes = new Map(homes.map(({ seat }) => [seat, routesOf(seat, directories)]));
  return { directories, meetings, routes };
}

function expectedOf(home: Home, others: readonly Expected[]): Expected {
  const { seat: { scope }, tenant: { witnesses } } = home;
  const below = others.filter((other) => other.home.seat.parent === home.seat).map(({ upward }) => upward);
  const reaches = (listed: Published | Subscribed) => !isWider(scope, listed.scope!);
  const ownPublications = witnesses.flatMap(({ published }) => [...published.values()]);
  const ownSubscriptions = witnesses.flatMap(({ subscribed }) => [...subscribed.values()]);
  const publications = [...ownPublications, ...below.flatMap((known) => known.publications).filter(reaches)];
  const subscriptions = [...ownSubscriptions, ...below.flatMap((known) => known.subscriptions).filter(reaches)];
  const ordered = inOrder(publications, home.listing);
  const winners = new Map<string, Published>();
  for (const publication of ordered) if (!winners.has(publication.name!)) winners.set(publication.name!, publication);
  const upward = {
    publications: stepsAmong(ordered, scope),
    subscriptions: subscriptions.filter((listed) => isWider(listed.scope!, scope)),
  };
  const own = new Set([...ownPublications, ...ownSubscriptions].map(idOf));
  return { home, publications: ordered, subscriptions, own, winners, upward };
}

/** Publications in the order in which a directory has heard of them. */
function inOrder(publications: readonly Published[], listing: DirectoryListing): Published[] {
  const arrival = new Map(listing.published.map(({ publishedId }, at) => [publishedId, at]));
  const rank = ({ publishedId }: Published) => arrival.get(publishedId) ?? Infinity;
  return publications.toSorted((one, other) => rank(one) < rank(other) ? -1 : rank(one) > rank(other) ? 1 : 0);
}

/** Of each name the first that reaches further than the directory, and each later one that reaches further than it. */
function stepsAmong(ordered: readonly Published[], scope: Scope): Published[] {
  const widest = new Map<string, Scope>();
  return ordered.filter((publication) => {
    const isStep = isWider(publication.scope!, widest.get(publication.name!) ?? scope);
    if (isStep) widest.set(publication.name!, publication.scope!);
    return isStep;
  });
}

/** The sessions that the subscribers of a process ought to have. */
function meetingsOf(seat: Seat, directories: ReadonlyMap<Seat, Expected>): Meeting[] {
  const meetings = new Map<string, Meeting>();
  if (!seat.isHome) return [];
  const { own, subscriptions } = directories.get(seat)!;
  for (const place of seat.chain) {
    // A subscriber under a directory that is gone meets nobody further up.
    const directory = directories.get(place);
    if (directory === undefined) break;
    for (const subscription of subscriptions) {
      // What libraries look for, they look for themselves.
      if (!own.has(subscription.subscribedId!)) continue;
      for (const { name, publishedId } of metBy(subscription, directory)) {
        const key = sessionKey(subscription.subscribedId!, name!);
        const { subscribedId } = subscription;
        if (meetings.has(key)) continue;
        meetings.set(key, { subscribedId: subscribedId!, name: name!, publishedId: publishedId!, scope: place.scope });
      }
    }
  }
  return [...meetings.values()];
}

/** How many routes the subscribers of a process ought to know: one for each name that they meet, of each directory. */
function routesOf(seat: Seat, directories: ReadonlyMap<Seat, Expected>): number {
  if (!seat.isHome) return 0;
  const { own, subscriptions } = directories.get(seat)!;
  const wishes = subscriptions.filter(({ subscribedId }) => own.has(subscribedId!));
  let count = 0;
  for (const place of seat.chain) {
    const directory = directories.get(place);
    if (directory === undefined) break;
    for (const subscription of wishes) count += metBy(subscription, directory).length;
  }
  return count;
}

/** The publications that a subscription meets in a directory. */
export function metBy(subscription: Subscribed, { home, own, winners }: Expected): Published[] {
  const { scope } = home.seat;
  if (isWider(scope, subscription.scope!)) return [];
  const pattern = patternOf(subscription.search!);
  const isOwn = own.has(subscription.subscribedId!);
  return [...winners.values()].filter(({ name, publishedId }) => {
    // Within a process, one of the two is of the process itself: two libraries don't meet there.
    if (!isWider(scope, "PROCESS") && !isOwn && !own.has(publishedId!)) return false;
    return pattern.test(name!);
  });
}

const PATTERNS = new Map<string, RegExp>();

/** The platform's own pattern; those that are drawn mean the same in its dialect, but for the flag in front. */
function patternOf(search: string): RegExp {
  const known = PATTERNS.get(search);
  if (known !== undefined) return known;
  const [, flags = "", body] = /^(?:\(\?(i)\))?(.*)$/.exec(search)!;
  const pattern = new RegExp(`^(?:${body})$`, flags);
  PATTERNS.set(search, pattern);
  return pattern;
}

/** The id of a listing. */
export function idOf(listed: Published | Subscribed): string {
  return ("publishedId" in listed ? listed.publishedId : listed.subscribedId)!;
}
