// This module performs no I/O.

/** The table of pointed-to values that one encoding collects. */

import type { Portable } from "../types/portable.ts";
import { refuse } from "./codec_error.ts";
import { quote } from "./json_writer.ts";

/** First number of an alias, as in the original. */
const ALIAS_FIRST = 1100;
/** The alias space where nobody gives randomness: texts that stay alone, such as files. */
const ALIAS_SPACE_DEFAULT = "00000000-0000-4000-8000-000000000000";
/** Stands in for the third item of an Any until all pointers are known; can't occur in the text otherwise. */
const MARK = "\u0001";

/** Pointed-to values by alias. Aliases are kept quoted. */
export class PointerGraph {
  readonly #uuid: (() => string) | undefined;
  #space = "";
  #next = ALIAS_FIRST;
  /** Aliases by type, then by identity. */
  readonly #aliases = new Map<string | Portable<unknown>, Map<unknown, string>>();
  /** Text of each value, in order of first meeting; empty while being written. */
  readonly #table = new Map<string, string>();
  /** The same for values that came with unknown ones. */
  readonly #adopted = new Map<string, string>();
  /** All aliases met so far, in the order of the text. */
  readonly #met: string[] = [];
  /** Aliases that stand in each pointed-to value. */
  readonly #inside = new Map<string, readonly string[]>();
  /** For each mark in the text, the aliases that stand in its Any. */
  readonly #marked: (readonly string[])[] = [];

  constructor(uuid: (() => string) | undefined) {
    this.#uuid = uuid;
  }

  /** The alias of a value that was met before. */
  known(type: string | Portable<unknown>, value: unknown): string | undefined {
    const alias = this.#aliases.get(type)?.get(value);
    if (alias !== undefined) this.#met.push(alias);
    return alias;
  }

  /** True while the value of an alias is being written. */
  isOpen(alias: string): boolean {
    return this.#table.get(alias) === "";
  }

  /** A new alias. */
  add(type: string | Portable<unknown>, value: unknown): string {
    if (this.#space === "") this.#space = this.#uuid?.() ?? ALIAS_SPACE_DEFAULT;
    let alias;
    do alias = `"${this.#next++}:${this.#space}"`; while (this.#adopted.has(alias));
    const known = this.#aliases.get(type);
    if (known === undefined) this.#aliases.set(type, new Map([[value, alias]]));
    else known.set(value, alias);
    this.#table.set(alias, "");
    this.#met.push(alias);
    return alias;
  }

  /** The text of a value that was added; `start` is what {@link begin} gave before it was written. */
  fill(alias: string, text: string, start: number): void {
    this.#table.set(alias, text);
    this.#inside.set(alias, this.#met.slice(start));
  }

  /** Takes over a value that arrived earlier, its alias unchanged; returns that. */
  adopt(alias: string, text: string): string {
    const quoted = quote(alias);
    const held = this.#adopted.get(quoted) ?? this.#table.get(quoted);
    if (held !== undefined && held !== text) refuse(`two unknown values use the alias ${quoted} differently`);
    this.#adopted.set(quoted, text);
    this.#met.push(quoted);
    return quoted;
  }

  /** A point in the text, for {@link aliasesSince}. */
  begin(): number {
    return this.#met.length;
  }

  /** The third item of an Any that began at `start`. */
  aliasesSince(start: number): string {
    if (start === this.#met.length) return "[]";
    this.#marked.push(this.#met.slice(start));
    return `${MARK}${this.#marked.length - 1}${MARK}`;
  }

  /** The whole text. Every Any lists all aliases that can be reached from it. */
  envelope(text: string): string {
    const entries = [...this.#adopted, ...this.#table].map(([alias, word]) => `[${alias},${word}]`);
    return this.#fillMarks(`{"value":${text},"pointer":[${entries.join(",")}]}`);
  }

  #fillMarks(text: string): string {
    if (this.#marked.length === 0) return text;
    const parts = text.split(MARK);
    for (let i = 1; i < parts.length; i += 2) parts[i] = this.#reachable(this.#marked[Number(parts[i])]!);
    return parts.join("");
  }

  #reachable(direct: readonly string[]): string {
    const found = new Set(direct);
    for (const alias of found) {
      for (const further of this.#inside.get(alias) ?? []) found.add(further);
    }
    return `[${[...found].join(",")}]`;
  }
}
