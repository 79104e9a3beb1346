/**
 * The advisory lock that the original uses: a POSIX record lock over the whole file (fcntl F_SETLK).
 *
 * Deno's own `FsFile.lock` is flock(2), which record locks don't see, so libc is called through FFI. Where that
 * isn't possible (Windows, no FFI permission), flock is used: it excludes other cake processes, not those
 * of the original, and can't tell who holds it (0 is reported).
 */

import type { Cancel } from "../world.ts";
import { openRecordLocks, type RecordLocks } from "./record_lock.ts";

/**
 * Files that this operating system process has locked, by real path.
 *
 * At module level since record locks belong to the process, not to a world: closing *any* descriptor of a file drops
 * the process's lock on it, so no part of the process may open a locked file a second time. A second lock
 * of the same file, by this or another runtime of the process, is refused as if another process held it.
 */
const held = new Set<string>();

let platformLocks: RecordLocks | null | undefined;

function recordLocks(): RecordLocks | null {
  return platformLocks ??= openRecordLocks();
}

/** Which of the two kinds of lock this platform has. */
export function lockKind(): "record" | "file" {
  return recordLocks() === null ? "file" : "record";
}

/**
 * Takes the lock, making the file when missing.
 *
 * @returns A way to release it, or null when it is held already
 */
export async function lock(path: string): Promise<Cancel | null> {
  const real = await realFile(path);
  // Two callers may have come here at once; from the look at the table to the lock nothing waits.
  if (held.has(real)) return null;
  const release = recordLocks() === null ? lockByFlock(real) : lockByRecord(real);
  if (release === null) return null;
  held.add(real);
  let isReleased = false;
  return () => {
    if (isReleased) return;
    isReleased = true;
    held.delete(real);
    release();
  };
}

/** The process id of the holder, 0 for one that the platform doesn't name, or null when the file is free. */
export async function lockHolder(path: string): Promise<number | null> {
  let real: string;
  try {
    real = await Deno.realPath(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
  if (held.has(real)) return Deno.pid;
  const locks = recordLocks();
  if (locks === null) return flockHolder(real);
  const descriptor = locks.open(real, "read");
  try {
    return locks.holder(descriptor);
  } finally {
    locks.close(descriptor);
  }
}

/** The path with its links resolved, so that one file has one name in the table. */
async function realFile(path: string): Promise<string> {
  try {
    return await Deno.realPath(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  (await Deno.open(path, { write: true, create: true })).close();
  return await Deno.realPath(path);
}

function lockByRecord(path: string): Cancel | null {
  const locks = recordLocks()!;
  const descriptor = locks.open(path, "write");
  if (locks.take(descriptor)) return () => locks.close(descriptor);
  locks.close(descriptor);
  return null;
}

function lockByFlock(path: string): Cancel | null {
  const file = Deno.openSync(path, { write: true });
  if (file.tryLockSync(true)) return () => file.close();
  file.close();
  return null;
}

function flockHolder(path: string): number | null {
  const release = lockByFlock(path);
  release?.();
  return release === null ? 0 : null;
}
