/** Restoring an archive: all of it under another name beside the place where it is to be, and only then there. */

import { dirname, join } from "@std/path";
import { absolute, type World } from "../../runtime/mod.ts";
import { groupExecutable } from "../group_program.ts";
import type { Label } from "./archive_label.ts";
import { executableIn, executableText, isOfGroup, roleOfRecord } from "./packed_home.ts";
import { type ArchivedEntry, readArchive } from "./read_archive.ts";
import { ArchiveError } from "./limits.ts";

/** An archive as it was restored, under another name still. */
export interface Restored {
  /** The name of the home in it. */
  readonly home: string;
  readonly files: number;
}

/** Where an archive goes. */
export interface Destination {
  /** The folder to make, absolute. Nothing is there yet. */
  readonly draft: string;
  /** The folder that it is to be, absolute. */
  readonly folder: string;
}

/** How the restoring is stopped. */
export interface RestoreWatch {
  readonly signal: AbortSignal;
  readonly done: (count: number) => void;
}

/** What its owner may do with what is restored, whatever the archive says: to go on with it, and to remove it. */
const OWN_FOLDER = 0o700;
const OWN_FILE = 0o600;

/** Most bytes of a record of an executable. */
const RECORD_BYTES_MAX = 65_536;

/**
 * Restores an archive into a draft, with the programs of roles recorded as they will lie in the folder.
 *
 * @returns Null when it was stopped.
 * @throws {ArchiveError} When the archive is not what it should be.
 * @throws {FileError}
 */
export async function restore(
  world: World,
  archive: string,
  { draft, folder }: Destination,
  watch: RestoreWatch,
): Promise<Restored | null> {
  const { files } = world;
  const modes: [path: string, mode: number][] = [];
  let home = "";
  let count = 0;
  const take = async (entry: ArchivedEntry): Promise<void> => {
    watch.signal.throwIfAborted();
    const path = join(draft, entry.name);
    if (entry.kind === "folder") {
      await files.makeFolder(path);
      modes.push([path, entry.mode | OWN_FOLDER]);
      return;
    }
    const content = await relocated(world, entry, { home, folder });
    await files.writeNew(path, stoppable(content, watch.signal), { mode: entry.mode | OWN_FILE });
    watch.done(++count);
  };
  try {
    await files.makeFolder(draft);
    await readArchive(world, archive, {
      begin: (_name: string, label: Label) => {
        home = label.home;
        return Promise.resolve();
      },
      take,
    });
    // Deepest first, and last, as it may forbid to look.
    for (const [path, mode] of modes.reverse()) {
      if ((await files.info(path))?.mode !== null) await files.setMode(path, mode);
    }
    return { home, files: count };
  } catch (error) {
    if (watch.signal.aborted) return null;
    throw error;
  }
}

async function* stoppable(content: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for await (const piece of content) {
    signal.throwIfAborted();
    yield piece;
  }
}

/** The content of a file, with what it says of places as they will be. */
async function relocated(
  world: World,
  entry: ArchivedEntry,
  { home, folder }: { readonly home: string; readonly folder: string },
): Promise<AsyncIterable<Uint8Array>> {
  const inHome = entry.name.startsWith(`${home}/`) ? entry.name.slice(home.length + 1).split("/") : [];
  const role = roleOfRecord(inHome);
  if (role === null) return entry.content;
  if (entry.size > RECORD_BYTES_MAX) throw new ArchiveError(`"${entry.name}": ${entry.size} bytes are no record`);
  const text = await textOf(entry.content);
  const executable = executableIn(text);
  if (executable === null) throw new ArchiveError(`"${entry.name}": not a record of an executable`);
  if (executable === "") return piece(text);
  const path = isOfGroup(role) ? groupExecutable(world) : absolute(dirname(join(folder, home)), executable);
  return piece(executableText(path));
}

async function* piece(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}

async function textOf(content: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of content) text += decoder.decode(bytes, { stream: true });
  return text + decoder.decode();
}
