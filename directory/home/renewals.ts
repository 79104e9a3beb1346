// This module performs no I/O.

/**
 * When the home of a subscription asks all directories above for its routes anew. Each time they tell them all, so it is not
 * done often, and less often where it helps nothing since a publisher is listed that cannot be reached. But a few times it is done
 * soon after the last one: what has failed since may have been told after that, by directories that are gone as well.
 */

import { RENEWAL_INTERVAL_MS, RENEWAL_PAUSE_MS, RENEWALS_AT_ONCE_MAX, STALE_ROUTE_MARGIN_MS } from "../bounds.ts";

/** The renewals of one subscription. */
export class Renewals {
  #begunAt = -Infinity;
  /** How many count at the time of the last one. */
  #counted = 0;

  /** True while routes that are still there have the time to be told again. */
  isUnderWay(now: number): boolean {
    return now - this.#begunAt < STALE_ROUTE_MARGIN_MS;
  }

  /** True where another one may begin. */
  mayBegin(now: number): boolean {
    return now - this.#begunAt >= RENEWAL_PAUSE_MS && this.#countedAt(now) <= RENEWALS_AT_ONCE_MAX - 1;
  }

  /** Another one begins. */
  begin(now: number): void {
    this.#counted = this.#countedAt(now) + 1;
    this.#begunAt = now;
  }

  /** One is forgotten in each interval. */
  #countedAt(now: number): number {
    return Math.max(0, this.#counted - (now - this.#begunAt) / RENEWAL_INTERVAL_MS);
  }
}
