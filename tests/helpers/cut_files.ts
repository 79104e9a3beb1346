/** A file system that fails, or loses its power, at a chosen one of the operations that change it. */

import { FileError, type World } from "../../runtime/mod.ts";
import type { Disk } from "../../runtime/simulation/disk.ts";

/** What happens at the chosen operation. */
export type Mishap =
  /** The power goes before it has begun. */
  | "cut"
  /** The power goes when half of it is done. */
  | "half"
  /** It fails, and whoever asked for it is told. */
  | "failure";

/** Counts the operations that change something, those of all processes of a machine, and spoils one. */
export class FileMishaps {
  /** Operations so far. */
  count = 0;
  readonly #at: number;
  readonly #mishap: Mishap;
  /** What was spoilt, for messages. */
  spoilt = "nothing";
  disk: Disk | null = null;
  powerOff: () => void = () => {};

  /** @param at The operation to be spoilt, from 0 on. */
  constructor(at = Infinity, mishap: Mishap = "cut") {
    this.#at = at;
    this.#mishap = mishap;
  }

  /** The world in which that happens. */
  world(world: World): World {
    const { files } = world;
    const spoiling = <A extends unknown[], R>(
      name: string,
      operation: (...args: A) => Promise<R>,
      half: (disk: Disk, ...args: A) => void,
    ) =>
    (...args: A): Promise<R> => {
      if (this.count++ !== this.#at) return operation(...args);
      this.spoilt = `${name} ${args[0]}`;
      if (this.#mishap === "failure") {
        return Promise.reject(new FileError(`Cannot ${name} "${args[0]}": No space left on device`, "other"));
      }
      if (this.#mishap === "half") half(this.disk!, ...args);
      this.powerOff();
      return new Promise(() => {});
    };
    return {
      ...world,
      files: {
        ...files,
        // What is replaced stays as it was; the new text is under another name.
        writeTextAtomic: spoiling("write", files.writeTextAtomic, (disk, path, text) => {
          const at = path.lastIndexOf("/") + 1;
          const temporary = `${path.slice(0, at)}.${path.slice(at)}.0badc0de.tmp`;
          disk.writeText(temporary, text.slice(0, text.length / 2), 0);
        }),
        appendText: spoiling("append to", files.appendText, (disk, path, text) => {
          disk.appendText(path, text.slice(0, text.length / 2), 0);
        }),
        writeNew: spoiling("make", files.writeNew, (disk, path) => disk.writeText(path, "\u001f", 0)),
        makeFolder: spoiling("make folder", files.makeFolder, () => {}),
        remove: spoiling("remove", files.remove, removeHalf),
        rename: spoiling("rename", files.rename, () => {}),
        copyFile: spoiling("copy", files.copyFile, (disk, from, to) => {
          const text = disk.readText(from);
          disk.writeText(to, text.slice(0, text.length / 2), 0);
        }),
        setMode: spoiling("change the mode of", files.setMode, () => {}),
      },
    };
  }
}

/** A folder is removed name by name, from below. */
function removeHalf(disk: Disk, path: string): void {
  if (disk.info(path)?.kind !== "folder") return;
  const all = [...filesBelow(disk, path)];
  for (const file of all.slice(0, Math.ceil(all.length / 2))) disk.remove(file);
}

/** The paths of all files below a folder, in the order of names. */
export function* filesBelow(disk: Disk, path: string): Generator<string> {
  for (const name of disk.list(path)) {
    const entry = `${path}/${name}`;
    if (disk.info(entry)?.kind === "folder") yield* filesBelow(disk, entry);
    else yield entry;
  }
}
