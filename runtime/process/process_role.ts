/** The role of the process that starts: opened, made or refused as the command line asks, and locked before it is touched. */

import { Faulted } from "../messages/faults.ts";
import { FileError, type World } from "../world.ts";
import type { Settings } from "./arguments.ts";
import { stemOf } from "./child.ts";
import { editRole } from "./edit_role.ts";
import { absolute } from "./executable.ts";
import { HomeError } from "./home_error.ts";
import { createRole, makeResourceFolder, openRole, removeRole, type Role, rolePath } from "./role.ts";
import { isRoleName } from "./role_records.ts";
import { type CommandLine, CommandResponse, DEFAULT_HOME, isBackground } from "./standard_arguments.ts";

/** How long to try for a lock that somebody may hold only to see whether it is free. */
const LOCK_TRIES_MS = 1000;
const LOCK_PAUSE_MS = 100;

/** Which role a command line means. */
export interface RolePlace {
  /** Absolute. */
  readonly homePath: string;
  readonly name: string;
  /** The folder of the role. */
  readonly path: string;
}

/** The role that a command line means; by default that of the program's name in the current folder's home. */
export function rolePlace(world: World, commandLine: CommandLine, executable: string): RolePlace {
  const homePath = absolute(world.files.currentFolder(), commandLine.homePath ?? DEFAULT_HOME);
  const name = commandLine.roleName ?? stemOf(executable);
  return { homePath, name, path: rolePath(homePath, name) };
}

/** What a program brings to the search for its role. */
export interface RoleWish {
  readonly executable: string;
  /** The program insists on a role on disk. */
  readonly sticky: boolean;
}

/**
 * The role on disk that a process runs as, or null for one without.
 *
 * A process started by hand has none, unless it keeps logs or insists; it then takes the role that is there, and only
 * makes one when there is none.
 *
 * @throws {HomeError} When the role is damaged or its name can't be used.
 */
export async function roleToRun(
  world: World,
  place: RolePlace,
  commandLine: CommandLine,
  wish: RoleWish,
): Promise<Role | null> {
  const insists = isBackground(commandLine.origin) || wish.sticky || commandLine.keepLogs;
  if (commandLine.origin === "SHELL" && !insists) return null;
  const role = await openRole(world, place.path);
  if (role !== null || !insists) return role;
  return await makeRole(world, place, wish.executable);
}

/** Makes a role that is not there, with these settings. */
export async function makeRole(world: World, place: RolePlace, executable: string, settings?: Settings): Promise<Role> {
  if (!isRoleName(place.name)) {
    const why = "expected letters, digits, dashes and underscores";
    throw new HomeError(`cannot create role "${place.name}" (${why})`, "damaged", place.path);
  }
  return await createRole(world, place.homePath, place.name, {
    executable,
    ...settings === undefined ? {} : { settings },
  });
}

/**
 * Takes the lock of a role that is about to run, then prepares its folders: what belongs to a running process is not
 * touched by one that is refused.
 *
 * @throws {HomeError} When the role runs already.
 */
export async function occupyRole(world: World, role: Role, place: RolePlace, commandLine: CommandLine): Promise<void> {
  await role.makeFolders();
  if (!await lockPatiently(world, role, commandLine)) {
    throw new HomeError(`role ${role.path}/lock is running`, "locked", role.path);
  }
  await makeResourceFolder(world.files, place.homePath, role.records.executableFile);
  await role.emptyTemporary();
}

async function lockPatiently(world: World, role: Role, commandLine: CommandLine): Promise<boolean> {
  const until = world.clock.now() + LOCK_TRIES_MS;
  while (!await role.lock() && !await isLockedForUs(world, role, commandLine)) {
    if (world.clock.now() >= until) return false;
    await new Promise<void>((resolve) => world.clock.after(LOCK_PAUSE_MS, resolve));
  }
  return true;
}

/**
 * The original's `run` command holds the locks of its roles itself, two processes above them. A role in a run
 * therefore goes on when an ancestor holds its lock.
 */
async function isLockedForUs(world: World, role: Role, commandLine: CommandLine): Promise<boolean> {
  if (commandLine.origin !== "RUN_CHILD" && commandLine.origin !== "RUN") return false;
  const holder = await world.files.lockHolder(role.lockPath);
  if (holder === null) return await role.lock();
  const parent = world.processes.parentPid;
  if (holder === parent) return true;
  const above = await parentOf(world, parent);
  if (above !== null) return holder === above;
  // Where the platform doesn't tell: a role that runs has begun a run and not ended it; a command that waits has not.
  const last = role.records.startStop.at(-1);
  return commandLine.origin === "RUN_CHILD" && (last === undefined || last.stop !== null);
}

/** The parent of a process, where there is a process file system. */
async function parentOf(world: World, pid: number): Promise<number | null> {
  try {
    const stat = await world.files.readText(`/proc/${pid}/stat`);
    // The name of the program stands in parentheses and may hold anything.
    const parent = Number(stat.slice(stat.lastIndexOf(")") + 1).trim().split(" ")[1]);
    return Number.isInteger(parent) ? parent : null;
  } catch (error) {
    if (error instanceof FileError) return null;
    throw error;
  }
}

/**
 * Does what a command line asks of the role instead of running the program.
 *
 * @returns The answer, or undefined when nothing of the kind was asked.
 * @throws {HomeError}
 */
export async function roleCommand(
  world: World,
  place: RolePlace,
  commandLine: CommandLine,
  given: { readonly settings: Settings; readonly executable: string },
): Promise<unknown> {
  if (commandLine.createRole) {
    await makeRole(world, place, given.executable, given.settings);
    return new CommandResponse("create-role", nameList(given.settings));
  }
  const { factoryReset, dumpRole, updateRole, deleteRole } = commandLine;
  if (!factoryReset && !dumpRole && !updateRole && !commandLine.editRole && !deleteRole) return undefined;
  // A process started by hand does not see the role.
  const role = commandLine.origin === "SHELL" ? null : await openRole(world, place.path);
  if (role === null) return new Faulted(`no settings available "${place.path}"`);
  if (factoryReset) {
    await role.storeSettings(new Map());
    return new CommandResponse("factory-reset");
  }
  if (dumpRole) return role;
  if (updateRole) {
    const merged: Settings = new Map([...role.settings, ...given.settings]);
    await role.storeSettings(merged);
    return new CommandResponse("update-role", nameList(merged));
  }
  if (deleteRole) return await deleteWhole(world, place, role);
  return await editRole(world, role);
}

async function deleteWhole(world: World, place: RolePlace, role: Role): Promise<unknown> {
  const holder = await world.files.info(role.lockPath) === null ? null : await world.files.lockHolder(role.lockPath);
  if (holder !== null) return new Faulted("Cannot delete role", `running as process ${holder}`);
  try {
    await removeRole(world, place.homePath, place.name);
  } catch (error) {
    if (error instanceof FileError) return new Faulted("Cannot delete role", error.message);
    throw error;
  }
  return new CommandResponse("delete-role");
}

function nameList(settings: Settings): string {
  return settings.size === 0 ? "empty" : [...settings.keys()].join(",");
}
