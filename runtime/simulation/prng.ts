// This module performs no I/O.

/** Randomness that a seed decides: the same seed, the same draws, on every machine. */

import type { Random } from "../world.ts";

/** Draws thrown away after seeding, until the state is well mixed. */
const WARM_UP_ROUNDS = 12;

/** All bytes as two hex digits. */
const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/**
 * A small fast counter (sfc32), seeded from text. Not fit for real keys.
 *
 * Streams are made apart with {@link SeededRandom.fork}: a fork depends on the seed and its label, never on how
 * much was drawn elsewhere, so that one node's draws don't shift another's.
 */
export class SeededRandom implements Random {
  readonly #name: string;
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /**
   * Makes the stream of a seed.
   *
   * @param seed Any number or text; `7` and `"7"` are the same
   */
  constructor(seed: number | string) {
    this.#name = String(seed);
    [this.#a, this.#b, this.#c] = mixText(this.#name);
    for (let round = 0; round < WARM_UP_ROUNDS; round++) this.word();
  }

  /** Makes an independent stream. */
  fork(label: string): SeededRandom {
    return new SeededRandom(`${this.#name}/${label}`);
  }

  /** A whole number in [0, 2^32). */
  word(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** A float in [0, 1) with 53 random bits. */
  float(): number {
    const high = this.word() >>> 5;
    return (high * 0x4000000 + (this.word() >>> 6)) / 0x20000000000000;
  }

  /** A whole number in [0, bound). */
  integer(bound: number): number {
    if (!Number.isSafeInteger(bound) || bound < 1) {
      throw new RangeError(`Cannot draw a whole number below ${bound}: the bound must be a positive whole number`);
    }
    return Math.floor(this.float() * bound);
  }

  /** True with a probability; nothing is drawn where it is 0 or 1. */
  chance(probability: number): boolean {
    if (probability <= 0) return false;
    return probability >= 1 || this.float() < probability;
  }

  /** A positive float with an exponential distribution. */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.float());
  }

  /** One of the items. Throws {@link RangeError} where there is none. */
  pick<T>(items: readonly T[]): T {
    return items[this.integer(items.length)]!;
  }

  /** A version 4 UUID. */
  uuid(): string {
    // Ids are drawn so often that arrays in between would be noticed.
    let text = "";
    for (let at = 0; at < 16; at++) {
      let byte = this.word() >>> 24;
      if (at === 6) byte = (byte & 0x0f) | 0x40;
      else if (at === 8) byte = (byte & 0x3f) | 0x80;
      if (at === 4 || at === 6 || at === 8 || at === 10) text += "-";
      text += HEX[byte]!;
    }
    return text;
  }

  /** Bytes that look random. */
  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at++) bytes[at] = this.word() >>> 24;
    return bytes;
  }
}

/** Three words from a text, each depending on every character (two rounds of multiply and fold for each). */
function mixText(text: string): [number, number, number] {
  let [first, second, third] = [0x9e3779b9, 0x243f6a88, 0xb7e15162];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    first = Math.imul(first ^ code, 0x85ebca6b) ^ (third >>> 15);
    second = Math.imul(second ^ code, 0xc2b2ae35) ^ (first >>> 13);
    third = Math.imul(third ^ code, 0x27d4eb2f) ^ (second >>> 16);
  }
  return [fold(first), fold(second), fold(third)];
}

function fold(word: number): number {
  const once = Math.imul(word ^ (word >>> 16), 0x7feb352d);
  const twice = Math.imul(once ^ (once >>> 15), 0x846ca68b);
  return twice ^ (twice >>> 16);
}
