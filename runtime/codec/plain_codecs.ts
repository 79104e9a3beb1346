// This module performs no I/O.

/** Types without parts. Null is a value of all of them, on the wire as here, except for deltas. */

import type { Address } from "../address.ts";
import { TypeNotBound } from "../messages/incognito.ts";
import { isMessageClass } from "../types/message.ts";
import { type EnumerationType, type PlainKind, UserDefined } from "../types/portable.ts";
import { typeBySignature } from "../types/registry.ts";
import { Duration, Instant } from "../types/time.ts";
import { isList, type Word, WordFloat } from "../types/word.ts";
import { refuse } from "./codec_error.ts";
import type { JsonReader } from "./json_reader.ts";
import { describe, floatText, integerText, quote, writeWord } from "./json_writer.ts";
import { ADDRESS_HOPS_MAX } from "./limits.ts";
import {
  formatBlock,
  formatClock,
  formatDelta,
  formatOctets,
  formatSpan,
  formatWorld,
  isUsualUuid,
  parseBlock,
  parseClock,
  parseDelta,
  parseOctets,
  parseSpan,
  parseUuid,
  parseWorld,
  UUID_LENGTH,
} from "./text_forms.ts";
import { type Decoding, type Encoding, NOT_USUAL, type TypeCodec } from "./type_codec.ts";

const QUOTE = 0x22;
const COMMA = 0x2c;
const ZERO = 0x30;
const NINE = 0x39;
const LIST_START = 0x5b;
const LIST_END = 0x5d;
const LETTER_N = 0x6e;

function wanted(what: string, got: unknown): never {
  refuse(`expected ${what}, got ${describe(got)}`);
}

function isNothing(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

/** Passes `null` if that is what stands here. */
function scanNull(reader: JsonReader): boolean {
  if (reader.text.charCodeAt(reader.at) !== LETTER_N || !reader.text.startsWith("null", reader.at)) return false;
  reader.at += 4;
  return true;
}

const boolean: TypeCodec = {
  structural: false,
  write(value) {
    if (value === true) return "true";
    if (value === false) return "false";
    return isNothing(value) ? "null" : wanted("a boolean", value);
  },
  read: (word) => word === null || typeof word === "boolean" ? word : wanted("a boolean", word),
  scan(reader) {
    if (reader.text.startsWith("true", reader.at)) return reader.at += 4, true;
    if (reader.text.startsWith("false", reader.at)) return reader.at += 5, false;
    if (scanNull(reader)) return null;
    throw NOT_USUAL;
  },
};

/** Ranges are not checked, as in the original. */
const integer: TypeCodec = {
  structural: false,
  write(value) {
    if (typeof value === "number") return Number.isSafeInteger(value) ? "" + value : inexact(value);
    if (isNothing(value)) return "null";
    return typeof value === "bigint" ? integerText(value) : wanted("a whole number", value);
  },
  read(word) {
    return word === null || typeof word === "number" || typeof word === "bigint"
      ? word
      : wanted("a whole number", word);
  },
  scan: (reader) => scanNull(reader) ? null : reader.integer(),
};

function inexact(value: number): never {
  if (Number.isInteger(value)) refuse(`whole number ${value} is not exact: beyond 2^53 give a bigint`);
  wanted("a whole number", value);
}

const float: TypeCodec = {
  structural: false,
  write(value) {
    if (typeof value === "number") return floatText(value);
    return isNothing(value) ? "null" : wanted("a number", value);
  },
  read(word) {
    if (word instanceof WordFloat) return word.value;
    return word === null ? null : wanted("a number with a point or an exponent", word);
  },
  scan: (reader) => scanNull(reader) ? null : reader.float(),
};

/** A codec of values that travel as text. */
function textual(
  write: (value: unknown, out: Encoding) => string,
  parse: (text: string, from: Decoding) => unknown,
): TypeCodec {
  return {
    structural: false,
    write: (value, out) => isNothing(value) ? "null" : write(value, out),
    read(word, from) {
      if (typeof word === "string") return parse(word, from);
      return word === null ? null : wanted("a text", word);
    },
    scan(reader, from) {
      if (reader.text.charCodeAt(reader.at) === QUOTE) return parse(reader.string(), from);
      if (scanNull(reader)) return null;
      throw NOT_USUAL;
    },
  };
}

const text: TypeCodec = {
  structural: false,
  write(value) {
    if (typeof value === "string") return quote(value);
    return isNothing(value) ? "null" : wanted("a text", value);
  },
  read: (word) => typeof word === "string" || word === null ? word : wanted("a text", word),
  scan(reader) {
    if (reader.text.charCodeAt(reader.at) === QUOTE) return reader.string();
    if (scanNull(reader)) return null;
    throw NOT_USUAL;
  },
};

const octets = textual(
  (value) => value instanceof Uint8Array ? quote(formatOctets(value)) : wanted("a Uint8Array", value),
  parseOctets,
);

const block = textual(
  (value) => value instanceof Uint8Array ? `"${formatBlock(value)}"` : wanted("a Uint8Array", value),
  parseBlock,
);

const clock = textual(
  (value, out) => typeof value === "number" ? `"${formatClock(value, out.zoneOffset)}"` : wanted("a number", value),
  (text, from) => parseClock(text, from.zoneOffset),
);

const span = textual(
  (value) => typeof value === "number" ? `"${formatSpan(value)}"` : wanted("a number", value),
  parseSpan,
);

const world = textual(
  (value) => value instanceof Instant ? `"${formatWorld(value)}"` : wanted("an Instant", value),
  parseWorld,
);

const uuid: TypeCodec = {
  structural: false,
  write(value) {
    if (typeof value === "string") return '"' + parseUuid(value) + '"';
    return isNothing(value) ? "null" : wanted("a UUID", value);
  },
  read(word) {
    if (typeof word === "string") return parseUuid(word);
    return word === null ? null : wanted("a text", word);
  },
  scan(reader) {
    const start = reader.at + 1;
    const end = start + UUID_LENGTH;
    const { text } = reader;
    if (text.charCodeAt(reader.at) === QUOTE && text.charCodeAt(end) === QUOTE && isUsualUuid(text, start)) {
      reader.at = end + 1;
      return text.slice(start, end);
    }
    if (scanNull(reader)) return null;
    throw NOT_USUAL;
  },
};

/** The one plain type for which null is no value by itself: the original writes it and then refuses to read it. */
const delta: TypeCodec = {
  structural: false,
  write: (value) => value instanceof Duration ? `"${formatDelta(value)}"` : wanted("a Duration", value),
  read: (word) => typeof word === "string" ? parseDelta(word) : wanted("a text", word),
  scan(reader) {
    if (reader.text.charCodeAt(reader.at) !== QUOTE) throw NOT_USUAL;
    return parseDelta(reader.string());
  },
};

const target: TypeCodec = {
  structural: false,
  write: (value, out) => isNothing(value) ? "null" : out.addresses.target(value as Address),
  read(word, from) {
    if (word === null) return null;
    return isList(word) ? from.addresses.readTarget(pathOf(word)) : wanted("a list of whole numbers", word);
  },
  scan(reader, from) {
    if (reader.text.charCodeAt(reader.at) === LIST_START) return from.addresses.readTarget(scanPath(reader));
    if (scanNull(reader)) return null;
    throw NOT_USUAL;
  },
};

const address: TypeCodec = {
  structural: false,
  write: (value, out) => isNothing(value) ? "null" : out.addresses.address(value as Address),
  read(word, from) {
    if (word === null) return null;
    if (typeof word === "string") return from.addresses.readKey(word);
    return isList(word) ? from.addresses.readList(pathOf(word)) : wanted("an address", word);
  },
  scan(reader, from) {
    const code = reader.text.charCodeAt(reader.at);
    if (code === LIST_START) return from.addresses.readList(scanPath(reader));
    if (code === QUOTE) return from.addresses.readKey(reader.string());
    if (scanNull(reader)) return null;
    throw NOT_USUAL;
  },
};

function pathOf(items: readonly Word[]): string {
  if (items.length > ADDRESS_HOPS_MAX) refuse(`address of ${items.length} items, at most ${ADDRESS_HOPS_MAX} are read`);
  for (const item of items) {
    if (typeof item !== "number" && typeof item !== "bigint") wanted("a whole number in an address", item);
  }
  return items.join(",");
}

/** A list of whole numbers that are not negative, as the text that it is. */
function scanPath(reader: JsonReader): string {
  const { text } = reader;
  const start = reader.at + 1;
  let first = true;
  for (let i = start; i < start + 2 * ADDRESS_HOPS_MAX; i++) {
    const code = text.charCodeAt(i);
    if (code >= ZERO && code <= NINE) {
      const next = text.charCodeAt(i + 1);
      if (first && code === ZERO && next >= ZERO && next <= NINE) break;
      first = false;
    } else if (first) {
      break;
    } else if (code === COMMA) {
      first = true;
    } else if (code === LIST_END) {
      reader.at = i + 1;
      return text.slice(start, i);
    } else break;
  }
  throw NOT_USUAL;
}

const type = textual(
  (value) => {
    if (value instanceof TypeNotBound) return quote(value.moduleName ?? refuse("a type without a name"));
    return isMessageClass(value) ? quote(value.wireName) : wanted("a message class", value);
  },
  (text) => {
    const known = typeBySignature(text);
    return known instanceof UserDefined ? known.messageClass : new TypeNotBound({ moduleName: text });
  },
);

const word: TypeCodec = {
  structural: false,
  write: (value) => value === undefined ? "null" : writeWord(value as Word),
  read: (word) => word,
  scan: (reader) => reader.value(0),
};

const PLAIN: Readonly<Partial<Record<PlainKind, TypeCodec>>> = {
  boolean,
  byte: integer,
  integer2: integer,
  integer4: integer,
  integer8: integer,
  unsigned2: integer,
  unsigned4: integer,
  unsigned8: integer,
  float4: float,
  float8: float,
  character: octets,
  string: octets,
  rune: text,
  unicode: text,
  block,
  clock,
  span,
  world,
  delta,
  uuid,
  target,
  address,
  type,
  word,
};

/** The codec of a plain type other than Any. */
export function plainCodec(kind: PlainKind): TypeCodec {
  return PLAIN[kind] ?? refuse(`no codec for ${kind}`);
}

/** The codec of an enumeration: names only. */
export function enumerationCodec(type: EnumerationType<string>): TypeCodec {
  const quoted = new Map<unknown, string>([...type.names.keys()].map((name) => [name, quote(name)]));
  const unknown = (value: unknown): never => {
    if (typeof value !== "string") wanted(`a name of ${type.signature}`, value);
    refuse(`${JSON.stringify(value.slice(0, 80))} is not a name of ${type.signature}`);
  };
  return textual(
    (value) => quoted.get(value) ?? unknown(value),
    (text) => type.names.has(text) ? text : unknown(text),
  );
}
