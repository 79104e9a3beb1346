// This module performs no I/O.

/** Finds the names that a search matches: one look for a literal, those with its literal start for most others. */

import type { Effort } from "./effort.ts";
import { PrefixTree } from "./prefix_tree.ts";
import type { SearchPattern } from "./search_pattern.ts";

/** Values of type `V` by their names. */
export class NameIndex<V extends { readonly name: string }> {
  readonly #names = new PrefixTree<V>();

  get size(): number {
    return this.#names.size;
  }

  get(name: string): V | undefined {
    return this.#names.get(name);
  }

  add(value: V): void {
    this.#names.set(value.name, value);
  }

  delete(name: string): void {
    this.#names.delete(name);
  }

  /**
   * Calls `found` with all values whose names the search matches. It stops whenever the effort is spent, and goes on with the
   * next step; what has come and gone meanwhile is seen or not.
   */
  *matching(pattern: SearchPattern, effort: Effort, found: (value: V) => void): Generator<void, void> {
    if (pattern.kind === "literal") {
      const only = this.#names.get(pattern.prefix);
      if (only !== undefined) found(only);
      return;
    }
    let last: string | null = null;
    const visit = (value: V): boolean => {
      last = value.name;
      if (pattern.matches(value.name, effort)) found(value);
      return !effort.isSpent;
    };
    while (!this.#names.visitBelow(pattern.prefix, last, visit)) yield;
  }
}
