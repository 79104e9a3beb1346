// This module performs no I/O.

/** Lists, sets, maps and pointers. */

import { initialOf } from "../types/message.ts";
import type { ArrayType, ListType, MapType, PointerType, Portable, SetType } from "../types/portable.ts";
import { Duration, Instant } from "../types/time.ts";
import { isList, type Word } from "../types/word.ts";
import { refuse, within } from "./codec_error.ts";
import { floatListDepth, scanFloatLists, writeFloats } from "./float_lists.ts";
import type { JsonReader } from "./json_reader.ts";
import { describe } from "./json_writer.ts";
import {
  announce,
  type CodecOf,
  type Decoding,
  type Encoding,
  NOT_USUAL,
  type TypeCodec,
  type TypeKey,
} from "./type_codec.ts";

const COMMA = 0x2c;
const LIST_START = 0x5b;
const LIST_END = 0x5d;

function listOf(word: Word): readonly Word[] {
  return isList(word) ? word : refuse(`expected a list, got ${describe(word)}`);
}

/** The text of items, with brackets. */
function writeItems(items: readonly unknown[], element: TypeCodec, out: Encoding): string {
  const { length } = items;
  if (length === 0) return "[]";
  let i = 0;
  try {
    let text = "[" + element.write(items[0], out);
    for (i = 1; i < length; i++) text += "," + element.write(items[i], out);
    return text + "]";
  } catch (thrown) {
    throw within(thrown, `[${i}]`);
  }
}

/** Reads the first `length` items into `list`. */
function readItems(words: readonly Word[], length: number, element: TypeCodec, from: Decoding, list: unknown[]): void {
  let i = 0;
  try {
    for (; i < length; i++) list.push(element.read(words[i]!, from, null));
  } catch (thrown) {
    throw within(thrown, `[${i}]`);
  }
}

function scanItems(reader: JsonReader, element: TypeCodec, from: Decoding): unknown[] {
  const { text } = reader;
  if (text.charCodeAt(reader.at) !== LIST_START) throw NOT_USUAL;
  const list: unknown[] = [];
  if (text.charCodeAt(++reader.at) === LIST_END) {
    reader.at++;
    return list;
  }
  while (true) {
    list.push(element.scan(reader, from));
    const code = text.charCodeAt(reader.at++);
    if (code === COMMA) continue;
    if (code !== LIST_END) throw NOT_USUAL;
    reader.count(list.length);
    return list;
  }
}

/** Vectors and deques. */
export function listCodec(type: ListType<unknown>, codecOf: CodecOf): TypeCodec {
  const element = codecOf(type.element);
  const floatDepth = floatListDepth(type);
  return {
    structural: true,
    write(value, out) {
      if (!Array.isArray(value)) refuse(`expected a list, got ${describe(value)}`);
      return (floatDepth === 1 ? writeFloats(value) : null) ?? writeItems(value, element, out);
    },
    read(word, from, slot) {
      const words = listOf(word);
      const list: unknown[] = [];
      announce(slot, list);
      readItems(words, words.length, element, from, list);
      return list;
    },
    scan(reader, from) {
      return (floatDepth > 0 ? scanFloatLists(reader, floatDepth) : null) ?? scanItems(reader, element, from);
    },
  };
}

/** Lists of a fixed size: exact when written; when read, what is too much is dropped and what lacks is filled up. */
export function arrayCodec(type: ArrayType<unknown>, codecOf: CodecOf): TypeCodec {
  const element = codecOf(type.element);
  const { size } = type;
  const filling = initialOf(type.element);
  return {
    structural: true,
    write(value, out) {
      if (!Array.isArray(value)) refuse(`expected a list, got ${describe(value)}`);
      if (value.length !== size) refuse(`expected ${size} items, got ${value.length}`);
      return writeItems(value, element, out);
    },
    read(word, from, slot) {
      const words = listOf(word);
      const list: unknown[] = [];
      announce(slot, list);
      readItems(words, Math.min(words.length, size), element, from, list);
      if (list.length < size) from.spend((size - list.length) * itemCount(type.element));
      while (list.length < size) list.push(filling());
      return list;
    },
    scan(reader, from) {
      const list = scanItems(reader, element, from);
      if (list.length !== size) throw NOT_USUAL;
      return list;
    },
  };
}

/** How many values a default of this type is made of. */
function itemCount(type: Portable<unknown>): number {
  return type.kind === "array"
    ? (type as ArrayType<unknown>).size * itemCount((type as ArrayType<unknown>).element)
    : 1;
}

/** Refuses what the original can't hash. */
function checkHashable(type: Portable<unknown>): void {
  switch (type.kind) {
    case "array":
    case "vector":
    case "deque":
    case "set":
    case "map":
    case "block":
      refuse(`a ${type.kind} can't be in a set or be a key`);
  }
}

/** Makes equal keys one: what JavaScript compares by identity although the value is what counts. */
function canonicalKeys(type: Portable<unknown>): ((key: unknown) => unknown) | null {
  if (type.kind !== "world" && type.kind !== "delta" && type.kind !== "string" && type.kind !== "character") {
    return null;
  }
  const seen = new Map<unknown, unknown>();
  return (key) => {
    const identity = keyIdentity(key);
    if (!seen.has(identity)) seen.set(identity, key);
    return seen.get(identity);
  };
}

function keyIdentity(key: unknown): unknown {
  if (key instanceof Instant) return key.epochMicroseconds;
  if (key instanceof Duration) return key.microseconds;
  return key instanceof Uint8Array ? key.join() : key;
}

/** Sets. */
export function setCodec(type: SetType<unknown>, codecOf: CodecOf): TypeCodec {
  const element = codecOf(type.element);
  const fill = (set: Set<unknown>, items: readonly unknown[]): Set<unknown> => {
    if (items.length > 0) checkHashable(type.element);
    const canonical = canonicalKeys(type.element);
    for (const item of items) set.add(canonical === null ? item : canonical(item));
    return set;
  };
  return {
    structural: true,
    write(value, out) {
      if (!(value instanceof Set)) refuse(`expected a Set, got ${describe(value)}`);
      if (value.size > 0) checkHashable(type.element);
      return writeItems([...value], element, out);
    },
    read(word, from, slot) {
      const words = listOf(word);
      const set = new Set<unknown>();
      announce(slot, set);
      const items: unknown[] = [];
      readItems(words, words.length, element, from, items);
      return fill(set, items);
    },
    scan: (reader, from) => fill(new Set(), scanItems(reader, element, from)),
  };
}

/** Maps: lists of pairs on the wire. */
export function mapCodec(type: MapType<unknown, unknown>, codecOf: CodecOf): TypeCodec {
  const keyCodec = codecOf(type.key);
  const valueCodec = codecOf(type.value);
  return {
    structural: true,
    write(value, out) {
      if (!(value instanceof Map)) refuse(`expected a Map, got ${describe(value)}`);
      if (value.size > 0) checkHashable(type.key);
      let text = "[";
      let i = 0;
      try {
        for (const [key, item] of value) {
          text += (i === 0 ? "[" : ",[") + keyCodec.write(key, out) + "," + valueCodec.write(item, out) + "]";
          i++;
        }
      } catch (thrown) {
        throw within(thrown, `[${i}]`);
      }
      return text + "]";
    },
    read(word, from, slot) {
      const words = listOf(word);
      if (words.length > 0) checkHashable(type.key);
      const map = new Map<unknown, unknown>();
      announce(slot, map);
      const canonical = canonicalKeys(type.key);
      let i = 0;
      try {
        for (; i < words.length; i++) {
          const pair = listOf(words[i]!);
          if (pair.length < 2) refuse("expected a key and a value");
          const key = keyCodec.read(pair[0]!, from, null);
          map.set(canonical === null ? key : canonical(key), valueCodec.read(pair[1]!, from, null));
        }
      } catch (thrown) {
        throw within(thrown, `[${i}]`);
      }
      return map;
    },
    scan: (reader, from) => scanMap(reader, from, type, keyCodec, valueCodec),
  };
}

function scanMap(
  reader: JsonReader,
  from: Decoding,
  type: MapType<unknown, unknown>,
  keyCodec: TypeCodec,
  valueCodec: TypeCodec,
): Map<unknown, unknown> {
  const { text } = reader;
  if (text.charCodeAt(reader.at) !== LIST_START) throw NOT_USUAL;
  const map = new Map<unknown, unknown>();
  if (text.charCodeAt(++reader.at) === LIST_END) {
    reader.at++;
    return map;
  }
  checkHashable(type.key);
  const canonical = canonicalKeys(type.key);
  while (true) {
    if (text.charCodeAt(reader.at++) !== LIST_START) throw NOT_USUAL;
    const key = keyCodec.scan(reader, from);
    if (text.charCodeAt(reader.at++) !== COMMA) throw NOT_USUAL;
    map.set(canonical === null ? key : canonical(key), valueCodec.scan(reader, from));
    if (text.charCodeAt(reader.at++) !== LIST_END) throw NOT_USUAL;
    reader.count(3);
    const code = text.charCodeAt(reader.at++);
    if (code === LIST_END) return map;
    if (code !== COMMA) throw NOT_USUAL;
  }
}

/** Two types with one signature are one type. A type that contains itself without a class between has no signature. */
function keyOf(type: Portable<unknown>): TypeKey {
  try {
    return type.signature;
  } catch {
    return type;
  }
}

/** Pointers. What they point to is looked up at the first use, as it may be declared later. */
export function pointerCodec(type: PointerType<unknown>, codecOf: CodecOf): TypeCodec {
  let key: TypeKey = type;
  let codec: TypeCodec | null = null;
  const resolve = (): TypeCodec => {
    key = keyOf(type.target);
    return codec = codecOf(type.target);
  };
  return {
    structural: false,
    write(value, out) {
      if (value === null || value === undefined) return "null";
      const pointed = codec ?? resolve();
      return out.pointer(value, key, pointed);
    },
    read(word, from) {
      if (word === null) return null;
      if (typeof word !== "string") refuse(`expected an alias, got ${describe(word)}`);
      const pointed = codec ?? resolve();
      return from.pointed(word, key, pointed);
    },
    // The table stands behind the value, so only null can be told at once.
    scan(reader) {
      if (!reader.text.startsWith("null", reader.at)) throw NOT_USUAL;
      reader.at += 4;
      return null;
    },
  };
}
