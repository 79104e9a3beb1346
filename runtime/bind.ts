// This module performs no I/O.

/** Gives types and actors the names by which other processes, logs and command lines know them. */

import type { MachineClass, RoutineFunction } from "./actor.ts";
import { actorInfo, type ActorOptions, setActorInfo, settingShapes } from "./actor_type.ts";
import type { DispatchTable, Row } from "./dispatch.ts";
import type { Machine, StateMachine } from "./machine.ts";
import { MAILBOX_MESSAGES_MAX } from "./mailbox.ts";
import { copyBeforeSending } from "./ownership.ts";
import { isMessageClass, type Members, type MemberValues, type MessageClass } from "./types/message.ts";
import { EnumerationType, PointerType, typeOf } from "./types/portable.ts";
import { defType, registerType } from "./types/registry.ts";

/** Where something is declared: the file's `import.meta`, or the module's name on the wire as text. */
export type Origin = { readonly url: string } | string;

/** What `bind` takes for a message class. */
export interface MessageOptions {
  /** The name on the wire, where the class has another one. */
  name?: string;
  /**
   * Copies messages of this class as they are sent, so that sender and receiver share nothing. Where nobody says, it is as
   * for the class that it is derived from. @default {false}
   */
  copyBeforeSending?: boolean;
}

/** What `bind` takes for a machine: a row for each of its states, and the options of every actor. */
export interface MachineOptions<A, S extends Members> extends ActorOptions<S> {
  /** What it takes, and what it does with that: a row for each state, `always` for a stateless machine. */
  table: { readonly [K in StateOf<A>]: Row<A, NextOf<A>> };
}

/** The states of a machine; a stateless one has the state `always`. */
export type StateOf<A> = A extends StateMachine<infer N> ? N : "always";

/** What a machine's handlers return: the next state, or anything where there is none. */
export type NextOf<A> = A extends StateMachine<infer N> ? N : unknown;

/** The name of a module on the wire: its file name without extension, as the original names it. */
export function moduleName(origin: Origin): string {
  if (typeof origin === "string") return origin;
  const file = decodeURIComponent(new URL(origin.url).pathname.split("/").pop() ?? "");
  return file.replace(/\.[^.]*$/, "");
}

/**
 * Names an actor, a message class or an enumeration after the file that declares it and itself, `test_api.Xy`: both
 * ends of a connection know a type by that name. The options of an actor declare its settings, what it
 * returns, and a machine's dispatch table, which the compiler checks.
 *
 * @param what A message class, an enumeration, a routine function, a machine class.
 * @param origin The file's `import.meta`, or the module's name.
 * @throws {TypeError} When the name is taken by another type.
 * @example A message and a state machine
 * ```ts
 * import { bind, Message, on, save, StateMachine } from "@layer-cake/cake";
 * class Coin extends Message({}) {}
 * class Push extends Message({}) {}
 * class Turnstile extends StateMachine<"locked" | "open"> {
 *   constructor() {
 *     super("locked");
 *   }
 * }
 * bind(Coin, "example");
 * bind(Push, "example");
 * bind(Turnstile, "example", {
 *   table: {
 *     locked: [on(Coin, () => "open"), save(Push)],
 *     open: [on(Push, () => "locked")],
 *   },
 * });
 * ```
 */
export function bind(what: EnumerationType<string>, origin: Origin, options: { name: string }): void;
/** Names a message class. */
export function bind(what: MessageClass, origin: Origin, options?: MessageOptions): void;
/** Names a machine, and gives it its dispatch table. Declared settings must be what its constructor takes. */
export function bind<A extends Machine, P, const S extends Members = Record<never, never>>(
  what: new (settings: P) => A,
  origin: Origin,
  options: MachineOptions<A, MemberValues<S> extends P ? S : never>,
): void;
/** Names a routine. Declared settings must be what it takes. */
export function bind<P, const S extends Members = Record<never, never>>(
  what: RoutineFunction<P>,
  origin: Origin,
  options?: ActorOptions<MemberValues<S> extends P ? S : never>,
): void;
export function bind(what: unknown, origin: Origin, options: object = {}): void {
  if (what instanceof EnumerationType || isMessageClass(what)) {
    bindType(what, origin, options);
    return;
  }
  if (typeof what !== "function") {
    throw new TypeError(
      `Cannot bind ${String(what)}: expected a message class, an enumeration, a function or a machine`,
    );
  }
  bindActor(what as RoutineFunction<object> | MachineClass<object>, origin, options);
}

function bindType(what: MessageClass | EnumerationType<string>, origin: Origin, options: MessageOptions): void {
  const name = options.name ?? (isMessageClass(what) ? what.name : "");
  registerType(what, `${moduleName(origin)}.${name}`);
  if (options.copyBeforeSending !== undefined && isMessageClass(what)) {
    copyBeforeSending(what, options.copyBeforeSending);
  }
}

/** Settings and what is returned cross between threads as values of their types. */
function makeTravelTypesKnown({ settings, returns }: ActorOptions): void {
  const shapes = settings === undefined ? [] : settingShapes(settings);
  for (const type of [...shapes.map((shape) => shape.type), ...returns === undefined ? [] : [typeOf(returns)]]) {
    if (!(type instanceof PointerType)) defType(type);
  }
}

interface AnyActorOptions extends ActorOptions {
  table?: DispatchTable;
}

function bindActor(
  what: RoutineFunction<object> | MachineClass<object>,
  origin: Origin,
  options: AnyActorOptions,
): void {
  if (options.thread && typeof origin === "string") {
    throw new TypeError(`Cannot bind ${what.name} to a thread: expected import.meta, got the name "${origin}"`);
  }
  if (options.thread) makeTravelTypesKnown(options);
  setActorInfo(what, {
    name: actorInfo(what).name,
    wireName: `${moduleName(origin)}.${what.name}`,
    settings: options.settings === undefined ? [] : settingShapes(options.settings),
    returns: options.returns === undefined ? null : typeOf(options.returns),
    entryPoint: options.entryPoint ?? [],
    table: options.table ?? null,
    url: typeof origin === "string" ? null : origin.url,
    thread: options.thread ?? false,
    mailboxMessagesMax: options.mailboxMessagesMax ?? MAILBOX_MESSAGES_MAX,
  });
}
