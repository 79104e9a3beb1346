/** A folder of files that hold values of one type, or a map kept as one file for each entry. */

import { isAbsolute, join } from "@std/path";
import type { TypeLike, ValueOf } from "../types/portable.ts";
import { FileError, type World } from "../world.ts";
import { File, type FileOptions, type FileOwner, kernelOf } from "./file.ts";
import { decoratedName, undecoratedName } from "./file_text.ts";

/** How an item of a map is kept: under which key, and in which file. */
export interface KeysNames<T, K> {
  /** The key of an item in the map. */
  readonly key: (item: T) => K;
  /** The name of its file, without the extension. */
  readonly name: (item: T) => string;
}

/** How a folder is read and written. */
export interface FolderOptions<L extends TypeLike = TypeLike, K = null> extends FileOptions {
  /** The type of what its files hold; null for any message. @default {null} */
  type?: L | null;
  /** What a whole name, without the extension, has to match. */
  pattern?: RegExp;
  /** Needed for a map that is kept as files. */
  keysNames?: KeysNames<ValueOf<L>, K>;
  /** Makes the path absolute against the folder that is the current one now. @default {false} */
  makeAbsolute?: boolean;
  /** Makes the folder, with its parents, when it is first used. @default {true} */
  autoCreate?: boolean;
}

/**
 * A folder of files in the format of the original.
 *
 * Links are never followed when something is removed: the link goes, its target stays.
 *
 * @example Keep a map as one file for each entry
 * ```ts ignore
 * import * as cake from "@layer-cake/cake";
 * import { Customer } from "./test_api.ts";
 *
 * async function main(self: cake.Routine) {
 *   const folder = cake.modelFolder(self).folder("customers", {
 *     type: Customer,
 *     keysNames: { key: (customer) => customer.name, name: (customer) => `customer-${customer.name}` },
 *   });
 *   const customers = new Map();
 *   for await (const [name, customer] of folder.recover()) customers.set(name, customer);
 *   await folder.add(customers, new Customer({ name: "ann", age: 30 }));
 * }
 * ```
 */
export class Folder<L extends TypeLike = TypeLike, K = null> {
  /** The path as given, or made absolute. */
  readonly path: string;
  readonly #owner: FileOwner;
  readonly #world: World;
  readonly #options: FolderOptions<L, K>;
  readonly #pattern: RegExp | null;
  #made: Promise<void> | null = null;

  /**
   * Describes a folder; it is made when it is first used.
   *
   * @param owner The actor whose runtime reads and writes.
   * @param path The folder; the current one by default.
   */
  constructor(owner: FileOwner, path = ".", options: FolderOptions<L, K> = {}) {
    this.#owner = owner;
    this.#world = kernelOf(owner).world;
    this.#options = options;
    const { pattern, makeAbsolute = false } = options;
    this.#pattern = pattern === undefined ? null : wholly(pattern);
    this.path = makeAbsolute && !isAbsolute(path) ? join(this.#world.files.currentFolder(), path) : path;
  }

  /** Makes the folder with its parents; no error when it exists. */
  create(): Promise<void> {
    return this.#world.files.makeFolder(this.path);
  }

  /**
   * A file in this folder, which has the type and the options of the folder where nothing else is said.
   *
   * @param name Its name without the extension.
   */
  file<M extends TypeLike>(name: string, type: M, options?: FileOptions): File<M>;
  /** A file in this folder, of the type of the folder. */
  file(name: string, type?: null, options?: FileOptions): File<L>;
  file(name: string, given: TypeLike | null = null, options: FileOptions = {}): File {
    const type = given ?? this.#options.type ?? null;
    return new FolderFile(
      this.#owner,
      join(this.path, name),
      type,
      { ...this.#fileOptions(), ...options },
      () => this.#ready(),
    );
  }

  #fileOptions(): FileOptions {
    const { createDefault = false, pretty = true, decorate = true } = this.#options;
    return { createDefault, pretty, decorate };
  }

  /**
   * A folder in this one, which has its options, the pattern left out, where nothing else is said.
   *
   * @param name Its name.
   */
  folder<M extends TypeLike = L, J = K>(name: string, options: FolderOptions<M, J> = {}): Folder<M, J> {
    const { pattern: _pattern, makeAbsolute: _makeAbsolute, ...inherited } = this.#options;
    return new Folder(this.#owner, join(this.path, name), {
      ...inherited as unknown as FolderOptions<M, J>,
      ...options,
    });
  }

  /** Names of the files of this kind, sorted, without the extension. Folders are left out. */
  async matching(): Promise<string[]> {
    await this.#ready();
    const { files } = this.#world;
    const names: string[] = [];
    for (const file of await files.list(this.path)) {
      const name = undecoratedName(file, this.#options.decorate ?? true);
      if (name === null || !(this.#pattern?.test(name) ?? true)) continue;
      const kind = (await files.info(join(this.path, file)))?.kind;
      if (kind === "file" || kind === "link") names.push(name);
    }
    return names;
  }

  /** The files of this kind, as they are now. */
  async each(): Promise<File<L>[]> {
    return (await this.matching()).map((name) => this.file(name));
  }

  /** Reads all files of this kind: the key of each value, null without `keysNames`, and the value. */
  async *recover(): AsyncGenerator<[K, ValueOf<L>]> {
    const { keysNames } = this.#options;
    for (const file of await this.each()) {
      const value = await file.recover();
      yield [keysNames === undefined ? null as K : keysNames.key(value), value];
    }
  }

  /**
   * Adds an item to a map, and a file for it.
   *
   * @throws {FileError} When its key is in the map already.
   */
  async add(values: Map<K, ValueOf<L>>, item: ValueOf<L>): Promise<void> {
    const { key, name } = this.#place(item, "add");
    const file = this.file(name);
    if (values.has(key)) throw new FileError(`name "${file.name}" already present (add)`, "exists");
    await file.store(item);
    values.set(key, item);
  }

  /**
   * Replaces an item in a map, and its file.
   *
   * @throws {FileError} When its key is not in the map.
   */
  async update(values: Map<K, ValueOf<L>>, item: ValueOf<L>): Promise<void> {
    const { key, name } = this.#place(item, "update");
    const file = this.file(name);
    if (!values.has(key)) throw new FileError(`name "${file.name}" not an existing entry (update)`, "not found");
    await file.store(item);
    values.set(key, item);
  }

  /**
   * Removes an item from a map, and its file.
   *
   * @throws {FileError} When its key is not in the map.
   */
  async remove(values: Map<K, ValueOf<L>>, item: ValueOf<L>): Promise<void> {
    const { key, name } = this.#place(item, "remove");
    if (!values.has(key)) {
      throw new FileError(`name "${join(this.path, name)}" not an existing entry (remove)`, "not found");
    }
    await this.erase(name);
    values.delete(key);
  }

  /** Writes all items of a map, then removes every file of this kind that belongs to none of them. */
  async store(values: ReadonlyMap<K, ValueOf<L>>): Promise<void> {
    const before = await this.matching();
    const stored = new Set<string>();
    for (const item of values.values()) {
      const { name } = this.#place(item, "store");
      await this.file(name).store(item);
      stored.add(name);
    }
    for (const name of before) if (!stored.has(name)) await this.erase(name);
  }

  /** Empties a map, and removes every file of this kind. */
  async clear(values: Map<K, ValueOf<L>>): Promise<void> {
    for (const name of await this.matching()) await this.erase(name);
    values.clear();
  }

  /** Removes a file of that name, else a folder with everything below; false when there was neither. */
  async erase(name: string): Promise<boolean> {
    const found = await this.#find(name);
    if (found === null) return false;
    await this.#world.files.remove(found);
    return true;
  }

  /** True when there is a file or folder of that name; without a name, when this folder is there. */
  async exists(name?: string): Promise<boolean> {
    if (name !== undefined) return await this.#find(name) !== null;
    return (await this.#world.files.info(this.path))?.kind === "folder";
  }

  async #find(name: string): Promise<string | null> {
    const { files } = this.#world;
    const file = join(this.path, decoratedName(name, this.#options.decorate ?? true));
    const kind = (await files.info(file))?.kind;
    if (kind === "file" || kind === "link") return file;
    const folder = join(this.path, name);
    return (await files.info(folder))?.kind === "folder" ? folder : null;
  }

  #place(item: ValueOf<L>, action: string): { readonly key: K; readonly name: string } {
    const { keysNames } = this.#options;
    if (keysNames === undefined) throw new TypeError(`key/name functions not set for "${this.path}" (${action})`);
    return { key: keysNames.key(item), name: keysNames.name(item) };
  }

  #ready(): Promise<void> {
    if (this.#options.autoCreate === false) return Promise.resolve();
    return this.#made ??= this.create().catch((error) => {
      this.#made = null;
      throw error;
    });
  }
}

/** A file whose folder is made before it is used. */
class FolderFile extends File {
  readonly #ready: () => Promise<void>;

  constructor(
    owner: FileOwner,
    name: string,
    type: TypeLike | null,
    options: FileOptions,
    ready: () => Promise<void>,
  ) {
    super(owner, name, type, options);
    this.#ready = ready;
  }

  /** @internal */
  protected override prepare(): Promise<void> {
    return this.#ready();
  }
}

function wholly(pattern: RegExp): RegExp {
  return new RegExp(`^(?:${pattern.source})$`, pattern.flags.replaceAll(/[gy]/g, ""));
}
