/** What commands have in common: which home is meant, which roles, and what is said when there are none. */

import {
  absolute,
  DEFAULT_HOME,
  Faulted,
  type Home,
  meantText,
  openHome,
  rolePath,
  type RoleSelection,
  type World,
} from "../runtime/mod.ts";
import type { CommandCall } from "./command.ts";
import { roleMatcher, SearchError } from "./role_search.ts";

/** The home that a call means, as it was given. */
export function givenHome(call: CommandCall, word?: string): string {
  return word ?? call.commandLine.homePath ?? DEFAULT_HOME;
}

/** A path as the platform knows it from everywhere. */
export function absolutePath(world: World, path: string): string {
  return absolute(world.files.currentFolder(), path);
}

/** The roles of a home that a search chooses; a fault in the words of `list` when there are none. */
export async function searchHome(
  world: World,
  path: string,
  search: readonly string[],
  selection: RoleSelection = {},
): Promise<Home | Faulted> {
  const cannot = `cannot list "${path}"`;
  const home = await openHome(world, path, selection);
  if (home === null) return new Faulted(cannot, "does not exist or contains unexpected/incomplete materials");
  let matches;
  try {
    matches = roleMatcher(search);
  } catch (error) {
    if (!(error instanceof SearchError)) throw error;
    return new Faulted(cannot, error.message);
  }
  const roles = new Map([...home.roles].filter(([name]) => matches(name)));
  const damage = new Map([...home.damage].filter(([name]) => matches(name)));
  if (search.length > 0 && roles.size + damage.size === 0) {
    const names = [...home.roles.keys()];
    const hint = search.map((word) => meantText(word, names)).find((text) => text !== "") ?? "";
    return new Faulted(cannot, `no roles matching "${search.join(", ")}"${hint}`);
  }
  return { path, roles, damage };
}

/** What is wrong with the roles of a home, as one text; null when all are well. */
export function damageText(home: Home): string | null {
  if (home.damage.size === 0) return null;
  return [...home.damage.values()].map((error) => error.message).join("; ");
}

/** The folder of a role of a home. */
export function roleFolder(home: Home, name: string): string {
  return rolePath(home.path, name);
}
