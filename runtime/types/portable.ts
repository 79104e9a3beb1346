// This module performs no I/O.

/**
 * Portable types: what a value is, apart from the value. A type has a signature, by which every process knows it, and a
 * TypeScript form, which the compiler infers. Encoding is done elsewhere (`codec/`); here is only description.
 */

import type { Duration, Instant } from "./time.ts";
import type { WordFloat } from "./word.ts";
import type { MessageClass } from "./message.ts";

/** The plain types, by their signatures. */
export type PlainKind =
  | "boolean"
  | "byte"
  | "character"
  | "rune"
  | "integer2"
  | "integer4"
  | "integer8"
  | "unsigned2"
  | "unsigned4"
  | "unsigned8"
  | "float4"
  | "float8"
  | "block"
  | "string"
  | "unicode"
  | "clock"
  | "span"
  | "world"
  | "delta"
  | "uuid"
  | "any"
  | "target"
  | "address"
  | "type"
  | "word";

/** The types made of other types. */
export type ConstructedKind = "array" | "vector" | "deque" | "set" | "map" | "pointer";

/** What sort of type it is. */
export type Kind = PlainKind | ConstructedKind | "enumeration" | "message";

/** A member of a message: its type, what it is when nobody says, and its name on the wire where the rule does not fit. */
export class Declared<T> {
  /** Called by the operations of {@linkcode Portable}: `default`, `nullable`, `optional`. */
  constructor(
    /** The type of the member. */
    readonly type: Portable<unknown>,
    /** Makes what the member is when nobody says. */
    readonly initial: () => T,
    /** The name on the wire, where the rule doesn't give it. */
    readonly wireName?: string,
    /** An absent structure: null is allowed, and is left out of the encoding (the original refuses a null there). */
    readonly optional = false,
  ) {}

  /** The same member with another name on the wire than the rule gives. */
  named(wireName: string): Declared<T> {
    return new Declared(this.type, this.initial, wireName, this.optional);
  }
}

/** A portable type whose values have the TypeScript form `T`. */
export abstract class Portable<out T> {
  /** @internal For the compiler only: `T` as a member. */
  declare protected readonly _value?: T;
  /** @internal What sort of type it is, for codecs. */
  abstract readonly kind: Kind;
  /** The text by which processes know the type, such as `vector<float8>` or `test_api.Xy`. */
  abstract readonly signature: string;

  /**
   * Declares a member with this default. A function is called for each new message; give one for values that
   * can change (lists, maps, messages).
   */
  // deno-lint-ignore ban-types -- excludes functions from values, so that a default is either a value or a maker
  default<V extends T>(value: (V & ({} | null | undefined)) | (() => V)): Declared<T> {
    const initial = typeof value === "function" ? value as () => T : () => value as T;
    return new Declared<T>(this, initial);
  }

  /** Declares a member with this default that may also be null. */
  nullable(value: T): Declared<T | null> {
    return new Declared<T | null>(this, () => value);
  }

  /** Declares a structure that may be absent, and is when nobody says. */
  optional(): Declared<T | null> {
    return new Declared<T | null>(this, () => null, undefined, true);
  }

  /** The signature. */
  toString(): string {
    return this.signature;
  }
}

/** A type without parts: numbers, texts, times, addresses, Any. */
export class Plain<T> extends Portable<T> {
  constructor(readonly kind: PlainKind) {
    super();
  }

  override get signature(): string {
    return this.kind;
  }
}

/** Enumeration members by name; only names travel. */
export class EnumerationType<N extends string> extends Portable<N> {
  /** @internal */
  readonly kind = "enumeration";
  /** Numbers by name. */
  readonly names: ReadonlyMap<N, number>;
  #signature = "";

  /** Called by {@linkcode Enumeration}. */
  constructor(members: Readonly<Record<N, number>>) {
    super();
    this.names = new Map(Object.entries(members) as [N, number][]);
  }

  /**
   * The name that `bind` gave.
   *
   * @throws {TypeError} Before `bind`.
   */
  override get signature(): string {
    if (this.#signature === "") throw new TypeError("Cannot use an enumeration before bind() gave it a name");
    return this.#signature;
  }

  /** @internal Called by `bind`. */
  bindName(name: string): void {
    this.#signature = name;
  }

  /**
   * The number of a name, as the original counts.
   *
   * @throws {RangeError} For what is not a name of it.
   */
  numberOf(name: N): number {
    const number = this.names.get(name);
    if (number === undefined) throw new RangeError(`Cannot look up "${name}": not a member of ${this.#signature}`);
    return number;
  }
}

/** The type of a message class. */
export class UserDefined<T> extends Portable<T> {
  readonly kind = "message";

  constructor(readonly messageClass: MessageClass<T & object>) {
    super();
  }

  override get signature(): string {
    return this.messageClass.wireName;
  }
}

/** A list of exactly `size` items. */
export class ArrayType<T> extends Portable<T[]> {
  readonly kind = "array";
  constructor(readonly element: Portable<T>, readonly size: number) {
    super();
  }
  override get signature(): string {
    return `array<${this.element.signature},${this.size}>`;
  }
}

/** A list: `vector` and `deque` differ by name only. */
export class ListType<T> extends Portable<T[]> {
  constructor(readonly kind: "vector" | "deque", readonly element: Portable<T>) {
    super();
  }
  override get signature(): string {
    return `${this.kind}<${this.element.signature}>`;
  }
}

/** A set. */
export class SetType<T> extends Portable<Set<T>> {
  readonly kind = "set";
  constructor(readonly element: Portable<T>) {
    super();
  }
  override get signature(): string {
    return `set<${this.element.signature}>`;
  }
}

/** A map. */
export class MapType<K, V> extends Portable<Map<K, V>> {
  readonly kind = "map";
  constructor(readonly key: Portable<K>, readonly value: Portable<V>) {
    super();
  }
  override get signature(): string {
    return `map<${this.key.signature},${this.value.signature}>`;
  }
}

/** A value whose identity matters: shared and circular graphs keep their shape. */
export class PointerType<T> extends Portable<T> {
  readonly kind = "pointer";
  readonly #target: Portable<T> | (() => Portable<T>);
  constructor(target: Portable<T> | (() => Portable<T>)) {
    super();
    this.#target = target;
  }
  get target(): Portable<T> {
    return typeof this.#target === "function" ? this.#target() : this.#target;
  }
  override get signature(): string {
    return `pointer<${this.target.signature}>`;
  }
}

/** A portable type, or a message class, which stands for its own type. */
export type TypeLike<T = unknown> = Portable<T> | MessageClass<T & object>;

/** The TypeScript form of a {@link TypeLike}. */
export type ValueOf<L> = L extends Portable<infer T> ? T
  : L extends abstract new (...args: never) => infer M ? M
  : never;

/** True or false. */
export const Boolean: Portable<boolean> = new Plain("boolean");
/** A whole number of one octet. */
export const Byte: Portable<number> = new Plain("byte");
/** One character of one octet. */
export const Character: Portable<Uint8Array> = new Plain("character");
/** One Unicode character. */
export const Rune: Portable<string> = new Plain("rune");
/** A whole number of two octets. */
export const Integer2: Portable<number> = new Plain("integer2");
/** A whole number of four octets. */
export const Integer4: Portable<number> = new Plain("integer4");
/** A whole number of eight octets. Beyond ±(2^53 - 1) the value is a `bigint`; declare {@link Integer8Wide} to see it in the type. */
export const Integer8: Portable<number> = new Plain("integer8");
/** The type of {@link Integer8} with both forms of its values in view. */
export const Integer8Wide: Portable<number | bigint> = Integer8;
/** A whole number of two octets, not negative. */
export const Unsigned2: Portable<number> = new Plain("unsigned2");
/** A whole number of four octets, not negative. */
export const Unsigned4: Portable<number> = new Plain("unsigned4");
/** A whole number of eight octets, not negative; see {@link Integer8}. */
export const Unsigned8: Portable<number> = new Plain("unsigned8");
/** The type of {@link Unsigned8} with both forms of its values in view. */
export const Unsigned8Wide: Portable<number | bigint> = Unsigned8;
/** A number with a fraction; travels in double precision. */
export const Float4: Portable<number> = new Plain("float4");
/** A number with a fraction, in double precision. */
export const Float8: Portable<number> = new Plain("float8");
/** Binary data. Sent as such, by itself, it travels without any encoding. */
export const Block: Portable<Uint8Array> = new Plain("block");
/** A text of octets. */
export const String: Portable<Uint8Array> = new Plain("string");
/** A text. */
export const Unicode: Portable<string> = new Plain("unicode");
/** A moment as seconds since 1970, written as local time. */
export const ClockTime: Portable<number> = new Plain("clock");
/** A span of time in seconds. */
export const TimeSpan: Portable<number> = new Plain("span");
/** A moment, exact to the microsecond. */
export const WorldTime: Portable<Instant> = new Plain("world");
/** A span of time, exact to the microsecond. */
export const TimeDelta: Portable<Duration> = new Plain("delta");
/** A UUID in lower-case hyphenated form. */
export const UUID: Portable<string> = new Plain("uuid");
/** A message, a value with its type ({@linkcode castTo}), an unknown value (Incognito), or null. */
export const Any: Portable<unknown> = new Plain("any");
/** An address that names the receiver of a frame. */
export const TargetAddress: Portable<Address> = new Plain("target");
/** An address. */
export const Address: Portable<Address> = new Plain("address");
/**
 * Where to send a message: a value that can be compared with `===`, used as a `Map` key, put in messages and sent
 * anywhere.
 *
 * It is a path of positive whole numbers, read from the right: the last one is an object of this process, which
 * may be a proxy for another process; what stands before it means something to that process only. Its text is the
 * path with commas, `"5,12"`; programs don't look inside.
 */
export type Address = string & {
  /** There is no such member: it keeps the compiler from taking any text for an address. */
  readonly _isAddress: true;
};
/** A message class as a value. */
export const Type: Portable<MessageClass> = new Plain("type");
/** Any JSON, untouched. */
export const Word: Portable<Word> = new Plain("word");
/**
 * A parsed JSON value. Whole numbers are `number` within ±(2^53 - 1), else `bigint`; numbers with a point or an exponent
 * are {@linkcode WordFloat}; objects are maps in member order.
 */
export type Word = null | boolean | string | number | bigint | WordFloat | readonly Word[] | ReadonlyMap<string, Word>;

/** Members of an enumeration by name, with the numbers of the original. `bind` gives it its wire name. */
export function Enumeration<const N extends string>(members: Readonly<Record<N, number>>): EnumerationType<N> {
  return new EnumerationType(members);
}

/** A list of exactly `size` items. */
export function ArrayOf<L extends TypeLike>(element: L, size: number): Portable<ValueOf<L>[]> {
  return new ArrayType(typeOf(element), size);
}

/** A list. */
export function VectorOf<L extends TypeLike>(element: L): Portable<ValueOf<L>[]> {
  return new ListType("vector", typeOf(element));
}

/** A list that is used from both ends. */
export function DequeOf<L extends TypeLike>(element: L): Portable<ValueOf<L>[]> {
  return new ListType("deque", typeOf(element));
}

/** A set of scalars. */
export function SetOf<L extends TypeLike>(element: L): Portable<Set<ValueOf<L>>> {
  return new SetType(typeOf(element));
}

/** A map. */
export function MapOf<K extends TypeLike, V extends TypeLike>(key: K, value: V): Portable<Map<ValueOf<K>, ValueOf<V>>> {
  return new MapType(typeOf(key), typeOf(value));
}

/** A value whose identity matters. For a class that points to itself give a function: `PointerTo(() => Node)`. */
export function PointerTo<L extends TypeLike>(target: L | (() => L)): Portable<ValueOf<L>> {
  const isClass = typeof target === "function" && "portable" in target;
  if (typeof target === "function" && !isClass) return new PointerType(() => typeOf((target as () => L)()));
  return new PointerType(typeOf(target as L));
}

/** The portable type that a {@link TypeLike} stands for. */
export function typeOf<L extends TypeLike>(like: L): Portable<ValueOf<L>> {
  return (typeof like === "function" ? like.portable : like) as Portable<ValueOf<L>>;
}
