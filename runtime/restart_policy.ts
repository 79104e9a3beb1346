// This module performs no I/O.

/** When something that ended is made again: pauses by RetryIntervals, a limit of intensity, a fresh start after a healthy run. */

import { type RetryIntervals, retryPauses } from "./process/retry.ts";

/** What restarts are limited by, besides their pauses. Nothing by default, as in the original. */
export interface RestartLimits {
  /** More restarts than so many within `withinSeconds` are refused; null for no limit. @default {null} */
  readonly restartsMax?: number | null;
  /** The time for `restartsMax`. @default {60} */
  readonly withinSeconds?: number;
  /** A run of so many seconds is a healthy one, after which the pauses begin anew; null for never. @default {null} */
  readonly healthySeconds?: number | null;
}

/** Where `restartsMax` counts if nobody says. */
const WITHIN_SECONDS = 60;

/** Decides on the restarts of one thing. Times are milliseconds of a clock that never goes back. */
export class RestartPolicy {
  readonly #retry: RetryIntervals;
  readonly #limits: RestartLimits;
  readonly #random: (bound: number) => number;
  #pauses: Generator<number, void>;
  /** When the latest restarts were decided. */
  #recent: number[] = [];

  /** @param random A whole number in [0, bound). */
  constructor(retry: RetryIntervals, limits: RestartLimits, random: (bound: number) => number) {
    this.#retry = retry;
    this.#limits = limits;
    this.#random = random;
    this.#pauses = retryPauses(retry, random);
  }

  /**
   * Decides after an end.
   *
   * @param now The moment of the end.
   * @param startedAt When that run began.
   * @returns Seconds until the next run, or null when there is to be none.
   */
  next(now: number, startedAt: number): number | null {
    const { healthySeconds = null, restartsMax = null, withinSeconds = WITHIN_SECONDS } = this.#limits;
    if (healthySeconds !== null && now - startedAt >= healthySeconds * 1000) {
      this.#pauses = retryPauses(this.#retry, this.#random);
    }
    if (restartsMax !== null) {
      this.#recent = this.#recent.filter((moment) => now - moment < withinSeconds * 1000);
      if (this.#recent.length >= restartsMax) return null;
      this.#recent.push(now);
    }
    return this.#pauses.next().value ?? null;
  }
}
