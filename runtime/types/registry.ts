// This module performs no I/O.

/** The one table at module level: which types this program knows, by wire name and by signature. */

import { isMessageClass, type MessageClass, setWireName, wireNameOf } from "./message.ts";
import {
  Address,
  Any,
  ArrayType,
  Block,
  Boolean,
  Byte,
  Character,
  ClockTime,
  EnumerationType,
  Float8,
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
  type TypeLike,
  typeOf,
  Unicode,
  UserDefined,
  UUID,
  type ValueOf,
  Word,
  WorldTime,
} from "./portable.ts";

const NAME = /^[_a-zA-Z][_a-zA-Z0-9]*(\.[_a-zA-Z0-9]+)+$/;

const types = new Map<string, Portable<unknown>>();

/**
 * Makes a constructed type known, so that values of it arrive as such rather than as Incognito.
 *
 * @returns The one type of that signature: two types with one signature are one type.
 */
export function defType<L extends TypeLike>(like: L): Portable<ValueOf<L>> {
  const type = typeOf(like);
  const known = types.get(type.signature);
  if (known !== undefined) return known as Portable<ValueOf<L>>;
  registerParts(type);
  types.set(type.signature, type);
  return type;
}

function registerParts(type: Portable<unknown>): void {
  if (type instanceof ListType || type instanceof SetType || type instanceof ArrayType) defType(type.element);
  else if (type instanceof PointerType) defType(type.target);
  else if (type instanceof MapType) {
    defType(type.key);
    defType(type.value);
  }
}

/**
 * Gives a message class or an enumeration its name on the wire and makes it known.
 *
 * @throws {TypeError} When the name is taken by another class, or is not `module.Name`.
 */
export function registerType(what: MessageClass | EnumerationType<string>, name: string): void {
  if (!NAME.test(name)) throw new TypeError(`Cannot bind "${name}": expected module.Name`);
  if (what instanceof EnumerationType) {
    refuseTaken(name, types.get(name), what);
    what.bindName(name);
    types.set(name, what);
    return;
  }
  if (!isMessageClass(what)) throw new TypeError(`Cannot bind "${name}": neither a message class nor an enumeration`);
  const held = types.get(name);
  refuseTaken(name, held instanceof UserDefined ? held.messageClass : held, what);
  const before = wireNameOf(what);
  if (before !== undefined && before !== name) throw new TypeError(`Cannot bind "${name}": already named "${before}"`);
  setWireName(what, name);
  types.set(name, typeOf(what));
  for (const member of what.members) {
    // A pointer may name a class that is declared further down; it is made known with that class.
    if (!(member.type instanceof PointerType)) defType(member.type);
  }
}

function refuseTaken(name: string, held: unknown, wanted: unknown): void {
  if (held !== undefined && held !== wanted) {
    throw new TypeError(`Cannot bind "${name}": the name is taken by another type`);
  }
}

/** The registered type of a signature, or undefined. */
export function typeBySignature(signature: string): Portable<unknown> | undefined {
  return types.get(signature);
}

/** All registered signatures, sorted. */
export function registeredSignatures(): string[] {
  return [...types.keys()].sort();
}

// What a fresh process of the original knows without being told (`types.json` of the recordings).
for (
  const type of [
    Boolean,
    Byte,
    Character,
    Rune,
    Integer8,
    Float8,
    Block,
    String,
    Unicode,
    ClockTime,
    TimeSpan,
    WorldTime,
    TimeDelta,
    UUID,
    Any,
    TargetAddress,
    Address,
    Type,
    Word,
  ]
) types.set(type.signature, type);

// The same for constructed types; those of library classes are made known where the classes are.
for (
  const type of [
    new MapType(Integer8, Unicode),
    new MapType(Unicode, Address),
    new MapType(Unicode, Any),
    new MapType(Unicode, Integer8),
    new MapType(Unicode, Unicode),
    new MapType(Unicode, Word),
    new PointerType(Any),
    new SetType(UUID),
    new ListType("vector", Any),
    new ListType("vector", Float8),
    new ListType("vector", Type),
    new ListType("vector", Unicode),
  ]
) types.set(type.signature, type);
