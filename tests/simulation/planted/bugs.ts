// This module performs no I/O.

/**
 * Bugs as they are made: slips of one line or two, each to be planted in a copy of the sources, to see whether the simulation
 * finds it. A bug is a text to look for, which stands once in its file wherever that may be, and what takes its place.
 */

/** One bug. */
export interface PlantedBug {
  readonly name: string;
  readonly file: string;
  /** The right text. Stands in the file exactly once. */
  readonly right: string;
  /** The wrong one. */
  readonly wrong: string;
  /** What the slip is. */
  readonly what: string;
}

/** All bugs to be found. */
export const PLANTED_BUGS: readonly PlantedBug[] = [
  // Clean-ups that are skipped.
  {
    name: "name-stays-taken",
    file: "directory/registry.ts",
    right: "    this.#names.delete(publication.name);",
    wrong: "",
    what: "a name that was cleared can't be published again by its process",
  },
  {
    name: "child-leaves-subscriptions",
    file: "directory/registry.ts",
    right: "    for (const subscription of child.subscriptions) {",
    wrong: "    for (const subscription of [...child.subscriptions].slice(1)) {",
    what: "of a child that is gone, one subscription stays listed",
  },
  {
    name: "cleared-subscription-keeps-sessions",
    file: "directory/home/subscriber_home.ts",
    right:
      "      else this.#transports.close(loop);\n      this.#forgetIfEmpty(pairing);\n    }\n  }\n\n  /** Takes a route",
    wrong: "      this.#forgetIfEmpty(pairing);\n    }\n  }\n\n  /** Takes a route",
    what: "sessions go on when their subscription is cleared",
  },
  {
    name: "pairing-left-behind",
    file: "directory/home/subscriber_home.ts",
    right:
      "    this.#removeRoute(pairing, route, moment);\n    this.#advance(pairing, moment);\n    this.#forgetIfEmpty(pairing);",
    wrong: "    this.#removeRoute(pairing, route, moment);\n    this.#advance(pairing, moment);",
    what: "a name without routes stays in the memory of a subscription",
  },
  {
    name: "attempt-left-open",
    file: "directory/home/subscriber_home.ts",
    right: "    attempt.loop.user = null;\n    this.#transports.close(attempt.loop);",
    wrong: "    attempt.loop.user = null;",
    what: "an attempt that is given up for a better one is not closed at the publisher",
  },
  {
    name: "timer-not-stopped",
    file: "directory/home/transports.ts",
    right: "    this.#effects.cancelTimer(loopTimer(loop));\n    const isExpected",
    wrong: "    const isExpected",
    what: "the timer of a question goes on when it is answered",
  },
  {
    name: "idle-transport-kept",
    file: "directory/home/transports.ts",
    right: "      this.#effects.startTimer(transportTimer(transport), IDLE_TRANSPORT_MS);\n      return;",
    wrong: "      return;",
    what: "a transport without sessions is never closed",
  },
  {
    name: "controller-leak",
    file: "directory/link_controllers.ts",
    right: "    this.#kernel.unregister(link.controller);\n    this.#transports.delete(transport);",
    wrong: "    this.#transports.delete(transport);",
    what: "the receiver that stands for a transport outlives it",
  },
  {
    name: "late-port-stays-open",
    file: "directory/link_controllers.ts",
    right:
      "    // It was stopped before the port was open.\n    attachNetwork(this.#kernel).stopListening(request.lid!, this.#directory);",
    wrong: "    // It was stopped before the port was open.",
    what: "a publication that is cleared before its port is open leaves it open",
  },
  {
    name: "ended-actor-stays-listed",
    file: "directory/directory.ts",
    right: "      if (!isRemote(returnAddress)) this.#watch(objectOf(received));\n",
    wrong: "",
    what: "what an actor has published and subscribed stays listed when it ends",
  },
  {
    name: "ended-actor-gets-its-port",
    file: "directory/registry.ts",
    right: "      if (reservation !== undefined) {\n        this.#waiting.delete(id);",
    wrong: "      if (reservation !== undefined && publishers.peerCount < 0) {\n        this.#waiting.delete(id);",
    what: "an actor that ends before its port is open is published all the same",
  },
  {
    name: "clear-not-passed-up",
    file: "directory/registry.ts",
    right: "      upward.clearPublication(publication.id);\n",
    wrong: "",
    what: "the directory above is not told that a publication was cleared",
  },
  // Re-registrations that are forgotten.
  {
    name: "parent-not-told-again",
    file: "directory/upward.ts",
    right: "    this.#parent = parent;\n    this.#known.clear();",
    wrong: "    this.#parent = parent;",
    what: "a directory above that comes back is not told what the last one knew",
  },
  {
    name: "subscriptions-not-told-again",
    file: "directory/registry.ts",
    right: "      if (isForAbove) upward.subscribe(subscription);\n      effort",
    wrong: "      effort",
    what: "a directory above that comes back hears of publications only",
  },
  {
    name: "move-not-told",
    file: "directory/registry.ts",
    right: "    else routes.retell(known);\n    upward.renew(known);",
    wrong: "    else routes.retell(known);",
    what: "that a subscription is reached by another connection is not told to the directory above",
  },
  {
    name: "station-keeps-its-first-address",
    file: "directory/registry.ts",
    right: "        return new HostPort(child.ipp.host, ipp.port);\n",
    wrong:
      '        return new HostPort(child.ipp.host === "127.0.0.1" ? this.#parts.chores.moment.draw.primaryAddress() ?? "localhost" : child.ipp.host, ipp.port);\n',
    what: "the station's own publications are told at the address that it had when they were listed",
  },
  {
    name: "move-not-retold",
    file: "directory/registry.ts",
    right: "    else routes.retell(known);\n",
    wrong: "",
    what: "routes are not told again to a home that has come by another connection",
  },
  {
    name: "moved-listing-ends-with-old-link",
    file: "directory/listings.ts",
    right: "      listing.owner?.subscriptions.delete(listing);\n      owner.subscriptions.add(listing);",
    wrong: "      owner.subscriptions.add(listing);",
    what: "the end of a child's old connection clears what has come by its new one",
  },
  {
    name: "newer-link-ignored",
    file: "directory/registry.ts",
    right: "    if (known.owner!.order > child.order || (known.owner",
    wrong: "    if (known.owner!.order < child.order || (known.owner",
    what: "what comes by a newer connection of a child is taken for old",
  },
  // Found once in several thousand seeds: a link has to break with so many listings that their end takes several turns, and to
  // be back before these are over, and a third party has to come just then. `tests/directory/turns_test.ts` plays that.
  {
    name: "moved-from-closed-link-not-matched",
    file: "directory/registry.ts",
    right: "const mustRoute = known.owner!.isGone || !isWider",
    wrong: "const mustRoute = !isWider",
    what: "what came while a listing's old connection was being cleared does not meet it on its new one",
  },
  {
    name: "standby-not-told-above",
    file: "directory/registry.ts",
    right: "    for (const name of names) this.#tellSteps(name);\n",
    wrong: "",
    what: "the directory above does not hear of the publication that takes over a name",
  },
  {
    name: "standby-not-matched",
    file: "directory/registry.ts",
    right: "      if (listings.winnerOf(follower.name) === follower) routes.addPublication(follower);\n",
    wrong: "",
    what: "the publication that takes over a name is met by nobody",
  },
  {
    name: "port-not-tried-again",
    file: "directory/accept_link.ts",
    right: "    } else this.#effects.startTimer(LISTEN_TIMER, delay);",
    wrong: "    }",
    what: "a directory whose port is taken does not try again",
  },
  {
    name: "address-not-asked-for-again",
    file: "directory/parent_link.ts",
    right: "    if (!this.#isByAddress || !this.#isWanted(moment)) return;",
    wrong: "    return;",
    what: "a host whose machine has no address yet never looks for the LAN directory",
  },
  {
    name: "places-of-old-address",
    file: "directory/parent_link.ts",
    right: "    if (this.#places.length > 0 && !this.#isByAddress) return true;",
    wrong: "    if (this.#places.length > 0) return true;",
    what: "a host goes on looking for the LAN directory where its machine was before",
  },
  // Scopes that are compared the wrong way.
  {
    name: "no-upgrade",
    file: "directory/home/subscriber_home.ts",
    right: "  if (isNearer(route.scope, scope)) return true;",
    wrong: "  if (isNearer(scope, route.scope)) return true;",
    what: "a session is given up for one that is further, not for one that is nearer",
  },
  {
    name: "near-name-hides-wide-one",
    file: "directory/listings.ts",
    right: "  return isWider(publication.scope, last === undefined ? scope : last.scope);",
    wrong: "  return last === undefined && isWider(publication.scope, scope);",
    what: "a name published for the host hides the same name published for the LAN",
  },
  {
    name: "fallback-to-furthest",
    file: "directory/home/subscriber_home.ts",
    right: "(best === null || isNearer(route.scope, best.scope))) best = route;",
    wrong: "(best === null || isNearer(best.scope, route.scope))) best = route;",
    what: "of several routes the furthest is tried first",
  },
  // Routes.
  {
    name: "route-id-reused",
    file: "directory/routes.ts",
    right: "    const route: Route = { id: moment.draw.uuid(), subscription,",
    wrong: "    const route: Route = { id: publication.id, subscription,",
    what: "all routes of a publication have one id",
  },
  {
    name: "subscriber-not-told",
    file: "directory/routes.ts",
    right: "    else if (isReached(subscription.owner)) this.#effects.send(subscription.home, clear);",
    wrong: "    else if (isReached(subscription.owner)) void clear;",
    what: "homes of subscribers are not told of the end of a route",
  },
  {
    name: "stale-routes-kept",
    file: "directory/home/subscriber_home.ts",
    right: "        route.isStale = true;\n        if (route.way",
    wrong: "        if (route.way",
    what: "routes of a directory that is gone are never forgotten",
  },
  {
    name: "failed-route-not-tried-again",
    file: "directory/home/subscriber_home.ts",
    right: "    else this.#scheduleRetry(pairing, moment);",
    wrong: "",
    what: "a route that has failed is not tried again",
  },
  // Sessions.
  {
    name: "answers-mixed-up",
    file: "directory/home/transports.ts",
    right: "    const loop = transport?.awaiting.shift();",
    wrong: "    const loop = transport?.awaiting.pop();",
    what: "answers about sessions are taken for those to later questions",
  },
  {
    name: "publisher-not-told",
    file: "directory/home/publisher_home.ts",
    right: "    for (const { request, openedAt } of peer.loops.values()) this.#dropped(peer, request, openedAt);",
    wrong: "",
    what: "a publisher does not hear of sessions that end with their connection",
  },
  {
    name: "library-ends-without-a-word",
    file: "directory/core.ts",
    right: "    this.#librarySessions.endAll(child);\n",
    wrong: "",
    what: "a publisher does not hear of sessions that end with the library of the subscriber",
  },
  {
    name: "available-before-dropped",
    file: "directory/home/subscriber_home.ts",
    right: "    this.#endSession(pairing);\n    if (old !== null) this.#transports.retire(old);",
    wrong: "    if (old !== null) this.#transports.retire(old);",
    what: "a new session begins before the old one has ended",
  },
  {
    name: "losses-not-damped",
    file: "directory/home/subscriber_home.ts",
    right: "    pairing.wish.damper.lost(pairing.name, scope, moment.now);\n    const route",
    wrong: "    const route",
    what: "a publisher that comes and goes drops and rejoins its subscribers as often",
  },
  {
    name: "replacements-not-damped",
    file: "directory/home/subscriber_home.ts",
    right: "    if (session?.request.scope === route.scope) wish.damper.lost(name, route.scope, moment.now);\n",
    wrong: "",
    what: "two publishers of a name that take turns drop and rejoin their subscribers as often",
  },
  // The transport.
  {
    name: "frame-end-cut-off",
    file: "net/frame.ts",
    right: "    if (this.#end <= end) return null;",
    wrong: "    if (this.#end < end) return null;",
    what: "the last byte of a frame is looked at before it has come",
  },
];

/**
 * A source with a bug planted in it.
 *
 * @throws {RangeError} When the place is not there, or not clear.
 */
export function plant(source: string, { name, file, right, wrong }: PlantedBug): string {
  const parts = source.split(right);
  if (parts.length !== 2) {
    throw new RangeError(`Cannot plant "${name}": its text stands ${parts.length - 1} times in ${file}, not once`);
  }
  return parts.join(wrong);
}
