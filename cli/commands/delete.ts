/** `cake delete`: removes roles from a home. */

import { Boolean, Faulted, isReservedName, isSubRole, removeRole, roleNames, runningRoles } from "../../runtime/mod.ts";
import type { Command, CommandCall, CommandResult } from "../command.ts";
import { absolutePath, givenHome, searchHome } from "../homes.ts";

/** Removes roles. */
export const deleteRoles: Command = {
  name: "delete",
  usage: "<search ...>",
  summary: "Remove roles with all they keep, and the roles below them",
  settings: [{ name: "allRoles", wireName: "all_roles", type: Boolean, help: "every role but that of the group" }],
  forwards: false,
  examples: ["delete worker-", "delete --all-roles"],
  run,
};

async function run(call: CommandCall): Promise<CommandResult> {
  const { world } = call;
  const path = absolutePath(world, givenHome(call));
  const cannot = `cannot delete from "${path}"`;
  const all = call.settings.get("all_roles") === true;
  if (call.words.length === 0 && !all) return { value: new Faulted(cannot, "no roles specified, use --all_roles?") };
  const home = await searchHome(world, path, all ? [] : call.words, { subRoles: true });
  if (home instanceof Faulted) return { value: home };
  // What is damaged can be deleted, too; the group goes with the home only.
  const chosen = [...home.roles.keys(), ...home.damage.keys()].filter((name) => !isReservedName(name));
  const names = (await roleNames(world, path) ?? []).filter((name) =>
    chosen.includes(name) || chosen.some((above) => name.startsWith(`${above}.`))
  );
  const running = await runningRoles(world, path, names);
  if (running.length > 0) {
    const shown = running.filter((name) => !isSubRole(name));
    const text = (shown.length > 0 ? shown : running).join(",");
    return { value: new Faulted(cannot, `roles "${text}" are currently running`) };
  }
  for (const name of names.sort().reverse()) await removeRole(world, path, name);
  return { value: null };
}
