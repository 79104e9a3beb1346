// This module performs no I/O.

/** The one link upward: where it leads, when it is made, and when it is made again. */

import type { AddressValue as Address, HostPort, Scope } from "../runtime/mod.ts";
import { PROVEN_PLACE_ATTEMPTS, STABLE_LINK_MS, STALE_ROUTE_MARGIN_MS, WAITING_OBJECTS_MAX } from "./bounds.ts";
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

/** The timer before the next attempt to connect. */
export const RECONNECT_TIMER = "reconnect";

type LinkState = "unset" | "connecting" | "up" | "waiting";

/** The link from a directory to its parent. */
export class ParentLink {
  readonly #scope: Scope;
  readonly #encrypted: boolean;
  readonly #effects: Effects;
  /** Places to try, the current one first. */
  #places: HostPort[];
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

  /** @param parent The configured parent, or null to find one when it is needed. */
  constructor(effects: Effects, options: { scope: Scope; encrypted: boolean; parent: HostPort | null }) {
    this.#effects = effects;
    this.#scope = options.scope;
    this.#encrypted = options.encrypted;
    this.#places = options.parent === null ? [] : [options.parent];
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
    if (this.#places.length > 0 || !isWider(scope, this.#scope)) return;
    const { draw } = moment;
    const primary = { address: draw.primaryAddress(), prefixBits: draw.primaryPrefixBits() };
    this.#places = defaultParents(this.#scope, primary);
    this.start();
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

  reconnect(): void {
    if (this.#state === "waiting") this.#connect();
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
