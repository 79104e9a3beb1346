/** `cake status`: shows which roles run. */

import { Boolean, Faulted, roleHolders } from "../../runtime/mod.ts";
import type { Command, CommandCall, CommandResult } from "../command.ts";
import { absolutePath, givenHome, searchHome } from "../homes.ts";
import { JSON_SETTING, writeJson } from "../json_output.ts";
import { statusLine } from "../render.ts";

/** Shows which roles run. */
export const status: Command = {
  name: "status",
  usage: "[search ...]",
  summary: "Show the roles of the home that run, or those of them whose names match",
  settings: [
    { name: "longListing", wireName: "long_listing", type: Boolean, help: "with the process id, and how long it runs" },
    { name: "groupRole", wireName: "group_role", type: Boolean, help: "the role of the composite process, too" },
    { name: "subRoles", wireName: "sub_roles", type: Boolean, help: "roles that were made by other roles, too" },
    JSON_SETTING,
  ],
  forwards: false,
  json: {
    argument: "json",
    of: "each role that runs",
    fields: [
      ["role", "its name"],
      ["pid", "the process that holds its lock"],
      ["started", "when it began, in UTC, or null where nothing was recorded"],
      ["seconds", "since then, or null"],
    ],
  },
  examples: ["status", "status --long-listing --group-role", "status --json"],
  run,
};

async function run(call: CommandCall): Promise<CommandResult> {
  const { world, settings } = call;
  const path = absolutePath(world, givenHome(call));
  const cannot = `cannot query status "${path}"`;
  const home = await searchHome(world, path, call.words, {
    group: settings.get("group_role") === true,
    subRoles: settings.get("sub_roles") === true,
  });
  if (home instanceof Faulted) return { value: home };
  const names = [...home.roles.keys(), ...home.damage.keys()];
  if (names.length === 0) return { value: new Faulted(cannot, "empty") };
  const holders = await roleHolders(world, path, names);
  const now = world.clock.wall();
  const rows = [...holders].map(([role, pid]) => {
    const last = home.roles.get(role)?.records.startStop.at(-1);
    // A lock may be held by a program that records no runs.
    const start = last === undefined || last.stop !== null ? null : last.start?.epochMicroseconds ?? null;
    return { role, pid, start, running: start === null ? null : now - start };
  });
  if (settings.get("json") === true) {
    writeJson(
      world,
      rows.map(({ role, pid, start, running }) => ({
        role,
        pid,
        started: start === null ? null : new Date(Number(start / 1000n)).toISOString(),
        seconds: running === null ? null : Number(running) / 1e6,
      })),
    );
    return { value: null };
  }
  if (rows.length === 0) return { value: new Faulted(cannot, "nothing running") };
  const isLong = settings.get("long_listing") === true;
  const lines = rows.map((row) => isLong ? statusLine(row.role, row.pid, row.running) : row.role);
  world.environment.writeOutput(lines.map((line) => `${line}\n`).join(""));
  return { value: null };
}
