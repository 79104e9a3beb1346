/** A time with some randomness, so that many who wait don't act at once. */

import type { Actor } from "../actor.ts";

/**
 * A period times a random percentage.
 *
 * @param self The actor whose world draws.
 * @param period Any unit.
 * @param percent How far the result may be from the period, to either side. @default {25}
 */
export function spreadOut(self: Actor, period: number, percent = 25): number {
  return period * (100 - percent + self.kernel.world.random.integer(2 * percent)) / 100;
}
