// This module performs no I/O.

/**
 * Values to text and back, as the wire and files have them: `{"value":…}` and, where there are pointers,
 * `"pointer":[[alias,…],…]`. What the original refuses to read is refused when written. Errors are {@link CodecError}s.
 */

import { MessageBase, type MessageClass } from "../types/message.ts";
import { Cast } from "../types/cast.ts";
import { Any, type Portable } from "../types/portable.ts";
import { isList, type Word } from "../types/word.ts";
import { codecError, refuse, within } from "./codec_error.ts";
import { codecOf } from "./codec_of.ts";
import { JsonReader, readWord, utf8Text } from "./json_reader.ts";
import { describe, type WordLayout, writeWord } from "./json_writer.ts";
import { DECODE_LIMITS, type DecodeLimits } from "./limits.ts";
import { type AddressReader, type AddressWriter, InlineAddresses } from "./routing.ts";
import { NO_OFFSET, type ZoneOffset } from "./text_forms.ts";
import { Decoding, Encoding, USUAL_START } from "./type_codec.ts";

/** What encoding may need from outside. */
export interface EncodeOptions {
  /** How addresses are written; in place, without routing, if nothing is said. */
  readonly addresses?: AddressWriter;
  /** Makes a fresh UUID for the aliases of pointers; without it they are unique in this text only. */
  readonly uuid?: () => string;
  /** Local time, for clocks; UTC if nothing is said. */
  readonly zoneOffset?: ZoneOffset;
}

/** What decoding may need from outside. */
export interface DecodeOptions {
  /** How addresses are read; in place, without routing, if nothing is said. */
  readonly addresses?: AddressReader;
  /** Local time, for clocks; UTC if nothing is said. */
  readonly zoneOffset?: ZoneOffset;
  /** Bounds on what is read. */
  readonly limits?: DecodeLimits;
}

/** What arrived in an Any: the bare value, and its type (Incognito's for what is unknown, Any for null). */
export interface TypedValue {
  /** The bare value. */
  readonly value: unknown;
  /** What it is. */
  readonly type: Portable<unknown>;
}

const IN_PLACE = new InlineAddresses();
const NO_OPTIONS = {};

/**
 * Encodes a value of a known type.
 *
 * @returns Compact ASCII text, `{"value":…}`.
 * @throws {CodecError} Naming the path to what doesn't fit.
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { encode, Float8, VectorOf } from "@layer-cake/cake";
 * assert(encode([1, 0.5], VectorOf(Float8)) === '{"value":[1.0,0.5]}');
 * ```
 */
export function encode(value: unknown, type: Portable<unknown>, options: EncodeOptions = NO_OPTIONS): string {
  try {
    const out = new Encoding(options.addresses ?? IN_PLACE, options.zoneOffset ?? NO_OFFSET, options.uuid);
    return out.envelope(codecOf(type).write(value, out));
  } catch (thrown) {
    throw codecError("encode", thrown);
  }
}

/**
 * Decodes a value of a known type.
 *
 * @throws {CodecError} Naming the path to what doesn't fit, or the position where it isn't JSON.
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { decode, Integer8 } from "@layer-cake/cake";
 * assert(decode('{"value":5}', Integer8) === 5);
 * ```
 */
export function decode(
  text: string | Uint8Array,
  type: Portable<unknown>,
  options: DecodeOptions = NO_OPTIONS,
): unknown {
  try {
    const source = typeof text === "string" ? text : utf8Text(text);
    return decodeSource(source, 0, source.length, type, options);
  } catch (thrown) {
    throw codecError("decode", thrown);
  }
}

/**
 * Decodes a value that stands within a longer text, from `start` to `end`, as {@link decode} decodes a text of its own. What
 * stands around it is not looked at.
 */
export function decodePart(
  text: string,
  start: number,
  end: number,
  type: Portable<unknown>,
  options: DecodeOptions = NO_OPTIONS,
): unknown {
  try {
    return decodeSource(text, start, end, type, options);
  } catch (thrown) {
    throw codecError("decode", thrown);
  }
}

function decodeSource(source: string, start: number, end: number, type: Portable<unknown>, options: DecodeOptions) {
  const limits = options.limits ?? DECODE_LIMITS;
  const scanned = scanEnvelope(source, start, end, type, options, limits);
  return scanned === UNSCANNED ? decodeShipment(readWord(source.slice(start, end), limits), type, options) : scanned;
}

const OBJECT_END = 0x7d;
const UNSCANNED: unique symbol = Symbol("not scanned");

/** Tries the short way for text as it is usually written. Whatever stops it, the long way decides. */
function scanEnvelope(
  source: string,
  start: number,
  end: number,
  type: Portable<unknown>,
  options: DecodeOptions,
  limits: DecodeLimits,
): unknown {
  const reader = new JsonReader(source, limits, end - start);
  reader.at = start;
  try {
    const value = scanValue(reader, type, decodingOf(options, null));
    // A value that reaches beyond the end is none, whatever made up for the rest of it.
    return source.charCodeAt(reader.at) === OBJECT_END && reader.at + 1 === end ? value : UNSCANNED;
  } catch {
    return UNSCANNED;
  }
}

function scanValue(reader: JsonReader, type: Portable<unknown>, from: Decoding): unknown {
  const codec = codecOf(type);
  if (codec.scanEnveloped !== undefined) {
    const value = codec.scanEnveloped(reader, from);
    if (value !== undefined) return value;
  }
  if (!reader.text.startsWith(USUAL_START, reader.at)) return UNSCANNED;
  reader.at += USUAL_START.length;
  return codec.scan(reader, from);
}

function decodingOf(options: DecodeOptions, pointers: ReadonlyMap<string, Word> | null): Decoding {
  return new Decoding(options.addresses ?? IN_PLACE, options.zoneOffset ?? NO_OFFSET, pointers);
}

function decodeShipment(shipment: Word, type: Portable<unknown>, options: DecodeOptions): unknown {
  if (!(shipment instanceof Map)) refuse(`expected an object with a value, got ${describe(shipment)}`);
  const word: Word | undefined = shipment.get("value");
  if (word === undefined) refuse("expected an object with a value, got one without");
  const pointers = pointerTable(shipment.get("pointer"));
  return codecOf(type).read(word, decodingOf(options, pointers), null);
}

function pointerTable(word: Word | undefined): ReadonlyMap<string, Word> | null {
  if (word === undefined) return null;
  if (!isList(word)) throw within(notAList(word), "pointer");
  const table = new Map<string, Word>();
  for (const entry of word) {
    if (!isList(entry) || entry.length < 2) refuse("expected pointers as pairs of alias and value");
    const [alias, pointed] = entry as [Word, Word];
    if (typeof alias === "string") table.set(alias, pointed);
    else if (isList(alias) || alias instanceof Map) refuse("expected an alias as text");
  }
  return table;
}

function notAList(word: Word): unknown {
  try {
    refuse(`expected a list, got ${describe(word)}`);
  } catch (thrown) {
    return thrown;
  }
}

/** Encodes a value without the envelope. Pointers are not possible there. */
export function encodeWord(value: unknown, type: Portable<unknown>, options: EncodeOptions = NO_OPTIONS): Word {
  const shipment = readWord(encode(value, type, options)) as ReadonlyMap<string, Word>;
  if (shipment.has("pointer")) throw codecError("encode", "a value with pointers has no form without a table of them");
  return shipment.get("value") ?? null;
}

/** Decodes a value that stands without an envelope. */
export function decodeWord(word: Word, type: Portable<unknown>, options: DecodeOptions = NO_OPTIONS): unknown {
  try {
    return codecOf(type).read(word, decodingOf(options, null), null);
  } catch (thrown) {
    throw codecError("decode", thrown);
  }
}

/** Lays a text of {@link encode} out for people or for files. */
export function layoutText(text: string, layout: WordLayout): string {
  return writeWord(readWord(text), layout);
}

/**
 * Encodes what travels between processes: a message, a {@link Cast}, an Incognito, or null.
 *
 * @throws {CodecError} For a bare value of another type, among others.
 */
export function encodeMessage(message: unknown, options: EncodeOptions = NO_OPTIONS): string {
  return message === null || message === undefined ? '{"value":["any",null,[]]}' : encode(message, Any, options);
}

/**
 * The text of a message whose class has no members, which is the same string for each of them; null for anything else. Of
 * such a message nothing but its class ever needs to be looked at.
 */
export function constantText(message: unknown): string | null {
  try {
    return codecOf(Any).writeEnveloped?.(message) ?? null;
  } catch (thrown) {
    throw codecError("encode", thrown);
  }
}

/** Decodes what travels between processes. */
export function decodeMessage(text: string | Uint8Array, options: DecodeOptions = NO_OPTIONS): TypedValue {
  return typedValue(decode(text, Any, options));
}

/** Takes apart what stands in an Any. */
export function typedValue(held: unknown): TypedValue {
  if (held === null || held === undefined) return { value: null, type: Any };
  if (held instanceof MessageBase) return { value: held, type: (held.constructor as unknown as MessageClass).portable };
  if (!(held instanceof Cast)) throw codecError("decode", `expected a message or a Cast, got ${describe(held)}`);
  // A Cast to Any says nothing that its content doesn't say itself.
  return held.type.kind === "any" ? typedValue(held.value) : { value: held.value, type: held.type };
}
