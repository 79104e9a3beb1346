// This module performs no I/O.

/**
 * Holds back those who come and go. A publisher that is started over and over, or publishes and clears in a loop, would have
 * its subscribers dropped and rejoined as often; so would two publishers of one name that are cut off and come back in turns.
 * So the loss of a session counts against its name at its scope, and it is a loss, too, when another publication takes over
 * there, or when a session in the making comes to nothing since its publication is gone. Some losses in a row cost nothing,
 * more of them make the next session there wait. Meanwhile the subscriber keeps what it has: the session with the publication
 * before, as long as its connection holds, or one further away, which is not held back.
 */

import type { Scope } from "../../runtime/mod.ts";
import { LOSS_INTERVAL_MS, LOSSES_AT_ONCE_MAX, RESTLESS_NAMES_MAX } from "../bounds.ts";

/** Losses that still count, and since when they have been worn away. */
interface Restless {
  losses: number;
  at: number;
}

/** The losses of one subscription. */
export class Damper {
  readonly #restless = new Map<string, Restless>();

  /** Counts the loss of a session, or of one in the making, that nobody here wanted to end. */
  lost(name: string, scope: Scope, now: number): void {
    const key = keyOf(name, scope);
    const losses = this.#lossesAt(key, now);
    // Last in the order of the map: the first one is that which has been quiet for longest.
    this.#restless.delete(key);
    this.#restless.set(key, { losses: losses + 1, at: now });
    // Two are looked at for each that comes, so that those that have been quiet are soon forgotten.
    let looks = 2;
    for (const oldest of this.#restless.keys()) {
      const isOfUse = this.#lossesAt(oldest, now) > 0 && this.#restless.size <= RESTLESS_NAMES_MAX;
      if (isOfUse || looks-- === 0) break;
      this.#restless.delete(oldest);
    }
  }

  /** How many names are remembered. */
  get size(): number {
    return this.#restless.size;
  }

  /** Milliseconds until a session with the name at that scope may begin; 0 for at once. */
  waitFor(name: string, scope: Scope, now: number): number {
    const losses = this.#lossesAt(keyOf(name, scope), now);
    return losses <= LOSSES_AT_ONCE_MAX ? 0 : Math.ceil((losses - LOSSES_AT_ONCE_MAX) * LOSS_INTERVAL_MS);
  }

  /** How many losses count at this moment, the latest ones. */
  lossesOf(name: string, scope: Scope, now: number): number {
    return Math.ceil(this.#lossesAt(keyOf(name, scope), now));
  }

  /** One loss is forgotten in each interval. */
  #lossesAt(key: string, now: number): number {
    const restless = this.#restless.get(key);
    if (restless === undefined) return 0;
    return Math.max(0, restless.losses - (now - restless.at) / LOSS_INTERVAL_MS);
  }
}

function keyOf(name: string, scope: Scope): string {
  return `${scope} ${name}`;
}
