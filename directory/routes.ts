// This module performs no I/O.

/** The matches of one directory: found, told to the homes of both sides, and cleared. */

import { type HostPort, isRemote, lastHop, type Scope } from "../runtime/mod.ts";
import { OPEN_LIBRARIES_MAX } from "./bounds.ts";
import { isAddress, isReachable } from "./checks.ts";
import type { Chores, Steps } from "./chores.ts";
import type { Effects, Moment } from "./effects.ts";
import type { Listings } from "./listings.ts";
import {
  ClearPublisherRoute,
  ClearSubscriberRoute,
  OpenLibrary,
  PublishAs,
  RouteOverLoop,
  RouteToAddress,
  type SubscribeTo,
} from "./messages.ts";
import { reachedAt } from "./reach.ts";
import { type Child, type Matched, NO_ROUTES, type Publication, type Route, type Subscription } from "./records.ts";
import { isNearer, isWider } from "./scope.ts";

/** The home of the subscriptions of this process, which hears of routes without a message. */
export interface LocalHome {
  addRoute(route: RouteOverLoop | RouteToAddress, moment: Moment): void;
  clearRoute(clear: ClearSubscriberRoute, moment: Moment): void;
}

/** What matches are made of. */
export interface RoutesParts {
  readonly listings: Listings;
  readonly effects: Effects;
  readonly chores: Chores;
  readonly home: LocalHome;
  /** Ends, for their publishers, the sessions of a route that a library had by a connection which it has left for another. */
  readonly endSession: (child: Child, route: Route) => void;
  /** A match could not be made since this machine has no address at which others would reach the publisher. */
  readonly unreached: () => void;
}

/** Units of work for one match, with what is told of it, and for telling it again. */
const ROUTE_UNITS = 10;
const TELL_UNITS = 5;
/** So few routes of a listing are ended at once, whatever else was done in this turn. */
const ROUTES_AT_ONCE_MAX = 4;

/** The matches of one directory. */
export class Routes {
  readonly #scope: Scope;
  readonly #listings: Listings;
  readonly #effects: Effects;
  readonly #chores: Chores;
  readonly #home: LocalHome;
  readonly #endSession: RoutesParts["endSession"];
  readonly #unreached: RoutesParts["unreached"];
  /** Matches that are over. */
  #lost = 0;
  /** Listings whose matching was begun so far. */
  #begun = 0;
  /** Listings of libraries that were asked for their requests, in the order of asking, by connection. */
  readonly #asked = new Map<Child, (Publication | Subscription)[]>();
  /** What is left behind of listings, with routes that are still to be ended, by what must wait for that; see {@link Routes.clear}. */
  readonly #ending = new Map<string, Map<Publication | Subscription, Child | null>>();

  constructor({ listings, effects, chores, home, endSession, unreached }: RoutesParts) {
    this.#scope = listings.scope;
    this.#listings = listings;
    this.#effects = effects;
    this.#chores = chores;
    this.#home = home;
    this.#endSession = endSession;
    this.#unreached = unreached;
  }

  /** How many matches have gone, or more. */
  get lostCount(): number {
    return this.#lost;
  }

  /** Makes the routes of the publication that subscribers meet from now on, once those of one before it have been ended. */
  addPublication(publication: Publication): void {
    this.#beginMatching(publication, "names", this.#publicationSteps(publication));
  }

  /** Makes the routes of a new subscription. */
  addSubscription(subscription: Subscription): void {
    this.#beginMatching(subscription, "searches", this.#subscriptionSteps(subscription));
  }

  /** Names have lanes of their own: who publishes does not wait for the searches of the same connection. */
  #beginMatching(listing: Publication | Subscription, kind: "names" | "searches", steps: Steps): void {
    this.#stopMatching(listing);
    listing.order = ++this.#begun;
    listing.chore = this.#chores.begin(`${kind} of ${listing.owner?.order ?? "here"}`, steps);
  }

  #stopMatching(listing: Publication | Subscription): void {
    if (listing.chore !== null) this.#chores.cancel(listing.chore);
    listing.chore = null;
  }

  *#publicationSteps(publication: Publication): Steps {
    yield* this.#endsBefore(publication);
    yield* this.#listings.subscriptionsFor(publication.name, this.#chores.effort, (subscription) => {
      if (subscription.order < publication.order) this.#add(subscription, publication);
    });
    publication.chore = null;
  }

  *#subscriptionSteps(subscription: Subscription): Steps {
    yield* this.#endsBefore(subscription);
    yield* this.#listings.publicationsFor(subscription, this.#chores.effort, (publication) => {
      if (publication.order < subscription.order) this.#add(subscription, publication);
    });
    subscription.chore = null;
  }

  /**
   * A home hears of the end of a route before it hears of another one of that name: originals take no second one. A publisher
   * hears of the end of a session before it hears of another one of the same subscription.
   */
  *#endsBefore(listing: Publication | Subscription): Steps {
    for (const [past, left] of this.#ending.get(endingKey(listing)) ?? []) yield* this.#endSteps(past, left);
  }

  #add(subscription: Subscription, publication: Publication): void {
    if (subscription.owner?.isGone || publication.owner?.isGone) return;
    const way = this.#wayBetween(subscription, publication);
    if (way === null) return;
    const { effort, moment } = this.#chores;
    effort.spend(ROUTE_UNITS);
    const route: Route = { id: moment.draw.uuid(), subscription, publication, way, isTold: false, openedAt: null };
    addTo(subscription, route);
    addTo(publication, route);
    if (way === "loop" || (subscription.object !== null && publication.object !== null)) this.#tell(route, moment);
    else this.#ask(publication.object === null ? publication : subscription);
  }

  #wayBetween(subscription: Subscription, publication: Publication): "loop" | "address" | null {
    if (subscription.owner === null && publication.owner === null) return "address";
    if (isWider(this.#scope, "PROCESS")) {
      const isForAll = !isNearer(subscription.scope, this.#scope) && !isNearer(publication.scope, this.#scope);
      if (!isForAll || !isReachable(publication.ipp)) return null;
      return this.#placeOf(publication, subscription) === null ? null : "loop";
    }
    // One side is a library. Two libraries don't meet, as in the original.
    return subscription.owner === null || publication.owner === null ? "address" : null;
  }

  /** Where the subscriber reaches the publisher; null while he does not. */
  #placeOf(publication: Publication, subscription: Subscription): HostPort | null {
    const { draw } = this.#chores.moment;
    const place = reachedAt(publication, subscription, { scope: this.#scope, draw });
    if (place === null) this.#unreached();
    return place;
  }

  /** Asks a library for the object behind its listing, once. */
  #ask(listing: Publication | Subscription): void {
    const child = listing.owner;
    if (child === null) return;
    const asked = this.#asked.get(child) ?? [];
    if (asked.includes(listing) || asked.length >= OPEN_LIBRARIES_MAX) return;
    this.#asked.set(child, asked);
    asked.push(listing);
    const ids = "name" in listing ? { publishedId: listing.id } : { subscribedId: listing.id };
    this.#effects.send(listing.home, new OpenLibrary(ids));
  }

  /**
   * Takes a library's answer to {@link OpenLibrary}.
   *
   * @returns False for an answer to nothing that was asked.
   */
  takeRequest(child: Child, request: PublishAs | SubscribeTo, moment: Moment): boolean {
    const asked = this.#asked.get(child) ?? [];
    const at = asked.findIndex((listing) =>
      request instanceof PublishAs ? "name" in listing && listing.name === request.name : "search" in listing &&
        listing.search === request.search
    );
    const object = request instanceof PublishAs ? request.publisherAddress : request.subscriberAddress;
    if (at < 0 || !isAddress(object) || !isRemote(object) || lastHop(object) !== child.proxy) return false;
    const [listing] = asked.splice(at, 1);
    listing!.object = object;
    for (const route of listing!.routes) {
      const { publication, subscription } = route;
      if (route.isTold || this.#isEnding(publication) || this.#isEnding(subscription)) continue;
      if (publication.object === null) this.#ask(publication);
      else if (subscription.object === null) this.#ask(subscription);
      else this.#tell(route, moment);
    }
    return true;
  }

  /** Tells the home of the subscriber. */
  #tell(route: Route, moment: Moment): void {
    const { subscription } = route;
    if (route.way === "address") route.openedAt = moment.draw.wall();
    const message = this.#messageOf(route);
    if (message === null) return;
    route.isTold = true;
    if (subscription.owner === null) this.#home.addRoute(message, moment);
    else this.#effects.send(subscription.home, message);
  }

  #messageOf(route: Route): RouteOverLoop | RouteToAddress | null {
    const { subscription, publication } = route;
    const ids = {
      routeId: route.id,
      subscribedId: subscription.id,
      publishedId: publication.id,
      name: publication.name,
    };
    if (route.way === "loop") {
      const ipp = this.#placeOf(publication, subscription);
      return ipp && new RouteOverLoop({ ...ids, scope: this.#scope, encrypted: publication.encrypted, ipp });
    }
    return new RouteToAddress({
      ...ids,
      scope: isWider(this.#scope, "PROCESS") ? "PROCESS" : this.#scope,
      subscriberAddress: subscription.object!,
      publisherAddress: publication.object!,
      openedAt: route.openedAt!,
    });
  }

  /**
   * Ends the routes of a listing that is no longer where it was, and says so to the homes on both sides as far as their
   * connections are still there. What is too much for this turn is done in others, before new routes are made that must come
   * after it.
   *
   * @param left A connection that the listing has left for a newer one: it is as good as gone.
   */
  clear(listing: Publication | Subscription, moment: Moment, left: Child | null = null): void {
    this.#stopMatching(listing);
    this.#forgetQuestion(listing);
    const { size } = listing.routes;
    if (size > ROUTES_AT_ONCE_MAX && size * ROUTE_UNITS > this.#chores.effort.left) {
      const past = asItWas(listing);
      this.#lost += size;
      this.#noteEnding(past, left);
      this.#chores.begin(`ends of ${past.owner?.order ?? "here"}`, this.#endSteps(past, left));
      return;
    }
    for (const route of listing.routes) this.#end(route, moment, left);
    listing.routes = NO_ROUTES;
  }

  #noteEnding(past: Publication | Subscription, left: Child | null): void {
    const key = endingKey(past);
    const others = this.#ending.get(key);
    if (others === undefined) this.#ending.set(key, new Map([[past, left]]));
    else others.set(past, left);
  }

  /** Two may take these steps in turn, for one listing: what one has ended is gone for the other. */
  *#endSteps(past: Publication | Subscription, left: Child | null): Steps {
    for (const route of past.routes) {
      this.#end(route, this.#chores.moment, left);
      if (this.#chores.effort.isSpent) yield;
    }
    this.#forgetEnding(past);
  }

  #isEnding(listing: Publication | Subscription): boolean {
    return this.#ending.get(endingKey(listing))?.has(listing) === true;
  }

  #forgetEnding(past: Publication | Subscription): void {
    const key = endingKey(past);
    const others = this.#ending.get(key);
    if (others?.delete(past) && others.size === 0) this.#ending.delete(key);
  }

  #end(route: Route, moment: Moment, left: Child | null): void {
    this.#chores.effort.spend(ROUTE_UNITS);
    this.#lost++;
    route.subscription.routes.delete(route);
    route.publication.routes.delete(route);
    if (route.isTold) this.#untell(route, moment, left);
  }

  #forgetQuestion(listing: Publication | Subscription): void {
    const asked = listing.owner === null ? undefined : this.#asked.get(listing.owner);
    const at = asked?.indexOf(listing) ?? -1;
    if (at >= 0) asked!.splice(at, 1);
  }

  #untell(route: Route, moment: Moment, left: Child | null): void {
    const { id: routeId, subscription, publication } = route;
    const { name } = publication;
    const isReached = (owner: Child) => !owner.isGone && owner !== left;
    const clear = new ClearSubscriberRoute({ subscribedId: subscription.id, name, routeId });
    if (subscription.owner === null) this.#home.clearRoute(clear, moment);
    else if (isReached(subscription.owner)) this.#effects.send(subscription.home, clear);
    else if (route.way === "address" && subscription.owner === left) this.#endSession(left, route);
    if (publication.owner === null || !isReached(publication.owner)) return;
    this.#effects.send(publication.home, new ClearPublisherRoute({ publishedId: publication.id, name, routeId }));
  }

  /** The home of a subscription has a new address: tells it all routes again, the same as before. */
  retell(subscription: Subscription): void {
    const told = [...subscription.routes].filter(({ isTold }) => isTold);
    this.#chores.begin(`routes of ${subscription.owner?.order ?? "here"}`, this.#retellingSteps(subscription, told));
  }

  /** Those that have been ended meanwhile are not told, and nobody is where the home has been meanwhile. */
  *#retellingSteps(subscription: Subscription, told: readonly Route[]): Steps {
    const { home } = subscription;
    for (const route of told) {
      if (subscription.home !== home) return;
      if (!subscription.routes.has(route)) continue;
      const message = this.#messageOf(route);
      if (message !== null) this.#effects.send(home, message);
      this.#chores.effort.spend(TELL_UNITS);
      if (this.#chores.effort.isSpent) yield;
    }
  }

  /** Forgets what a closed connection was asked for. */
  forget(child: Child): void {
    this.#asked.delete(child);
  }
}

/** What new routes share with those that must be ended before. */
function endingKey(listing: Publication | Subscription): string {
  return "name" in listing ? `name ${listing.name}` : `search ${listing.id}`;
}

/** What is left behind of a listing that goes on elsewhere, or not at all: its routes belong to that. */
function asItWas(listing: Publication | Subscription): Publication | Subscription {
  const past = { ...listing };
  for (const route of past.routes) {
    if ("name" in past) route.publication = past;
    else route.subscription = past;
  }
  listing.routes = NO_ROUTES;
  return past;
}

function addTo(listing: Matched, route: Route): void {
  if (listing.routes === NO_ROUTES) listing.routes = new Set();
  listing.routes.add(route);
}
