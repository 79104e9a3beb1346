// This module performs no I/O.

/** Pauses between attempts: first some explicit ones, then one that repeats, each with some randomness. */

import { registerAll } from "../messages/signals.ts";
import { Message } from "../types/message.ts";
import { Float8, Integer8, VectorOf } from "../types/portable.ts";

/**
 * How to space attempts. Units: seconds.
 *
 * First come `firstSteps`, then `regularSteps` for ever (none if null). A `stepLimit` of n allows n attempts, thus
 * n - 1 pauses; null sets no limit. With `randomized`, each pause is prolonged by a random multiple of it, up to the
 * pause times `truncated` (up to the pause itself if that is null).
 */
export class RetryIntervals extends Message({
  firstSteps: VectorOf(Float8),
  regularSteps: Float8,
  stepLimit: Integer8,
  randomized: Float8,
  truncated: Float8,
}) {
  /** True when there is no pause at all. */
  get isEmpty(): boolean {
    return this.firstSteps.length === 0 && this.regularSteps === null;
  }
}

registerAll("retry_intervals", { RetryIntervals });

/**
 * The pauses of a {@link RetryIntervals} in seconds, one after the other.
 *
 * @param random A whole number in [0, bound).
 */
export function* retryPauses(retry: RetryIntervals, random: (bound: number) => number): Generator<number, void> {
  let left = retry.stepLimit === null ? Infinity : retry.stepLimit - 1;
  for (const pause of plainPauses(retry)) {
    if (left-- < 1) return;
    yield prolonged(pause, retry, random);
  }
}

function* plainPauses(retry: RetryIntervals): Generator<number, void> {
  yield* retry.firstSteps;
  if (retry.regularSteps === null) return;
  while (true) yield retry.regularSteps;
}

function prolonged(pause: number, retry: RetryIntervals, random: (bound: number) => number): number {
  const { randomized, truncated } = retry;
  // A step of nothing, or backwards, prolongs nothing.
  if (randomized === null || !(randomized > 0)) return pause;
  const most = truncated === null ? pause : pause * truncated;
  const steps = Math.max(0, Math.floor(most / randomized));
  return pause + random(steps + 1) * randomized;
}
