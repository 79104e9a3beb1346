/** The neutral form in which recordings describe values. */

import { type Address, addressOf, addressPath } from "../../runtime/address.ts";
import { readWord, wholeNumber } from "../../runtime/codec/json_reader.ts";
import { floatText, ONE_LINE, writeWord } from "../../runtime/codec/json_writer.ts";
import { Incognito, TypeNotBound } from "../../runtime/messages/incognito.ts";
import { Cast } from "../../runtime/types/cast.ts";
import type { MessageBase, MessageClass } from "../../runtime/types/message.ts";
import {
  type ArrayType,
  type ListType,
  type MapType,
  type PointerType,
  type Portable,
  type SetType,
  UserDefined,
} from "../../runtime/types/portable.ts";
import { typeBySignature } from "../../runtime/types/registry.ts";
import { Duration, Instant } from "../../runtime/types/time.ts";
import { isList, type Word, WordFloat } from "../../runtime/types/word.ts";

/** JSON of the neutral form. */
export type Tagged = null | boolean | { readonly [tag: string]: unknown };

/** The value that a neutral form describes, built without the codec. */
export function buildValue(tagged: Tagged, type: Portable<unknown>): unknown {
  return new Builder().build(tagged, type);
}

// deno-lint-ignore no-explicit-any -- recordings are trusted; what they hold is told by the tag
type Tags = Readonly<Record<string, any>>;

class Builder {
  readonly #byId = new Map<unknown, unknown>();

  build(tagged: Tagged, type: Portable<unknown>): unknown {
    if (tagged === null || typeof tagged === "boolean") return tagged;
    const tags = tagged as Tags;
    if ("ref" in tags) return this.#byId.get(tags["ref"]);
    if (type.kind === "word") return buildWord(tagged);
    return "list" in tags || "deque" in tags || "map" in tags || "set" in tags || "message" in tags
      ? this.#structure(tags, type)
      : this.#scalar(tags);
  }

  #hold<T>(tags: Tags, value: T): T {
    if ("id" in tags) this.#byId.set(tags["id"], value);
    return value;
  }

  #structure(tags: Tags, type: Portable<unknown>): unknown {
    if (type.kind === "pointer") return this.#structure(tags, (type as PointerType<unknown>).target);
    if ("message" in tags) return this.#message(tags);
    if ("map" in tags) {
      const map = this.#hold(tags, new Map());
      const { key, value } = type as MapType<unknown, unknown>;
      for (const [k, v] of tags["map"] as [Tagged, Tagged][]) map.set(this.build(k, key), this.build(v, value));
      return map;
    }
    const { element } = type as ListType<unknown> | SetType<unknown> | ArrayType<unknown>;
    if ("set" in tags) return new Set((tags["set"] as Tagged[]).map((item) => this.build(item, element)));
    const list: unknown[] = this.#hold(tags, []);
    for (const item of (tags["list"] ?? tags["deque"]) as Tagged[]) list.push(this.build(item, element));
    return list;
  }

  #message(tags: Tags): unknown {
    const type = typeBySignature(tags["message"]);
    if (!(type instanceof UserDefined)) throw new Error(`No message class ${tags["message"]}`);
    const message = this.#hold(tags, new (type.messageClass as MessageClass)()) as Record<string, unknown>;
    const members = tags["members"] as Record<string, Tagged>;
    for (const member of (type.messageClass as MessageClass).members) {
      if (member.wireName in members) message[member.name] = this.build(members[member.wireName]!, member.type);
    }
    return message;
  }

  #scalar(tags: Tags): unknown {
    const [tag] = Object.keys(tags).filter((name) => name !== "id");
    const held: unknown = tags[tag!];
    switch (tag) {
      case "int":
        return wholeNumber(BigInt(held as string));
      case "float":
        return numberOf(held as string);
      case "str":
      case "uuid":
        return held;
      case "bytes":
      case "block":
        return Uint8Array.fromHex(held as string);
      case "world":
        return new Instant(BigInt(tags["epoch_us"]), offsetOf(held as string));
      case "delta_us":
        return new Duration(BigInt(held as string));
      case "enum":
        return tags["name"];
      case "address":
        return addressOf(held as number[]);
      case "type":
        return (typeBySignature(held as string) as UserDefined<object>).messageClass;
      case "any": {
        const [signature, value] = held as [string, Tagged];
        const type = typeBySignature(signature);
        if (type === undefined) throw new Error(`No type ${signature}`);
        return new Cast(this.build(value, type), type);
      }
      case "incognito":
        return this.#hold(tags, buildIncognito(held as RecordedIncognito));
    }
    throw new Error(`Unknown tag in ${JSON.stringify(tags)}`);
  }
}

interface RecordedIncognito {
  readonly type_name: string;
  readonly decoded_word_text: string;
  readonly saved_pointers_text: string;
  readonly address_book: Readonly<Record<string, readonly number[]>> | null;
}

function buildIncognito(recorded: RecordedIncognito): Incognito {
  return new Incognito({
    typeName: recorded.type_name,
    decodedWord: readWord(recorded.decoded_word_text),
    savedPointers: new Map(readWord(recorded.saved_pointers_text) as ReadonlyMap<string, Word>),
    addressBook: bookOf(recorded.address_book ?? {}),
  });
}

/** The address book of a recording. */
export function bookOf(recorded: Readonly<Record<string, readonly number[]>>): Map<string, Address> {
  return new Map(Object.entries(recorded).map(([key, path]) => [key, addressOf(path)]));
}

function buildWord(tagged: Tagged): Word {
  if (tagged === null || typeof tagged === "boolean") return tagged;
  const tags = tagged as Tags;
  if ("int" in tags) return wholeNumber(BigInt(tags["int"]));
  if ("float" in tags) return new WordFloat(numberOf(tags["float"]));
  if ("str" in tags) return tags["str"];
  if ("list" in tags) return (tags["list"] as Tagged[]).map(buildWord);
  return new Map((tags["map"] as [Tags, Tagged][]).map(([key, value]) => [key["str"] as string, buildWord(value)]));
}

function numberOf(text: string): number {
  return Number(text.replace("inf", "Infinity").replace("nan", "NaN"));
}

function offsetOf(iso: string): number {
  const match = /([-+])(\d\d):(\d\d)$/.exec(iso);
  if (match === null) return 0;
  const seconds = Number(match[2]) * 3600 + Number(match[3]) * 60;
  return match[1] === "-" ? -seconds : seconds;
}

/** Describes a value in the neutral form. */
export function tagValue(value: unknown, type: Portable<unknown>): Tagged {
  return new Tagger().tag(value, type);
}

class Tagger {
  readonly #ids = new Map<unknown, number>();

  tag(value: unknown, type: Portable<unknown>): Tagged {
    if (value === null || typeof value === "boolean") return value;
    if (typeof value === "object" && this.#ids.has(value)) return { ref: this.#ids.get(value) };
    switch (type.kind) {
      case "pointer":
        return this.tag(value, (type as PointerType<unknown>).target);
      case "any":
        return this.#any(value);
      case "message":
        return this.#message(value as MessageBase);
      case "array":
      case "vector":
        return { id: this.#id(value), list: this.#items(value as unknown[], type) };
      case "deque":
        return { id: this.#id(value), deque: this.#items(value as unknown[], type) };
      case "set":
        return { set: this.#items([...value as Set<unknown>], type) };
      case "map":
        return this.#map(value as Map<unknown, unknown>, type as MapType<unknown, unknown>);
      case "word":
        return this.#word(value as Word);
    }
    return scalarTag(value, type);
  }

  #id(value: unknown): number {
    this.#ids.set(value, this.#ids.size + 1);
    return this.#ids.size;
  }

  #items(items: unknown[], type: Portable<unknown>): Tagged[] {
    const { element } = type as ListType<unknown>;
    return items.map((item) => this.tag(item, element));
  }

  #map(map: Map<unknown, unknown>, type: MapType<unknown, unknown>): Tagged {
    return {
      id: this.#id(map),
      map: [...map].map(([key, value]) => [this.tag(key, type.key), this.tag(value, type.value)]),
    };
  }

  #any(value: unknown): Tagged {
    if (value instanceof Incognito) return { id: this.#id(value), incognito: incognitoTag(value) };
    if (value instanceof Cast) return { any: [value.type.signature, this.tag(value.value, value.type)] };
    return this.#message(value as MessageBase);
  }

  #message(message: MessageBase): Tagged {
    const messageClass = message.constructor as unknown as MessageClass;
    const id = this.#id(message);
    const members: Record<string, Tagged> = {};
    for (const member of messageClass.members) {
      members[member.wireName] = this.tag((message as unknown as Record<string, unknown>)[member.name], member.type);
    }
    return { id, message: messageClass.wireName, members };
  }

  #word(word: Word): Tagged {
    if (word === null || typeof word === "boolean") return word;
    if (word instanceof WordFloat) return { float: pythonFloat(word.value) };
    if (typeof word === "number" || typeof word === "bigint") return { int: String(word) };
    if (typeof word === "string") return { str: word };
    const id = this.#id(word);
    if (isList(word)) return { id, list: word.map((item) => this.#word(item)) };
    return { id, map: [...word as Map<string, Word>].map(([name, item]) => [{ str: name }, this.#word(item)]) };
  }
}

function scalarTag(value: unknown, type: Portable<unknown>): Tagged {
  switch (type.kind) {
    case "float4":
    case "float8":
    case "clock":
    case "span":
      return { float: pythonFloat(value as number) };
    case "unicode":
    case "rune":
      return { str: value };
    case "string":
    case "character":
      return { bytes: (value as Uint8Array).toHex() };
    case "block":
      return { block: (value as Uint8Array).toHex() };
    case "world":
      return { world: isoText(value as Instant), epoch_us: String((value as Instant).epochMicroseconds) };
    case "delta":
      return { delta_us: String((value as Duration).microseconds) };
    case "uuid":
      return { uuid: value };
    case "enumeration":
      return { enum: type.signature, name: value };
    case "address":
    case "target":
      return { address: addressPath(value as Address) };
    case "type":
      if (!(value instanceof TypeNotBound)) return { type: (value as MessageClass).wireName };
      return {
        id: 0,
        message: "layer_cake.virtual_codec.TypeNotBound",
        members: { module_name: { str: value.moduleName } },
      };
    default:
      return { int: String(value) };
  }
}

function incognitoTag(value: Incognito): Tagged {
  return {
    type_name: value.typeName,
    decoded_word_text: writeWord(value.decodedWord, ONE_LINE),
    saved_pointers_text: writeWord(value.savedPointers, ONE_LINE),
    address_book: Object.fromEntries([...value.addressBook].map(([key, address]) => [key, addressPath(address)])),
  };
}

function pythonFloat(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  return floatText(value);
}

function isoText(instant: Instant): string {
  const local = instant.epochMicroseconds + BigInt(instant.offsetSeconds) * 1_000_000n;
  const whole = local / 1_000_000n - (local % 1_000_000n < 0n ? 1n : 0n);
  const micros = local - whole * 1_000_000n;
  const text = new Date(Number(whole) * 1000).toISOString().replace(".000Z", "");
  const size = Math.abs(instant.offsetSeconds);
  const hours = String(Math.floor(size / 3600)).padStart(2, "0");
  const minutes = String(Math.floor(size / 60) % 60).padStart(2, "0");
  const fraction = micros === 0n ? "" : "." + String(micros).padStart(6, "0");
  return `${text}${fraction}${instant.offsetSeconds < 0 ? "-" : "+"}${hours}:${minutes}`;
}

/**
 * One text for all neutral forms of the same value: identity counts, the numbers given to it don't; sets have no order, and
 * maps have none either where asked (circles may change it).
 */
export function canonicalText(tagged: Tagged, options: { readonly sortMaps: boolean }): string {
  const byId = new Map<unknown, Tags>();
  collectIds(tagged, byId);
  const seen = new Map<unknown, number>();
  const write = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(write);
    if (typeof node !== "object" || node === null) return node;
    const tags = "ref" in node ? byId.get(node.ref) ?? node as Tags : node as Tags;
    if ("id" in tags && tags["id"] !== 0) {
      const number = seen.get(tags["id"]);
      if (number !== undefined) return { ref: number };
      seen.set(tags["id"], seen.size + 1);
    }
    if ("message" in tags) {
      const members = Object.entries(tags["members"]).map(([name, held]) => [name, write(held)]);
      return { message: tags["message"], members };
    }
    if ("map" in tags) {
      const entries = options.sortMaps ? sorted(tags["map"]) : tags["map"] as unknown[];
      return { map: entries.map(write) };
    }
    if ("set" in tags) return { set: sorted((tags["set"] as unknown[]).map(write)) };
    return Object.fromEntries(
      Object.entries(tags).filter(([tag]) => tag !== "id").map(([tag, held]) => [tag, write(held)]),
    );
  };
  return JSON.stringify(write(tagged));
}

function collectIds(node: unknown, byId: Map<unknown, Tags>): void {
  if (Array.isArray(node)) node.forEach((item) => collectIds(item, byId));
  else if (typeof node === "object" && node !== null) {
    if ("id" in node) byId.set(node.id, node as Tags);
    Object.values(node).forEach((item) => collectIds(item, byId));
  }
}

function sorted(items: readonly unknown[]): unknown[] {
  return [...items].sort((a, b) => JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
}
