/** `cake start`: runs the roles of a home in the background. */

import {
  CommandResponse,
  Faulted,
  GROUP_ROLE,
  type Home,
  openHome,
  performProgram,
  roleHolders,
  type World,
} from "../../runtime/mod.ts";
import type { Command, CommandCall, CommandResult } from "../command.ts";
import { MANIFEST_SETTING, runnable } from "../composite.ts";
import { RUN_HELP } from "../group_help.ts";
import { groupProgram } from "../group_program.ts";

/** Runs roles in the background. */
export const start: Command = {
  name: "start",
  usage: "[search ...]",
  summary:
    "Run the roles of the home, or those whose names match, in the background; status, log and stop are for then",
  settings: [...RUN_HELP, MANIFEST_SETTING],
  forwards: false,
  examples: ["start", "start --main-role=server"],
  run,
};

/** How long to wait for the roles, so that what is asked for next finds them running. */
const ROLES_TIMEOUT_MS = 3000;
const ROLES_POLL_MS = 50;

async function run(call: CommandCall): Promise<CommandResult> {
  const ready = await runnable(call, { verb: "start", empty: "empty" });
  if (ready instanceof Faulted) return { value: ready };
  let answer: unknown = null;
  await performProgram(call.world, groupProgram(call.world), [...ready.argv, "--origin=START"], (value) => {
    answer = value;
    return 0;
  });
  if (answer instanceof CommandResponse) {
    await rolesRun(call.world, ready.home);
    return { value: null };
  }
  return {
    value: answer instanceof Faulted
      ? answer
      : new Faulted(`cannot start "${ready.home.path}"`, "unexpected response from group"),
  };
}

/** Waits until each role runs or has run, the group has ended, or it took long enough. */
async function rolesRun(world: World, home: Home): Promise<void> {
  const before = lastStarts(home);
  const until = world.clock.now() + ROLES_TIMEOUT_MS;
  while (world.clock.now() < until) {
    const holders = await roleHolders(world, home.path, [...home.roles.keys(), GROUP_ROLE]);
    const later = lastStarts(await openHome(world, home.path) ?? home);
    const isThere = (name: string) => holders.has(name) || before.get(name) !== later.get(name);
    if (!holders.has(GROUP_ROLE) || [...home.roles.keys()].every(isThere)) return;
    await new Promise<void>((resolve) => world.clock.after(ROLES_POLL_MS, resolve));
  }
}

function lastStarts(home: Home): ReadonlyMap<string, string> {
  const start = (runs: readonly { readonly start: { readonly epochMicroseconds: bigint } | null }[]) =>
    String(runs.at(-1)?.start?.epochMicroseconds);
  return new Map([...home.roles].map(([name, role]) => [name, start(role.records.startStop)]));
}
