// This module performs no I/O.

/**
 * Guards what was reached: rows whose ratio to a floor of the same run fell far below the recorded one. Ratios say little about the
 * machine, but a busy one still spoils some: a row counts as fallen when it falls each time it is measured.
 */

import type { Figure } from "./aims.ts";

/** How a ratio may differ from the recorded one: it may fall to this part of it. */
const PART_MIN = 2 / 3;

/** Measurements of a row before it counts as fallen. */
const ATTEMPTS = 3;

/** A recorded row. */
export interface RecordedRow {
  readonly part: string;
  readonly row: string;
  /** To the floor; more is better, unless the row is a time. */
  readonly ratio: number;
}

/** What became of a row. */
export interface Verdict {
  readonly recorded: RecordedRow;
  /** The best of all measurements. */
  readonly ratio: number;
  readonly isFallen: boolean;
}

/** True for a row of which less is better. */
function isTime({ unit }: Figure): boolean {
  return unit === "s";
}

/** Measures a row until it is as good as recorded, within the limit, or has fallen for good. */
export async function guard(recorded: RecordedRow, measure: (row: RecordedRow) => Promise<Figure>): Promise<Verdict> {
  let best: number | null = null;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const figure = await measure(recorded);
    const { ratio } = figure;
    if (ratio === undefined) throw new Error(`Cannot guard "${recorded.row}": it has no floor`);
    const isBetter = best === null || (isTime(figure) ? ratio < best : ratio > best);
    if (isBetter) best = ratio;
    const isGood = isTime(figure) ? best! * PART_MIN <= recorded.ratio : best! >= recorded.ratio * PART_MIN;
    if (isGood) return { recorded, ratio: best!, isFallen: false };
  }
  return { recorded, ratio: best!, isFallen: true };
}
