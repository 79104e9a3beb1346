// This module performs no I/O.

/** What is known of actor types: names, settings, return types, tables. Kept beside the functions and classes themselves. */

import type { DispatchTable } from "./dispatch.ts";
import type { ActorTypeLike } from "./kernel.ts";
import { MAILBOX_MESSAGES_MAX } from "./mailbox.ts";
import type { Members, MemberShape, MemberValues, MessageClass } from "./types/message.ts";
import { Message } from "./types/message.ts";
import type { Portable, TypeLike } from "./types/portable.ts";

/** What `bind` takes for an actor. */
export interface ActorOptions<S extends Members = Members> {
  /** Arguments of the actor; for the main actor of a process they are settings on the command line. */
  settings?: S;
  /** The type of what it returns, where that is not a message. */
  returns?: TypeLike;
  /** The messages that it takes when it is loaded as a private library. */
  entryPoint?: readonly MessageClass[];
  /**
   * The thread that it lives in: one of that name, shared with all others that name it, or with `true` a thread of
   * its own. Its settings are encoded on their way there, so all of them have to be declared. @default {false}
   */
  thread?: string | boolean;
  /**
   * Messages that may wait for it; further ones are discarded and counted. A service whose state depends on every single
   * message may allow more. @default {MAILBOX_MESSAGES_MAX}
   */
  mailboxMessagesMax?: number;
}

/** What is known of one actor type. */
export interface ActorInfo {
  /** Name for logs: that of the function or class. */
  readonly name: string;
  /** Wire name, where it was bound: `test_worker_9.worker`. */
  readonly wireName: string | null;
  readonly settings: readonly MemberShape[];
  readonly returns: Portable<unknown> | null;
  readonly entryPoint: readonly MessageClass[];
  readonly table: DispatchTable | null;
  /** Where it was bound, so that a process for it can be started. */
  readonly url: string | null;
  /** The thread that it lives in: its name, true for one of its own, false for none. */
  readonly thread: string | boolean;
  /** Messages that may wait for it. */
  readonly mailboxMessagesMax: number;
}

/** What is known of a type that was never bound. */
const UNBOUND: Omit<ActorInfo, "name"> = {
  wireName: null,
  settings: [],
  returns: null,
  entryPoint: [],
  table: null,
  url: null,
  thread: false,
  mailboxMessagesMax: MAILBOX_MESSAGES_MAX,
};

const infos = new WeakMap<object, ActorInfo>();

/** Actor types that live in threads, by module and name: what another thread asks for. */
const threadTypes = new Map<string, ActorTypeLike>();

/**
 * Infos of types that were never bound, which say no more than a name. Closures that are actors are made by the thousand, with
 * few names.
 */
const unbound = new Map<string, ActorInfo>();

/** Names may be made up as well: beyond so many, each closure has an info of its own. */
const UNBOUND_NAMES_MAX = 1024;

/** What is known of a function or class; something that was never bound has its name only. */
export function actorInfo(type: object & { readonly name: string }): ActorInfo {
  return infos.get(type) ?? unboundInfo(type.name || "anonymous");
}

function unboundInfo(name: string): ActorInfo {
  let info = unbound.get(name);
  if (info === undefined) {
    info = { ...UNBOUND, name };
    if (unbound.size < UNBOUND_NAMES_MAX) unbound.set(name, info);
  }
  return info;
}

/** Remembers what `bind` was told. */
export function setActorInfo(type: object, info: ActorInfo): void {
  infos.set(type, info);
  if (info.thread !== false) threadTypes.set(`${info.url} ${info.wireName}`, type as ActorTypeLike);
}

/** The actor type that lives in threads and was bound in a module by this name; undefined before the module is loaded. */
export function threadType(url: string, wireName: string): ActorTypeLike | undefined {
  return threadTypes.get(`${url} ${wireName}`);
}

/** Declared settings as member shapes: checked, translated and with defaults. */
export function settingShapes(settings: Members): readonly MemberShape[] {
  return (Message(settings) as unknown as MessageClass).members;
}

/** Settings as given, completed by the declared defaults. */
export function completeSettings(info: ActorInfo, given: object | undefined): Record<string, unknown> {
  const settings: Record<string, unknown> = { ...given };
  for (const shape of info.settings) {
    if (settings[shape.name] === undefined) settings[shape.name] = shape.initial();
  }
  return settings;
}

/** The TypeScript form of declared settings: `Settings<typeof mySettings>`. */
export type Settings<S extends Members> = MemberValues<S>;
