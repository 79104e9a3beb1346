// This module performs no I/O.

/** Messages: classes whose members are declared with portable types, once, for the compiler and the wire alike. */

import { type Initialiser, makeInitialiser } from "./initialiser.ts";
import { checkMemberName, snakeCase } from "./names.ts";
import {
  ArrayType,
  Declared,
  EnumerationType,
  ListType,
  MapType,
  type Portable,
  SetType,
  type TypeLike,
  typeOf,
  UserDefined,
  type ValueOf,
} from "./portable.ts";

/** Members as they are declared: a type (the default is null, or empty for structures), or a type with a default. */
export type Members = Readonly<Record<string, TypeLike | Declared<unknown>>>;

/** The TypeScript form of one declared member. Structures are never null: an unset one is empty. */
export type MemberValue<D> = D extends Declared<infer T> ? T
  : D extends Portable<infer T> ? unknown extends T ? T
    : T extends readonly unknown[] | ReadonlySet<unknown> | ReadonlyMap<unknown, unknown> | MessageBase ? T
    : T | null
  : ValueOf<D>;

/** The TypeScript form of a set of declared members. */
export type MemberValues<M extends Members> = { -readonly [K in keyof M]: MemberValue<M[K]> };

/** One member, ready for encoders: name here, name on the wire, type, default. */
export interface MemberShape {
  /** The name in TypeScript, `publisherAddress`. */
  readonly name: string;
  /** The name on the wire, `publisher_address`. */
  readonly wireName: string;
  /** The type of its values. */
  readonly type: Portable<unknown>;
  /** Makes what it is when nobody says. */
  readonly initial: () => unknown;
  /** True for a structure that may be absent. */
  readonly optional: boolean;
}

const INITIALISE = Symbol("initialise");

/** What every message is: an object with declared members. */
export abstract class MessageBase {
  /** The members as they were declared, in the order of the wire. */
  static readonly members: readonly MemberShape[] = [];
  /** @internal */
  static [INITIALISE](message: object, given: object | undefined): void {
    initialiserOf(this)(message, given);
  }
  /** @internal Keeps the compiler from taking any value for a message. */
  declare protected readonly _isMessage: true;

  /**
   * Sets the members.
   *
   * @param init Those that differ from their defaults.
   */
  constructor(init?: object) {
    (new.target as unknown as typeof MessageBase)[INITIALISE](this, init);
  }

  /** The wire name, set by `bind`. */
  static get wireName(): string {
    const name = wireNameOf(this);
    if (name === undefined) {
      throw new TypeError(`Cannot use message ${this.name || "(anonymous)"} before bind() gave it a name`);
    }
    return name;
  }

  /** The portable type of this class. */
  static get portable(): Portable<object> {
    // Own slots: a class must not answer with what its base has.
    const slots = this as unknown as { [TYPE]?: UserDefined<object> };
    const held = slots[TYPE];
    if (held !== undefined && held.messageClass === (this as unknown)) return held;
    return slots[TYPE] = new UserDefined(this as unknown as MessageClass);
  }
}

const FIRST_INITIALISER: PropertyDescriptor = { value: MessageBase[INITIALISE], configurable: true };

/**
 * Makes the initialiser of a class at its first message: most classes of most processes never have one, and a fifth of the
 * loading of all modules was this. It is kept where the members were declared, as a constant, which is what makes calling it fast.
 */
function initialiserOf(messageClass: typeof MessageBase): Initialiser {
  let declaration: object = messageClass;
  while (!Object.hasOwn(declaration, "members")) declaration = Object.getPrototypeOf(declaration);
  const value = makeInitialiser((declaration as typeof MessageBase).members);
  Object.defineProperty(declaration, INITIALISE, { value, configurable: true });
  return value;
}

const TYPE = Symbol("portable type");
const wireNames = new WeakMap<object, string>();

/** Names a class for the wire; called by `bind`. */
export function setWireName(messageClass: object, name: string): void {
  wireNames.set(messageClass, name);
}

/** The wire name of a class, or undefined before `bind`. */
export function wireNameOf(messageClass: object): string | undefined {
  return wireNames.get(messageClass);
}

/** A message class as a value. Its constructor takes its members as one object. */
export interface MessageClass<out T = object> {
  /** Makes a message; what it takes is known of each class by itself. */
  new (init?: never): T & object;
  /** The name of the class. */
  readonly name: string;
  /** As of every class. */
  readonly prototype: object;
  /** The members as they were declared, in the order of the wire. */
  readonly members: readonly MemberShape[];
  /** The name on the wire; throws a `TypeError` before `bind` gave it one. */
  readonly wireName: string;
  /** The class as a portable type. */
  readonly portable: Portable<T>;
}

/** What `Message` returns: something to extend. */
export interface MessageConstructor<M extends Members, B> {
  /** Makes a message; members that `init` leaves out have their defaults. */
  new (init?: Partial<MemberValues<M>>): MessageBase & B & MemberValues<M>;
  /** The members as they were declared, in the order of the wire. */
  readonly members: readonly MemberShape[];
  /** The name on the wire; throws a `TypeError` before `bind` gave it one. */
  readonly wireName: string;
  /** The class as a portable type. */
  readonly portable: Portable<MessageBase & B & MemberValues<M>>;
}

/**
 * Declares the members of a message; extend what it returns, and name it with `bind`.
 *
 * A member without a default is null until set; lists, sets, maps and messages start empty. A null that arrives for
 * a member leaves its default in place, as in the original.
 *
 * @param members Every member in the order of the wire.
 * @param base A message class that the new one is a kind of (`class TimedOut extends Message({...}, Faulted)`):
 * handlers for the base take it too. Its members are not inherited; list them where the wire has them.
 * @example
 * ```ts
 * import { Message, Integer8 } from "@layer-cake/cake";
 * class Xy extends Message({ x: Integer8.default(1), y: Integer8.default(1) }) {}
 * const m = new Xy({ x: 5 });
 * console.assert(m.x === 5 && m.y === 1);
 * ```
 */
export function Message<M extends Members, B extends object = MessageBase>(
  members: M,
  base?: abstract new (init?: never) => B,
): MessageConstructor<M, B> {
  const shapes = Object.entries(members).map(([name, declared]) => shapeOf(name, declared));
  const parent = (base ?? MessageBase) as unknown as typeof MessageBase;
  abstract class Declaration extends parent {
    static override readonly members = shapes;
  }
  // That of the base, once made, would be found in place of one's own that is to be made.
  if (base !== undefined) Object.defineProperty(Declaration, INITIALISE, FIRST_INITIALISER);
  return Declaration as unknown as MessageConstructor<M, B>;
}

function shapeOf(name: string, declared: TypeLike | Declared<unknown>): MemberShape {
  checkMemberName(name);
  if (declared instanceof Declared) {
    const { type, initial, optional } = declared;
    return { name, wireName: declared.wireName ?? snakeCase(name), type, initial, optional };
  }
  const type = typeOf(declared);
  return { name, wireName: snakeCase(name), type, initial: initialOf(type), optional: false };
}

/** What a member of this type is when nobody says. */
export function initialOf(type: Portable<unknown>): () => unknown {
  if (type instanceof UserDefined) return () => new type.messageClass();
  if (type instanceof ListType) return () => [];
  if (type instanceof SetType) return () => new Set();
  if (type instanceof MapType) return () => new Map();
  if (type instanceof ArrayType) {
    const element = initialOf(type.element);
    return () => Array.from({ length: type.size }, element);
  }
  return () => null;
}

/** True for types whose values are never null. */
export function isStructural(type: Portable<unknown>): boolean {
  return type instanceof UserDefined || type instanceof ListType || type instanceof SetType ||
    type instanceof MapType ||
    type instanceof ArrayType;
}

/** True for a message class, as opposed to other functions and values. */
export function isMessageClass(value: unknown): value is MessageClass {
  return typeof value === "function" && value.prototype instanceof MessageBase;
}

/** True where the type is an enumeration. */
export function isEnumeration(type: Portable<unknown>): type is EnumerationType<string> {
  return type instanceof EnumerationType;
}
