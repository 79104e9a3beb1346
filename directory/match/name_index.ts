// This module performs no I/O.

/** Finds the names that a search matches: one look for a literal, those with its literal start for most others. */

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

  /** All values with a name that the search matches. */
  matching(pattern: SearchPattern): V[] {
    if (pattern.kind === "literal") {
      const only = this.#names.get(pattern.prefix);
      return only === undefined ? [] : [only];
    }
    const found: V[] = [];
    this.#names.visitBelow(pattern.prefix, (value) => {
      if (pattern.matches(value.name)) found.push(value);
    });
    return found;
  }
}
