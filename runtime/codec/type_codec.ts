// This module performs no I/O.

/** What an encoder and decoder of one type is, and what they share during one encoding or decoding. */

import { castBack } from "../types/cast.ts";
import { MessageBase } from "../types/message.ts";
import type { Portable } from "../types/portable.ts";
import type { Word } from "../types/word.ts";
import { refuse } from "./codec_error.ts";
import type { JsonReader } from "./json_reader.ts";
import { NESTING_READ_MAX, NESTING_WRITE_MAX, WORD_NODES_MAX } from "./limits.ts";
import { PointerGraph } from "./pointer_graph.ts";
import type { AddressReader, AddressWriter } from "./routing.ts";
import type { ZoneOffset } from "./text_forms.ts";

/** Encoder and decoder of one type, made once. */
export interface TypeCodec {
  /** True where null is not a value (lists, sets, maps, messages). */
  readonly structural: boolean;
  /** JSON text of a value. */
  write(value: unknown, out: Encoding): string;
  /** The value of a word. `slot` is for what a pointer points to: announce it as soon as there is something to hold. */
  read(word: Word, from: Decoding, slot: Slot | null): unknown;
  /**
   * The value straight from text in the form that is usually written (no white space, members in their order), standing at
   * its start. Throws anything at anything else: the text is then read again by way of words, which gives the
   * value or the reason for the refusal.
   */
  scan(reader: JsonReader, from: Decoding): unknown;
  /** The text of a value in its envelope, if that is always the same; null for others. */
  writeEnveloped?(value: unknown): string | null;
  /** Tries {@link scan} at the start of an envelope (which ends with the value); undefined if it was not tried. */
  scanEnveloped?(reader: JsonReader, from: Decoding): unknown;
}

/** Starts the text of a value in its envelope, without white space. */
export const USUAL_START = '{"value":';

/** Finds the codec of a type; given to those that need one for their parts. */
export type CodecOf = (type: Portable<unknown>) => TypeCodec;

/** Thrown by {@link TypeCodec.scan} at a text of another form. Carries nothing, as nobody looks at it. */
export const NOT_USUAL: unique symbol = Symbol("not in the usual form");

/** What tells the types of pointed-to values apart: the signature, or the type itself where it has none. */
export type TypeKey = string | Portable<unknown>;

/** Where a pointed-to value appears: possibly before its parts do, which is how circles close. */
export interface Slot {
  readonly type: TypeKey;
  ready: boolean;
  value: unknown;
}

/** Announces a pointed-to value before its parts are there. */
export function announce(slot: Slot | null, value: unknown): void {
  if (slot === null) return;
  slot.value = value;
  slot.ready = true;
}

/** One encoding under way. */
export class Encoding {
  /** What is pointed to; null until there is a pointer. */
  graph: PointerGraph | null = null;
  #nesting = 0;
  /** The pointed-to values that are being written, each inside the one before; null until there is one. */
  #open: unknown[] | null = null;
  readonly #uuid: (() => string) | undefined;

  constructor(readonly addresses: AddressWriter, readonly zoneOffset: ZoneOffset, uuid: (() => string) | undefined) {
    this.#uuid = uuid;
  }

  /** Enters an Any or a pointer. */
  enter(): void {
    if (++this.#nesting > NESTING_WRITE_MAX) {
      refuse(`more than ${NESTING_WRITE_MAX} pointers and Anys inside one another`);
    }
  }

  leave(): void {
    this.#nesting--;
  }

  /** The quoted alias of something pointed to; writes it with `codec` at the first meeting. */
  pointer(value: unknown, type: TypeKey, codec: TypeCodec): string {
    const graph = this.#pointers();
    const known = graph.known(type, value);
    if (known !== undefined) {
      if (graph.isOpen(known)) this.#refuseHollowCircle(value);
      return known;
    }
    const start = graph.begin();
    const alias = graph.add(type, value);
    this.enter();
    const open = this.#open ??= [];
    open.push(value);
    graph.fill(alias, codec.write(value, this), start);
    open.pop();
    this.leave();
    return alias;
  }

  /** A circle of nothing but pointers, Anys and sets has no beginning: reading one ends all networking of the original. */
  #refuseHollowCircle(value: unknown): void {
    const open = this.#open ?? [];
    const circle = open.slice(open.lastIndexOf(value));
    if (!circle.some(canCloseCircle)) refuse("a circle of pointers with no message, list or map in it");
  }

  /** Puts a pointed-to value that arrived earlier into the table; returns its quoted alias. */
  adopt(alias: string, text: string): string {
    return this.#pointers().adopt(alias, text);
  }

  #pointers(): PointerGraph {
    return this.graph ??= new PointerGraph(this.#uuid);
  }

  /** The whole text. */
  envelope(text: string): string {
    return this.graph === null ? `{"value":${text}}` : this.graph.envelope(text);
  }
}

/** True for what can be there before its parts are. */
function canCloseCircle(pointed: unknown): boolean {
  const value = castBack(pointed);
  return value instanceof MessageBase || Array.isArray(value) || value instanceof Map;
}

/** One decoding under way. */
export class Decoding {
  #nesting = 0;
  #spent = 0;
  #slots: Map<string, Slot[]> | null = null;

  constructor(
    readonly addresses: AddressReader,
    readonly zoneOffset: ZoneOffset,
    /** Pointed-to words by alias. */
    readonly pointers: ReadonlyMap<string, Word> | null,
  ) {}

  /** Enters an Any or a pointer. */
  enter(): void {
    if (++this.#nesting > NESTING_READ_MAX) {
      refuse(`more than ${NESTING_READ_MAX} pointers and Anys inside one another`);
    }
  }

  leave(): void {
    this.#nesting--;
  }

  /** Counts values that are made without a word of their own. */
  spend(count: number): void {
    this.#spent += count;
    if (this.#spent > WORD_NODES_MAX) refuse(`more than ${WORD_NODES_MAX} values to fill arrays up`);
  }

  /** What an alias points to; decoded once per type. */
  pointed(alias: string, type: TypeKey, codec: TypeCodec): unknown {
    this.#slots ??= new Map();
    let slots = this.#slots.get(alias);
    if (slots === undefined) this.#slots.set(alias, slots = []);
    for (const slot of slots) {
      if (slot.type === type) {
        if (!slot.ready) refuse("a pointer that leads to nothing but itself");
        return slot.value;
      }
    }
    const word = this.pointers?.get(alias);
    if (word === undefined) refuse(`no pointer of alias ${JSON.stringify(alias.slice(0, 80))}`);
    const slot: Slot = { type, ready: false, value: undefined };
    slots.push(slot);
    this.enter();
    const value = codec.read(word, this, slot);
    this.leave();
    announce(slot, value);
    return value;
  }
}
