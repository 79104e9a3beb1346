/** `cake list`: shows the roles of a home. */

import { join } from "@std/path";
import { Boolean, Faulted, type World } from "../../runtime/mod.ts";
import type { Command, CommandCall, CommandResult } from "../command.ts";
import { absolutePath, damageText, givenHome, roleFolder, searchHome } from "../homes.ts";
import { JSON_SETTING, writeJson } from "../json_output.ts";
import { type FolderCounts, roleLine } from "../render.ts";

/** Shows roles. */
export const list: Command = {
  name: "list",
  usage: "[search ...]",
  summary: "Show the roles of the home, or those whose names match",
  settings: [
    {
      name: "longListing",
      wireName: "long_listing",
      type: Boolean,
      help: "with the executable, and the numbers of folders, files and bytes",
    },
    { name: "groupRole", wireName: "group_role", type: Boolean, help: "the role of the composite process, too" },
    { name: "subRoles", wireName: "sub_roles", type: Boolean, help: "roles that were made by other roles, too" },
    JSON_SETTING,
  ],
  forwards: false,
  json: {
    argument: "json",
    of: "each role",
    fields: [
      ["role", "its name"],
      ["executable", "what it runs, or null for a damaged role"],
      ["damage", "what is wrong with it, or null"],
    ],
  },
  examples: ["list", "list worker- --long-listing", "list --group-role --sub-roles --json"],
  run,
};

async function run(call: CommandCall): Promise<CommandResult> {
  const { world, settings } = call;
  const path = absolutePath(world, givenHome(call));
  const home = await searchHome(world, path, call.words, {
    group: settings.get("group_role") === true,
    subRoles: settings.get("sub_roles") === true,
  });
  if (home instanceof Faulted) return { value: home };
  if (settings.get("json") === true) {
    const damaged = [...home.damage].map(([role, { message }]) => ({ role, executable: null, damage: message }));
    const sound = [...home.roles].map(([role, { records }]) => ({
      role,
      executable: records.executableFile,
      damage: null,
    }));
    writeJson(world, [...sound, ...damaged].sort((a, b) => a.role < b.role ? -1 : 1));
    return { value: null };
  }
  const lines: string[] = [];
  for (const [name, role] of home.roles) {
    if (settings.get("long_listing") !== true) lines.push(name);
    else lines.push(roleLine(name, role.records.executableFile, await countFolder(world, roleFolder(home, name))));
  }
  world.environment.writeOutput(lines.map((line) => `${line}\n`).join(""));
  const damage = damageText(home);
  return { value: damage === null ? null : new Faulted(`cannot list "${path}"`, damage) };
}

/** Counts what is below a folder; links count as files and are not followed. */
async function countFolder(world: World, path: string): Promise<FolderCounts> {
  let folders = 0;
  let files = 0;
  let bytes = 0;
  const pending = [path];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    for (const name of await world.files.list(folder)) {
      const info = await world.files.info(join(folder, name));
      if (info === null) continue;
      if (info.kind === "folder") {
        folders++;
        pending.push(join(folder, name));
      } else {
        files++;
        bytes += info.size;
      }
    }
  }
  return { folders, files, bytes };
}
