// This module performs no I/O.

/**
 * How much work may be done before others get their turn. Work is counted, not timed: the same history takes the same turns,
 * wherever it runs. A unit is a microsecond on a small server, more or less.
 */

/** Units for a look at a name or search that needs no expression. */
export const LOOK_UNITS = 1;
/** Units for applying an expression to a name, and for each eight characters of the name. */
export const TEST_UNITS = 1;
export const TEST_CHARACTERS_PER_UNIT = 8;
/** Units for compiling an expression, and for each of its characters and classes with repeats written out. */
export const COMPILE_UNITS = 40;
export const COMPILE_UNITS_PER_SIZE = 3;

/** Work that may still be done. */
export class Effort {
  #left: number;

  /** @param units How much; without a bound where nobody says. */
  constructor(units: number = Infinity) {
    this.#left = units;
  }

  /** Units that may still be spent; below zero when the last piece of work was more than was left. */
  get left(): number {
    return this.#left;
  }

  /** True when others should have their turn. */
  get isSpent(): boolean {
    return this.#left <= 0;
  }

  /** Begins a turn. */
  renew(units: number): void {
    this.#left = units;
  }

  /** Counts work that was done. */
  spend(units: number): void {
    this.#left -= units;
  }
}
