// This module performs no I/O.

/** Compiled expressions take kilobytes each, so only so many are kept; one that is needed again is compiled again. */

/** Compiled expressions that one directory keeps: some 50 MB at most, where classes are of the usual size. */
export const COMPILED_SEARCHES_MAX = 10_000;

/** Something that holds a compiled expression. */
export interface ExpressionHolder {
  /** Gives it up. */
  forget(): void;
}

/** Who knows how many expressions are compiled. */
export interface Expressions {
  /** Takes note of one that has just been compiled. */
  keep(holder: ExpressionHolder): void;
}

/** For patterns that are few. */
export const NO_SHELF: Expressions = { keep() {} };

/** Keeps the expressions that were compiled last. */
export class ExpressionShelf implements Expressions {
  readonly #places: (ExpressionHolder | undefined)[] = [];
  readonly #count: number;
  #next = 0;

  /** @param count How many to keep. */
  constructor(count: number = COMPILED_SEARCHES_MAX) {
    this.#count = count;
  }

  keep(holder: ExpressionHolder): void {
    this.#places[this.#next]?.forget();
    this.#places[this.#next] = holder;
    this.#next = (this.#next + 1) % this.#count;
  }
}
