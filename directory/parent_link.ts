// This module performs no I/O.

/** The one link upward: where it leads, when it is made, and when it is made again. */

import type { AddressValue as Address, HostPort, Scope } from "../runtime/mod.ts";
import {
  ADDRESS_AGAIN_MS,
  NEED_LISTED_MS,
  PROVEN_PLACE_ATTEMPTS,
  STABLE_LINK_MS,
  STALE_ROUTE_MARGIN_MS,
  WAITING_OBJECTS_MAX,
} from "./bounds.ts";
import type { Effects, Moment } from "./effects.ts";
import { DirectoryOpened } from "./messages.ts";
import {
  defaultParents,
  longestReconnect,
  type Neighbourhood,
  neighbourhoodOf,
  reconnectDelay,
} from "./parent_address.ts";
import { isWider } from "./scope.ts";

/** The timer before the next attempt to connect, or to find out where to. */
export const RECONNECT_TIMER = "reconnect";

type LinkState = "unset" | "connecting" | "up" | "waiting";

/** What a link is made with. */
export interface ParentLinkOptions {
  readonly scope: Scope;
  readonly encrypted: boolean;
  /** The configured parent, or null to find one when it is needed. */
  readonly parent: HostPort | null;
  /** True while something is listed that is for a parent. */
  readonly isNeeded: () => boolean;
}

/**
 * The link from a directory to its parent.
 *
 * A host that was not told where its parent is derives that from the address of its machine. It may have none yet, since it is
 * started before the network is, and another one later, so it looks again: in growing intervals while it has none, and before
 * each attempt to connect.
 */
export class ParentLink {
  readonly #scope: Scope;
  readonly #encrypted: boolean;
  readonly #effects: Effects;
  readonly #isNeeded: () => boolean;
  /** True for a link whose places follow from the address of this machine. */
  readonly #isByAddress: boolean;
  /** Places to try, the current one first. */
  #places: HostPort[];
  /** The same as they were found, the nearest first. */
  #derived: readonly HostPort[] = [];
  /** How often in a row this machine had no address that tells. */
  #searches = 0;
  /** When a parent was last asked for. */
  #neededAt = -Infinity;
  /** Where hosts turned out to be, by what they are called in the places: a name does not tell. */
  readonly #found = new Map<string, Neighbourhood>();
  #state: LinkState = "unset";
  #proxy: Address | null = null;
  #attempts = 0;
  /** How many of the places have failed since the last wait. */
  #placesTried = 0;
  /** True while the first place is one where the parent was found, and has not failed too often since. */
  #isProven = false;
  #connectedAt = 0;
  /** Objects that asked for the link to be tried. */
  #waiting = new Set<Address>();

  constructor(effects: Effects, { scope, encrypted, parent, isNeeded }: ParentLinkOptions) {
    this.#effects = effects;
    this.#scope = scope;
    this.#encrypted = encrypted;
    this.#isNeeded = isNeeded;
    this.#isByAddress = parent === null && scope === "HOST";
    this.#places = parent === null ? [] : [parent];
  }

  /** The proxy of the parent while it is connected. */
  get proxy(): Address | null {
    return this.#proxy;
  }

  /** Where the parent is, or null where that is not known yet. */
  get address(): HostPort | null {
    return this.#places[0] ?? null;
  }

  /** Connects to a configured parent. */
  start(): void {
    if (this.#places.length > 0) this.#connect();
  }

  /** A listing of this scope needs a parent: finds one if there is none yet. */
  need(scope: Scope, moment: Moment): void {
    if (!isWider(scope, this.#scope)) return;
    this.#neededAt = moment.now;
    if (this.#places.length > 0 || this.#state !== "unset") return;
    this.#searches = 0;
    this.#seek(moment);
  }

  /** Connects to where the parent may be, or waits until this machine has an address that tells. */
  #seek(moment: Moment): void {
    if (this.#findPlaces(moment)) {
      this.#searches = 0;
      return this.#connect();
    }
    this.#state = "unset";
    if (!this.#isByAddress || !this.#isWanted(moment)) return;
    this.#state = "waiting";
    const { first, max } = ADDRESS_AGAIN_MS;
    this.#effects.startTimer(RECONNECT_TIMER, Math.min(max, first * 2 ** Math.min(this.#searches++, 20)));
  }

  /** Once there was a place it is tried for ever; until then only while there is something to be told there. */
  #isWanted({ now }: Moment): boolean {
    return this.#places.length > 0 || this.#isNeeded() || now - this.#neededAt < NEED_LISTED_MS;
  }

  /** True where there are places to try. Those that follow from another address than before begin anew. */
  #findPlaces({ draw }: Moment): boolean {
    if (this.#places.length > 0 && !this.#isByAddress) return true;
    const primary = { address: draw.primaryAddress(), prefixBits: draw.primaryPrefixBits() };
    const places = defaultParents(this.#scope, primary);
    if (places.length === 0 || isSame(places, this.#derived)) return places.length > 0;
    this.#derived = places;
    this.#places = places;
    this.#found.clear();
    this.#attempts = 0;
    this.#isProven = false;
    return true;
  }

  #connect(): void {
    this.#state = "connecting";
    const ipp = this.#places[0]!;
    const keepAlive = neighbourhoodOf(ipp.host ?? "") !== "loopback";
    this.#effects.add({ kind: "connectParent", ipp, encrypted: this.#encrypted, keepAlive });
  }

  /** @param remote The other end, by number; null where that is not known. */
  connected(proxy: Address, remote: HostPort | null, moment: Moment): void {
    if (remote?.host) this.#found.set(this.#host, neighbourhoodOf(remote.host));
    this.#state = "up";
    this.#proxy = proxy;
    this.#connectedAt = moment.now;
    this.#isProven = true;
    this.#placesTried = 0;
    this.#effects.cancelTimer(RECONNECT_TIMER);
    this.#answer();
  }

  /** The link could not be made, or has ended. */
  lost(moment: Moment): void {
    const wasUp = this.#state === "up";
    if (wasUp && moment.now - this.#connectedAt >= STABLE_LINK_MS) this.#attempts = 0;
    this.#proxy = null;
    this.#state = "waiting";
    if (this.#attempts >= PROVEN_PLACE_ATTEMPTS) this.#isProven = false;
    // A parent that was found comes back where it was. Until it is found, all places are tried in turn, without a wait.
    if (!this.#isProven) {
      const [tried, ...others] = this.#places;
      this.#places = [...others, tried!];
      if (!wasUp && ++this.#placesTried < this.#places.length) return this.#connect();
    }
    this.#placesTried = 0;
    const wait = { neighbourhood: this.#neighbourhood, attempts: this.#attempts++, isFound: this.#isProven };
    const delay = reconnectDelay(wait, moment.draw.float());
    this.#effects.startTimer(RECONNECT_TIMER, delay);
    this.#answer();
  }

  /** The wait is over. */
  reconnect(moment: Moment): void {
    if (this.#state === "waiting") this.#seek(moment);
  }

  /** How long after a new link routes may still be told again by directories whose children come back late. Milliseconds. */
  get renewalMilliseconds(): number {
    return longestReconnect(this.#neighbourhood) + STALE_ROUTE_MARGIN_MS;
  }

  /** What the current place calls its host. */
  get #host(): string {
    return this.#places[0]?.host ?? "";
  }

  get #neighbourhood(): Neighbourhood {
    return this.#found.get(this.#host) ?? neighbourhoodOf(this.#host);
  }

  /** An object asks for the link to be tried; it is told when that has been done, whatever came of it. */
  openFor(object: Address, scope: Scope, moment: Moment): void {
    this.need(scope, moment);
    if (this.#state === "connecting" && this.#waiting.size < WAITING_OBJECTS_MAX) this.#waiting.add(object);
    else this.#effects.send(object, new DirectoryOpened());
  }

  #answer(): void {
    for (const object of this.#waiting) this.#effects.send(object, new DirectoryOpened());
    this.#waiting = new Set();
  }
}

function isSame(places: readonly HostPort[], others: readonly HostPort[]): boolean {
  return places.length === others.length && places.every(({ host }, at) => host === others[at]!.host);
}
