/** Files and folders of the machine. */

import type { FileInfo, FileSystem } from "../world.ts";
import { errnoName, toFileError } from "./platform_error.ts";
import { decodeEnd } from "../text_end.ts";
import { lock, lockHolder, lockKind } from "./lock.ts";

/** The part of a mode that can be set. */
const PERMISSION_BITS = 0o7777;

/** Makes the file system of the real world. */
export function realFiles(): FileSystem {
  return {
    readText: (path) => doing("read", path, () => Deno.readTextFile(path)),
    readTextEnd: (path, bytesMax) => doing("read", path, () => readEnd(path, bytesMax)),
    readBytes: (path, offset, length) => doing("read", path, () => readBytes(path, offset, length)),
    writeTextAtomic: (path, text, options) => doing("write", path, () => replace(path, text, options)),
    appendText: (path, text) => doing("append to", path, () => Deno.writeTextFile(path, text, { append: true })),
    writeNew,
    info: (path) => doing("look at", path, () => info(path)),
    list: (path) => doing("list", path, () => list(path)),
    makeFolder: (path) => doing("make folder", path, () => Deno.mkdir(path, { recursive: true })),
    remove: (path) => doing("remove", path, () => remove(path)),
    rename: (from, to) => doing("rename", from, () => Deno.rename(from, to)),
    copyFile: (from, to) => doing("copy", from, () => copyFile(from, to)),
    setMode: (path, mode) => doing("change the mode of", path, () => Deno.chmod(path, mode & PERMISSION_BITS)),
    realPath: (path) => doing("resolve", path, () => realPath(path)),
    makeTemporaryFolder: (prefix) => doing("make temporary folder", prefix, () => Deno.makeTempDir({ prefix })),
    currentFolder: () => Deno.cwd(),
    lock: (path) => doing("lock", path, () => lock(path)),
    lockHolder: (path) => doing("look at the lock of", path, () => lockHolder(path)),
    lockKind,
  };
}

async function doing<T>(action: string, path: string, operation: () => Promise<T> | T): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw toFileError(action, path, error);
  }
}

async function readEnd(path: string, bytesMax: number): Promise<string> {
  const { size } = await Deno.stat(path);
  const length = Math.min(size, bytesMax);
  return decodeEnd(await readBytes(path, size - length, length));
}

/** A file may be made shorter meanwhile. */
async function readBytes(path: string, offset: number, length: number): Promise<Uint8Array> {
  const file = await Deno.open(path, { read: true });
  try {
    await file.seek(offset, Deno.SeekMode.Start);
    const bytes = new Uint8Array(length);
    let at = 0;
    while (at < length) {
      const count = await file.read(bytes.subarray(at));
      if (count === null) break;
      at += count;
    }
    return bytes.subarray(0, at);
  } finally {
    file.close();
  }
}

async function copyFile(from: string, to: string): Promise<void> {
  const { mtime } = await Deno.stat(from);
  await Deno.copyFile(from, to);
  // The platform's stamp is finer than what is known of it here: the next millisecond is not before it.
  if (mtime !== null) await Deno.utime(to, mtime, new Date(mtime.getTime() + 1));
}

async function realPath(path: string): Promise<string | null> {
  try {
    return await Deno.realPath(path);
  } catch (error) {
    if (isAbsence(error)) return null;
    throw error;
  }
}

async function replace(path: string, text: string, options: { readonly mode?: number } = {}): Promise<void> {
  const at = Math.max(path.lastIndexOf("/"), Deno.build.os === "windows" ? path.lastIndexOf("\\") : -1) + 1;
  const folder = path.slice(0, at);
  const temporary = `${folder}.${path.slice(at)}.${crypto.randomUUID().slice(0, 8)}.tmp`;
  const mode = (await info(path))?.mode;
  try {
    const file = await Deno.open(temporary, { write: true, createNew: true, ...options });
    try {
      await writeAll(file, new TextEncoder().encode(text));
      await file.sync();
    } finally {
      file.close();
    }
    if (mode !== null && mode !== undefined) await Deno.chmod(temporary, mode & PERMISSION_BITS);
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
  await syncFolder(folder === "" ? "." : folder);
}

async function writeNew(
  path: string,
  pieces: AsyncIterable<Uint8Array>,
  options: { readonly mode?: number } = {},
): Promise<void> {
  const file = await doing("make", path, () => Deno.open(path, { write: true, createNew: true, ...options }));
  try {
    try {
      for await (const piece of pieces) await doing("write", path, () => writeAll(file, piece));
      await doing("write", path, () => file.sync());
    } finally {
      file.close();
    }
  } catch (error) {
    await Deno.remove(path).catch(() => {});
    throw error;
  }
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
}

/** Makes the new name last over a power cut. Some platforms can't open a folder; the content is whole without it. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await Deno.open(folder, { read: true });
    try {
      await handle.sync();
    } finally {
      handle.close();
    }
  } catch {
    return;
  }
}

async function info(path: string): Promise<FileInfo | null> {
  try {
    const found = await Deno.lstat(path);
    const kind = found.isSymlink ? "link" : found.isFile ? "file" : found.isDirectory ? "folder" : "other";
    const { uid, gid } = found;
    const owner = uid === null || gid === null ? null : { user: uid, group: gid };
    return { kind, size: found.size, modified: found.mtime?.getTime() ?? null, mode: found.mode, owner };
  } catch (error) {
    if (isAbsence(error)) return null;
    throw error;
  }
}

async function list(path: string): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(path)) names.push(entry.name);
  return names.sort();
}

async function remove(path: string): Promise<void> {
  try {
    // The platform looks at the name itself, never through a link: a link to a folder goes, the folder stays.
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!isAbsence(error)) throw error;
  }
}

/** A name below a file is as absent as a name in a folder that isn't there. */
function isAbsence(error: unknown): boolean {
  const name = errnoName(error);
  return name === "ENOENT" || name === "ENOTDIR";
}
