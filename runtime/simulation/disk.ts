// This module performs no I/O.

/** A tree of files in memory: what one simulated host keeps, whatever happens to its processes. */

import { fileError } from "../real_world/errno.ts";
import { decodeEnd } from "../text_end.ts";
import type { FileInfo } from "../world.ts";

interface File {
  readonly kind: "file";
  /** Texts stay as they were written: most files are, and many grow. */
  content: string | Uint8Array;
  modified: number;
  mode: number;
}

interface Folder {
  readonly kind: "folder";
  readonly entries: Map<string, File | Folder>;
  modified: number;
  mode: number;
}

type Place = File | Folder;

/** The modes of new files and folders. */
const FILE_MODE = 0o100644;
const FOLDER_MODE = 0o40755;

/** The part of a mode that can be set. */
const PERMISSION_BITS = 0o7777;

/** Who owns everything. */
const OWNER = { user: 0, group: 0 } as const;

/**
 * Files and folders under `/`. Paths are absolute POSIX paths; `.` and `..` are resolved by text. There are no links.
 * Failures throw `FileError` with the texts of the real world.
 */
export class Disk {
  readonly #root: Folder = { kind: "folder", entries: new Map(), modified: 0, mode: FOLDER_MODE };
  #temporaryCount = 0;

  /** Makes a disk with nothing on it but `/tmp`. */
  constructor() {
    this.makeFolder("/tmp", 0);
  }

  /** The whole of a file. */
  readText(path: string): string {
    return textOf(this.#file("read", path));
  }

  /** The end of a file. */
  readTextEnd(path: string, bytesMax: number): string {
    const bytes = bytesOf(this.#file("read", path));
    return decodeEnd(bytes.subarray(Math.max(0, bytes.length - bytesMax)));
  }

  /** Part of a file, in bytes. */
  readBytes(path: string, offset: number, length: number): Uint8Array {
    return bytesOf(this.#file("read", path)).slice(offset, offset + length);
  }

  /** Replaces a file as a whole; `modified` is in milliseconds since 1970, here and below. */
  writeText(path: string, text: string, modified: number): void {
    this.#put("write", path, text, modified);
  }

  /** Makes a file of bytes. */
  writeNew(path: string, bytes: Uint8Array, modified: number): void {
    if (this.#find(path) !== null) throw fileError("make", path, "EEXIST");
    this.#put("make", path, bytes, modified);
  }

  /** Adds to the end of a file, making it when missing. */
  appendText(path: string, text: string, modified: number): void {
    const found = this.#find(path);
    const before = found?.kind === "file" ? textOf(found) : "";
    this.#put("append to", path, before + text, modified);
  }

  /** What there is, or null. Size is in bytes, of a folder in entries. */
  info(path: string): FileInfo | null {
    const found = this.#find(path);
    if (found === null) return null;
    const { kind, modified, mode } = found;
    const size = found.kind === "file" ? bytesOf(found).length : found.entries.size;
    return { kind, size, modified, mode, owner: OWNER };
  }

  /** Names in a folder, sorted. */
  list(path: string): string[] {
    const found = this.#find(path);
    if (found === null) throw fileError("list", path, this.#absence(path));
    if (found.kind === "file") throw fileError("list", path, "ENOTDIR");
    return [...found.entries.keys()].sort();
  }

  /** Makes a folder with its parents; no error when it exists. */
  makeFolder(path: string, modified: number): void {
    let folder = this.#root;
    for (const name of segments(path)) {
      const next = folder.entries.get(name) ?? { kind: "folder", entries: new Map(), modified, mode: FOLDER_MODE };
      if (next.kind === "file") throw fileError("make folder", path, "EEXIST");
      folder.entries.set(name, next);
      folder = next;
    }
  }

  /** Removes a file, or a folder with everything below. No error when absent. */
  remove(path: string): void {
    const [folder, name] = this.#parent(path);
    if (folder?.kind === "folder") folder.entries.delete(name);
  }

  /** Moves a file or folder, over a file or an empty folder that is there. */
  rename(from: string, to: string): void {
    const moved = this.#find(from);
    if (moved === null) throw fileError("rename", from, this.#absence(from));
    const [target, name] = this.#parent(to);
    if (target?.kind !== "folder") throw fileError("rename", from, target === null ? "ENOENT" : "ENOTDIR");
    const replaced = target.entries.get(name);
    if (replaced === moved) return;
    if (moved.kind === "folder" && `${normal(to)}/`.startsWith(`${normal(from)}/`)) {
      throw fileError("rename", from, "EINVAL");
    }
    if (replaced?.kind === "folder") {
      if (moved.kind === "file") throw fileError("rename", from, "EISDIR");
      if (replaced.entries.size > 0) throw fileError("rename", from, "ENOTEMPTY");
    } else if (replaced !== undefined && moved.kind === "folder") throw fileError("rename", from, "ENOTDIR");
    this.remove(from);
    target.entries.set(name, moved);
  }

  /** Copies a file with its mode and stamp, over one that is there. */
  copyFile(from: string, to: string): void {
    const { content, modified, mode } = this.#file("copy", from);
    this.#put("copy", to, content, modified);
    this.setMode(to, mode);
  }

  /** Sets permission bits. */
  setMode(path: string, mode: number): void {
    const found = this.#find(path);
    if (found === null) throw fileError("change the mode of", path, this.#absence(path));
    found.mode = found.mode & ~PERMISSION_BITS | mode & PERMISSION_BITS;
  }

  /** Makes an empty folder of a new name and returns its path. */
  makeTemporaryFolder(prefix: string, modified: number): string {
    const path = `/tmp/${prefix}${String(++this.#temporaryCount).padStart(6, "0")}`;
    this.makeFolder(path, modified);
    return path;
  }

  #put(action: string, path: string, content: string | Uint8Array, modified: number): void {
    const [folder, name] = this.#parent(path);
    if (folder === null) throw fileError(action, path, "ENOENT");
    if (folder.kind === "file") throw fileError(action, path, "ENOTDIR");
    const found = folder.entries.get(name);
    if (name === "" || found?.kind === "folder") throw fileError(action, path, "EISDIR");
    folder.entries.set(name, { kind: "file", content, modified, mode: found?.mode ?? FILE_MODE });
    folder.modified = modified;
  }

  #file(action: string, path: string): File {
    const found = this.#find(path);
    if (found === null) throw fileError(action, path, this.#absence(path));
    if (found.kind === "folder") throw fileError(action, path, "EISDIR");
    return found;
  }

  /** Why there is nothing: a missing name, or a file where a folder should be. */
  #absence(path: string): "ENOENT" | "ENOTDIR" {
    let place: Place | undefined = this.#root;
    for (const name of segments(path)) {
      if (place === undefined) return "ENOENT";
      if (place.kind === "file") return "ENOTDIR";
      place = place.entries.get(name);
    }
    return "ENOENT";
  }

  #find(path: string): Place | null {
    let place: Place | undefined = this.#root;
    for (const name of segments(path)) {
      if (place.kind === "file") return null;
      place = place.entries.get(name);
      if (place === undefined) return null;
    }
    return place;
  }

  /** The place that holds a name, and the name; the name is empty for the root. */
  #parent(path: string): readonly [Place | null, string] {
    const names = segments(path);
    const name = names.pop() ?? "";
    return [this.#find(names.join("/")), name];
  }
}

function textOf({ content }: File): string {
  return typeof content === "string" ? content : new TextDecoder().decode(content);
}

function bytesOf({ content }: File): Uint8Array {
  return typeof content === "string" ? new TextEncoder().encode(content) : content;
}

/** Names on the way from the root, with `.` and `..` resolved. */
function segments(path: string): string[] {
  const names: string[] = [];
  for (const name of path.split("/")) {
    if (name === "..") names.pop();
    else if (name !== "" && name !== ".") names.push(name);
  }
  return names;
}

/** A path in its one form: absolute, nothing to resolve. */
export function normal(path: string): string {
  return `/${segments(path).join("/")}`;
}
