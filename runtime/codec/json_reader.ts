// This module performs no I/O.

/** JSON text to {@link Word}: strict, bounded, whole numbers and floats kept apart. */

import { type Word, WordFloat } from "../types/word.ts";
import { refuse } from "./codec_error.ts";
import { DECODE_LIMITS, type DecodeLimits } from "./limits.ts";

/**
 * Reads one JSON value. Beyond standard JSON it takes `NaN`, `Infinity` and `-Infinity`, as the original writes
 * them. Of members with one name the last counts. Members are held in maps, so no name can reach a prototype.
 *
 * @throws {Refusal} Naming the position.
 */
export function readWord(text: string, limits: DecodeLimits = DECODE_LIMITS): Word {
  const reader = new JsonReader(text, limits);
  const word = reader.value(0);
  reader.end();
  return word;
}

const LENIENT_DECODER = new TextDecoder();
const STRICT_DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes to text, refusing what is not UTF-8. A byte-order mark is refused, too. */
export function utf8Text(bytes: Uint8Array): string {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) refuse("a byte-order mark in front");
  // The lenient decoder is the faster one, and leaves a mark where the strict one would refuse.
  const text = LENIENT_DECODER.decode(bytes);
  return text.includes("\ufffd") ? strictText(bytes) : text;
}

function strictText(bytes: Uint8Array): string {
  try {
    return STRICT_DECODER.decode(bytes);
  } catch {
    refuse("not UTF-8");
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const POINT = 0x2e;
const PLUS = 0x2b;
const ZERO = 0x30;
const NINE = 0x39;
const COMMA = 0x2c;
const COLON = 0x3a;
const LIST_START = 0x5b;
const LIST_END = 0x5d;
const OBJECT_START = 0x7b;
const OBJECT_END = 0x7d;
/** Digits of a whole number that a double surely holds. */
const EXACT_DIGITS = 15;
/** Characters that are looked at one by one before a string is searched for its end. */
const SHORT_STRING = 48;
// deno-lint-ignore no-control-regex -- control characters are what it looks for
const NOT_VERBATIM = /[\x00-\x1f\\]/;
/** Powers of ten that are exact, for fractions of few digits. */
const TENTHS = Array.from({ length: 16 }, (_, digits) => 10 ** digits);

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["\\", "\\"],
  ["/", "/"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

/** Reads a text value by value, from the front. */
export class JsonReader {
  readonly text: string;
  /** Where the next value starts. */
  at = 0;
  #nodes = 0;
  readonly #limits: DecodeLimits;

  /** @param length Units of `text` that are to be read. */
  constructor(text: string, limits: DecodeLimits, length: number = text.length) {
    if (length > limits.textLength) refuse(`text of ${length} units, at most ${limits.textLength} are read`);
    this.text = text;
    this.#limits = limits;
  }

  /** Any value, white space before it skipped. */
  value(depth: number): Word {
    this.count(1);
    const code = this.#skip();
    switch (code) {
      case QUOTE:
        return this.string();
      case LIST_START:
        return this.#list(depth + 1);
      case OBJECT_START:
        return this.#object(depth + 1);
      case 0x74: // t
        return this.#literal("true", true);
      case 0x66: // f
        return this.#literal("false", false);
      case 0x6e: // n
        return this.#literal("null", null);
      case 0x4e: // N
      case 0x49: // I
        return new WordFloat(this.#bareWord());
    }
    if (code === MINUS && this.text.charCodeAt(this.at + 1) === 0x49) return new WordFloat(this.#bareWord());
    return this.#number();
  }

  /** Counts values against the limit. */
  count(values: number): void {
    this.#nodes += values;
    if (this.#nodes > this.#limits.nodes) refuse(`more than ${this.#limits.nodes} values`);
  }

  /** Refuses anything but white space up to the end of the text. */
  end(): void {
    this.#skip();
    if (this.at < this.text.length) this.unexpected("the end");
  }

  /** Skips white space; returns the code of what follows, NaN at the end. */
  #skip(): number {
    const text = this.text;
    let code = text.charCodeAt(this.at);
    while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) code = text.charCodeAt(++this.at);
    return code;
  }

  /** Refuses what stands here. */
  unexpected(wanted: string): never {
    const got = this.at < this.text.length ? JSON.stringify(this.text[this.at]) : "the end";
    refuse(`expected ${wanted} at character ${this.at}, got ${got}`);
  }

  #literal<W extends Word>(name: string, word: W): W {
    if (!this.text.startsWith(name, this.at)) this.unexpected("a value");
    this.at += name.length;
    return word;
  }

  #bareWord(): number {
    for (const name of ["NaN", "Infinity", "-Infinity"]) {
      if (this.text.startsWith(name, this.at)) {
        this.at += name.length;
        return Number(name);
      }
    }
    this.unexpected("a value");
  }

  #list(depth: number): Word[] {
    if (depth > this.#limits.depth) refuse(`nested deeper than ${this.#limits.depth} levels`);
    const items: Word[] = [];
    this.at++;
    if (this.#skip() === LIST_END) {
      this.at++;
      return items;
    }
    while (true) {
      items.push(this.value(depth));
      const code = this.#skip();
      if (code === LIST_END) break;
      if (code !== COMMA) this.unexpected('"," or "]"');
      this.at++;
    }
    this.at++;
    return items;
  }

  #object(depth: number): Map<string, Word> {
    if (depth > this.#limits.depth) refuse(`nested deeper than ${this.#limits.depth} levels`);
    const members = new Map<string, Word>();
    this.at++;
    if (this.#skip() === OBJECT_END) {
      this.at++;
      return members;
    }
    while (true) {
      if (this.#skip() !== QUOTE) this.unexpected("a member name");
      const name = this.string();
      if (name.length > this.#limits.nameLength) {
        refuse(`member name of ${name.length} units, at most ${this.#limits.nameLength} are read`);
      }
      if (this.#skip() !== COLON) this.unexpected('":"');
      this.at++;
      members.set(name, this.value(depth));
      const code = this.#skip();
      if (code === OBJECT_END) break;
      if (code !== COMMA) this.unexpected('"," or "}"');
      this.at++;
    }
    this.at++;
    return members;
  }

  /** A string, standing at its opening quote. */
  string(): string {
    const { text } = this;
    const start = this.at + 1;
    for (let i = start; i < start + SHORT_STRING; i++) {
      const code = text.charCodeAt(i);
      if (code === QUOTE) {
        this.at = i + 1;
        return text.slice(start, i);
      }
      if (code === BACKSLASH || !(code >= 0x20)) return this.#escapedString();
    }
    const end = text.indexOf('"', start);
    const value = text.slice(start, end);
    if (end < 0 || NOT_VERBATIM.test(value)) return this.#escapedString();
    this.at = end + 1;
    return this.#bounded(value);
  }

  #bounded(value: string): string {
    if (value.length > this.#limits.stringLength) {
      refuse(`string of ${value.length} units, at most ${this.#limits.stringLength} are read`);
    }
    return value;
  }

  #escapedString(): string {
    const { text } = this;
    let start = ++this.at;
    let parts = "";
    while (true) {
      const code = text.charCodeAt(this.at);
      if (code === QUOTE) break;
      if (code === BACKSLASH) {
        parts += text.slice(start, this.at) + this.#escape();
        start = this.at;
      } else if (code >= 0x20) this.at++;
      else this.unexpected("the rest of a string");
    }
    return this.#bounded(parts + text.slice(start, this.at++));
  }

  #escape(): string {
    const letter = this.text[this.at + 1] ?? "";
    if (letter === "u") {
      const digits = this.text.slice(this.at + 2, this.at + 6);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) refuse(`bad \\u escape at character ${this.at}`);
      this.at += 6;
      return String.fromCharCode(parseInt(digits, 16));
    }
    const meaning = ESCAPES.get(letter);
    if (meaning === undefined) refuse(`bad escape at character ${this.at}`);
    this.at += 2;
    return meaning;
  }

  #number(): number | bigint | WordFloat {
    const start = this.at;
    const whole = this.#digits(start);
    const code = this.text.charCodeAt(this.at);
    if (code !== POINT && code !== 0x65 && code !== 0x45) return whole ?? this.#longInteger(start);
    this.at = start;
    return new WordFloat(this.float());
  }

  /** A whole number, standing at its start; what follows is not looked at. */
  integer(): number | bigint {
    const start = this.at;
    return this.#digits(start) ?? this.#longInteger(start);
  }

  /** Passes an optional sign and digits; the number, or null for one too long to be surely exact. */
  #digits(start: number): number | null {
    const { text } = this;
    const negative = text.charCodeAt(start) === MINUS;
    const first = negative ? start + 1 : start;
    let i = first;
    let value = 0;
    let code = text.charCodeAt(i);
    while (code >= ZERO && code <= NINE) {
      value = value * 10 + code - ZERO;
      code = text.charCodeAt(++i);
    }
    this.at = i;
    if (i === first) this.unexpected("a value");
    if (i - first > 1 && text.charCodeAt(first) === ZERO) refuse(`number with a leading zero at character ${first}`);
    if (i - first > EXACT_DIGITS) return null;
    // Minus zero is zero for whole numbers.
    return negative && value !== 0 ? -value : value;
  }

  #longInteger(start: number): number | bigint {
    const digits = this.text.slice(start, this.at);
    if (digits.length > this.#limits.digits + 1) {
      refuse(`number of ${digits.length} digits, at most ${this.#limits.digits} are read`);
    }
    return wholeNumber(BigInt(digits));
  }

  /** A number with a point or an exponent, or one of the bare words, standing at its start. */
  float(): number {
    const { text } = this;
    const start = this.at;
    let code = text.charCodeAt(start);
    const negative = code === MINUS;
    let i = negative ? start + 1 : start;
    const first = i;
    let value = 0;
    for (code = text.charCodeAt(i); code >= ZERO && code <= NINE; code = text.charCodeAt(++i)) {
      value = value * 10 + code - ZERO;
    }
    if (i === first) return this.#bareWord();
    if (i - first > 1 && text.charCodeAt(first) === ZERO) refuse(`number with a leading zero at character ${first}`);
    const point = i;
    if (code === POINT) {
      for (code = text.charCodeAt(++i); code >= ZERO && code <= NINE; code = text.charCodeAt(++i)) {
        value = value * 10 + code - ZERO;
      }
      if (i === point + 1) this.#misses(i, "a digit");
    } else if (code !== 0x65 && code !== 0x45) {
      this.#misses(i, "a point or an exponent");
    }
    if (code !== 0x65 && code !== 0x45 && i - first <= EXACT_DIGITS + 1) {
      // Both parts are exact, so the quotient is the nearest double.
      this.at = i;
      value /= TENTHS[i - point - 1]!;
      return negative ? -value : value;
    }
    if (code === 0x65 || code === 0x45) i = this.#exponent(i + 1);
    this.at = i;
    return Number(text.slice(start, i));
  }

  #exponent(at: number): number {
    const { text } = this;
    let i = at;
    const sign = text.charCodeAt(i);
    if (sign === PLUS || sign === MINUS) i++;
    const first = i;
    for (let code = text.charCodeAt(i); code >= ZERO && code <= NINE;) code = text.charCodeAt(++i);
    if (i === first) this.#misses(i, "a digit");
    return i;
  }

  #misses(at: number, wanted: string): never {
    this.at = at;
    this.unexpected(wanted);
  }
}

/** A whole number in its canonical form: `number` where that is exact, else `bigint`. */
export function wholeNumber(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
