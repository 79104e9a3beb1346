/** `cake run`: runs the roles of a home in the foreground. */

import { Faulted, openHome, runningRoles, runProgram } from "../../runtime/mod.ts";
import type { Command, CommandCall, CommandResult } from "../command.ts";
import { GROUP_HELP } from "../group_help.ts";
import { groupArguments, groupProgram } from "../group_program.ts";
import { absolutePath, damageText, givenHome, searchHome } from "../homes.ts";
import { standardFlags } from "../standard_flags.ts";

/** Runs roles in the foreground. */
export const run: Command = {
  name: "run",
  usage: "[search ...]",
  summary: "Run the roles of the home, or those whose names match, until they end or you interrupt",
  settings: GROUP_HELP,
  forwards: false,
  run: runHome,
};

async function runHome(call: CommandCall): Promise<CommandResult> {
  const { world, words } = call;
  const path = absolutePath(world, givenHome(call));
  const cannot = `cannot run "${path}"`;
  const home = words.length > 0 ? await searchHome(world, path, words) : await openHome(world, path);
  if (home instanceof Faulted) return { value: home };
  if (home !== null && damageText(home) !== null) return { value: new Faulted(cannot, damageText(home)) };
  if (home === null || home.roles.size === 0) {
    return { value: new Faulted(cannot, "does not exist or unexpected/incomplete materials") };
  }
  const running = await runningRoles(world, path, home.roles.keys());
  if (running.length > 0) return { value: new Faulted(cannot, `roles "${running.join(",")}" are already running`) };
  const place = ["--origin=RUN", `--home-path=${path}`, "--role-name=group"];
  const argv = [...words, ...groupArguments(call), ...place, ...standardFlags(call.commandLine)];
  return { status: await runProgram(world, groupProgram(world), argv) };
}
