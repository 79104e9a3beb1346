/** `cake edit`: opens the settings of a role in a text editor. */

import { editRole, Faulted, meantText, openHome, roleHolder, rolePath } from "../../runtime/mod.ts";
import type { Command, CommandCall, CommandResult } from "../command.ts";
import { absolutePath, givenHome } from "../homes.ts";

/** Opens settings in a text editor. */
export const edit: Command = {
  name: "edit",
  usage: "<role> [home]",
  summary: "Change the stored settings of a role in a text editor: that which LC_EDITOR names, or vi",
  settings: [],
  forwards: false,
  examples: ["edit server", "edit group"],
  run,
};

async function run(call: CommandCall): Promise<CommandResult> {
  const { world } = call;
  const name = call.words[0] ?? call.commandLine.roleName;
  const given = givenHome(call, call.words[1]);
  if (name === null) return { value: new Faulted(`cannot edit "${given}"`, "no role specified") };
  const cannot = `cannot edit "${name}"`;
  const path = absolutePath(world, given);
  const home = await openHome(world, path, { group: true, subRoles: true });
  if (home === null) {
    return { value: new Faulted(cannot, "does not exist or contains unexpected/incomplete materials") };
  }
  const damage = home.damage.get(name);
  if (damage !== undefined) return { value: new Faulted(cannot, damage.message) };
  const role = home.roles.get(name);
  if (role === undefined) {
    return { value: new Faulted(cannot, `does not exist${meantText(name, [...home.roles.keys()])}`) };
  }
  if (await roleHolder(world.files, rolePath(path, name)) !== null) {
    return { value: new Faulted(cannot, "role is running") };
  }
  return { value: await editRole(world, role) };
}
