// This module performs no I/O.

/** Reads signatures, as command lines and programs give them. What arrives on the wire is only ever looked up whole. */

import {
  Address,
  Any,
  ArrayType,
  Block,
  Boolean,
  Byte,
  Character,
  ClockTime,
  Float4,
  Float8,
  Integer2,
  Integer4,
  Integer8,
  ListType,
  MapType,
  PointerType,
  type Portable,
  Rune,
  SetType,
  String,
  TargetAddress,
  TimeDelta,
  TimeSpan,
  Type,
  Unicode,
  Unsigned2,
  Unsigned4,
  Unsigned8,
  UUID,
  Word,
  WorldTime,
} from "./portable.ts";
import { typeBySignature } from "./registry.ts";

/** Longest signature that is read, in UTF-16 units. */
export const SIGNATURE_LENGTH_MAX = 4096;
/** Types inside one another. */
export const SIGNATURE_DEPTH_MAX = 32;
/** Items of an array type. */
export const SIGNATURE_ARRAY_SIZE_MAX = 1_048_576;

/** How to read a signature. */
export interface SignatureOptions {
  /** Finds classes and enumerations, and types that exist already; the table of registered types if nothing is said. */
  readonly find?: (signature: string) => Portable<unknown> | undefined;
  /** Leaves what pointers point to unread until it is used, for classes that point to one another. */
  readonly latePointers?: boolean;
}

/**
 * The type of a signature such as `map<unicode,vector<float8>>`. Blanks between the parts are allowed.
 *
 * @returns The one registered type if there is one; undefined for what is no signature or names an unknown class.
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { parseSignature } from "@layer-cake/cake";
 * assert(parseSignature("vector<float8>")?.kind === "vector");
 * assert(parseSignature("vector<nowhere.Thing>") === undefined);
 * ```
 */
export function parseSignature(text: string, options: SignatureOptions = {}): Portable<unknown> | undefined {
  if (text.length > SIGNATURE_LENGTH_MAX) return undefined;
  const parser = new SignatureParser(text, options);
  const type = parser.type(1);
  return type !== undefined && parser.ended() ? type : undefined;
}

const TOKEN = /[ \t]*([_a-zA-Z][_a-zA-Z0-9]*(?:\.[_a-zA-Z0-9]+)*|\d+|[<>,])[ \t]*/y;
const PLAIN_TYPES: ReadonlyMap<string, Portable<unknown>> = new Map(
  [
    Address,
    Any,
    Block,
    Boolean,
    Byte,
    Character,
    ClockTime,
    Float4,
    Float8,
    Integer2,
    Integer4,
    Integer8,
    Rune,
    String,
    TargetAddress,
    TimeDelta,
    TimeSpan,
    Type,
    Unicode,
    Unsigned2,
    Unsigned4,
    Unsigned8,
    UUID,
    Word,
    WorldTime,
  ].map((type): [string, Portable<unknown>] => [type.signature, type]),
);

class SignatureParser {
  #at = 0;
  readonly #text: string;
  readonly #find: (signature: string) => Portable<unknown> | undefined;
  readonly #options: SignatureOptions;

  constructor(text: string, options: SignatureOptions) {
    this.#text = text;
    this.#options = options;
    this.#find = options.find ?? typeBySignature;
  }

  ended(): boolean {
    return this.#at === this.#text.length;
  }

  type(depth: number): Portable<unknown> | undefined {
    if (depth > SIGNATURE_DEPTH_MAX) return undefined;
    const name = this.#token() ?? "";
    switch (name) {
      case "vector":
      case "deque":
        return this.#single(depth, (element) => new ListType(name, element));
      case "set":
        return this.#single(depth, (element) => new SetType(element));
      case "pointer":
        return this.#options.latePointers ? this.#latePointer(depth) : this.#single(depth, (to) => new PointerType(to));
      case "map":
        return this.#map(depth);
      case "array":
        return this.#array(depth);
    }
    return this.#find(name) ?? PLAIN_TYPES.get(name);
  }

  #token(): string | undefined {
    TOKEN.lastIndex = this.#at;
    const match = TOKEN.exec(this.#text);
    if (match === null) return undefined;
    this.#at = TOKEN.lastIndex;
    return match[1];
  }

  /** The registered type of this signature, else the new one. */
  #canonical(type: Portable<unknown>): Portable<unknown> {
    return this.#options.latePointers ? type : this.#find(type.signature) ?? type;
  }

  #single(depth: number, make: (element: Portable<unknown>) => Portable<unknown>): Portable<unknown> | undefined {
    if (this.#token() !== "<") return undefined;
    const element = this.type(depth + 1);
    return element !== undefined && this.#token() === ">" ? this.#canonical(make(element)) : undefined;
  }

  #map(depth: number): Portable<unknown> | undefined {
    if (this.#token() !== "<") return undefined;
    const key = this.type(depth + 1);
    if (key === undefined || this.#token() !== ",") return undefined;
    const value = this.type(depth + 1);
    return value !== undefined && this.#token() === ">" ? this.#canonical(new MapType(key, value)) : undefined;
  }

  #array(depth: number): Portable<unknown> | undefined {
    if (this.#token() !== "<") return undefined;
    const element = this.type(depth + 1);
    if (element === undefined || this.#token() !== ",") return undefined;
    const size = this.#token() ?? "";
    if (!/^\d{1,7}$/.test(size) || Number(size) > SIGNATURE_ARRAY_SIZE_MAX || this.#token() !== ">") return undefined;
    return this.#canonical(new ArrayType(element, Number(size)));
  }

  #latePointer(depth: number): Portable<unknown> | undefined {
    if (this.#token() !== "<") return undefined;
    const start = this.#at;
    let open = 1;
    while (open > 0) {
      const token = this.#token();
      if (token === undefined) return undefined;
      open += token === "<" ? 1 : token === ">" ? -1 : 0;
    }
    const target = this.#text.slice(start, this.#text.lastIndexOf(">", this.#at - 1));
    if (depth >= SIGNATURE_DEPTH_MAX) return undefined;
    return new PointerType(() => {
      const type = parseSignature(target, this.#options);
      if (type === undefined) throw new TypeError(`Cannot resolve pointer to "${target}": the type is not known`);
      return type;
    });
  }
}
