// This module performs no I/O.

/**
 * Messages between two threads gathered to one text, as texts are what a platform copies fastest. A pair of addresses is
 * written once and has a number from then on.
 *
 *     @[<to>,<from>,<origin>];             the next number stands for this pair
 *     *                                        numbers begin anew
 *     <number>,<length>;<body>                 a message
 *     <number>,<length>,<length>;<body><book>  one with addresses
 *     !<length>;<order>                        what the threads themselves say to each other
 */

import type { AddressValue as Address } from "../../runtime/mod.ts";
import { HEADERS_REMEMBERED_MAX } from "../limits.ts";
import type { FrameOrigin, ThreadFrame } from "./frame.ts";

const NEW_PAIR = 0x40, ANEW = 0x2a, ORDER = 0x21, COMMA = 0x2c, SEMICOLON = 0x3b, ZERO = 0x30;

/** Two addresses that a message goes between. */
interface Pair {
  readonly to: Address;
  readonly from: Address;
  readonly origin: FrameOrigin;
}

/** A message whose body is text. */
export interface TextFrame extends ThreadFrame {
  readonly body: string;
}

/** Gathers messages. */
export class BatchWriter {
  #text = "";
  #frames = 0;
  readonly #numbers = new Map<string, Map<Address, number>>();
  #count = 0;
  #lastTo = "" as Address;
  #lastFrom = "" as Address;
  #lastOrigin: FrameOrigin = "actor";
  #lastNumber = -1;

  /** Characters gathered. */
  get length(): number {
    return this.#text.length;
  }

  /** Messages gathered. */
  get frames(): number {
    return this.#frames;
  }

  add({ to, from, body, book, origin }: TextFrame): void {
    const isLast = to === this.#lastTo && from === this.#lastFrom && origin === this.#lastOrigin;
    const number = isLast ? this.#lastNumber : this.#numberOf(to, from, origin);
    const lengths = book === "" ? `${number},${body.length};` : `${number},${body.length},${book.length};`;
    this.#text += lengths + body + book;
    this.#frames++;
  }

  #numberOf(to: Address, from: Address, origin: FrameOrigin): number {
    const key = origin === "actor" ? to : `${to} ${origin}`;
    let byFrom = this.#numbers.get(key);
    let number = byFrom?.get(from);
    if (number === undefined) {
      if (this.#count === HEADERS_REMEMBERED_MAX) {
        this.#numbers.clear();
        this.#count = 0;
        this.#text += "*";
        byFrom = undefined;
      }
      if (byFrom === undefined) this.#numbers.set(key, byFrom = new Map());
      byFrom.set(from, number = this.#count++);
      this.#text += `@${JSON.stringify([to, from, origin])};`;
    }
    this.#lastTo = to;
    this.#lastFrom = from;
    this.#lastOrigin = origin;
    return this.#lastNumber = number;
  }

  /** Adds what is for the thread itself. */
  addOrder(order: string): void {
    this.#text += `!${order.length};${order}`;
  }

  /** All that was gathered; nothing is left. */
  take(): string {
    const text = this.#text;
    this.#text = "";
    this.#frames = 0;
    return text;
  }
}

/** Takes what a batch holds, one after the other. */
export interface BatchTaker {
  frame(frame: ThreadFrame): void;
  order(order: string): void;
  /** Asked before each of them; what is left is read later. */
  readonly isPaused: boolean;
}

/** Reads batches in the order in which they were written. */
export class BatchReader {
  readonly #pairs: Pair[] = [];
  #text = "";
  #at = 0;

  /** True when there is nothing left of the last batch. */
  get isEmpty(): boolean {
    return this.#at >= this.#text.length;
  }

  /** The next batch; the last one must have been read to its end. */
  load(text: string): void {
    this.#text = text;
    this.#at = 0;
  }

  /** Reads on, until the end or a pause. */
  read(taker: BatchTaker): void {
    const text = this.#text;
    while (this.#at < text.length && !taker.isPaused) {
      switch (text.charCodeAt(this.#at)) {
        case NEW_PAIR:
          this.#readPair(text);
          break;
        case ANEW:
          this.#at++;
          this.#pairs.length = 0;
          break;
        case ORDER:
          this.#at++;
          taker.order(this.#part(text, this.#number(text)));
          break;
        default:
          taker.frame(this.#readFrame(text));
      }
    }
    if (this.isEmpty) this.#text = "";
  }

  #readPair(text: string): void {
    const end = text.indexOf(";", this.#at);
    // Parsed, so that what is remembered does not hold on to the whole batch.
    const [to, from, origin] = JSON.parse(text.slice(this.#at + 1, end)) as [Address, Address, FrameOrigin];
    this.#pairs.push({ to, from, origin });
    this.#at = end + 1;
  }

  #readFrame(text: string): ThreadFrame {
    const { to, from, origin } = this.#pairs[this.#number(text)]!;
    const length = this.#number(text);
    const bookLength = text.charCodeAt(this.#at - 1) === COMMA ? this.#number(text) : 0;
    const body = this.#part(text, length);
    return { to, from, body, book: bookLength === 0 ? "" : this.#part(text, bookLength), origin };
  }

  /** A number, and the sign behind it. */
  #number(text: string): number {
    let number = 0;
    for (;;) {
      const code = text.charCodeAt(this.#at++);
      if (code === COMMA || code === SEMICOLON) return number;
      number = 10 * number + code - ZERO;
    }
  }

  #part(text: string, length: number): string {
    return text.slice(this.#at, this.#at += length);
  }
}
