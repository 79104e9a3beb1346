/** `cake group`: the composite process as a program of its own, as the original's command calls it. */

import { runProgram } from "../../runtime/mod.ts";
import type { Command, CommandCall, CommandResult } from "../command.ts";
import { groupProgram } from "../group_program.ts";

/** Runs a composite process by the conventions of a child process. */
export const group: Command = {
  name: "group",
  usage: "[search ...]",
  summary: "Run a composite process as the child of another program",
  settings: [],
  forwards: true,
  examples: ["group"],
  run,
};

async function run(call: CommandCall): Promise<CommandResult> {
  // Everything is the program's own to read, standard arguments included.
  const argv = call.world.processes.self.arguments;
  const at = argv.indexOf("group");
  return {
    status: await runProgram(call.world, groupProgram(call.world), [...argv.slice(0, at), ...argv.slice(at + 1)]),
  };
}
