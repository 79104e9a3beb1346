/** Commands that ask directories: a process of its own joins them, like any other, and leaves when the work is done. */

import { directoryHooks } from "../directory/mod.ts";
import { performProgram, type Program, type Routine } from "../runtime/mod.ts";
import { type CommandCall, PROGRAM_NAME } from "./command.ts";
import { standardFlags } from "./standard_flags.ts";
import { type StoppableWork, untilStopped } from "./until_stopped.ts";

/** Runs the work of a command as an actor of a process with a directory, and returns what it returned. */
export function runDirectoryRoutine(call: CommandCall, name: string, work: StoppableWork): Promise<unknown> {
  return runDirectoryActor(call, name, (self) => untilStopped(self, work));
}

/** As {@link runDirectoryRoutine}, for an actor that takes its messages itself, `Stop` among them. */
export async function runDirectoryActor(
  call: CommandCall,
  name: string,
  main: (self: Routine) => Promise<unknown>,
): Promise<unknown> {
  Object.defineProperty(main, "name", { value: name });
  const hooks = directoryHooks({ scope: "PROCESS" });
  const program: Program = { main, name: PROGRAM_NAME, executable: PROGRAM_NAME, hooks, tellsReady: true };
  let returned: unknown = null;
  await performProgram(call.world, program, standardFlags(call.commandLine), (value) => {
    returned = value;
    return 0;
  });
  return returned;
}

/** Waits, but not beyond an abort. */
export function pause(self: Routine, milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const finish = () => {
      self.kernel.cancelTimer(timer);
      signal.removeEventListener("abort", finish);
      resolve();
    };
    const timer = self.kernel.after(milliseconds, finish);
    signal.addEventListener("abort", finish, { once: true });
  });
}
