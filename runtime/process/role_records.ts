// This module performs no I/O.

/** What a role keeps in its folder: five records, each in a file of its own, and the record of who holds its lock. */

import { registerAll } from "../messages/signals.ts";
import { Message } from "../types/message.ts";
import { Any, DequeOf, Integer8, MapOf, type Portable, Unicode, UUID, WorldTime } from "../types/portable.ts";
import { Instant } from "../types/time.ts";
import type { Settings } from "./arguments.ts";
import type { TextForms } from "./text_value.ts";
import { recordedValue, recordingText } from "./typed_text.ts";

/** One run of a role: when it began and ended, and with what value. */
export class StartStop extends Message({ start: WorldTime, stop: WorldTime, returned: Any }) {}

/** Who locked a role last. */
export class LockedOut extends Message({ path: Unicode, pid: Integer8, parentPid: Integer8 }) {}

registerAll("object_startup", { StartStop });
registerAll("head_lock", { LockedOut });

/** Most runs that a role remembers. */
export const START_STOP_ENTRIES_MAX = 16;

/** Bytes of logs that a new role may keep. */
export const LOG_STORAGE_BYTES_DEFAULT = 256 * 1024 * 1024;

/** The records of a role. */
export interface RoleRecords {
  /** A UUID. */
  readonly uniqueId: string;
  /** Oldest first. */
  readonly startStop: readonly StartStop[];
  readonly settings: Settings;
  /** Bytes. */
  readonly logStorage: number;
  /** Absolute path; empty for a role that was never told. */
  readonly executableFile: string;
}

/** A name of a record. */
export type RecordName = keyof RoleRecords;

/** File name (without `.json`) and type of each record, in the order in which they are looked for. */
export const RECORDS: { readonly [K in RecordName]: { readonly file: string; readonly type: Portable<unknown> } } = {
  uniqueId: { file: "unique_id", type: UUID },
  startStop: { file: "start_stop", type: DequeOf(StartStop) },
  settings: { file: "settings", type: MapOf(Unicode, Any) },
  logStorage: { file: "log_storage", type: Integer8 },
  executableFile: { file: "executable_file", type: Unicode },
};

/** The names of all records. */
export const RECORD_NAMES = Object.keys(RECORDS) as readonly RecordName[];

/** The folders of a role. */
export const ROLE_FOLDERS = ["lock", "logs", "model", "tmp"] as const;

/** The folders of a home. */
export const HOME_FOLDERS = ["script", "resource", "role", "departures", "arrivals"] as const;

/** The records of a role that was just made. */
export function newRecords(uniqueId: string, executableFile: string, settings: Settings = new Map()): RoleRecords {
  return { uniqueId, startStop: [], settings, logStorage: LOG_STORAGE_BYTES_DEFAULT, executableFile };
}

/** The text of a record's file. */
export function recordText<K extends RecordName>(name: K, value: RoleRecords[K], forms: TextForms = {}): string {
  return recordingText(value, RECORDS[name].type, forms);
}

/**
 * The value in a record's file.
 *
 * @throws {TypedTextError} When the text is not what it should be.
 */
export function recordValue<K extends RecordName>(name: K, text: string, forms: TextForms = {}): RoleRecords[K] {
  return recordedValue(text, RECORDS[name].type, forms) as RoleRecords[K];
}

/** The runs of a role with one more that has just begun. Units: microseconds since 1970. */
export function withStart(startStop: readonly StartStop[], wall: bigint): StartStop[] {
  return [...startStop, new StartStop({ start: new Instant(wall) })].slice(-START_STOP_ENTRIES_MAX);
}

/** The runs of a role, of which the last has just ended. Units: microseconds since 1970. */
export function withStop(startStop: readonly StartStop[], wall: bigint, returned: unknown): StartStop[] {
  const last = startStop.at(-1);
  if (last === undefined) return [];
  return [...startStop.slice(0, -1), new StartStop({ start: last.start, stop: new Instant(wall), returned })];
}

/** The text of `lock/head.json`. */
export function lockText(holder: LockedOut): string {
  return recordingText(holder, LockedOut.portable);
}

/** Who holds a lock, by the text of `lock/head.json`; null when it can't be read. */
export function lockHolder(text: string): LockedOut | null {
  try {
    return recordedValue(text, LockedOut.portable) as LockedOut;
  } catch {
    return null;
  }
}

/** Characters of a role's name; a dot divides a role from one below it. */
const ROLE_NAME = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/;

/** True for names that a new role may have: letters, digits, `-`, `_`, and dots between. */
export function isRoleName(name: string): boolean {
  return ROLE_NAME.test(name);
}

/** The role of a composite process itself. */
export const GROUP_ROLE = "group";

/** True for names that are kept for composite processes. */
export function isReservedName(name: string): boolean {
  return name.startsWith(GROUP_ROLE);
}

/** The file of settings that are kept apart from the others, without `.json`. The original does not look at it. */
export const ASIDE_FILE = "settings_aside";

/** Settings of a composite process that the original's does not know: it would refuse to run with them. */
const ASIDE_NAMES: ReadonlySet<string> = new Set(["stop_on_exit", "threads"]);

/** Settings of a role, divided into those that every implementation knows and those that are kept apart. */
export function dividedSettings(
  roleName: string,
  settings: Settings,
): { readonly common: Settings; readonly aside: Settings } {
  const isAside = (name: string) => isReservedName(roleName) && ASIDE_NAMES.has(name);
  const entries = [...settings];
  return {
    common: new Map(entries.filter(([name]) => !isAside(name))),
    aside: new Map(entries.filter(([name]) => isAside(name))),
  };
}

/** True for a role that was made by another role. */
export function isSubRole(name: string): boolean {
  return name.includes(".");
}
