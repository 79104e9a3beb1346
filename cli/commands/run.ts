/** `cake run`: runs the roles of a home in the foreground. */

import { Faulted, runProgram } from "../../runtime/mod.ts";
import type { Command, CommandCall, CommandResult } from "../command.ts";
import { runnable } from "../composite.ts";
import { RUN_HELP } from "../group_help.ts";
import { groupProgram } from "../group_program.ts";

/** Runs roles in the foreground. */
export const run: Command = {
  name: "run",
  usage: "[search ...]",
  summary: "Run the roles of the home, or those whose names match, until they end or you interrupt",
  settings: RUN_HELP,
  forwards: false,
  examples: ["run", "run --main-role=server --debug-level=CONSOLE", "run server worker-"],
  run: runHome,
};

async function runHome(call: CommandCall): Promise<CommandResult> {
  const ready = await runnable(call, { verb: "run", empty: "does not exist or unexpected/incomplete materials" });
  if (ready instanceof Faulted) return { value: ready };
  return { status: await runProgram(call.world, groupProgram(call.world), [...ready.argv, "--origin=RUN"]) };
}
