// This module performs no I/O.

/** JSON as the wire has it: whole numbers and numbers with a fraction are different things, and whole ones are exact. */

/** A JSON number with a point or an exponent, as opposed to a whole number. */
export class WordFloat {
  constructor(readonly value: number) {}
}

/** A parsed JSON value. Whole numbers are `number` within ±(2^53 - 1), else `bigint`; objects are maps in member order. */
export type Word = null | boolean | string | number | bigint | WordFloat | readonly Word[] | ReadonlyMap<string, Word>;

/** True for a list. */
export function isList(word: Word): word is readonly Word[] {
  return Array.isArray(word);
}
