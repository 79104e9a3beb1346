/** Writing an archive: tar, compressed by gzip, the same bytes for the same content. */

import { createTarPacker } from "modern-tar";
import { join } from "@std/path";
import type { World } from "../../runtime/mod.ts";
import { type Label, LABEL_FILE, labelText } from "./archive_label.ts";
import type { Entry } from "./collect.ts";
import { ArchiveError, CONTENT_BYTES_MAX } from "./limits.ts";

/** What an archive holds. */
export interface Content {
  /** The name of the folder that everything is in. */
  readonly name: string;
  readonly label: Label;
  /** By name, each folder before what is in it. */
  readonly entries: readonly Entry[];
}

/** How the writing is watched and stopped. */
export interface Watch {
  readonly signal: AbortSignal;
  /** A file is done. */
  readonly done: (count: number) => void;
}

/** Bytes of a file that are read at once. */
const PIECE_BYTES = 1024 * 1024;

/** The time of everything in an archive: when a file was written says nothing about what is in it. */
const NO_TIME = new Date(0);

/**
 * Makes an archive; nothing is there, or what was there before, until it is whole.
 *
 * @returns Bytes of the archive, or null when it was stopped.
 * @throws {ArchiveError} When a file changes meanwhile, or all of it is too much.
 * @throws {FileError}
 */
export async function writeArchive(world: World, path: string, content: Content, watch: Watch): Promise<number | null> {
  const { files, random } = world;
  const at = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1;
  const draft = join(path.slice(0, at), `.${path.slice(at)}.${random.uuid().slice(0, 8)}.tmp`);
  const { readable, controller } = createTarPacker();
  try {
    // Both ends at once: what is packed is taken away as it comes.
    const [packed] = await Promise.all([
      pack(world, controller, content, watch),
      files.writeNew(draft, readable.pipeThrough(new CompressionStream("gzip"))),
    ]);
    if (!packed) return null;
    const size = (await files.info(draft))?.size ?? 0;
    await files.rename(draft, path);
    return size;
  } finally {
    await files.remove(draft);
  }
}

type TarController = ReturnType<typeof createTarPacker>["controller"];

async function pack(world: World, tar: TarController, { name, label, entries }: Content, watch: Watch) {
  try {
    const add = async (entry: Entry) => await addEntry(world, tar, { ...entry, name: `${name}/${entry.name}` });
    await add({ kind: "text", name: LABEL_FILE, mode: 0o644, text: labelText(label) });
    let bytes = 0;
    let count = 0;
    for (const entry of entries) {
      if (watch.signal.aborted) break;
      bytes += await add(entry);
      if (bytes > CONTENT_BYTES_MAX) throw new ArchiveError(`more than ${CONTENT_BYTES_MAX / 1024 ** 3} GiB`);
      if (entry.kind !== "folder") watch.done(++count);
    }
    tar.finalize();
    return !watch.signal.aborted;
  } catch (error) {
    // Whoever reads the other end is told, too.
    tar.error(error);
    throw error;
  }
}

/** Returns the bytes of its content. */
async function addEntry(world: World, tar: TarController, entry: Entry): Promise<number> {
  const common = { mtime: NO_TIME, mode: entry.mode, uid: 0, gid: 0 };
  if (entry.kind === "folder") {
    await tar.add({ ...common, name: `${entry.name}/`, type: "directory", size: 0 }).close();
    return 0;
  }
  if (entry.kind === "text") {
    const bytes = new TextEncoder().encode(entry.text);
    const writer = tar.add({ ...common, name: entry.name, type: "file", size: bytes.length }).getWriter();
    await writer.write(bytes);
    await writer.close();
    return bytes.length;
  }
  return await addFile(world, tar, entry.path, { ...common, name: entry.name });
}

async function addFile(
  { files }: World,
  tar: TarController,
  path: string,
  header: Omit<Parameters<TarController["add"]>[0], "size">,
): Promise<number> {
  const size = (await files.info(await files.realPath(path) ?? path))?.size ?? 0;
  const writer = tar.add({ ...header, type: "file", size }).getWriter();
  for (let at = 0; at < size;) {
    const piece = await files.readBytes(path, at, Math.min(PIECE_BYTES, size - at));
    if (piece.length === 0) throw new ArchiveError(`"${path}" became shorter while it was packed`);
    await writer.write(piece);
    at += piece.length;
  }
  await writer.close();
  return size;
}
