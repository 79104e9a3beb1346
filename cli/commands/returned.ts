/** `cake returned`: prints what a run of a role ended with. */

import {
  Any,
  bind,
  castBack,
  Faulted,
  Float8,
  GROUP_ROLE,
  Integer8,
  Message,
  openRole,
  type Role,
  roleHolder,
  type Routine,
  type StartStop,
  Stop,
  T1,
  T2,
  TimedOut,
} from "../../runtime/mod.ts";
import type { Command, CommandCall, CommandResult } from "../command.ts";
import { runRoutine } from "../command_routine.ts";
import { namedRole } from "../named_role.ts";

/** Holds a fault that is the answer, not a failure of the command. */
class NoFault extends Message({ fault: Any }) {}
bind(NoFault, "script.layer_cake");

/** How often to look whether the run has ended. Units: seconds. */
const POLL_SECONDS = 0.25;

/** Prints a value that a role returned. */
export const returned: Command = {
  name: "returned",
  usage: "[role]",
  summary: "Print what the last run of a role (by default the group) ended with; wait for its end if it still runs",
  settings: [
    {
      name: "start",
      wireName: "start",
      type: Integer8,
      help: "which run, as history numbers them; from the end if negative",
    },
    { name: "timeout", wireName: "timeout", type: Float8, help: "how many seconds to wait at most" },
  ],
  forwards: false,
  examples: ["returned", "returned server --start=-2", "returned worker --timeout=10.0 --full-output"],
  run,
};

async function run(call: CommandCall): Promise<CommandResult> {
  const name = call.words[0] ?? call.commandLine.roleName ?? GROUP_ROLE;
  const cannot = `cannot pull return for "${name}"`;
  const role = await namedRole(call, name, { cannot });
  if (role instanceof Faulted) return { value: role };
  const runs = role.records.startStop;
  if (runs.length === 0) return { value: new Faulted(cannot, "no start/stop records") };
  const given = call.settings.get("start") as number | null | undefined ?? runs.length - 1;
  const index = given < 0 ? runs.length + given : given;
  const chosen = runs[index];
  if (chosen === undefined) return { value: new Faulted(cannot, `start [${index}] out of bounds`) };
  if (chosen.stop !== null) return { value: answer(chosen) };
  const never = new Faulted(cannot, `no record of role[${index}] stopping and never will be`);
  if (index < runs.length - 1) return { value: never };
  return { value: await runRoutine(call, "returned", (self) => ending(self, call, { role, chosen, never })) };
}

function answer({ returned }: StartStop): unknown {
  return returned instanceof Faulted ? new NoFault({ fault: returned }) : returned;
}

interface Wait {
  readonly role: Role;
  readonly chosen: StartStop;
  /** What is said when the run was cut off. */
  readonly never: Faulted;
}

/** Waits for the end of a run. One that holds no lock any more, and recorded no end, was cut off. */
async function ending(self: Routine, call: CommandCall, { role, chosen, never }: Wait): Promise<unknown> {
  const { world } = call;
  const timeout = castBack(call.settings.get("timeout")) as number | null | undefined;
  if (timeout !== null && timeout !== undefined) self.start(T1, timeout);
  for (;;) {
    const isLocked = await roleHolder(world.files, role.path) !== null;
    // Looked at after the lock: an end is recorded before the lock is given back.
    const later = await openRole(world, role.path);
    const same = later?.records.startStop.find((run) => sameStart(run, chosen));
    if (same === undefined) return never;
    if (same.stop !== null) return answer(same);
    if (!isLocked) return never;
    self.start(T2, POLL_SECONDS);
    const message = await self.select(T1, T2, Stop);
    if (message instanceof T1) return TimedOut.of(message);
    if (message instanceof Stop) return new Faulted("aborted", "user or software interrupt");
  }
}

function sameStart(a: StartStop, b: StartStop): boolean {
  return a.start !== null && b.start !== null && a.start.equals(b.start);
}
