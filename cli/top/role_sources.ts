/** What the home and the platform tell of roles, where no composite process of this project does. */

import { join } from "@std/path";
import { FileError, openHome, type Role, roleHolder, type World } from "../../runtime/mod.ts";
import { logEntries, logFiles } from "../log_selection.ts";
import type { TopRole } from "./top_model.ts";

/** Bytes that are read of a log for its last lines. */
const LOG_END_BYTES = 65_536;

const BYTES_IN_KIB = 1024;

/** What a process has in memory, in bytes, or null where the platform doesn't tell. */
export async function memoryOf({ files }: World, pid: number): Promise<number | null> {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(await files.readText(`/proc/${pid}/status`))?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) * BYTES_IN_KIB;
  } catch (error) {
    if (error instanceof FileError) return null;
    throw error;
  }
}

/** The last records that a role stored, oldest first. */
export async function lastRecords({ files }: World, logsPath: string): Promise<string[]> {
  try {
    const newest = logFiles(await files.list(logsPath)).at(-1);
    if (newest === undefined) return [];
    const text = await files.readTextEnd(join(logsPath, newest), LOG_END_BYTES);
    return logEntries(text).map(({ stamp, rest }) => `${stamp}${rest}`);
  } catch (error) {
    // The role that writes them removes the oldest.
    if (error instanceof FileError) return [];
    throw error;
  }
}

/** The roles of a home by name, without those that are damaged; empty where there is no home (any more). */
export async function homeRoles(world: World, path: string): Promise<ReadonlyMap<string, Role>> {
  return (await openHome(world, path))?.roles ?? new Map();
}

/** A role by its lock and its records. */
export async function roleFromHome(world: World, name: string, role: Role): Promise<TopRole> {
  const holder = await roleHolder(world.files, role.path);
  const last = role.records.startStop.at(-1);
  const begun = last?.start?.epochMicroseconds ?? null;
  const ended = last?.stop?.epochMicroseconds ?? null;
  const since = holder === null ? ended : ended === null ? begun : null;
  return {
    name,
    state: holder === null ? "off" : "running",
    pid: holder?.pid ?? null,
    since: since === null ? null : Number(since) / 1e6,
    restarts: null,
    memory: holder === null ? null : await memoryOf(world, holder.pid),
    rate: null,
    sessions: null,
    discarded: null,
    lastLine: (await lastRecords(world, role.logsPath)).at(-1)?.slice(STAMP_CHARACTERS) ?? "",
  };
}

/** A stamp and the blank behind it. */
export const STAMP_CHARACTERS = 24;
