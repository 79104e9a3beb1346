// This module performs no I/O.

/** Dispatch tables: which handler takes which message in which state. A table is one value that a reader takes in at once. */

import { Incognito, Unknown } from "./messages/incognito.ts";
import { Cast } from "./types/cast.ts";
import { isMessageClass, MessageBase, type MessageClass } from "./types/message.ts";
import type { Portable, TypeLike, ValueOf } from "./types/portable.ts";

/** One entry of a row: a type, and what to do with it. */
export interface Entry<A, S> {
  /** What it takes. */
  readonly type: TypeLike;
  /** What is called with it; returns the next state of a state machine. */
  readonly handle: (self: A, message: never) => S | Promise<S>;
}

/** An entry for a type that is put aside. */
export interface SaveEntry {
  /** What it takes. */
  readonly type: TypeLike;
  /** Says that it is put aside. */
  readonly handle: "save";
}

/** What a machine takes in one state, in order of declaration. */
export type Row<A = never, S = unknown> = readonly (Entry<A, S> | SaveEntry)[];

/** All rows of a machine by state; a stateless machine has the one row `always`. */
export type DispatchTable = Readonly<Record<string, Row>>;

/**
 * An entry that takes messages of a type, of classes derived from it, or, for `Unknown`, whatever nobody else takes.
 *
 * @param type A message class or a constructed type.
 * @param handle For a state machine it returns the next state. It may be an async function: the next message is then
 * handled after it has come to its end.
 */
export function on<L extends TypeLike, A, const S extends string | number | boolean | object | null | undefined | void>(
  type: L,
  handle: (self: A, message: ValueOf<L>) => S | Promise<S>,
): Entry<A, S> {
  return { type, handle: handle as (self: A, message: never) => S | Promise<S> };
}

/** An entry that puts messages of a type aside; they come back when the state changes. */
export function save(type: TypeLike): SaveEntry {
  return { type, handle: "save" };
}

/** What is called with a machine and a message. */
export type Handler = (self: never, message: never) => unknown;

/** What was found for a message. */
export type Found = Handler | "save" | null;

/** One row, ready for lookup. Answers are remembered by class or type. */
export class CompiledRow {
  readonly #row: Row;
  readonly #found = new Map<unknown, Found>();

  constructor(row: Row) {
    this.#row = row;
  }

  /** What to do with a message (or a {@link Cast}); null when nothing takes it. */
  find(message: unknown): Found {
    const key = message instanceof Cast ? message.type : message?.constructor;
    let found = this.#found.get(key);
    if (found === undefined) {
      found = search(this.#row, message);
      this.#found.set(key, found);
    }
    return found;
  }
}

function search(row: Row, message: unknown): Found {
  const exact = row.find((entry) => isExactly(entry.type, message));
  if (exact !== undefined) return exact.handle;
  const base = row.find((entry) => matchesType(entry.type, message));
  if (base !== undefined) return base.handle;
  return row.find((entry) => (entry.type as unknown) === Unknown)?.handle ?? null;
}

function isExactly(type: TypeLike, message: unknown): boolean {
  if (message instanceof Cast) {
    return !isMessageClass(type) && (type as Portable<unknown>).signature === message.type.signature;
  }
  return message?.constructor === type;
}

/** True when a message is of a type, or of a class derived from it. */
export function matchesType(type: TypeLike, message: unknown): boolean {
  if (message instanceof Cast) return isExactly(type, message);
  return isMessageClass(type) && message instanceof (type as unknown as abstract new () => MessageBase);
}

/** The name by which a message or value is known in logs. */
export function messageName(message: unknown): string {
  if (message instanceof Cast) return message.type.signature;
  if (message instanceof Incognito) return message.typeName ?? "Incognito";
  if (message instanceof MessageBase) return (message.constructor as unknown as MessageClass).name;
  return message === null ? "null" : typeof message;
}
