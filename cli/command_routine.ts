/** Commands that need actors: their work is done by one routine, under signals, logs and child processes as in any program. */

import { performProgram, type Program, type Routine } from "../runtime/mod.ts";
import { type CommandCall, PROGRAM_NAME } from "./command.ts";

/** Runs the work of a command as an actor of that name, and returns what it returned. */
export async function runRoutine(
  call: CommandCall,
  name: string,
  work: (self: Routine) => Promise<unknown>,
): Promise<unknown> {
  const main = (self: Routine) => work(self);
  Object.defineProperty(main, "name", { value: name });
  const program: Program = { main, name: PROGRAM_NAME, executable: "", tellsReady: true };
  const { debugLevel } = call.commandLine;
  let returned: unknown = null;
  await performProgram(call.world, program, debugLevel === null ? [] : [`--debug-level=${debugLevel}`], (value) => {
    returned = value;
    return 0;
  });
  return returned;
}
