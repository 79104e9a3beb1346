/** The file system as one simulated process sees it. */

import type { Cancel, FileSystem } from "../world.ts";
import type { Life } from "./life.ts";
import { type Disk, normal } from "./disk.ts";

/** What the files of a process hang on. */
export interface FileSurroundings {
  readonly disk: Disk;
  /** Locked files of the host, by path. */
  readonly locks: Map<string, Life>;
  /** Absolute path. */
  readonly currentFolder: string;
  /** Virtual time of an operation. */
  readonly latencyMs: number;
  /** Milliseconds since 1970 on the wall clock. */
  readonly wallMs: () => number;
}

/**
 * Makes the view of one life.
 *
 * An operation takes effect at its end: a process that crashes in the middle of it has done nothing.
 */
export function makeFiles(life: Life, surroundings: FileSurroundings): FileSystem {
  const { disk, locks, currentFolder, latencyMs, wallMs } = surroundings;
  const absolute = (path: string): string => path.startsWith("/") ? path : `${currentFolder}/${path}`;
  const later = <T>(operation: () => T): Promise<T> => life.later(1000 * latencyMs, operation);
  return {
    readText: (path) => later(() => disk.readText(absolute(path))),
    readTextEnd: (path, bytesMax) => later(() => disk.readTextEnd(absolute(path), bytesMax)),
    readBytes: (path, offset, length) => later(() => disk.readBytes(absolute(path), offset, length)),
    writeTextAtomic: (path, text) => later(() => disk.writeText(absolute(path), text, wallMs())),
    appendText: (path, text) => later(() => disk.appendText(absolute(path), text, wallMs())),
    writeNew: async (path, pieces, { mode } = {}) => {
      const bytes = await gathered(pieces);
      await later(() => {
        disk.writeNew(absolute(path), bytes, wallMs());
        if (mode !== undefined) disk.setMode(absolute(path), mode);
      });
    },
    info: (path) => later(() => disk.info(absolute(path))),
    list: (path) => later(() => disk.list(absolute(path))),
    makeFolder: (path) => later(() => disk.makeFolder(absolute(path), wallMs())),
    remove: (path) => later(() => disk.remove(absolute(path))),
    rename: (from, to) => later(() => disk.rename(absolute(from), absolute(to))),
    copyFile: (from, to) => later(() => disk.copyFile(absolute(from), absolute(to))),
    setMode: (path, mode) => later(() => disk.setMode(absolute(path), mode)),
    realPath: (path) => later(() => disk.info(absolute(path)) === null ? null : normal(absolute(path))),
    makeTemporaryFolder: (prefix) => later(() => disk.makeTemporaryFolder(prefix, wallMs())),
    currentFolder: () => currentFolder,
    lock: (path) =>
      later(() => {
        const file = absolute(path);
        if (disk.info(file) === null) disk.writeText(file, "", wallMs());
        return takeLock(life, locks, normal(file));
      }),
    lockHolder: (path) => later(() => locks.get(normal(absolute(path)))?.pid ?? null),
    lockKind: () => "record",
  };
}

async function gathered(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const piece of pieces) parts.push(piece.slice());
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function takeLock(life: Life, locks: Map<string, Life>, path: string): Cancel | null {
  if (locks.has(path)) return null;
  const release = (): void => {
    life.holdings.delete(holding);
    if (locks.get(path) === life) locks.delete(path);
  };
  // The system takes a lock back when its process ends.
  const holding = { kind: "lock" as const, abandon: release };
  locks.set(path, life);
  life.holdings.add(holding);
  let isReleased = false;
  return () => {
    if (!isReleased) release();
    isReleased = true;
  };
}
