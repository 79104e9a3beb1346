/** `cake returned`: prints what a run of a role ended with. */

import {
  Any,
  bind,
  castBack,
  Faulted,
  Float8,
  formsOf,
  GROUP_ROLE,
  Integer8,
  Message,
  openRole,
  outputText,
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
import { JSON_SETTING, writeJson } from "../json_output.ts";
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
    JSON_SETTING,
  ],
  forwards: false,
  json: {
    argument: "json",
    of: "the run",
    fields: [
      ["role", "its role"],
      ["type", "the type of what it returned, or null"],
      ["value", "what it returned, or null; of a fault its members"],
      ["fault", "the text of a fault that it returned, or null"],
    ],
  },
  examples: ["returned", "returned server --start=-2", "returned worker --timeout=10.0 --full-output"],
  run,
};

async function run(call: CommandCall): Promise<CommandResult> {
  const name = call.words[0] ?? call.commandLine.roleName ?? GROUP_ROLE;
  const result = await pull(call, name);
  if (call.settings.get("json") !== true || result instanceof Faulted) return { value: result };
  const value = result instanceof NoFault ? result.fault : result;
  const typed: unknown = JSON.parse(outputText(value, { typed: true, oneLine: true }, formsOf(call.world)));
  const [type, members] = (typed as { readonly value: readonly unknown[] | null }).value ?? [null, null];
  writeJson(call.world, { role: name, type, value: members, fault: value instanceof Faulted ? String(value) : null });
  return { value: null };
}

/** What a run returned, with a fault of its own wrapped; a fault says why that can't be said. */
async function pull(call: CommandCall, name: string): Promise<unknown> {
  const cannot = `cannot pull return for "${name}"`;
  const role = await namedRole(call, name, { cannot });
  if (role instanceof Faulted) return role;
  const runs = role.records.startStop;
  if (runs.length === 0) return new Faulted(cannot, "no start/stop records");
  const given = call.settings.get("start") as number | null | undefined ?? runs.length - 1;
  const index = given < 0 ? runs.length + given : given;
  const chosen = runs[index];
  if (chosen === undefined) return new Faulted(cannot, `start [${index}] out of bounds`);
  if (chosen.stop !== null) return answer(chosen);
  const never = new Faulted(cannot, `no record of role[${index}] stopping and never will be`);
  if (index < runs.length - 1) return never;
  return await runRoutine(call, "returned", (self) => ending(self, call, { role, chosen, never }));
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
