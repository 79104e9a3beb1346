// This module performs no I/O.

/** Finds the searches that a name matches, at the cost of what matches and of the searches without a literal start. */

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

  /** All values of searches that match the name. */
  matching(name: string): V[] {
    const found: V[] = [];
    const collect = (entry: Entry<V>) => {
      for (const value of entry.values) found.push(value);
    };
    this.#literals.get(name)?.forEach(collect);
    const test = (entry: Entry<V>) => {
      if (entry.pattern.matches(name)) collect(entry);
    };
    this.#prefixes.visitAlong(name, (entries) => entries.forEach(test));
    this.#scanned.forEach(test);
    return found;
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
