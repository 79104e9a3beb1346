// This module performs no I/O.

/** A search made ready to be applied to names. */

import { RE2JS } from "re2js";
import { translateSearch } from "./dialect.ts";
import { SearchError } from "./search_error.ts";

/** The longest search that is taken, in UTF-16 code units. */
export const SEARCH_LENGTH_MAX = 1024;
/** The longest name that is taken, in UTF-16 code units. */
export const NAME_LENGTH_MAX = 1024;

/** How a search finds its names: by being the name, by its literal start, or by trying each. */
export type SearchKind = "literal" | "prefix" | "scan";

/**
 * A search made ready. Whole names match, case counts, and the cost of a match is linear in the length of the name. The
 * expression itself is compiled when a name needs it, since that is a hundred times the cost of reading the search, and
 * most directories only pass most searches on.
 */
export class SearchPattern {
  readonly kind: SearchKind;
  /** The one name of a literal search, or what every matching name starts with. */
  readonly prefix: string;
  readonly #isOpenEnded: boolean;
  readonly #expression: string;
  #compiled: RE2JS | null = null;

  /** @throws {SearchError} Saying why the search can't be used. */
  constructor(readonly search: string) {
    if (search.length > SEARCH_LENGTH_MAX) {
      throw new SearchError(`search of ${search.length} characters, expected at most ${SEARCH_LENGTH_MAX}`);
    }
    const { text, literal, prefix, isOpenEnded } = translateSearch(search);
    this.kind = literal !== null ? "literal" : prefix !== "" ? "prefix" : "scan";
    this.prefix = literal ?? prefix;
    this.#isOpenEnded = isOpenEnded;
    this.#expression = text;
  }

  /** True when the whole name matches. */
  matches(name: string): boolean {
    if (this.kind === "literal") return name === this.prefix;
    if (!name.startsWith(this.prefix)) return false;
    if (this.#isOpenEnded) return !name.includes("\n", this.prefix.length);
    // The translation bounds size and depth more tightly than RE2 does, so that this can't fail.
    this.#compiled ??= RE2JS.compile(this.#expression);
    return this.#compiled.testExact(name);
  }
}

/** A search made ready, or why it can't be. */
export function compileSearch(search: string): SearchPattern | SearchError {
  try {
    return new SearchPattern(search);
  } catch (error) {
    if (error instanceof SearchError) return error;
    throw error;
  }
}
