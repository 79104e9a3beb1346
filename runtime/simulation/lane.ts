// This module performs no I/O.

/** The way from one process to another: that of their hosts, with a cut of its own. */

import { Cut } from "./cut.ts";
import type { Link, Passage } from "./link.ts";
import type { NetworkConditions } from "./options.ts";
import type { SeededRandom } from "./prng.ts";

/** One direction between two processes, on one host or on two. */
export class Lane implements Passage {
  /** Hosts and processes, `alpha/client > beta/server`. */
  readonly label: string;
  readonly #link: Link;
  readonly #cut = new Cut();

  constructor(label: string, link: Link) {
    this.label = label;
    this.#link = link;
  }

  get conditions(): NetworkConditions {
    return this.#link.conditions;
  }

  /** True when nothing gets through between the processes, or between their hosts. */
  get isBlocked(): boolean {
    return this.#cut.isClosed || this.#link.isBlocked;
  }

  get breakAfterMs(): number {
    return this.#cut.breakAfterMs ?? this.#link.breakAfterMs;
  }

  chance(probability: number): boolean {
    return this.#link.chance(probability);
  }

  forkRandom(): SeededRandom {
    return this.#link.forkRandom();
  }

  delay(random?: SeededRandom): number {
    return this.#link.delay(random);
  }

  /** Lets nothing through from now on; false if that was so. */
  cut(breakAfterMs: number | null): boolean {
    return this.#cut.close(breakAfterMs);
  }

  /** Ends a partition of the processes; false if there was none. */
  heal(): boolean {
    const wasCut = this.#cut.open();
    // What meets a partition of the hosts next is held there.
    this.#cut.release();
    return wasCut;
  }

  hold(resend: () => void): void {
    if (this.#cut.isClosed) this.#cut.hold(resend);
    else this.#link.hold(resend);
  }
}
