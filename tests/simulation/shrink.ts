/** Makes a case that fails smaller while it still fails: fewer steps, fewer seats. */

import { planOf } from "./course.ts";
import { type Case, runCase } from "./run_seed.ts";
import { shapeOf } from "./shape.ts";

/** Cases that are tried at most. */
const TRIES_MAX = 400;

/**
 * The smallest case that was found to fail as the given one does, in some way.
 *
 * @param isFailing Runs a case
 */
export async function shrink(
  found: Case,
  isFailing: (tried: Case) => Promise<boolean> = async (tried) => (await runCase(tried)).problems.length > 0,
): Promise<Case> {
  const shape = shapeOf(found.seed);
  let tries = 0;
  let best = found;
  const attempt = async (tried: Case): Promise<boolean> => {
    if (++tries > TRIES_MAX || !await isFailing(tried)) return false;
    best = tried;
    return true;
  };
  const allSteps = planOf(shape).flat().map(({ index }) => index);
  for (let size = -1; size !== sizeOf(best);) {
    size = sizeOf(best);
    await withFewer([...best.only ?? allSteps], (only) => attempt({ ...best, only: new Set(only) }));
    // Directories come before those below them, so that whole branches are tried first.
    for (const index of shape.seats.keys()) {
      const without = best.without ?? new Set<number>();
      if (!without.has(index)) await attempt({ ...best, without: new Set([...without, index]) });
    }
  }
  return best;

  function sizeOf({ only, without }: Case): number {
    return (only?.size ?? allSteps.length) + shape.seats.length - (without?.size ?? 0);
  }
}

/** Leaves out items, first many at once, then one by one. */
async function withFewer<T>(items: T[], attempt: (fewer: readonly T[]) => Promise<boolean>): Promise<void> {
  for (let count = items.length; count >= 1; count = Math.floor(count / 2)) {
    for (let at = 0; at < items.length;) {
      const fewer = [...items.slice(0, at), ...items.slice(at + count)];
      if (fewer.length < items.length && await attempt(fewer)) items = fewer;
      else at += count;
    }
  }
}
