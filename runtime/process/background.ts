/** Going into the background: a process starts itself again, in a session of its own, and waits until it runs. */

import { Faulted } from "../messages/faults.ts";
import type { ChildProcess, World } from "../world.ts";
import type { Launch } from "./executable.ts";
import { absolute } from "./executable.ts";
import type { RolePlace } from "./process_role.ts";
import { openRole, type Role } from "./role.ts";
import { CommandResponse } from "./standard_arguments.ts";

/** The variable in which a process tells its successor in the background that it is that. Its value is a process id. */
const LAUNCHER_VARIABLE = "CAKE_LAUNCHER";

/** How long a process in the background may take until it has its role. */
const LAUNCH_TIMEOUT_MS = 20_000;
const LAUNCH_POLL_MS = 50;

/** Arguments that are given again, in other words or not at all: places and output. */
const REPLACED = /^(?:--(?:home[-_]path|role[-_]name|output[-_]file)|-(?:hp|rn|of))(?:=|$)/;

/** True in the process that was started to be the one in the background. */
export function isLaunched(world: World): boolean {
  return world.environment.variable(LAUNCHER_VARIABLE) === String(world.processes.parentPid);
}

/** The command line for the background: it runs in another folder, and prints nothing. */
export function backgroundArguments(argv: readonly string[], place: RolePlace): string[] {
  const kept = argv.filter((text) => !REPLACED.test(text));
  return [...kept, `--home-path=${place.homePath}`, `--role-name=${place.name}`];
}

/** Starts a program in the background, and waits until it holds the lock of its role or has ended. */
export async function startInBackground(
  world: World,
  launch: Launch,
  place: RolePlace,
  role: Role,
): Promise<CommandResponse | Faulted> {
  const root = absolute(world.files.currentFolder(), "/");
  const environment = { ...launch.environment, [LAUNCHER_VARIABLE]: String(world.processes.pid) };
  const runsBefore = runsOf(role);
  const child = world.processes.spawn({ ...launch, environment, folder: root, streams: "detached" });
  const cannot = `cannot start "${place.name}"`;
  const outcome = await runningOrEnded(world, child, role);
  if (outcome === "running") return new CommandResponse("background-daemon");
  if (outcome === "late") return new Faulted(cannot, `process ${child.pid} has not begun to run yet`);
  // It may have done its work already.
  const after = await openRole(world, place.path);
  if (after !== null && runsOf(after) !== runsBefore) return new CommandResponse("background-daemon");
  return new Faulted(cannot, `ended at once with status ${outcome.code}; its log may say why`);
}

/** What changes when a role has run once more. */
function runsOf(role: Role): string {
  return String(role.records.startStop.at(-1)?.start?.epochMicroseconds);
}

async function runningOrEnded(
  world: World,
  child: ChildProcess,
  role: Role,
): Promise<"running" | "late" | { readonly code: number }> {
  let ended: { readonly code: number } | null = null;
  child.status.then((status) => {
    ended = status;
  });
  const until = world.clock.now() + LAUNCH_TIMEOUT_MS;
  while (world.clock.now() < until) {
    if (await world.files.info(role.lockPath) !== null && await world.files.lockHolder(role.lockPath) === child.pid) {
      return "running";
    }
    if (ended !== null) return ended;
    await new Promise<void>((resolve) => world.clock.after(LAUNCH_POLL_MS, resolve));
  }
  return "late";
}
