/** One role of a home: a folder with five records, four folders, and a lock. */

import { join } from "@std/path";
import type { Cancel, FileSystem, World } from "../world.ts";
import { FileError } from "../world.ts";
import type { Settings } from "./arguments.ts";
import { fileOf } from "./child.ts";
import { HomeError } from "./home_error.ts";
import {
  ASIDE_FILE,
  dividedSettings,
  LockedOut,
  lockHolder,
  lockText,
  newRecords,
  RECORD_NAMES,
  type RecordName,
  RECORDS,
  recordText,
  recordValue,
  ROLE_FOLDERS,
  type RoleRecords,
  withStart,
  withStop,
} from "./role_records.ts";
import type { TextForms } from "./text_value.ts";
import { TypedTextError } from "./typed_text.ts";

/** A role on disk, with its records as they were read or written last. */
export class Role {
  readonly #world: World;
  #records: RoleRecords;
  #aside: Settings;
  #unlock: Cancel | null = null;

  /**
   * @param path The folder of the role.
   * @param aside Settings that are kept apart from those of the records.
   */
  constructor(world: World, readonly path: string, records: RoleRecords, aside: Settings = new Map()) {
    this.#world = world;
    this.#records = records;
    this.#aside = aside;
  }

  get records(): RoleRecords {
    return this.#records;
  }

  /** What is stored, those settings included that are kept aside. */
  get settings(): Settings {
    return this.#aside.size === 0 ? this.#records.settings : new Map([...this.#records.settings, ...this.#aside]);
  }

  /** The folder for what the application keeps. */
  get modelPath(): string {
    return join(this.path, "model");
  }

  /** The folder that is empty at each start. */
  get temporaryPath(): string {
    return join(this.path, "tmp");
  }

  /** The folder of logs. */
  get logsPath(): string {
    return join(this.path, "logs");
  }

  /** The file whose lock says that the role runs. */
  get lockPath(): string {
    return join(this.path, "lock", "head");
  }

  /** Replaces the stored settings as a whole. */
  async storeSettings(settings: Settings): Promise<void> {
    const { common, aside } = dividedSettings(fileOf(this.path), settings);
    await storeAside(this.#world, this.path, aside);
    this.#aside = aside;
    await this.#store("settings", common);
  }

  /** Replaces what the role runs, an absolute path. */
  async storeExecutable(path: string): Promise<void> {
    await this.#store("executableFile", path);
  }

  /** Makes the folders of the role where they are missing. */
  async makeFolders(): Promise<void> {
    for (const name of ROLE_FOLDERS) await this.#world.files.makeFolder(join(this.path, name));
  }

  /**
   * Takes the lock of the role and says who holds it; the lock lasts until {@link unlock} or the end of the process.
   *
   * @returns True, or false when another process holds it.
   */
  async lock(): Promise<boolean> {
    const { files, processes } = this.#world;
    const unlock = await files.lock(this.lockPath);
    if (unlock === null) return false;
    this.#unlock = unlock;
    const holder = new LockedOut({ path: this.lockPath, pid: processes.pid, parentPid: processes.parentPid });
    await files.writeTextAtomic(`${this.lockPath}.json`, lockText(holder));
    return true;
  }

  /** Gives the lock back. */
  unlock(): void {
    this.#unlock?.();
    this.#unlock = null;
  }

  /** Removes what the last run left in `tmp`. Links are removed, never followed. */
  async emptyTemporary(): Promise<void> {
    const { files } = this.#world;
    const info = await files.info(this.temporaryPath);
    // A link in place of the folder leads out of the home: it goes, and what it leads to stays.
    if (info !== null && info.kind !== "folder") await files.remove(this.temporaryPath);
    await files.makeFolder(this.temporaryPath);
    for (const name of await files.list(this.temporaryPath)) await files.remove(join(this.temporaryPath, name));
  }

  /** Adds a run that begins now to the history. */
  async recordStart(): Promise<void> {
    await this.#store("startStop", withStart(this.#records.startStop, this.#world.clock.wall()));
  }

  /** Writes the end of the run that began last, with what it returned. */
  async recordStop(returned: unknown): Promise<void> {
    await this.#store("startStop", withStop(this.#records.startStop, this.#world.clock.wall(), returned));
  }

  async #store<K extends RecordName>(name: K, value: RoleRecords[K]): Promise<void> {
    const text = recordText(name, value, formsOf(this.#world));
    await this.#world.files.writeTextAtomic(recordPath(this.path, name), text);
    this.#records = { ...this.#records, [name]: value };
  }
}

/** How times are written: by the clock of the machine. */
export function formsOf({ clock }: World): TextForms {
  return { zoneOffset: (wall) => clock.zoneOffset(wall) };
}

function recordPath(path: string, name: RecordName): string {
  return join(path, `${RECORDS[name].file}.json`);
}

/**
 * Opens a role.
 *
 * @returns Null when there is nothing of that name.
 * @throws {HomeError} When a record is missing or can't be read; the message names the file.
 */
export async function openRole(world: World, path: string): Promise<Role | null> {
  const info = await world.files.info(path);
  if (info === null) return null;
  if (info.kind === "file" || info.kind === "other") {
    throw new HomeError(`cannot open "${path}" (not a folder)`, "damaged", path);
  }
  // All at once, but of several that can't be read it is always the first that is named.
  const reads = await Promise.allSettled(RECORD_NAMES.map((name) => readRecord(world, path, name)));
  const entries = RECORD_NAMES.map((name, at) => {
    const read = reads[at]!;
    if (read.status === "rejected") throw read.reason;
    return [name, read.value];
  });
  return new Role(world, path, Object.fromEntries(entries) as RoleRecords, await readAside(world, path));
}

function asidePath(path: string): string {
  return join(path, `${ASIDE_FILE}.json`);
}

/** The settings of a role that are kept apart; most roles have none. */
async function readAside(world: World, path: string): Promise<Settings> {
  const file = asidePath(path);
  try {
    return recordValue("settings", await world.files.readText(file), formsOf(world));
  } catch (error) {
    if (error instanceof FileError && error.reason === "not found") return new Map();
    if (!(error instanceof FileError) && !(error instanceof TypedTextError)) throw error;
    throw new HomeError(`cannot read "${file}" (${error.message})`, "damaged", file, { cause: error });
  }
}

/** Keeps settings apart; a role without them has no such file. */
async function storeAside(world: World, path: string, aside: Settings): Promise<void> {
  const file = asidePath(path);
  if (aside.size > 0) await world.files.writeTextAtomic(file, recordText("settings", aside, formsOf(world)));
  else if (await world.files.info(file) !== null) await world.files.remove(file);
}

async function readRecord(world: World, path: string, name: RecordName): Promise<unknown> {
  const file = recordPath(path, name);
  try {
    return recordValue(name, await world.files.readText(file), formsOf(world));
  } catch (error) {
    if (error instanceof FileError && error.reason === "not found") {
      throw new HomeError(`cannot open "${path}" (missing property "${RECORDS[name].file}")`, "incomplete", file, {
        cause: error,
      });
    }
    if (!(error instanceof FileError) && !(error instanceof TypedTextError)) throw error;
    throw new HomeError(`cannot read "${file}" (${error.message})`, "damaged", file, { cause: error });
  }
}

/** What a role is made with. */
export interface NewRole {
  /** Absolute path of what runs it. */
  readonly executable: string;
  readonly settings?: Settings;
}

/**
 * Makes a role: complete, or not at all.
 *
 * @throws {HomeError} When there is something of that name.
 */
export async function createRole(world: World, homePath: string, name: string, role: NewRole): Promise<Role> {
  const { files, random } = world;
  const path = rolePath(homePath, name);
  if (await files.info(path) !== null) throw new HomeError(`cannot create "${path}" (already exists)`, "exists", path);
  await files.makeFolder(join(homePath, "role"));
  await makeResourceFolder(files, homePath, role.executable);
  const { common, aside } = dividedSettings(name, role.settings ?? new Map());
  const records = newRecords(random.uuid(), role.executable, common);
  // Made beside the roles and put in place as a whole: nobody sees a part of it, whatever happens in between.
  const draft = join(homePath, `new-${name}-${random.uuid().slice(0, 8)}`);
  try {
    for (const folder of ROLE_FOLDERS) await files.makeFolder(join(draft, folder));
    for (const record of RECORD_NAMES) {
      await files.writeTextAtomic(recordPath(draft, record), recordText(record, records[record], formsOf(world)));
    }
    await storeAside(world, draft, aside);
    await files.rename(draft, path);
  } catch (error) {
    await files.remove(draft).catch(() => {});
    throw error;
  }
  return new Role(world, path, records, aside);
}

/** Removes a role: it is gone as a whole before its folder is taken apart. */
export async function removeRole({ files, random }: World, homePath: string, name: string): Promise<void> {
  const removed = join(homePath, `old-${name}-${random.uuid().slice(0, 8)}`);
  await files.rename(rolePath(homePath, name), removed);
  await files.remove(removed);
  await removeLeftOver(files, homePath, (one) => REMOVED.test(one));
}

/** What a removal leaves that is cut off. */
const REMOVED = /^old-.*-[0-9a-f]{8}$/;

/** Removes what is left over in a folder, by name. What can't be removed now may be some other time. */
export async function removeLeftOver(
  files: FileSystem,
  folder: string,
  isLeftOver: (name: string) => boolean,
): Promise<void> {
  try {
    for (const name of await files.list(folder)) if (isLeftOver(name)) await files.remove(join(folder, name));
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
  }
}

/** Makes the folder of materials that all roles of one executable share. */
export async function makeResourceFolder(files: FileSystem, homePath: string, executable: string): Promise<void> {
  if (executable !== "") await files.makeFolder(resourceFolder(homePath, executable));
}

/** The folder of materials that all roles of one executable share. */
export function resourceFolder(homePath: string, executable: string): string {
  return join(homePath, "resource", fileOf(executable));
}

/** The folder of a role. */
export function rolePath(homePath: string, name: string): string {
  return join(homePath, "role", name);
}

/** Who holds the lock of a role: its process id, and what `lock/head.json` says, if anything. Null: nobody. */
export async function roleHolder(
  files: FileSystem,
  path: string,
): Promise<{ pid: number; noted: LockedOut | null } | null> {
  const head = join(path, "lock", "head");
  if (await files.info(head) === null) return null;
  const pid = await files.lockHolder(head);
  if (pid === null) return null;
  const text = await files.readText(`${head}.json`).catch(() => "");
  return { pid, noted: lockHolder(text) };
}
