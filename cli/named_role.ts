/** The one role that a command is about. */

import { Faulted, meantText, openHome, type Role } from "../runtime/mod.ts";
import type { CommandCall } from "./command.ts";
import { absolutePath, givenHome } from "./homes.ts";

/** Opens a role by its name, that of the group and of sub-roles included; a fault says why that can't be done. */
export async function namedRole(
  call: CommandCall,
  name: string,
  words: { readonly cannot: string },
): Promise<Role | Faulted> {
  const { cannot } = words;
  const given = givenHome(call);
  const home = await openHome(call.world, absolutePath(call.world, given), { group: true, subRoles: true });
  if (home === null) {
    return new Faulted(cannot, `home at "${given}" does not exist or contains unexpected/incomplete materials`);
  }
  const damage = home.damage.get(name);
  if (damage !== undefined) return new Faulted(cannot, damage.message);
  return home.roles.get(name) ?? new Faulted(cannot, `does not exist${meantText(name, [...home.roles.keys()])}`);
}
