// This module performs no I/O.

/** The matches of one directory: found, told to the homes of both sides, and cleared. */

import { HostPort, isRemote, lastHop, type Scope } from "../runtime/mod.ts";
import { OPEN_LIBRARIES_MAX } from "./bounds.ts";
import { isAddress, isReachable } from "./checks.ts";
import type { Effects, Moment } from "./effects.ts";
import type { Listings } from "./listings.ts";
import {
  ClearPublisherRoute,
  ClearSubscriberRoute,
  Dropped,
  OpenLibrary,
  PublishAs,
  RouteOverLoop,
  RouteToAddress,
  type SubscribeTo,
} from "./messages.ts";
import type { Child, Publication, Route, Subscription } from "./records.ts";
import { isNearer, isWider } from "./scope.ts";

/** The home of the subscriptions of this process, which hears of routes without a message. */
export interface LocalHome {
  addRoute(route: RouteOverLoop | RouteToAddress, moment: Moment): void;
  clearRoute(clear: ClearSubscriberRoute, moment: Moment): void;
}

/** The matches of one directory. */
export class Routes {
  readonly #scope: Scope;
  readonly #listings: Listings;
  readonly #effects: Effects;
  readonly #home: LocalHome;
  /** Listings of libraries that were asked for their requests, in the order of asking, by connection. */
  readonly #asked = new Map<Child, (Publication | Subscription)[]>();

  constructor(listings: Listings, effects: Effects, home: LocalHome) {
    this.#scope = listings.scope;
    this.#listings = listings;
    this.#effects = effects;
    this.#home = home;
  }

  /** Makes the routes of the publication that subscribers meet from now on. */
  addPublication(publication: Publication, moment: Moment): void {
    for (const subscription of this.#listings.subscriptionsFor(publication.name)) {
      this.#add(subscription, publication, moment);
    }
  }

  /** Makes the routes of a new subscription. */
  addSubscription(subscription: Subscription, moment: Moment): void {
    for (const publication of this.#listings.publicationsFor(subscription)) {
      this.#add(subscription, publication, moment);
    }
  }

  #add(subscription: Subscription, publication: Publication, moment: Moment): void {
    const way = this.#wayBetween(subscription, publication);
    if (way === null) return;
    const route: Route = { id: moment.draw.uuid(), subscription, publication, way, toldAt: null };
    subscription.routes.add(route);
    publication.routes.add(route);
    if (way === "loop" || (subscription.object !== null && publication.object !== null)) this.#tell(route, moment);
    else this.#ask(publication.object === null ? publication : subscription);
  }

  #wayBetween(subscription: Subscription, publication: Publication): "loop" | "address" | null {
    if (subscription.owner === null && publication.owner === null) return "address";
    if (isWider(this.#scope, "PROCESS")) {
      const isForAll = !isNearer(subscription.scope, this.#scope) && !isNearer(publication.scope, this.#scope);
      return isForAll && isReachable(publication.ipp) ? "loop" : null;
    }
    // One side is a library. Two libraries don't meet, as in the original.
    return subscription.owner === null || publication.owner === null ? "address" : null;
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
      if (route.toldAt !== null) continue;
      const { publication, subscription } = route;
      if (publication.object === null) this.#ask(publication);
      else if (subscription.object === null) this.#ask(subscription);
      else this.#tell(route, moment);
    }
    return true;
  }

  /** Tells the home of the subscriber. */
  #tell(route: Route, moment: Moment): void {
    const { subscription } = route;
    route.toldAt = moment.draw.wall();
    const message = this.#messageOf(route);
    if (subscription.owner === null) this.#home.addRoute(message, moment);
    else this.#effects.send(subscription.home, message);
  }

  #messageOf(route: Route): RouteOverLoop | RouteToAddress {
    const { subscription, publication } = route;
    const ids = {
      routeId: route.id,
      subscribedId: subscription.id,
      publishedId: publication.id,
      name: publication.name,
    };
    if (route.way === "loop") {
      const { encrypted, ipp } = publication;
      // One of this very process may listen at all addresses.
      const host = ipp.host === "0.0.0.0" ? "127.0.0.1" : ipp.host;
      return new RouteOverLoop({ ...ids, scope: this.#scope, encrypted, ipp: new HostPort(host, ipp.port) });
    }
    return new RouteToAddress({
      ...ids,
      scope: isWider(this.#scope, "PROCESS") ? "PROCESS" : this.#scope,
      subscriberAddress: subscription.object!,
      publisherAddress: publication.object!,
      openedAt: route.toldAt!,
    });
  }

  /**
   * Ends the routes of a listing and says so to the homes on both sides.
   *
   * @param gone A connection that is closed: nobody behind it can be told.
   */
  clear(listing: Publication | Subscription, gone: Child | null, moment: Moment): void {
    const routes = [...listing.routes];
    listing.routes.clear();
    for (const route of routes) {
      route.subscription.routes.delete(route);
      route.publication.routes.delete(route);
      if (route.toldAt !== null) this.#untell(route, gone, moment);
    }
    const asked = listing.owner === null ? undefined : this.#asked.get(listing.owner);
    const at = asked?.indexOf(listing) ?? -1;
    if (at >= 0) asked!.splice(at, 1);
  }

  #untell(route: Route, gone: Child | null, moment: Moment): void {
    const { id: routeId, subscription, publication } = route;
    const { name } = publication;
    const clear = new ClearSubscriberRoute({ subscribedId: subscription.id, name, routeId });
    if (subscription.owner === null) this.#home.clearRoute(clear, moment);
    else if (subscription.owner !== gone) this.#effects.send(subscription.home, clear);
    else if (route.way === "address") this.#dropPublisher(route);
    if (publication.owner === null || publication.owner === gone) return;
    this.#effects.send(publication.home, new ClearPublisherRoute({ publishedId: publication.id, name, routeId }));
  }

  /** The subscriber's library is gone, so nobody else tells the publisher that the session is over. */
  #dropPublisher(route: Route): void {
    const { id: routeId, subscription, publication, toldAt } = route;
    const remoteAddress = subscription.object!;
    const members = { name: publication.name, scope: "PROCESS", routeId, subscribedId: subscription.id } as const;
    const dropped = new Dropped({ ...members, publishedId: publication.id, remoteAddress, openedAt: toldAt! });
    this.#effects.forward(publication.object!, dropped, remoteAddress);
  }

  /** The home of a subscription has a new address: tells it all routes again, the same as before. */
  retell(subscription: Subscription): void {
    for (const route of subscription.routes) {
      if (route.toldAt !== null) this.#effects.send(subscription.home, this.#messageOf(route));
    }
  }

  /** Forgets what a closed connection was asked for. */
  forget(child: Child): void {
    this.#asked.delete(child);
  }
}
