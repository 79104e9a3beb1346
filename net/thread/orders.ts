// This module performs no I/O.

/** What the threads of a process say to each other, besides messages between their actors. None of it leaves the process. */

import type { LogLevel, LogRecord } from "../../runtime/mod.ts";

/** An actor to be made in a thread, at an address of a block that is for actors made there by one thread. */
export interface Order {
  readonly id: string;
  /** The module that bound it, and its name there. */
  readonly url: string;
  readonly actor: string;
  /** Its settings by wire name, each with its type, and their addresses. */
  readonly settings: string;
  readonly book: string;
  readonly parent: string;
}

/** What a thread is told first. */
export interface Introduction {
  /** Its number; the main thread is 0. */
  readonly thread: number;
  /** Its name, for logs. */
  readonly name: string;
  /** True when it may hold several actors, and more that are bound to its name. */
  readonly isShared: boolean;
  readonly level: LogLevel;
  readonly strict: boolean;
  /** The directory of the process; null where there is none. */
  readonly directory: string | null;
  /** Where its addresses are from. */
  readonly own: number;
  /** Where the addresses are from of what it makes in other threads. */
  readonly hosting: number;
  /** Blocks of addresses below this one are the main thread's. */
  readonly mainBlocks: number;
  readonly process: ProcessPart;
}

/** What a thread knows of its process. */
export interface ProcessPart {
  /** The standard arguments, as text. */
  readonly commandLine: string;
  readonly words: readonly string[];
  readonly executable: string;
  readonly resourcePath: string | null;
  readonly modelPath: string;
  /** True when the process is about to end. */
  readonly isEnding: boolean;
}

/** The main thread to another one. */
export type Downward =
  /** Loads a module. Nothing further is taken from the main thread until then: what follows may be of types of it. */
  | { readonly kind: "load"; readonly url: string }
  | { readonly kind: "create"; readonly order: Order }
  /** Comes with a port: the way to another thread, and the addresses that are known to be its own. */
  | Peer
  /** Answers "where": the main thread is 0, nobody null. */
  | { readonly kind: "there"; readonly block: number; readonly thread: number | null }
  /**
   * Another thread has ended, with its last word said or not. Of the blocks for its actors here, no further ones will be
   * made. Answered by "forgotten".
   */
  | Gone
  | { readonly kind: "district"; readonly use: "own" | "hosting"; readonly district: number }
  /** No further child process may start. */
  | { readonly kind: "closeChildren" }
  /** The next stronger signal for a child process. */
  | { readonly kind: "hasten"; readonly address: string }
  | { readonly kind: "temporary"; readonly path: string | null; readonly error: string }
  | Watching
  /** Say the rest of what there is to say, and end. */
  | { readonly kind: "end" };

/** Another thread. */
export interface Peer {
  readonly kind: "peer";
  readonly thread: number;
  readonly name: string;
  readonly districts: readonly number[];
  readonly blocks: readonly number[];
}

/** The end of a thread, as others hear of it. */
export interface Gone {
  readonly kind: "gone";
  readonly thread: number;
  readonly name: string;
  readonly isOrderly: boolean;
  readonly unmade: readonly number[];
}

/** Another thread to the main one. */
export type Upward =
  /** Makes an actor in the thread of a name, or in one of its own. */
  | { readonly kind: "place"; readonly thread: string | null; readonly order: Order }
  /** Who has this block of addresses? Answered by "there", after a way to that thread. */
  | { readonly kind: "where"; readonly block: number }
  /** No actors will be made in a thread that is gone. */
  | { readonly kind: "forgotten"; readonly thread: number }
  /** Asks for another district of addresses. */
  | { readonly kind: "more"; readonly use: "own" | "hosting" }
  | { readonly kind: "log"; readonly record: PackedRecord }
  /** A child process runs, or has ended; its actor. */
  | { readonly kind: "child"; readonly address: string }
  | { readonly kind: "childEnded"; readonly address: string }
  /** Asks for the folder for what may be lost. */
  | { readonly kind: "temporary" }
  | Watching;

/** Asks to be told of the end of whoever is at an address, and tells it. */
export type Watching =
  | { readonly kind: "watch"; readonly address: string }
  | { readonly kind: "ended"; readonly address: string };

/** A record of a log as it travels. */
export type PackedRecord = Omit<LogRecord, "wall"> & { readonly wall: string };

/** Makes a record ready to travel. Values of a sample that are neither text nor number nor boolean become text. */
export function packRecord(record: LogRecord): PackedRecord {
  const { wall, sample } = record;
  if (sample === undefined) return { ...record, wall: `${wall}` };
  const values = Object.fromEntries(Object.entries(sample.values).map(([name, value]) => [name, plain(value)]));
  return { ...record, wall: `${wall}`, sample: { series: sample.series, values } };
}

function plain(value: unknown): unknown {
  const isPlain = value === null || typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
  return isPlain ? value : `${value}`;
}

/** The reverse; the actor is named with its thread. */
export function unpackRecord(packed: PackedRecord, thread: string): LogRecord {
  return { ...packed, wall: BigInt(packed.wall), name: `${packed.name}@${thread}` };
}
