// This module performs no I/O.

/** The way of one connection in one direction: that of its processes, as long as both hosts have the addresses that it goes by. */

import type { Passage } from "./link.ts";
import type { NetworkConditions } from "./options.ts";
import type { SeededRandom } from "./prng.ts";

/** A way that is of no use while one of its hosts has another address. */
export class Path implements Passage {
  readonly label: string;
  readonly #way: Passage;
  readonly #isCurrent: () => boolean;

  /** @param isCurrent True while both ends have their addresses. */
  constructor(way: Passage, isCurrent: () => boolean) {
    this.label = way.label;
    this.#way = way;
    this.#isCurrent = isCurrent;
  }

  get conditions(): NetworkConditions {
    return this.#way.conditions;
  }

  get isBlocked(): boolean {
    return this.#way.isBlocked || !this.#isCurrent();
  }

  get breakAfterMs(): number {
    return this.#way.breakAfterMs;
  }

  chance(probability: number): boolean {
    return this.#way.chance(probability);
  }

  forkRandom(): SeededRandom {
    return this.#way.forkRandom();
  }

  delay(random?: SeededRandom): number {
    return this.#way.delay(random);
  }

  /** What is held is sent again whenever the way is free: what then meets no address is held anew. */
  hold(resend: () => void): void {
    this.#way.hold(resend);
  }
}
