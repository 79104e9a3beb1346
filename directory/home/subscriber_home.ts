// This module performs no I/O.

/**
 * The subscriptions of this process and their sessions. Directories tell which routes there are; here it is decided
 * which of them is used.
 *
 * For each subscription and name there is at most one session, over the nearest route that works. A session has a
 * record of its own: it outlives the route that it was opened with, since losing an entry in a directory does not end
 * a session, and it is matched with a new route by the id of the publication. A route that fails is tried again after a
 * while, after all others. A session is given up for a nearer route only when the session there is open; then the subscriber
 * hears Dropped and Available in one breath, and what is under way over the old one has time to arrive.
 */

import type { AddressValue as Address, HostPort, Instant, Scope } from "../../runtime/mod.ts";
import {
  FAILURES_BEFORE_RENEWAL,
  LOSS_INTERVAL_MS,
  LOSSES_AT_ONCE_MAX,
  NAMES_PER_SUBSCRIPTION_MAX,
  ROUTE_AGAIN_MS,
  STABLE_SESSION_MS,
  STALE_ROUTE_MARGIN_MS,
  SUSPECTS_MAX,
} from "../bounds.ts";
import { isAddress, isReachable } from "../checks.ts";
import type { Steps } from "../chores.ts";
import type { Draw, Effects, Moment } from "../effects.ts";
import {
  Available,
  type ClearSubscriberRoute,
  Delivered,
  Dropped,
  RouteInWaiting,
  RouteOverLoop,
  type RouteToAddress,
} from "../messages.ts";
import type { Effort } from "../match/effort.ts";
import { reachedFromHere } from "../reach.ts";
import { isNearer } from "../scope.ts";
import { Damper } from "./damper.ts";
import { Renewals } from "./renewals.ts";
import type { Loop, LoopRequest, LoopUser, Transports } from "./transports.ts";

/** How a route leads to the publisher. */
type Way =
  | { readonly kind: "loop"; readonly ipp: HostPort; readonly encrypted: boolean }
  | { readonly kind: "address"; readonly subscriber: Address; readonly publisher: Address; readonly openedAt: Instant };

/** Where a route was found: in this directory, or in one above. */
export type RouteSource = "here" | "above";

/** A way to a publisher that a directory told of. */
interface KnownRoute {
  id: string;
  readonly publishedId: string;
  readonly scope: Scope;
  readonly way: Way;
  readonly source: RouteSource;
  /** Told before the link to the directories above was lost, and not again since. */
  isStale: boolean;
  failures: number;
  /** What became of it last, where that was no session. */
  problem: string | null;
  /** Not to be tried before this moment. */
  retryAt: number;
}

/** A session that the subscriber knows of. */
interface Session {
  readonly request: LoopRequest;
  readonly publisher: Address;
  readonly openedAt: Instant;
  readonly since: number;
  /** Null for a session within the process. */
  readonly loop: Loop | null;
  /** The subscriber as the publisher sees it; differs from that of the request where the process is a library. */
  readonly subscriber: Address;
}

/** A session in the making, over a transport. */
interface Attempt {
  readonly route: KnownRoute;
  readonly loop: Loop;
}

/** A subscription and one name that it matches. */
interface Pairing {
  readonly wish: Wish;
  readonly name: string;
  readonly routes: Map<Scope, KnownRoute>;
  session: Session | null;
  attempt: Attempt | null;
  /** Publications that failed and have not proved themselves since, also where their routes were told anew. */
  readonly suspects: Set<string>;
  /** The name of its timer, while that runs. */
  timer: string | null;
}

/** A subscription of this process. */
interface Wish {
  readonly id: string;
  readonly subscriber: Address;
  readonly byName: Map<string, Pairing>;
  /** True once the subscription is cleared; sessions are still being closed. */
  isOver: boolean;
  readonly damper: Damper;
  readonly renewals: Renewals;
}

/** One session as it is shown in listings. */
export interface SessionReport {
  readonly name: string;
  readonly route: { readonly request: LoopRequest; readonly way: Way } | null;
  readonly connected: object | null;
  readonly isOpen: boolean;
}

/** The subscriptions of one process and their sessions. */
export class SubscriberHome {
  readonly #effects: Effects;
  readonly #transports: Transports;
  /** Makes all directories above tell the routes of a subscription anew; false where none can be reached. */
  readonly #renew: (subscribedId: string) => boolean;
  readonly #wishes = new Map<string, Wish>();
  readonly #timers = new Map<string, Pairing | Wish>();
  #timerCount = 0;
  /** Pairings that have gone. */
  #lost = 0;

  constructor(effects: Effects, transports: Transports, renew: (subscribedId: string) => boolean) {
    this.#effects = effects;
    this.#transports = transports;
    this.#renew = renew;
  }

  /** How many names are known for all subscriptions together. */
  get pairingCount(): number {
    let count = 0;
    for (const wish of this.#wishes.values()) count += wish.byName.size;
    return count;
  }

  /** How many of those have gone, or more. */
  get lostCount(): number {
    return this.#lost;
  }

  /** How many routes are known for all subscriptions together. */
  get routeCount(): number {
    return this.#pairings().reduce((sum, { routes }) => sum + routes.size, 0);
  }

  /** Begins a subscription. */
  add(id: string, subscriber: Address): void {
    this.#wishes.set(id, {
      id,
      subscriber,
      byName: new Map(),
      isOver: false,
      damper: new Damper(),
      renewals: new Renewals(),
    });
  }

  /** Ends a subscription and its sessions. */
  remove(id: string): void {
    const wish = this.#wishes.get(id);
    if (wish === undefined) return;
    wish.isOver = true;
    this.#wishes.delete(id);
    this.#lost += wish.byName.size;
    for (const pairing of [...wish.byName.values()]) {
      pairing.routes.clear();
      this.#abandon(pairing);
      this.#stopTimer(pairing);
      const loop = pairing.session?.loop ?? null;
      if (loop === null) this.#endSession(pairing);
      // Dropped comes when the publisher has confirmed: after the last message that it sent before.
      else this.#transports.close(loop);
      this.#forgetIfEmpty(pairing);
    }
  }

  /** Takes a route from a directory. */
  addRoute(message: RouteOverLoop | RouteToAddress, source: RouteSource, moment: Moment): void {
    const wish = this.#wishes.get(message.subscribedId!);
    const way = wayOf(message);
    if (wish === undefined || way === null) {
      this.#effects.log(
        "warning",
        `Ignored a route to "${message.name}": ${way === null ? "no way" : "no such subscription"}`,
      );
      return;
    }
    const pairing = this.#pairingOf(wish, message.name!);
    if (pairing === null) return;
    const { routeId, publishedId, scope } = message;
    const told = pairing.routes.get(scope!);
    const known = told !== undefined && told.publishedId === publishedId && isSameWay(told.way, way) ? told : null;
    if (known === null) this.#undo(pairing, scope!, moment);
    const retryAt = moment.now + wish.damper.waitFor(pairing.name, scope!, moment.now);
    if (known !== null) {
      known.id = routeId!;
      known.isStale = false;
      known.failures = Math.min(known.failures, 1);
      known.retryAt = retryAt;
    } else {
      pairing.routes.set(scope!, {
        id: routeId!,
        publishedId: publishedId!,
        scope: scope!,
        way,
        source,
        isStale: false,
        // One that has failed still has to prove itself before a session is given up for it.
        failures: pairing.suspects.has(publishedId!) ? 1 : 0,
        problem: null,
        retryAt,
      });
    }
    this.#advance(pairing, moment);
  }

  #pairingOf(wish: Wish, name: string): Pairing | null {
    const known = wish.byName.get(name);
    if (known !== undefined) return known;
    if (wish.byName.size >= NAMES_PER_SUBSCRIPTION_MAX) {
      this.#effects.log("warning", `Ignored a route to "${name}": ${NAMES_PER_SUBSCRIPTION_MAX} names matched already`);
      return null;
    }
    const pairing: Pairing = {
      wish,
      name,
      routes: new Map(),
      session: null,
      attempt: null,
      suspects: new Set(),
      timer: null,
    };
    wish.byName.set(name, pairing);
    return pairing;
  }

  /** Takes the end of a route from a directory. */
  clearRoute(message: ClearSubscriberRoute, moment: Moment): void {
    const pairing = this.#wishes.get(message.subscribedId!)?.byName.get(message.name!);
    const route = [...pairing?.routes.values() ?? []].find((known) => known.id === message.routeId);
    if (pairing === undefined || route === undefined) return;
    // What ends since this home has asked anew is told again at once, or else forgotten soon.
    const isAsked = route.isStale && pairing.wish.renewals.isUnderWay(moment.now);
    if (isAsked && isWithin(pairing.session, route.scope)) return;
    this.#removeRoute(pairing, route, moment);
    this.#advance(pairing, moment);
    this.#forgetIfEmpty(pairing);
  }

  #removeRoute(pairing: Pairing, { scope }: KnownRoute, moment: Moment): void {
    pairing.routes.delete(scope);
    this.#undo(pairing, scope, moment);
  }

  /**
   * What a route was used for ends with it: an attempt, and a session within the process, since nobody else would notice that its
   * publisher has gone, or has another address. A session over a transport goes on.
   */
  #undo(pairing: Pairing, scope: Scope, { now }: Moment): void {
    const isTried = pairing.attempt?.route.scope === scope;
    const isMet = isWithin(pairing.session, scope);
    if (isTried || isMet) pairing.wish.damper.lost(pairing.name, scope, now);
    if (isTried) this.#abandon(pairing);
    if (isMet) this.#endSession(pairing);
  }

  /** The link to the directories above is lost: what they told may have changed when they are back. */
  linkLost(moment: Moment): void {
    for (const pairing of this.#pairings()) {
      for (const route of [...pairing.routes.values()]) {
        if (route.source !== "above") continue;
        route.isStale = true;
        if (route.way.kind === "address") this.#removeRoute(pairing, route, moment);
      }
      this.#advance(pairing, moment);
      this.#forgetIfEmpty(pairing);
    }
  }

  /** Forgets the routes that were not told again since the link to the directories above came back. */
  forgetStale(moment: Moment): void {
    for (const pairing of this.#pairings()) this.#forgetStaleOf(pairing, moment);
  }

  #forgetStaleOf(pairing: Pairing, moment: Moment): void {
    for (const route of [...pairing.routes.values()]) if (route.isStale) this.#removeRoute(pairing, route, moment);
    this.#advance(pairing, moment);
    this.#forgetIfEmpty(pairing);
  }

  #pairings(): Pairing[] {
    return [...this.#wishes.values()].flatMap((wish) => [...wish.byName.values()]);
  }

  /** True when the timer was one of these. */
  timerDue(timer: string, moment: Moment): boolean {
    const owner = this.#timers.get(timer);
    if (owner === undefined) return timer.startsWith("route:");
    this.#timers.delete(timer);
    if ("byName" in owner) {
      const pairings = owner.isOver ? [] : [...owner.byName.values()];
      for (const pairing of pairings) this.#forgetStaleOf(pairing, moment);
    } else {
      owner.timer = null;
      this.#advance(owner, moment);
    }
    return true;
  }

  /** Decides what to do next for one name: open, change over, wait, or nothing. */
  #advance(pairing: Pairing, moment: Moment): void {
    if (pairing.wish.isOver) return;
    const best = this.#bestRoute(pairing, moment.now);
    const { attempt } = pairing;
    if (attempt !== null) {
      const isBeaten = best !== null && isNearer(best.scope, attempt.route.scope);
      if (!isBeaten) return;
      this.#abandon(pairing);
    }
    if (best !== null && isWorthwhile(best, pairing)) this.#begin(pairing, best, moment);
    else this.#scheduleRetry(pairing, moment);
  }

  /** The nearest route that may be tried now. */
  #bestRoute(pairing: Pairing, now: number): KnownRoute | null {
    let best: KnownRoute | null = null;
    for (const route of pairing.routes.values()) {
      if (route.retryAt <= now && (best === null || isNearer(route.scope, best.scope))) best = route;
    }
    return best;
  }

  #begin(pairing: Pairing, route: KnownRoute, moment: Moment): void {
    this.#stopTimer(pairing);
    if (route.way.kind === "address") {
      this.#beginSession(pairing, route, null, moment);
      return;
    }
    const { encrypted } = route.way;
    const ipp = reachedFromHere(route.way.ipp, moment.draw);
    const loop = this.#transports.request(requestFor(pairing, route), { ipp, encrypted, user: this.#userOf(pairing) });
    pairing.attempt = { route, loop };
    if (loop.state === "ready") this.#transports.open(loop);
  }

  /** The publisher is there: the session that there was, further away or with another publication, gives way to this one. */
  #beginSession(pairing: Pairing, route: KnownRoute, loop: Loop | null, moment: Moment): void {
    pairing.attempt = null;
    pairing.suspects.delete(route.publishedId);
    const { name, session, wish } = pairing;
    // One that is not nearer takes over since the other is not listed any more: for the subscriber, that one is lost.
    if (session?.request.scope === route.scope) wish.damper.lost(name, route.scope, moment.now);
    const old = session?.loop ?? null;
    this.#endSession(pairing);
    if (old !== null) this.#transports.retire(old);
    const request = loop?.request ?? requestFor(pairing, route);
    const { way } = route;
    const [publisher, subscriber, openedAt] = way.kind === "address"
      ? [way.publisher, way.subscriber, way.openedAt]
      : [loop!.publisher!, request.subscriberAddress, moment.draw.wall()];
    pairing.session = { request, publisher, openedAt, since: moment.now, loop, subscriber };
    const members = notificationMembers(request);
    const available = new Available({ ...members, publisherAddress: publisher, openedAt });
    this.#effects.forward(pairing.wish.subscriber, available, publisher);
    if (loop === null) {
      const delivered = new Delivered({ ...members, subscriberAddress: subscriber, openedAt });
      this.#effects.forward(publisher, delivered, subscriber);
    }
    this.#advance(pairing, moment);
  }

  /** Ends the session, if there is one, as far as the subscriber is concerned; within the process the publisher hears of it, too. */
  #endSession(pairing: Pairing): void {
    const { session } = pairing;
    if (session === null) return;
    this.#dropped(pairing, session);
    if (session.loop !== null) return;
    const members = notificationMembers(session.request);
    const dropped = new Dropped({ ...members, remoteAddress: session.subscriber, openedAt: session.openedAt });
    this.#effects.forward(session.publisher, dropped, session.subscriber);
  }

  /** Tells the subscriber, once per session. */
  #dropped(pairing: Pairing, session: Session): void {
    pairing.session = null;
    const members = notificationMembers(session.request);
    const dropped = new Dropped({ ...members, remoteAddress: session.publisher, openedAt: session.openedAt });
    this.#effects.forward(pairing.wish.subscriber, dropped, session.publisher);
  }

  #abandon(pairing: Pairing): void {
    const { attempt } = pairing;
    pairing.attempt = null;
    if (attempt === null) return;
    attempt.loop.user = null;
    this.#transports.close(attempt.loop);
  }

  #userOf(pairing: Pairing): LoopUser {
    return {
      loopReady: (loop) => this.#transports.open(loop),
      loopOpened: (loop, moment) => {
        const { attempt } = pairing;
        if (attempt?.loop === loop) this.#beginSession(pairing, attempt.route, loop, moment);
      },
      loopFailed: (loop, reason, moment) => this.#loopFailed(pairing, loop, reason, moment),
      loopLost: (loop, reason, moment) => this.#loopLost(pairing, loop, reason, moment),
      loopClosed: (loop, moment) => {
        if (pairing.session?.loop === loop) this.#sessionOver(pairing, pairing.session, moment);
      },
    };
  }

  #loopFailed(pairing: Pairing, loop: Loop, reason: string, moment: Moment): void {
    const { attempt } = pairing;
    if (attempt?.loop !== loop) return;
    pairing.attempt = null;
    this.#effects.log("trace", `Cannot open a session with "${pairing.name}"[${attempt.route.scope}]: ${reason}`);
    attempt.route.problem = reason;
    this.#postpone(pairing, attempt.route, attempt.route.failures + 1, moment);
    this.#advance(pairing, moment);
    this.#forgetIfEmpty(pairing);
  }

  #loopLost(pairing: Pairing, loop: Loop, reason: string, moment: Moment): void {
    const { session } = pairing;
    if (session?.loop !== loop) return;
    const { scope, publishedId } = session.request;
    pairing.wish.damper.lost(pairing.name, scope, moment.now);
    const route = pairing.routes.get(scope);
    if (route?.publishedId === publishedId) {
      route.problem = `lost: ${reason}`;
      const wasStable = moment.now - session.since >= STABLE_SESSION_MS;
      this.#postpone(pairing, route, wasStable ? 1 : route.failures + 1, moment);
    }
    this.#putAsideDoubtful(pairing, moment);
    this.#sessionOver(pairing, session, moment);
  }

  /** Nobody is to wait for a nearer publisher that has failed before, now that there is no session to wait with. */
  #putAsideDoubtful(pairing: Pairing, moment: Moment): void {
    const { attempt } = pairing;
    if (attempt === null || attempt.route.failures === 0) return;
    this.#abandon(pairing);
    this.#postpone(pairing, attempt.route, attempt.route.failures, moment);
  }

  #sessionOver(pairing: Pairing, session: Session, moment: Moment): void {
    this.#dropped(pairing, session);
    this.#advance(pairing, moment);
    this.#forgetIfEmpty(pairing);
  }

  /** Puts off the next try of a route, the longer the more often it has failed. */
  #postpone(pairing: Pairing, route: KnownRoute, failures: number, moment: Moment): void {
    if (pairing.suspects.size >= SUSPECTS_MAX) pairing.suspects.clear();
    pairing.suspects.add(route.publishedId);
    route.failures = failures;
    const { wish } = pairing;
    const delay = Math.max(
      retryDelay(failures, moment.draw),
      wish.damper.waitFor(pairing.name, route.scope, moment.now),
    );
    route.retryAt = moment.now + delay;
    const mayRenew = wish.renewals.mayBegin(moment.now) && !wish.isOver;
    if (failures < FAILURES_BEFORE_RENEWAL || route.source !== "above" || !mayRenew) return;
    // Nobody may be left who would clear this route: the directory that made it may have lost its memory.
    if (!this.#renew(wish.id)) return;
    wish.renewals.begin(moment.now);
    for (const other of wish.byName.values()) {
      for (const known of other.routes.values()) if (known.source === "above") known.isStale = true;
    }
    this.#startTimer(wish, STALE_ROUTE_MARGIN_MS);
  }

  /** Waits for the first of the routes that would be better than what there is. */
  #scheduleRetry(pairing: Pairing, moment: Moment): void {
    let first = Infinity;
    for (const route of pairing.routes.values()) {
      if (isWorthwhile(route, pairing)) first = Math.min(first, route.retryAt);
    }
    this.#stopTimer(pairing);
    if (first === Infinity) return;
    pairing.timer = this.#startTimer(pairing, Math.max(1, Math.ceil(first - moment.now)));
  }

  #startTimer(owner: Pairing | Wish, milliseconds: number): string {
    const timer = `route:${++this.#timerCount}`;
    this.#timers.set(timer, owner);
    this.#effects.startTimer(timer, milliseconds);
    return timer;
  }

  #stopTimer(pairing: Pairing): void {
    if (pairing.timer === null) return;
    this.#timers.delete(pairing.timer);
    this.#effects.cancelTimer(pairing.timer);
    pairing.timer = null;
  }

  #forgetIfEmpty(pairing: Pairing): void {
    if (pairing.routes.size > 0 || pairing.session !== null || pairing.attempt !== null) return;
    this.#stopTimer(pairing);
    if (pairing.wish.byName.get(pairing.name) !== pairing) return;
    pairing.wish.byName.delete(pairing.name);
    this.#lost++;
  }

  /**
   * The routes of a subscription that are better than its session, or where there is none, and why they are not in use; null for
   * each name that has none.
   *
   * @param isAbout True for the names that they are wanted of.
   */
  *waiting(id: string, isAbout: (name: string) => boolean, now: number): Generator<RouteInWaiting | null, void> {
    for (const pairing of this.#wishes.get(id)?.byName.values() ?? []) {
      yield null;
      if (!isAbout(pairing.name)) continue;
      for (const route of pairing.routes.values()) {
        if (!isWorthwhile(route, pairing)) continue;
        const { name } = pairing;
        const { scope, publishedId } = route;
        const reason = this.#reasonToWait(pairing, route, now);
        yield new RouteInWaiting({ subscribedId: id, publishedId, name, scope, reason });
      }
    }
  }

  #reasonToWait({ wish, name, attempt }: Pairing, route: KnownRoute, now: number): string {
    if (attempt?.route === route) return `${attempt.loop.state} at the moment`;
    const wait = route.retryAt - now;
    if (wait <= 0) return "next in turn";
    const { scope, failures, problem } = route;
    const losses = wish.damper.lossesOf(name, scope, now);
    if (losses > LOSSES_AT_ONCE_MAX) {
      const rate = `after ${LOSSES_AT_ONCE_MAX} losses in a row it is joined once in ${secondsText(LOSS_INTERVAL_MS)}`;
      return `comes and goes, to be joined again in ${secondsText(wait)}: ${rate}`;
    }
    const times = failures === 1 ? "once" : `${failures} times`;
    return `failed ${times}${problem === null ? "" : ` (${problem})`}, to be tried again in ${secondsText(wait)}`;
  }

  /** Finds the subscriptions that have to do with names, step by step. */
  *subscriptionsAbout(isAbout: (name: string) => boolean, effort: Effort, found: (id: string) => void): Steps {
    for (const { id, byName } of this.#wishes.values()) {
      for (const name of byName.keys()) {
        if (!isAbout(name)) continue;
        found(id);
        break;
      }
      if (effort.isSpent) yield;
    }
  }

  /** The sessions of a subscription, for listings. */
  *reports(id: string): Generator<SessionReport, void> {
    for (const pairing of this.#wishes.get(id)?.byName.values() ?? []) {
      const { session, attempt, name } = pairing;
      const loop = session === null ? attempt?.loop ?? null : session.loop;
      const request = session?.request ?? loop?.request ?? null;
      const route = request === null ? undefined : pairing.routes.get(request.scope);
      const shown = request === null || route === undefined ? null : { request, way: route.way };
      yield { name, route: shown, connected: loop?.transport.connected ?? null, isOpen: session !== null };
    }
  }
}

function secondsText(milliseconds: number): string {
  return `${(Math.max(0, milliseconds) / 1000).toFixed(1)} s`;
}

/** True for a session within the process, by the route of that scope. */
function isWithin(session: Session | null, scope: Scope): boolean {
  return session !== null && session.loop === null && session.request.scope === scope;
}

/** True when a route would be an improvement on the session that there is. */
function isWorthwhile(route: KnownRoute, { session, routes }: Pairing): boolean {
  if (session === null) return true;
  const { scope, publishedId } = session.request;
  if (isNearer(route.scope, scope)) return true;
  // The session's own publication is no longer what its directory says: another one of that scope takes its place.
  return route.scope === scope && routes.get(scope) === route && route.publishedId !== publishedId;
}

function wayOf(message: RouteOverLoop | RouteToAddress): Way | null {
  if (message instanceof RouteOverLoop) {
    return isReachable(message.ipp) ? { kind: "loop", ipp: message.ipp, encrypted: message.encrypted === true } : null;
  }
  const { subscriberAddress: subscriber, publisherAddress: publisher, openedAt } = message;
  if (!isAddress(subscriber) || !isAddress(publisher) || openedAt === null) return null;
  return { kind: "address", subscriber, publisher, openedAt };
}

function isSameWay(one: Way, other: Way): boolean {
  if (one.kind === "address" || other.kind === "address") {
    return one.kind === "address" && other.kind === "address" && one.publisher === other.publisher &&
      one.subscriber === other.subscriber;
  }
  return one.ipp.host === other.ipp.host && one.ipp.port === other.ipp.port && one.encrypted === other.encrypted;
}

function requestFor(pairing: Pairing, route: KnownRoute): LoopRequest {
  const { wish, name } = pairing;
  const { id: routeId, scope, publishedId } = route;
  return { name, scope, routeId, subscribedId: wish.id, publishedId, subscriberAddress: wish.subscriber };
}

function notificationMembers(request: LoopRequest) {
  const { name, scope, routeId, subscribedId, publishedId } = request;
  return { name, scope, routeId, subscribedId, publishedId };
}

function retryDelay(failures: number, draw: Draw): number {
  const base = Math.min(ROUTE_AGAIN_MS.max, ROUTE_AGAIN_MS.first * 2 ** Math.min(failures - 1, 16));
  return Math.round(base * (0.75 + 0.5 * draw.float()));
}
