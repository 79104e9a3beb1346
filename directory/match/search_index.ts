// This module performs no I/O.

/** Finds the searches that a name matches, at the cost of what matches and of the searches without a literal start. */

import type { Effort } from "./effort.ts";
import { PrefixTree } from "./prefix_tree.ts";
import type { SearchPattern } from "./search_pattern.ts";

/** Values of type `V` filed under searches; a value of one search is held once, and searches that hold none are forgotten. */
export class SearchIndex<V extends object> {
  readonly #bySearch = new Map<string, Entry<V>>();
  readonly #literals = new Map<string, Set<Entry<V>>>();
  readonly #prefixes = new PrefixTree<Set<Entry<V>>>();
  readonly #scanned = new Set<Entry<V>>();

  /** How many searches are filed. */
  get size(): number {
    return this.#bySearch.size;
  }

  /** The pattern of a search that is filed already. */
  patternOf(search: string): SearchPattern | undefined {
    return this.#bySearch.get(search)?.pattern;
  }

  /** What is filed under a search. */
  valuesOf(search: string): Iterable<V> {
    return this.#bySearch.get(search)?.values ?? [];
  }

  add(pattern: SearchPattern, value: V): void {
    let entry = this.#bySearch.get(pattern.search);
    if (entry === undefined) {
      entry = { pattern, values: new Set() };
      this.#bySearch.set(pattern.search, entry);
      this.#file(entry);
    }
    entry.values.add(value);
  }

  delete(search: string, value: V): void {
    const entry = this.#bySearch.get(search);
    if (entry === undefined || !entry.values.delete(value) || entry.values.size > 0) return;
    this.#bySearch.delete(search);
    this.#unfile(entry);
  }

  /**
   * Calls `found` with all values of searches that match the name. It stops whenever the effort is spent, and goes on with
   * the next step; what has come and gone meanwhile is seen or not.
   */
  *matching(name: string, effort: Effort, found: (value: V) => void): Generator<void, void> {
    const shelves = [this.#scanned];
    this.#prefixes.visitAlong(name, (entries) => void shelves.push(entries));
    const literals = this.#literals.get(name);
    if (literals !== undefined) shelves.push(literals);
    for (let shelf = shelves.pop(); shelf !== undefined; shelf = shelves.pop()) {
      for (const { pattern, values } of shelf) {
        if (pattern.matches(name, effort)) {
          for (const value of values) {
            found(value);
            if (effort.isSpent) yield;
          }
        }
        if (effort.isSpent) yield;
      }
    }
  }

  #file(entry: Entry<V>): void {
    const { kind, prefix } = entry.pattern;
    if (kind === "scan") {
      this.#scanned.add(entry);
      return;
    }
    const shelf = kind === "literal" ? this.#literals : this.#prefixes;
    const entries = shelf.get(prefix);
    if (entries === undefined) shelf.set(prefix, new Set([entry]));
    else entries.add(entry);
  }

  #unfile(entry: Entry<V>): void {
    const { kind, prefix } = entry.pattern;
    if (kind === "scan") {
      this.#scanned.delete(entry);
      return;
    }
    const shelf = kind === "literal" ? this.#literals : this.#prefixes;
    const entries = shelf.get(prefix);
    entries?.delete(entry);
    if (entries?.size === 0) shelf.delete(prefix);
  }
}

interface Entry<V> {
  readonly pattern: SearchPattern;
  readonly values: Set<V>;
}
