/** Reading an archive: everything in it is looked at as if somebody wished us ill. */

import { createTarDecoder, type ParsedTarEntry } from "modern-tar";
import { FileError, type World } from "../../runtime/mod.ts";
import { type Label, LABEL_BYTES_MAX, LABEL_FILE, labelOf } from "./archive_label.ts";
import { foldersOf, nameProblem } from "./entry_name.ts";
import { ArchiveError, CONTENT_BYTES_MAX, ENTRIES_MAX } from "./limits.ts";

/** One file or folder of an archive. */
export interface ArchivedEntry {
  readonly kind: "file" | "folder";
  /** Below the archive's folder. */
  readonly name: string;
  /** Permission bits. */
  readonly mode: number;
  /** Bytes. */
  readonly size: number;
  /** To be read to the end before the next entry comes. */
  readonly content: AsyncIterable<Uint8Array>;
}

/** What reads an archive. */
export interface ArchiveReader {
  /** What the archive's folder is called there, and what the archive says of itself. */
  begin(name: string, label: Label): Promise<void>;
  /** Files and folders as they come: the folder of each has come before. */
  take(entry: ArchivedEntry): Promise<void>;
}

/** Bytes of an archive that are read at once. */
const PIECE_BYTES = 256 * 1024;

/** Bytes that a tar of the largest content may have: each entry has a header and is filled up. */
const TAR_BYTES_MAX = CONTENT_BYTES_MAX + 8 * 1024 * ENTRIES_MAX;

const PERMISSION_BITS = 0o777;

/**
 * Reads an archive to its end. What was taken counts only once this returns: damage may show at the very end.
 *
 * @throws {ArchiveError} When it is damaged, or holds what it may not.
 * @throws {FileError} When it can't be read. What the reader throws is passed on.
 */
export async function readArchive(world: World, path: string, reader: ArchiveReader): Promise<void> {
  const tar = createTarDecoder({ strict: true });
  const feeding = ReadableStream.from(piecesOf(world, path)).pipeThrough(new DecompressionStream("gzip"))
    .pipeThrough(bounded(TAR_BYTES_MAX)).pipeTo(tar.writable);
  // Told below; what comes out of the other end fails, too.
  const fed = feeding.then(() => null, (cause: unknown) => new StreamFailure("stream", { cause }));
  try {
    await readEntries(tar.readable, reader, world.processes.self.platform);
    const failure = await fed;
    if (failure !== null) throw failure;
  } catch (error) {
    await tar.readable.cancel(error).catch(() => {});
    await fed;
    throw error instanceof StreamFailure ? toldOf(error.cause) : error;
  }
}

/** What a stream failed of, in words: what it says itself of bytes that it can't read helps nobody. */
function toldOf(cause: unknown): Error {
  if (cause instanceof ArchiveError || cause instanceof FileError) return cause;
  return new ArchiveError("damaged, or no archive of cake pack", { cause });
}

/** What a stream threw, apart from what a reader throws. */
class StreamFailure extends Error {
  override readonly name = "StreamFailure";
}

async function* piecesOf({ files }: World, path: string): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let at = 0;;) {
    const piece = await files.readBytes(path, at, PIECE_BYTES);
    if (piece.length === 0) return;
    at += piece.length;
    yield new Uint8Array(piece);
  }
}

function bounded(bytesMax: number): TransformStream<Uint8Array, Uint8Array> {
  let bytes = 0;
  return new TransformStream({
    transform(piece, controller) {
      bytes += piece.length;
      if (bytes > bytesMax) throw new ArchiveError("larger than any that cake makes");
      controller.enqueue(piece);
    },
  });
}

async function readEntries(
  entries: ReadableStream<ParsedTarEntry>,
  reader: ArchiveReader,
  platform: string,
): Promise<void> {
  const seen = new Map<string, "file" | "folder">();
  let root: string | null = null;
  let bytes = 0;
  for await (const { header, body } of guarded(entries)) {
    const { kind, name } = entryOf(header, platform);
    if (root === null) {
      root = name.split("/", 1)[0]!;
      const label = name === `${root}/${LABEL_FILE}` && header.size <= LABEL_BYTES_MAX
        ? labelOf(await textOf(guarded(body)))
        : null;
      if (label === null) throw new ArchiveError("no archive of cake pack, or of a later cake");
      await reader.begin(root, label);
      continue;
    }
    if (name === root && kind === "folder") continue;
    if (!name.startsWith(`${root}/`)) throw new ArchiveError(`"${name}": outside of "${root}"`);
    if (seen.has(name)) throw new ArchiveError(`"${name}": more than once`);
    for (const folder of foldersOf(name).slice(1)) {
      if (seen.get(folder) !== "folder") throw new ArchiveError(`"${name}": "${folder}" is no folder before it`);
    }
    seen.set(name, kind);
    if (seen.size > ENTRIES_MAX) throw new ArchiveError(`more than ${ENTRIES_MAX} files and folders`);
    bytes += header.size;
    if (bytes > CONTENT_BYTES_MAX) throw new ArchiveError(`more than ${CONTENT_BYTES_MAX / 1024 ** 3} GiB`);
    await reader.take({
      kind,
      name: name.slice(root.length + 1),
      mode: (header.mode ?? 0) & PERMISSION_BITS,
      size: header.size,
      content: guarded(body),
    });
  }
  if (root === null) throw new ArchiveError("nothing is in it");
}

/** What comes out of a stream; what the stream throws is told apart. */
async function* guarded<T>(stream: ReadableStream<T>): AsyncGenerator<T> {
  const reader = stream.getReader();
  const next = async () => {
    try {
      return await reader.read();
    } catch (cause) {
      throw new StreamFailure("stream", { cause });
    }
  };
  try {
    for (let read = await next(); !read.done; read = await next()) yield read.value;
  } finally {
    reader.releaseLock();
  }
}

function entryOf(
  { name, type }: ParsedTarEntry["header"],
  platform: string,
): { kind: "file" | "folder"; name: string } {
  if (type !== "file" && type !== "directory") {
    throw new ArchiveError(`"${name}": a ${type ?? "thing"}, which is neither a file nor a folder`);
  }
  const kind = type === "file" ? "file" : "folder";
  const plain = kind === "folder" ? name.replace(/\/$/, "") : name;
  const problem = nameProblem(plain, platform);
  if (problem !== null) throw new ArchiveError(`"${plain}": ${problem}`);
  return { kind, name: plain };
}

async function textOf(content: AsyncIterable<Uint8Array>): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const piece of content) text += decoder.decode(piece, { stream: true });
  return text + decoder.decode();
}
