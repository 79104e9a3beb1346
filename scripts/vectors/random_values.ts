/** Random types, and random values of them, for tests and comparisons. The same source gives the same values. */

import { type Address, addressOf } from "../../runtime/address.ts";
import { Incognito } from "../../runtime/messages/incognito.ts";
import { SeededRandom } from "../../runtime/simulation/prng.ts";
import { Cast } from "../../runtime/types/cast.ts";
import type { MessageClass } from "../../runtime/types/message.ts";
import {
  type ArrayType,
  type EnumerationType,
  type ListType,
  type MapType,
  type PointerType,
  type Portable,
  type SetType,
  UserDefined,
} from "../../runtime/types/portable.ts";
import { typeBySignature } from "../../runtime/types/registry.ts";
import { parseSignature } from "../../runtime/types/signature.ts";
import { Duration, Instant } from "../../runtime/types/time.ts";
import { type Word, WordFloat } from "../../runtime/types/word.ts";

/** A seeded source with the draws that values need. */
export class RandomSource extends SeededRandom {
  /** True once in so many times. */
  oneIn(times: number): boolean {
    return this.integer(times) === 0;
  }
}

const PLAIN = [
  ...[
    "boolean",
    "byte",
    "character",
    "rune",
    "integer2",
    "integer4",
    "integer8",
    "unsigned2",
    "unsigned4",
    "unsigned8",
  ],
  ...["float4", "float8", "block", "string", "unicode", "clock", "span", "world", "delta", "uuid", "any", "target"],
  ...["address", "type", "word"],
];
const KEYS = [
  "unicode",
  "integer8",
  "uuid",
  "boolean",
  "string",
  "golden_types.Colour",
  "rune",
  "world",
  "delta",
  "float8",
];
const MESSAGES = [
  ...[
    "Addressed",
    "Branch",
    "Carrier",
    "Containers",
    "Defaults",
    "Empty",
    "Holder",
    "Node",
    "Outer",
    "Pair",
    "Scalars",
  ],
  ...["State", "Times", "TwoPointers", "TypeHolder", "WordHolder"],
].map((name) => `golden_types.${name}`);
/** What an Any may hold and still be known on the other side. */
const KNOWN_IN_ANY = [
  ...MESSAGES,
  ...["vector<vector<float8>>", "vector<integer8>", "map<unicode,golden_types.Pair>", "set<unicode>", "vector<any>"],
  ...["golden_types.Colour", "vector<pointer<golden_types.Pair>>", "integer8", "float8", "unicode", "uuid", "world"],
  ...["delta", "boolean", "string", "block", "type", "word", "clock", "span"],
];

/** The signature of a random type. */
export function randomSignature(random: RandomSource, depth = 3): string {
  const kind = depth === 0 ? random.integer(2) : random.integer(9);
  const inner = () => randomSignature(random, depth - 1);
  switch (kind) {
    case 0:
      return random.pick(PLAIN);
    case 1:
      return random.pick(MESSAGES);
    case 2:
      return `vector<${inner()}>`;
    case 3:
      return `deque<${inner()}>`;
    case 4:
      return `array<${inner()},${random.integer(4)}>`;
    case 5:
      return `set<${random.pick(KEYS)}>`;
    case 6:
      return `map<${random.pick(KEYS)},${inner()}>`;
    case 7:
      return `pointer<${random.pick(MESSAGES)}>`;
    default:
      return "golden_types.Colour";
  }
}

/** A random type; the recorded types must be registered. */
export function randomType(random: RandomSource): Portable<unknown> {
  const type = parseSignature(randomSignature(random));
  if (type === undefined) throw new Error("A random signature is not known: register the recorded types first");
  return type;
}

/** A random value of a type, with shared and circular pointers. */
export function randomValue(random: RandomSource, type: Portable<unknown>): unknown {
  return new Maker(random).value(type, 4);
}

class Maker {
  readonly #random: RandomSource;
  /** What pointers may point to again. */
  readonly #pointed = new Map<Portable<unknown>, unknown[]>();

  constructor(random: RandomSource) {
    this.#random = random;
  }

  /** A value, null included where null is a value by itself. */
  value(type: Portable<unknown>, depth: number): unknown {
    const random = this.#random;
    const items = depth <= 0 ? 0 : random.integer(4);
    switch (type.kind) {
      case "array":
        return this.#items(type as ArrayType<unknown>, (type as ArrayType<unknown>).size, depth);
      case "vector":
      case "deque":
        return this.#items(type as ListType<unknown>, items, depth);
      case "set":
        return new Set(distinct(this.#items(type as SetType<unknown>, items, depth)));
      case "map": {
        const { key, value } = type as MapType<unknown, unknown>;
        const keys = distinct(Array.from({ length: items }, () => this.value(key, depth - 1)));
        return new Map(keys.map((k) => [k, this.value(value, depth - 1)]));
      }
      case "message":
        return this.#message(type as UserDefined<object>, depth);
      case "delta":
        return randomScalar(random, type);
    }
    if (random.oneIn(8)) return null;
    if (type.kind === "pointer") return this.#pointer((type as PointerType<unknown>).target, depth);
    return type.kind === "any" ? this.#any(depth) : randomScalar(random, type);
  }

  #items({ element }: { element: Portable<unknown> }, count: number, depth: number): unknown[] {
    return Array.from({ length: count }, () => this.value(element, depth - 1));
  }

  #message(type: UserDefined<object>, depth: number, message = new type.messageClass()): object {
    const members = message as Record<string, unknown>;
    for (const member of (type.messageClass as MessageClass).members) {
      members[member.name] = this.value(member.type, depth - 1);
    }
    return message;
  }

  #pointer(target: Portable<unknown>, depth: number): unknown {
    const random = this.#random;
    const pool = this.#pointed.get(target) ?? [];
    this.#pointed.set(target, pool);
    if (pool.length > 0 && (depth <= 0 || random.oneIn(3))) return random.pick(pool);
    if (depth <= 0) return null;
    if (target instanceof UserDefined) {
      // Into the pool before its members are there: that makes circles.
      const message = new (target.messageClass as MessageClass)();
      pool.push(message);
      return this.#message(target, depth, message);
    }
    const value = this.value(target, depth - 1);
    if (value !== null) pool.push(value);
    return value;
  }

  #any(depth: number): unknown {
    const random = this.#random;
    if (random.oneIn(10)) {
      return new Incognito({ typeName: "nowhere.Thing", decodedWord: randomWord(random, depth - 1) });
    }
    const type = typeBySignature(depth <= 0 ? "integer8" : random.pick(KNOWN_IN_ANY))!;
    const value = this.value(type, depth - 1);
    return type instanceof UserDefined ? value : new Cast(value, type);
  }
}

/** Values that the other side takes for different ones. */
function distinct(values: unknown[]): unknown[] {
  const identity = (value: unknown): unknown => {
    if (value instanceof Instant) return value.epochMicroseconds;
    if (value instanceof Duration) return value.microseconds;
    if (value instanceof Uint8Array) return value.join();
    return Number.isNaN(value) ? 0 : value;
  };
  return [...new Map(values.map((value) => [identity(value), value])).values()];
}

function randomScalar(random: RandomSource, type: Portable<unknown>): unknown {
  switch (type.kind) {
    case "boolean":
      return random.oneIn(2);
    case "byte":
    case "integer2":
    case "integer4":
    case "integer8":
    case "unsigned2":
    case "unsigned4":
    case "unsigned8":
      return randomInteger(random);
    case "float4":
    case "float8":
      return randomFloat(random);
    case "rune":
    case "unicode":
      return randomText(random);
    case "character":
    case "string":
    case "block":
      return Uint8Array.from({ length: random.integer(6) }, () => random.integer(256));
    case "clock":
      return Math.floor(random.float() * 4e15) / 1e6;
    case "span":
      return (random.integer(2) * 2 - 1) * Math.floor(random.float() * 10 ** random.integer(13)) / 1e6;
    case "world":
      return new Instant(
        BigInt(Math.floor(random.float() * 3e17 - 6e16)),
        random.oneIn(3) ? (random.integer(1439) + 1) * 60 : 0,
      );
    case "delta":
      return new Duration(BigInt(Math.floor((random.float() - 0.5) * 10 ** random.integer(15))));
    case "uuid":
      return random.uuid();
    case "enumeration":
      return random.pick([...(type as EnumerationType<string>).names.keys()]);
    case "type":
      return (typeBySignature(random.pick(MESSAGES)) as UserDefined<object>).messageClass;
    case "word":
      return randomWord(random, 3);
    default:
      return randomAddress(random);
  }
}

function randomAddress(random: RandomSource): Address {
  return addressOf(Array.from({ length: 1 + random.integer(3) }, () => 1 + random.integer(10 ** random.integer(6))));
}

function randomInteger(random: RandomSource): number | bigint {
  const digits = BigInt(Math.floor(random.float() * 2 ** 52)) ** BigInt(random.oneIn(6) ? 2 : 1);
  const value = (random.oneIn(3) ? digits : digits % 1000n) * (random.oneIn(2) ? -1n : 1n);
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

const FLOATS = [0, -0, 1, -1, 0.1, 1e16, 9999999999999998, 1e-4, 9.999e-5, 5e-324, 1.7976931348623157e308, 1e21, 1e22];

function randomFloat(random: RandomSource): number {
  switch (random.integer(6)) {
    case 0:
      return random.pick(FLOATS);
    case 1:
      return random.pick([Infinity, -Infinity, NaN]);
    case 2:
      return random.integer(2 ** 31) - 2 ** 30;
    case 3: {
      const bits = new DataView(new ArrayBuffer(8));
      bits.setUint32(0, random.integer(2 ** 32));
      bits.setUint32(4, random.integer(2 ** 32));
      return bits.getFloat64(0);
    }
    case 4:
      return random.integer(1e6) / 10 ** random.integer(7);
  }
  return (random.float() - 0.5) * 10 ** (random.integer(40) - 20);
}

const CHARACTERS = [
  ..."abcXYZ012 _-.,:[]{}\"\\/'\n\r\t\b\f\0\x1f\x7f\xff\u0100éß中\u2028\ufffd😀\u{10ffff}",
  "\ud83d",
  "\udc00",
  "null",
  "1100:",
];

function randomText(random: RandomSource): string {
  const text = Array.from({ length: random.integer(random.oneIn(10) ? 80 : 8) }, () => random.pick(CHARACTERS)).join(
    "",
  );
  return text;
}

/** Any JSON. */
export function randomWord(random: RandomSource, depth: number): Word {
  const items = depth <= 0 ? 0 : random.integer(4);
  switch (random.integer(depth <= 0 ? 5 : 7)) {
    case 0:
      return random.oneIn(2) ? null : random.oneIn(2);
    case 1:
      return randomInteger(random);
    case 2:
      return new WordFloat(randomFloat(random));
    case 3:
    case 4:
      return randomText(random);
    case 5:
      return Array.from({ length: items }, () => randomWord(random, depth - 1));
  }
  return new Map(Array.from({ length: items }, () => [randomText(random), randomWord(random, depth - 1)]));
}
