/** One value in one file, that lasts from run to run. */

import { join } from "@std/path";
import type { Actor } from "../actor.ts";
import { CodecError } from "../codec/codec_error.ts";
import type { Kernel } from "../kernel.ts";
import { initialOf } from "../types/message.ts";
import { type Portable, type TypeLike, typeOf, type ValueOf } from "../types/portable.ts";
import { FileError, type World } from "../world.ts";
import { decoratedName, fileText, fileValue } from "./file_text.ts";

/** Whose files: an actor's, or those of code that has the runtime itself. */
export type FileOwner = Pick<Actor, "kernel"> | Kernel;

/** The runtime that an owner of files lives in. */
export function kernelOf(owner: FileOwner): Kernel {
  return "kernel" in owner ? owner.kernel : owner;
}

/** How a file is written and read. */
export interface FileOptions {
  /** A file that is not there is read as the default value of the type. @default {false} */
  createDefault?: boolean;
  /** Indented with sorted members, rather than on one line. @default {true} */
  pretty?: boolean;
  /** Adds `.json` to the name, unless it ends with a dot, which is then removed. @default {true} */
  decorate?: boolean;
}

/** Another place to store at. */
export interface StorePlace {
  /** A name in place of the file's own. */
  name?: string;
  /** A folder in place of the file's own. */
  folder?: string;
}

/**
 * A file that holds one value of a type, in the format of the original: `{"value":…}`.
 *
 * It is replaced as a whole: readers, and a power cut, find the old value or the new one.
 *
 * @example Count the runs of a role
 * ```ts ignore
 * import * as cake from "@layer-cake/cake";
 *
 * async function main(self: cake.Routine) {
 *   const file = cake.modelFolder(self).file("runs", cake.Integer8, { createDefault: true });
 *   const runs = (await file.recover() ?? 0) + 1;
 *   await file.store(runs);
 *   return cake.castTo(runs, cake.Integer8);
 * }
 * ```
 */
export class File<L extends TypeLike = TypeLike> {
  /** The name as given. */
  readonly name: string;
  /** The type of the value; null for a file of any message. */
  readonly type: Portable<unknown> | null;
  readonly #kernel: Kernel;
  readonly #options: Required<FileOptions>;
  #storing: Promise<void> = Promise.resolve();

  /**
   * Describes a file; nothing is read or written yet.
   *
   * @param owner The actor whose runtime reads and writes.
   * @param name Name or path, without the extension.
   * @param type The type of the value; null for any message, which can be stored and not read back this way.
   */
  constructor(owner: FileOwner, name: string, type: L | null, options: FileOptions = {}) {
    this.#kernel = kernelOf(owner);
    this.name = name;
    this.type = type === null ? null : typeOf(type);
    const { createDefault = false, pretty = true, decorate = true } = options;
    this.#options = { createDefault, pretty, decorate };
  }

  /** Name or path with its extension. */
  get fullName(): string {
    return decoratedName(this.name, this.#options.decorate);
  }

  /**
   * Writes a value, as it is at this moment. Several calls take effect in their order, and a process that ends finishes
   * what was begun.
   *
   * @throws {FileError} When it can't be encoded or written; the message names the file.
   */
  store(value: ValueOf<L>, place: StorePlace = {}): Promise<void> {
    const path = decoratedName(placed(this.name, place), this.#options.decorate);
    let text: string;
    try {
      text = fileText(value, this.type, { pretty: this.#options.pretty, ...this.#forms() });
    } catch (error) {
      return Promise.reject(contentError("store", path, error));
    }
    const stored = this.#storing.then(() => this.prepare()).then(() => this.#world.files.writeTextAtomic(path, text));
    this.#storing = stored.catch(() => {});
    this.#kernel.hold(stored);
    return stored;
  }

  /**
   * Reads the value.
   *
   * @throws {FileError} When it can't be read or decoded; the message names the file. Its reason is `not found` for a
   * file that is not there, unless a default was asked for.
   */
  async recover(): Promise<ValueOf<L>> {
    const { fullName, type } = this;
    if (type === null) throw new TypeError(`Cannot recover "${fullName}": no type was given`);
    await this.#storing;
    let text: string;
    try {
      text = await this.#world.files.readText(fullName);
    } catch (error) {
      const isAbsent = error instanceof FileError && error.reason === "not found";
      if (!isAbsent || !this.#options.createDefault) throw error;
      return initialOf(type)() as ValueOf<L>;
    }
    try {
      return fileValue(text, type, this.#forms()) as ValueOf<L>;
    } catch (error) {
      throw contentError("recover", fullName, error);
    }
  }

  /** Removes the file; false when there was none. */
  async remove(): Promise<boolean> {
    await this.#storing;
    const info = await this.#world.files.info(this.fullName);
    if (info === null) return false;
    if (info.kind === "folder") throw new FileError(`Cannot remove "${this.fullName}": it is a folder`, "other");
    await this.#world.files.remove(this.fullName);
    return true;
  }

  /** @internal What has to be there before something is written. */
  protected prepare(): Promise<void> {
    return Promise.resolve();
  }

  get #world(): World {
    return this.#kernel.world;
  }

  #forms() {
    const { clock, random } = this.#world;
    return { zoneOffset: (wall: bigint) => clock.zoneOffset(wall), uuid: () => random.uuid() };
  }
}

function placed(path: string, { name, folder }: StorePlace): string {
  const at = path.lastIndexOf("/") + 1;
  const own = name ?? path.slice(at);
  if (folder !== undefined) return join(folder, own);
  return `${path.slice(0, at)}${own}`;
}

function contentError(action: "store" | "recover", path: string, error: unknown): unknown {
  if (!(error instanceof CodecError)) return error;
  return new FileError(`Cannot ${action} "${path}": ${error.message}`, "other", { cause: error });
}
