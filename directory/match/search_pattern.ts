// This module performs no I/O.

/** A search made ready to be applied to names. */

import { RE2JS } from "re2js";
import { type NameKind, translateSearch } from "./dialect.ts";
import {
  COMPILE_UNITS,
  COMPILE_UNITS_PER_SIZE,
  Effort,
  LOOK_UNITS,
  TEST_CHARACTERS_PER_UNIT,
  TEST_UNITS,
} from "./effort.ts";
import { type Expressions, NO_SHELF } from "./expressions.ts";
import { SearchError } from "./search_error.ts";

/** The longest search that is taken, in UTF-16 code units. */
export const SEARCH_LENGTH_MAX = 1024;
/** The longest name that is taken, in UTF-16 code units. */
export const NAME_LENGTH_MAX = 1024;

/** How a search finds its names: by being the name, by its literal start, or by trying each. */
export type SearchKind = "literal" | "prefix" | "scan";

const ASCII = /^\p{ASCII}*$/u;
const UNBOUNDED = new Effort();

/**
 * A search made ready. Whole names match, case counts, and the cost of a match is linear in the length of the name. The
 * expression itself is compiled when a name needs it, since that is a hundred times the cost of reading the search, and
 * most directories only pass most searches on. Few names need it: those without the literal texts that every match has are
 * told apart before.
 */
export class SearchPattern {
  readonly kind: SearchKind;
  /** The one name of a literal search, or what every matching name starts with. */
  readonly prefix: string;
  readonly #suffix: string;
  /** What every matching name has somewhere; empty where prefix and suffix say as much. */
  readonly #core: string;
  readonly #isOpenEnded: boolean;
  readonly #size: number;
  readonly #expressions: Expressions;
  /** The expression as RE2 has it, by the kind of names that it is for. */
  #compiled: Partial<Record<NameKind, RE2JS>> | null = null;

  /**
   * Reads a search.
   *
   * @param expressions Where compiled expressions are kept; for ever where nobody says.
   * @throws {SearchError} Saying why the search can't be used.
   */
  constructor(readonly search: string, expressions: Expressions = NO_SHELF) {
    if (search.length > SEARCH_LENGTH_MAX) {
      throw new SearchError(`search of ${search.length} characters, expected at most ${SEARCH_LENGTH_MAX}`);
    }
    const { literal, prefix, suffix, core, size, isOpenEnded } = translateSearch(search);
    this.kind = literal !== null ? "literal" : prefix !== "" ? "prefix" : "scan";
    this.prefix = literal ?? prefix;
    this.#suffix = suffix;
    this.#core = prefix.includes(core) || suffix.includes(core) ? "" : core;
    this.#isOpenEnded = isOpenEnded;
    this.#size = size;
    this.#expressions = expressions;
  }

  /**
   * True when the whole name matches.
   *
   * @param effort Pays for it.
   */
  matches(name: string, effort: Effort = UNBOUNDED): boolean {
    effort.spend(LOOK_UNITS);
    if (this.kind === "literal") return name === this.prefix;
    if (!name.startsWith(this.prefix)) return false;
    if (this.#isOpenEnded) return !name.includes("\n", this.prefix.length);
    if (!name.endsWith(this.#suffix) || !name.includes(this.#core)) return false;
    effort.spend(TEST_UNITS + name.length / TEST_CHARACTERS_PER_UNIT);
    return this.#expressionFor(ASCII.test(name) ? "ascii" : "any", effort).testExact(name);
  }

  #expressionFor(names: NameKind, effort: Effort): RE2JS {
    if (this.#compiled === null) {
      this.#compiled = {};
      this.#expressions.keep(this);
    }
    return this.#compiled[names] ??= this.#compile(names, effort);
  }

  /** The translation bounds size and depth more tightly than RE2 does, so that this can't fail. */
  #compile(names: NameKind, effort: Effort): RE2JS {
    effort.spend(COMPILE_UNITS + COMPILE_UNITS_PER_SIZE * this.#size);
    return RE2JS.compile(translateSearch(this.search, names).text);
  }

  /** @internal Gives up the compiled expression until it is needed again. */
  forget(): void {
    this.#compiled = null;
  }
}

/** A search made ready, or why it can't be. */
export function compileSearch(search: string, expressions?: Expressions): SearchPattern | SearchError {
  try {
    return new SearchPattern(search, expressions);
  } catch (error) {
    if (error instanceof SearchError) return error;
    throw error;
  }
}
