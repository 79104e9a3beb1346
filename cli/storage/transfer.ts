/** Carrying out what makes one folder equal to another. */

import { join } from "@std/path";
import type { World } from "../../runtime/mod.ts";
import type { Change } from "./delta.ts";
import { fileCount, type Stored, type StoredFolder } from "./stored.ts";

/** How a transfer is watched and stopped. */
export interface TransferWatch {
  readonly signal: AbortSignal;
  /** A file has been copied. */
  readonly copied: (count: number, total: number) => void;
}

/** A copy under a name of its own, and the name that it is to have. */
interface Copy {
  readonly temporary: string;
  readonly path: string;
}

/**
 * Carries out changes. First all is copied, under temporary names beside the targets; only then anything is removed or
 * replaced, so that a failure or an interruption while copying leaves everything as it was.
 *
 * @returns False when it was stopped, and nothing has changed.
 * @throws {FileError}
 */
export async function transfer(world: World, changes: readonly Change[], watch: TransferWatch): Promise<boolean> {
  const copies = new Map<Change, Copy>();
  try {
    if (!await copyAll(world, changes, { watch, copies })) return false;
    // What is added comes before what is removed: a cut in between leaves too much, not too little.
    for (const change of [...changes].sort((a, b) => rank(a) - rank(b))) {
      await clearWay(world, change);
      const copy = copies.get(change);
      if (copy === undefined) continue;
      await world.files.rename(copy.temporary, copy.path);
      copies.delete(change);
    }
    return true;
  } finally {
    for (const { temporary } of copies.values()) await world.files.remove(temporary);
  }
}

function rank({ kind }: Change): number {
  return kind.startsWith("Remove") ? 2 : kind.startsWith("Replace") ? 1 : 0;
}

interface Copying {
  readonly watch: TransferWatch;
  readonly copies: Map<Change, Copy>;
}

async function copyAll(world: World, changes: readonly Change[], { watch, copies }: Copying): Promise<boolean> {
  const wanted = changes.flatMap((change) => "source" in change ? [change] : []);
  const total = wanted.reduce((sum, { source }) => sum + fileCount(source), 0);
  let count = 0;
  const copied = () => watch.copied(++count, total);
  for (const change of wanted) {
    const { source, parent } = change;
    const temporary = join(parent.path, `.${source.name}.${world.random.uuid().slice(0, 8)}.tmp`);
    copies.set(change, { temporary, path: join(parent.path, source.name) });
    if (!await copyStored(world, source, { path: temporary, signal: watch.signal, copied })) return false;
  }
  return !watch.signal.aborted;
}

interface CopyTo {
  readonly path: string;
  readonly signal: AbortSignal;
  readonly copied: () => void;
}

async function copyStored(world: World, source: Stored, to: CopyTo): Promise<boolean> {
  if (to.signal.aborted) return false;
  if (source.kind === "file") {
    await world.files.copyFile(source.path, to.path);
    to.copied();
    return true;
  }
  return await copyFolder(world, source, to);
}

async function copyFolder(world: World, source: StoredFolder, to: CopyTo): Promise<boolean> {
  await world.files.makeFolder(to.path);
  for (const [name, entry] of source.entries) {
    if (!await copyStored(world, entry, { ...to, path: join(to.path, name) })) return false;
  }
  // Last, as it may forbid to write.
  if (source.attributes.mode !== null) await world.files.setMode(to.path, source.attributes.mode);
  return true;
}

/** Removes what goes, and sets modes. Owners stay: changing them is not everybody's to do. */
async function clearWay({ files }: World, change: Change): Promise<void> {
  switch (change.kind) {
    case "RemoveFile":
    case "RemoveFolder":
    case "ReplaceWithFile":
    case "ReplaceWithFolder":
      return await files.remove(change.target.path);
    case "UpdateMode":
      return await files.setMode(change.target.path, change.mode);
  }
}
