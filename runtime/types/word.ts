// This module performs no I/O.

/** JSON as the wire has it: whole numbers and numbers with a fraction are different things, and whole ones are exact. */

import type { Word } from "./portable.ts";

export type { Word };

/** A JSON number with a point or an exponent, as opposed to a whole number. */
export class WordFloat {
  /** Holds a number. */
  constructor(
    /** The number. */
    readonly value: number,
  ) {}
}

/** True for a list. */
export function isList(word: Word): word is readonly Word[] {
  return Array.isArray(word);
}
