// This module performs no I/O.

/**
 * Searches are written in the dialect of Python's `re`; they are run by RE2, in linear time. This file reads the one and
 * writes the other, with the same meaning for whole matches, or refuses with a reason. On the way it finds out which
 * literal text every match starts with, ends with, and has in it.
 *
 * Refused, as RE2 has no such thing: back references, look-around, conditions, atomic groups, possessive repeats, and
 * repeats of more than a thousand. `\b` and `\B` go by the word characters of ASCII.
 */

import {
  ASCII_CLASSES,
  ASCII_CLASSES_IN_ASCII,
  type EscapeClasses,
  notWordClass,
  pointText,
  rangeText,
  UNICODE_CLASSES,
  UNICODE_CLASSES_IN_ASCII,
  WORD,
} from "./code_points.ts";
import { SearchError } from "./search_error.ts";

/** The greatest count in a repeat, as in RE2. */
export const REPEAT_COUNT_MAX = 1000;
/** How deep groups may stand in one another. */
export const GROUP_DEPTH_MAX = 100;
/** How large an expression may be with its repeats written out, in characters and classes. */
export const EXPRESSION_SIZE_MAX = 1000;

/** A search in RE2's dialect, and what is known of it. */
export interface Translated {
  readonly text: string;
  /** The only name that matches, where there is just one. */
  readonly literal: string | null;
  /** What every matching name starts with. */
  readonly prefix: string;
  /** What every matching name ends with. */
  readonly suffix: string;
  /** What every matching name has somewhere: the longest such text. */
  readonly core: string;
  /** How large it is with its repeats written out, which is what it costs to compile. */
  readonly size: number;
  /** True when every name that starts with the prefix matches, as long as the rest has no line feed. */
  readonly isOpenEnded: boolean;
}

/** A part of an expression. */
interface Part {
  readonly text: string;
  readonly size: number;
  /** The only text that matches, or null. */
  readonly literal: string | null;
  /** What every matching text starts with, ends with, and has somewhere. */
  readonly prefix: string;
  readonly suffix: string;
  readonly core: string;
  readonly kind: "atom" | "repeat" | "anchor" | "end";
}

interface Flags {
  readonly ascii: boolean;
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
  readonly verbose: boolean;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const FLAG_NAMES: Readonly<Record<string, keyof Flags>> = {
  a: "ascii",
  i: "ignoreCase",
  m: "multiline",
  s: "dotAll",
  x: "verbose",
};
const NO_FLAGS: Flags = { ascii: false, ignoreCase: false, multiline: false, dotAll: false, verbose: false };
const CONTROL: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };
const HEX_DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };
const EMPTY: Part = { text: "", size: 0, literal: "", prefix: "", suffix: "", core: "", kind: "atom" };
const OCTAL_MAX = 0o377;

/** Which names a translation is for. */
export type NameKind = "any" | "ascii";

/**
 * Translates a search.
 *
 * @param names With "ascii" the translation is for names of ASCII alone: classes are those of ASCII, as what is beyond it does
 * not occur. That makes expressions with `\d` or `\w` a tenth as large, and as quick to compile.
 * @throws {SearchError} When Python would refuse it, or RE2 has no such thing.
 */
export function translateSearch(search: string, names: NameKind = "any"): Translated {
  return new Reader(search, names).readAll();
}

class Reader {
  readonly #points: readonly string[];
  #at = 0;
  #depth = 0;
  #flags = NO_FLAGS;
  readonly #groupNames = new Set<string>();

  constructor(search: string, readonly names: NameKind) {
    if (!search.isWellFormed()) throw new SearchError("Cannot read the search: it holds half of a surrogate pair");
    this.#points = [...search];
  }

  readAll(): Translated {
    const branches = this.#branches();
    if (!this.#isAtEnd) throw this.#refusal("unbalanced parenthesis");
    const only = branches.length === 1 ? trimAnchors(branches[0]!) : undefined;
    const whole = only === undefined ? alternation(branches.map(sequence)) : sequence(only);
    const last = only?.at(-1);
    const isOpenEnded = last?.text === ".*" && sequence(only!.slice(0, -1)).literal !== null;
    const { text, literal, prefix, suffix, core, size } = whole;
    return { text, literal, prefix, suffix, core, size, isOpenEnded };
  }

  get #isAtEnd(): boolean {
    return this.#at >= this.#points.length;
  }

  get #next(): string | undefined {
    return this.#points[this.#at];
  }

  #take(): string {
    const point = this.#points[this.#at++];
    if (point === undefined) throw this.#refusal("unexpected end of pattern");
    return point;
  }

  #takeIf(point: string): boolean {
    if (this.#next !== point) return false;
    this.#at++;
    return true;
  }

  #refusal(reason: string): SearchError {
    return new SearchError(`${reason} at position ${Math.min(this.#at, this.#points.length)}`);
  }

  /** The alternatives up to a closing parenthesis or the end, each as its items. */
  #branches(): Part[][] {
    const branches: Part[][] = [];
    do branches.push(this.#items(this.#depth === 0 && branches.length === 0)); while (this.#takeIf("|"));
    return branches;
  }

  #items(mayHoldGlobalFlags: boolean): Part[] {
    const items: Part[] = [];
    let size = 0;
    while (!this.#isAtEnd && this.#next !== "|" && this.#next !== ")") {
      if (this.#flags.verbose && this.#skipVerbose()) continue;
      const start = this.#at;
      const bounds = this.#repeatBounds();
      if (bounds !== null) {
        const once = items.pop();
        const repeated = this.#repeat(once, bounds);
        items.push(repeated);
        size += repeated.size - once!.size;
      } else {
        this.#at = start;
        const item = this.#item(mayHoldGlobalFlags && items.length === 0);
        if (item !== null) items.push(item);
        size += item?.size ?? 0;
      }
      if (size > EXPRESSION_SIZE_MAX) {
        throw this.#refusal(`expression larger than ${EXPRESSION_SIZE_MAX} when written out`);
      }
    }
    return items;
  }

  #skipVerbose(): boolean {
    if (/[ \t\n\r\v\f]/.test(this.#next!)) {
      this.#at++;
      return true;
    }
    if (!this.#takeIf("#")) return false;
    while (!this.#isAtEnd && this.#take() !== "\n");
    return true;
  }

  /** The bounds of a repeat that stands here, or null where none does (then the position is not restored). */
  #repeatBounds(): readonly [number, number] | null {
    switch (this.#take()) {
      case "*":
        return [0, Infinity];
      case "+":
        return [1, Infinity];
      case "?":
        return [0, 1];
      case "{":
        return this.#braceBounds();
      default:
        return null;
    }
  }

  #braceBounds(): readonly [number, number] | null {
    if (this.#next === "}") return null;
    const low = this.#digits();
    const high = this.#takeIf(",") ? this.#digits() : low;
    if (!this.#takeIf("}")) return null;
    const bounds = [low === "" ? 0 : Number(low), high === "" ? Infinity : Number(high)] as const;
    if (bounds[1] < bounds[0]) throw this.#refusal("min repeat greater than max repeat");
    if (bounds[0] > REPEAT_COUNT_MAX || (bounds[1] > REPEAT_COUNT_MAX && bounds[1] !== Infinity)) {
      throw this.#refusal(`repeat of more than ${REPEAT_COUNT_MAX}`);
    }
    return bounds;
  }

  #digits(): string {
    let digits = "";
    while (this.#next !== undefined && /^[0-9]$/.test(this.#next)) digits += this.#take();
    return digits;
  }

  #repeat(item: Part | undefined, [low, high]: readonly [number, number]): Part {
    if (item === undefined || item.kind === "anchor" || item.kind === "end") throw this.#refusal("nothing to repeat");
    if (item.kind === "repeat") throw this.#refusal("multiple repeat");
    if (this.#next === "+") throw this.#refusal("possessive repeats are not supported");
    this.#takeIf("?"); // Lazy or greedy is the same for whole matches.
    const copies = Math.max(1, high === Infinity ? low : high);
    const isSure = low > 0;
    return {
      text: item.text === "" ? "" : `${item.text}${repeatText(low, high)}`,
      size: Math.max(1, item.size) * copies,
      literal: low === high && item.literal !== null ? item.literal.repeat(low) : null,
      prefix: isSure ? item.prefix : "",
      suffix: isSure ? item.suffix : "",
      core: isSure ? item.core : "",
      kind: "repeat",
    };
  }

  #item(mayHoldGlobalFlags: boolean): Part | null {
    const point = this.#take();
    switch (point) {
      case "(":
        return this.#group(mayHoldGlobalFlags);
      case "[":
        return this.#bracket();
      case "\\":
        return this.#escape();
      case ".":
        return atom(this.#flags.dotAll ? "(?s:.)" : ".");
      case "^":
        return anchor(this.#flags.multiline ? "(?m:^)" : "\\A", "anchor");
      case "$":
        return anchor(this.#flags.multiline ? "(?m:$)" : "\\z", "end");
      default:
        return this.#character(point.codePointAt(0)!);
    }
  }

  #character(point: number): Part {
    if (this.#flags.ignoreCase) return atom(`(?i:${pointText(point)})`);
    const literal = String.fromCodePoint(point);
    return {
      text: pointText(point),
      size: 1,
      literal,
      prefix: literal,
      suffix: literal,
      core: literal,
      kind: "atom",
    };
  }

  #group(mayHoldGlobalFlags: boolean): Part | null {
    const outer = this.#flags;
    if (this.#takeIf("?") && this.#groupKind(mayHoldGlobalFlags) === "nothing") return null;
    if (++this.#depth > GROUP_DEPTH_MAX) throw this.#refusal(`groups more than ${GROUP_DEPTH_MAX} deep`);
    const parts = this.#branches().map(sequence);
    if (!this.#takeIf(")")) throw this.#refusal("missing ), unterminated subpattern");
    this.#depth--;
    this.#flags = outer;
    const inner = parts.length === 1 ? parts[0]! : alternation(parts);
    return { ...inner, text: parts.length === 1 ? `(?:${inner.text})` : inner.text, kind: "atom" };
  }

  /** Reads what follows `(?`, and says whether a group follows that. */
  #groupKind(mayHoldGlobalFlags: boolean): "group" | "nothing" {
    const point = this.#take();
    switch (point) {
      case ":":
        return "group";
      case "P":
        this.#groupName();
        return "group";
      case "#":
        while (this.#take() !== ")");
        return "nothing";
      case "=":
      case "!":
        throw this.#refusal("look-ahead is not supported");
      case ">":
        throw this.#refusal("atomic groups are not supported");
      case "(":
        throw this.#refusal("conditions are not supported");
      case "<":
        throw this.#refusal(/^[=!]$/.test(this.#next ?? "") ? "look-behind is not supported" : "unknown extension ?<");
      default:
        this.#at--;
        return this.#flagGroup(mayHoldGlobalFlags);
    }
  }

  #groupName(): void {
    if (this.#takeIf("=")) throw this.#refusal("back references are not supported");
    if (!this.#takeIf("<")) throw this.#refusal("unknown extension ?P");
    let name = "";
    while (!this.#takeIf(">")) name += this.#take();
    if (!/^[\p{ID_Start}_]\p{ID_Continue}*$/u.test(name)) throw this.#refusal(`bad group name "${name}"`);
    if (this.#groupNames.has(name)) throw this.#refusal(`redefinition of group name "${name}"`);
    this.#groupNames.add(name);
  }

  #flagGroup(mayHoldGlobalFlags: boolean): "group" | "nothing" {
    const on = this.#flagLetters();
    const off = this.#takeIf("-") ? this.#flagLetters() : null;
    const end = this.#take();
    const isOdd = off === null
      ? on === ""
      : off === "" || /[au]/.test(off) || [...off].some((letter) => on.includes(letter));
    if (isOdd || (end !== ":" && end !== ")") || (/a/.test(on) && /u/.test(on))) {
      throw this.#refusal("unknown extension ?");
    }
    const flags: Mutable<Flags> = { ...this.#flags };
    for (const letter of on) {
      if (letter === "u") flags.ascii = false;
      else flags[FLAG_NAMES[letter]!] = true;
    }
    for (const letter of off ?? "") flags[FLAG_NAMES[letter]!] = false;
    const isGlobal = end === ")";
    if (isGlobal && (off !== null || !mayHoldGlobalFlags)) {
      throw this.#refusal("global flags not at the start of the expression");
    }
    this.#flags = flags;
    return isGlobal ? "nothing" : "group";
  }

  #flagLetters(): string {
    let letters = "";
    while (this.#next !== undefined && (Object.hasOwn(FLAG_NAMES, this.#next) || this.#next === "u")) {
      letters += this.#take();
    }
    return letters;
  }

  #escape(): Part {
    if (this.#isAtEnd) throw this.#refusal("bad escape (end of pattern)");
    const letter = this.#take();
    switch (letter) {
      case "A":
        return anchor("\\A", "anchor");
      case "Z":
        return anchor("\\z", "end");
      case "b":
      case "B":
        return { ...atom(`\\${letter}`), kind: "anchor" };
      default: {
        const standing = this.#standing(letter);
        return standing === null ? this.#character(this.#escapedPoint(letter, false)) : atom(standing);
      }
    }
  }

  /** The class of an escape letter, outside of a bracket; null where the letter names none. */
  #standing(letter: string): string | null {
    if (!isClassLetter(letter)) return null;
    return letter === "W" && this.#classes.W === null ? `[^${WORD}]` : `[${this.#classes[letter]}]`;
  }

  /** The class of an escape letter, for the inside of a bracket; null where the letter names none. */
  #category(letter: string): string | null {
    return isClassLetter(letter) ? this.#classes[letter] ?? notWordClass() : null;
  }

  get #classes(): EscapeClasses {
    if (this.names === "ascii") return this.#flags.ascii ? ASCII_CLASSES_IN_ASCII : UNICODE_CLASSES_IN_ASCII;
    return this.#flags.ascii ? ASCII_CLASSES : UNICODE_CLASSES;
  }

  /** The code point that an escape stands for. */
  #escapedPoint(letter: string, inBracket: boolean): number {
    if (inBracket && letter === "b") return 8;
    if (Object.hasOwn(CONTROL, letter)) return CONTROL[letter]!;
    if (Object.hasOwn(HEX_DIGITS, letter)) return this.#hexPoint(letter);
    if (/^[0-9]$/.test(letter)) return this.#octalPoint(letter, inBracket);
    if (letter === "N") throw this.#refusal("named characters are not supported");
    if (/^[A-Za-z]$/.test(letter)) throw this.#refusal(`bad escape \\${letter}`);
    return letter.codePointAt(0)!;
  }

  #hexPoint(letter: string): number {
    let digits = "";
    for (let count = HEX_DIGITS[letter]!; count > 0; count--) digits += this.#take();
    const point = /^[0-9A-Fa-f]+$/.test(digits) ? parseInt(digits, 16) : NaN;
    const isValid = point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff);
    if (!isValid) throw this.#refusal(`bad escape \\${letter}${digits}`);
    return point;
  }

  #octalPoint(first: string, inBracket: boolean): number {
    let digits = first;
    const isOctal = (text: string | undefined) => text !== undefined && /^[0-7]$/.test(text);
    const isWhole = isOctal(first) && isOctal(this.#next) && isOctal(this.#points[this.#at + 1]);
    if (!isWhole && first !== "0" && !inBracket) throw this.#refusal("back references are not supported");
    if (!isOctal(first)) throw this.#refusal(`bad escape \\${first}`);
    while (digits.length < 3 && isOctal(this.#next)) digits += this.#take();
    const point = parseInt(digits, 8);
    if (point > OCTAL_MAX) throw this.#refusal(`octal escape value \\${digits} outside of range 0-0o377`);
    return point;
  }

  #bracket(): Part {
    const isNegated = this.#takeIf("^");
    const members: string[] = [];
    while (true) {
      if (this.#isAtEnd) throw this.#refusal("unterminated character set");
      if (members.length > 0 && this.#takeIf("]")) break;
      const low = this.#bracketMember();
      if (!this.#takeIf("-")) members.push(memberText(low));
      else if (this.#takeIf("]")) {
        members.push(memberText(low), pointText(0x2d));
        break;
      } else {
        if (this.#isAtEnd) throw this.#refusal("unterminated character set");
        const high = this.#bracketMember();
        if (typeof low === "string" || typeof high === "string" || high < low) {
          throw this.#refusal("bad character range");
        }
        members.push(rangeText(low, high));
      }
    }
    const text = `[${isNegated ? "^" : ""}${members.join("")}]`;
    return atom(this.#flags.ignoreCase ? `(?i:${text})` : text);
  }

  /** A code point, or the text of a class. */
  #bracketMember(): number | string {
    const point = this.#take();
    if (point !== "\\") return point.codePointAt(0)!;
    if (this.#isAtEnd) throw this.#refusal("bad escape (end of pattern)");
    const letter = this.#take();
    return this.#category(letter) ?? this.#escapedPoint(letter, true);
  }
}

function isClassLetter(letter: string): letter is keyof EscapeClasses {
  return /^[dDsSwW]$/.test(letter);
}

function memberText(member: number | string): string {
  return typeof member === "string" ? member : pointText(member);
}

function repeatText(low: number, high: number): string {
  if (low === 0) return high === Infinity ? "*" : high === 1 ? "?" : `{0,${high}}`;
  if (high === Infinity) return low === 1 ? "+" : `{${low},}`;
  return low === high ? `{${low}}` : `{${low},${high}}`;
}

function atom(text: string): Part {
  return { text, size: 1, literal: null, prefix: "", suffix: "", core: "", kind: "atom" };
}

function anchor(text: string, kind: "anchor" | "end"): Part {
  return { ...atom(text), kind };
}

/** For whole matches a start at the start and an end at the end say nothing. */
function trimAnchors(items: readonly Part[]): Part[] {
  let first = 0;
  let end = items.length;
  while (first < end && (items[first]!.text === "\\A" || items[first]!.text === "(?m:^)")) first++;
  while (end > first && items[end - 1]!.kind === "end") end--;
  return items.slice(first, end);
}

function sequence(items: readonly Part[]): Part {
  if (items.length === 0) return EMPTY;
  let text = "";
  let prefix = "";
  let size = 0;
  let isLiteral = true;
  /** Literal text right before the next item, and the longest such text so far. */
  let run = "";
  let core = "";
  for (const item of items) {
    text += item.text;
    size += item.size;
    if (isLiteral) {
      prefix += item.literal ?? item.prefix;
      isLiteral = item.literal !== null;
    }
    if (item.literal !== null) run += item.literal;
    else {
      core = longest(core, run + item.prefix, item.core);
      run = item.suffix;
    }
  }
  const literal = isLiteral ? prefix : null;
  return { text, size, literal, prefix, suffix: run, core: longest(core, run), kind: "atom" };
}

function alternation(branches: readonly Part[]): Part {
  return {
    text: `(?:${branches.map((branch) => branch.text).join("|")})`,
    size: branches.reduce((sum, branch) => sum + branch.size, 1),
    literal: null,
    prefix: branches.map((branch) => branch.prefix).reduce(commonPrefix),
    suffix: branches.map((branch) => branch.suffix).reduce(commonSuffix),
    core: branches.map((branch) => branch.core).reduce((one, other) => one === other ? one : ""),
    kind: "atom",
  };
}

function longest(...texts: string[]): string {
  return texts.reduce((one, other) => other.length > one.length ? other : one);
}

function commonPrefix(one: string, other: string): string {
  let length = 0;
  while (length < one.length && length < other.length && one[length] === other[length]) length++;
  return one.slice(0, length);
}

function commonSuffix(one: string, other: string): string {
  let length = 0;
  while (length < one.length && length < other.length && one.at(-1 - length) === other.at(-1 - length)) length++;
  return one.slice(one.length - length);
}
