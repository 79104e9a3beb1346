/** The home of a composite process: a folder with its roles. */

import { basename, join } from "@std/path";
import { FileError, type World } from "../world.ts";
import { HomeError } from "./home_error.ts";
import { openRole, removeLeftOver, type Role, roleHolder, rolePath } from "./role.ts";
import { HOME_FOLDERS, isReservedName, isSubRole } from "./role_records.ts";

/** Which roles are wanted besides the ordinary ones. */
export interface RoleSelection {
  /** Those whose names are reserved: the group. */
  readonly group?: boolean;
  /** Those made by other roles. */
  readonly subRoles?: boolean;
}

/** What was found in a home. */
export interface Home {
  readonly path: string;
  /** Usable roles by name, sorted. */
  readonly roles: ReadonlyMap<string, Role>;
  /** What is in the way of using the others, by name. */
  readonly damage: ReadonlyMap<string, HomeError>;
}

/**
 * Reads a home. One bad role doesn't spoil it: the others are there, and what is wrong is said under its name.
 *
 * @returns Null when there is no home at that path.
 */
export async function openHome(world: World, path: string, selection: RoleSelection = {}): Promise<Home | null> {
  const names = await roleNames(world, path);
  if (names === null) return null;
  const roles = new Map<string, Role>();
  const damage = new Map<string, HomeError>();
  for (const name of names) {
    if (isSubRole(name) && selection.subRoles !== true) continue;
    if (isReservedName(name) && selection.group !== true) continue;
    try {
      const role = await openRole(world, rolePath(path, name));
      if (role !== null) roles.set(name, role);
    } catch (error) {
      if (!(error instanceof HomeError)) throw error;
      damage.set(name, error);
    }
  }
  return { path, roles, damage };
}

/** The names of everything in the folder of roles, sorted; null when there is no such folder. */
export async function roleNames(world: World, path: string): Promise<string[] | null> {
  try {
    return (await world.files.list(join(path, "role"))).sort();
  } catch (error) {
    if (error instanceof FileError) return null;
    throw error;
  }
}

/** Makes the folders of a home. */
export async function makeHome(world: World, path: string): Promise<void> {
  for (const name of HOME_FOLDERS) await world.files.makeFolder(join(path, name));
}

/**
 * Removes a home with everything in it: it is gone as a whole before its folder is taken apart. What an earlier removal
 * left that was cut off goes, too.
 */
export async function removeHome({ files, random }: World, path: string): Promise<void> {
  const beside = `${basename(path)}${REMOVED_HOME}`;
  const removed = join(path, "..", `${beside}${random.uuid().slice(0, 8)}`);
  try {
    await files.rename(path, removed);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    // Where disks meet, a folder has to stay where it is.
    return await files.remove(path);
  }
  await files.remove(removed);
  await removeLeftOver(files, join(path, ".."), (name) => name.startsWith(beside) && REMOVED_TAIL.test(name));
}

/** How the name of a home goes on that is being removed. */
const REMOVED_HOME = ".old-";
const REMOVED_TAIL = /\.old-[0-9a-f]{8}$/;

/** The processes that hold locks of roles, by the names of the roles, sorted. Nothing is locked or changed by looking. */
export async function roleHolders(world: World, path: string, names: Iterable<string>): Promise<Map<string, number>> {
  const holders = new Map<string, number>();
  for (const name of [...names].sort()) {
    const holder = await roleHolder(world.files, rolePath(path, name));
    if (holder !== null) holders.set(name, holder.pid);
  }
  return holders;
}

/** The names of roles whose locks are held by processes other than this one, sorted. */
export async function runningRoles(world: World, path: string, names: Iterable<string>): Promise<string[]> {
  const holders = await roleHolders(world, path, names);
  return [...holders].filter(([, pid]) => pid !== world.processes.pid).map(([name]) => name);
}
