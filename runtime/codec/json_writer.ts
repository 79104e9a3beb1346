// This module performs no I/O.

/** {@link Word} to JSON text, exactly as the original writes it: pure ASCII, floats always with a point or an exponent. */

import { type Word, WordFloat } from "../types/word.ts";
import { refuse } from "./codec_error.ts";
import { INTEGER_DIGITS_MAX, WORD_DEPTH_WRITE_MAX } from "./limits.ts";

/** How to lay out JSON. */
export interface WordLayout {
  /** Spaces per level; null for one line. */
  readonly indent: number | null;
  /** Between items. */
  readonly separator: string;
  /** Between a name and its value. */
  readonly colon: string;
  /** Members in the order of their names instead of their own. */
  readonly sorted: boolean;
}

/** One line without spaces: the wire. */
export const COMPACT: WordLayout = { indent: null, separator: ",", colon: ":", sorted: false };
/** One line with spaces: what a child process prints. */
export const ONE_LINE: WordLayout = { indent: null, separator: ", ", colon: ": ", sorted: false };
/** Indented, members in their order: what a process prints for people. */
export const INDENTED: WordLayout = { indent: 4, separator: ",", colon: ": ", sorted: false };
/** Indented, members sorted: files, and the typed output. */
export const INDENTED_SORTED: WordLayout = { indent: 4, separator: ",", colon: ": ", sorted: true };

/**
 * Writes a word as JSON text.
 *
 * @throws {Refusal} For what JSON, or the original's reader, can't hold.
 */
export function writeWord(word: Word, layout: WordLayout = COMPACT): string {
  return writeNested(word, layout, 0);
}

function writeNested(word: unknown, layout: WordLayout, depth: number): string {
  switch (typeof word) {
    case "string":
      return quote(word);
    case "number":
      return Number.isSafeInteger(word) ? String(word) : floatText(word);
    case "boolean":
      return word ? "true" : "false";
    case "bigint":
      return integerText(word);
    case "object":
      if (word === null) return "null";
      if (word instanceof WordFloat) return floatText(word.value);
      if (depth >= WORD_DEPTH_WRITE_MAX) refuse(`nested deeper than ${WORD_DEPTH_WRITE_MAX} levels`);
      if (Array.isArray(word)) return writeList(word, layout, depth);
      if (word instanceof Map) return writeObject([...word], layout, depth);
      if (isRecord(word)) return writeObject(Object.entries(word), layout, depth);
  }
  refuse(`expected JSON, got ${describe(word)}`);
}

function isRecord(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function writeList(items: readonly unknown[], layout: WordLayout, depth: number): string {
  if (items.length === 0) return "[]";
  const [open, between, close] = breaks(layout, depth);
  let text = "[" + open;
  for (let i = 0; i < items.length; i++) {
    if (i > 0) text += between;
    text += writeNested(items[i], layout, depth + 1);
  }
  return text + close + "]";
}

function writeObject(members: [unknown, unknown][], layout: WordLayout, depth: number): string {
  if (members.length === 0) return "{}";
  if (layout.sorted) members.sort((a, b) => compareNames(String(a[0]), String(b[0])));
  const [open, between, close] = breaks(layout, depth);
  let text = "{" + open;
  for (let i = 0; i < members.length; i++) {
    const [name, value] = members[i]!;
    if (typeof name !== "string") refuse(`expected a member name, got ${describe(name)}`);
    if (i > 0) text += between;
    text += quote(name) + layout.colon + writeNested(value, layout, depth + 1);
  }
  return text + close + "}";
}

/** What stands after the opening bracket, between items, and before the closing bracket. */
function breaks(layout: WordLayout, depth: number): readonly [string, string, string] {
  if (layout.indent === null) return ["", layout.separator, ""];
  const inner = "\n" + " ".repeat(layout.indent * (depth + 1));
  return [inner, layout.separator + inner, "\n" + " ".repeat(layout.indent * depth)];
}

/** Orders by code points, as the original does (UTF-16 units differ from them above U+FFFF). */
function compareNames(a: string, b: string): number {
  const left = [...a], right = [...b];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const difference = left[i]!.codePointAt(0)! - right[i]!.codePointAt(0)!;
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** Characters that are looked at one by one; a pattern is faster for longer texts. */
const SHORT_TEXT = 32;
// deno-lint-ignore no-control-regex -- control characters are what it looks for
const TO_ESCAPE = /["\\\x00-\x1f\x7f-\uffff]/;
const NOT_ASCII = /[\x7f-\uffff]/g;

/** A JSON string in pure ASCII. */
export function quote(text: string): string {
  return isPlain(text) ? '"' + text + '"' : JSON.stringify(text).replace(NOT_ASCII, escapeUnit);
}

/** True for a text that stands in quotes as it is. */
export function isPlain(text: string): boolean {
  const { length } = text;
  if (length > SHORT_TEXT) return !TO_ESCAPE.test(text);
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code > 0x7e || code === 0x22 || code === 0x5c) return false;
  }
  return true;
}

function escapeUnit(unit: string): string {
  return "\\u" + unit.charCodeAt(0).toString(16).padStart(4, "0");
}

/** A float, as the original prints it: shortest form, always with a point or an exponent. */
export function floatText(value: number): string {
  const size = value < 0 ? -value : value;
  if (size >= 1e-4 && size < 1e16) {
    return Math.trunc(value) === value ? value + ".0" : "" + value;
  }
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  if (Number.isNaN(value)) return "NaN";
  if (size === Infinity) return value > 0 ? "Infinity" : "-Infinity";
  const text = value.toExponential();
  return text.at(-2) === "-" || text.at(-2) === "+" ? `${text.slice(0, -1)}0${text.at(-1)}` : text;
}

/** A whole number of any size. */
export function integerText(value: bigint): string {
  const text = value.toString();
  if (text.length > INTEGER_DIGITS_MAX + (value < 0n ? 1 : 0)) {
    refuse(`number of ${text.length} digits, at most ${INTEGER_DIGITS_MAX} are written`);
  }
  return text;
}

/** Names what a value is, for error texts. */
export function describe(value: unknown): string {
  switch (typeof value) {
    case "string":
      return "a text";
    case "number":
      return Number.isInteger(value) ? "a whole number" : "a number with a fraction";
    case "bigint":
      return "a whole number";
    case "boolean":
      return "a boolean";
    case "undefined":
      return "undefined";
    case "function":
      return "a function";
    case "symbol":
      return "a symbol";
  }
  if (value === null) return "null";
  if (value instanceof WordFloat) return "a number with a fraction";
  if (Array.isArray(value)) return "a list";
  if (value instanceof Map) return "an object";
  const name = (value as { constructor?: { name?: unknown } }).constructor?.name;
  return typeof name === "string" && name !== "" && name !== "Object" ? `a ${name}` : "an object";
}
