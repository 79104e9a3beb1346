// This module performs no I/O.

import { OWN_ADDRESS_MS } from "./bounds.ts";
import type { Chores, Steps } from "./chores.ts";
import type { Effects, Moment } from "./effects.ts";
import type { Listings } from "./listings.ts";
import { isOfThisMachine } from "./reach.ts";
import type { Publication } from "./records.ts";
import type { Routes } from "./routes.ts";

/** The timer after which the address is looked at again. */
export const OWN_ADDRESS_TIMER = "own address";

/** What is needed for it. */
export interface OwnAddressParts {
  readonly chores: Chores;
  readonly effects: Effects;
  readonly listings: Listings;
  readonly routes: Routes;
}

/**
 * The address of the LAN directory's own machine, at which others reach what is published there. A machine is told no event when it
 * gets one, or another one, so it is looked at as long as it matters: then the publications are matched anew.
 */
export class OwnAddress {
  readonly #parts: OwnAddressParts;
  /** Publications of this machine. */
  readonly #publications = new Set<Publication>();
  #last: string | null = null;
  #isMissed = false;
  #isWatched = false;

  constructor(parts: OwnAddressParts) {
    this.#parts = parts;
  }

  /** A publication is listed, or has another address. */
  listed(publication: Publication, { draw }: Moment): void {
    const { effects, listings } = this.#parts;
    if (listings.scope !== "LAN") return;
    if (!isOfThisMachine(publication.ipp)) return this.removed(publication);
    this.#publications.add(publication);
    if (this.#isWatched) return;
    this.#isWatched = true;
    this.#last = draw.primaryAddress();
    effects.startTimer(OWN_ADDRESS_TIMER, OWN_ADDRESS_MS);
  }

  /** A publication is listed no more. */
  removed(publication: Publication): void {
    this.#publications.delete(publication);
  }

  /** A match could not be made since this machine has no address. */
  missed(): void {
    this.#isMissed = true;
  }

  /** Looks again. */
  timerDue({ draw }: Moment): void {
    const { chores, effects } = this.#parts;
    this.#isWatched = this.#publications.size > 0;
    if (!this.#isWatched) return;
    effects.startTimer(OWN_ADDRESS_TIMER, OWN_ADDRESS_MS);
    const address = draw.primaryAddress();
    if (address === null || (address === this.#last && !this.#isMissed)) return;
    this.#last = address;
    this.#isMissed = false;
    chores.begin(OWN_ADDRESS_TIMER, this.#matchingSteps());
  }

  *#matchingSteps(): Steps {
    const { chores, listings, routes } = this.#parts;
    for (const publication of this.#publications) {
      if (listings.winnerOf(publication.name) !== publication) continue;
      routes.clear(publication, chores.moment);
      routes.addPublication(publication);
      if (chores.effort.isSpent) yield;
    }
  }
}
