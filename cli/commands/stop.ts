/** `cake stop`: ends what runs in a home. */

import { Faulted, GROUP_ROLE, roleHolders, roleNames, type World } from "../../runtime/mod.ts";
import type { Command, CommandCall, CommandResult } from "../command.ts";
import { absolutePath, givenHome } from "../homes.ts";
import { dueSignals, type StopSignal } from "../stop_ladder.ts";

/** How often to look whether all have ended. */
const POLL_MS = 100;

/** When somebody at a terminal is told what takes so long. */
const PROGRESS_AFTER_MS = 1000;

/** When to give up on what even a kill did not end. */
const GIVE_UP_MS = 45_000;

/** Ends what runs. */
export const stop: Command = {
  name: "stop",
  usage: "",
  summary: "End what runs in the home: interrupted first, terminated after 10 s, killed after 20 s",
  settings: [],
  forwards: false,
  examples: ["stop"],
  run,
};

async function run(call: CommandCall): Promise<CommandResult> {
  const { world } = call;
  const path = absolutePath(world, givenHome(call));
  const cannot = `cannot stop "${path}"`;
  // What is damaged can be stopped: only locks count.
  const names = await roleNames(world, path);
  if (names === null) return { value: new Faulted(cannot, "does not exist or unexpected/incomplete materials") };
  if (names.every((name) => name === GROUP_ROLE)) return { value: new Faulted(cannot, "empty") };
  const holders = await roleHolders(world, path, names);
  if (holders.size === 0) return { value: new Faulted(cannot, "nothing running") };
  if ([...holders.values()].some((pid) => pid <= 0)) {
    return { value: new Faulted(cannot, "this platform does not tell which processes hold the locks") };
  }
  const left = await stopAll(world, path, names);
  return { value: left.size === 0 ? null : new Faulted(cannot, `still running: ${[...left.keys()].join(",")}`) };
}

/** Climbs the ladder of `dueSignals` until no lock is held; returns who still holds one when nothing helped. */
async function stopAll(world: World, path: string, names: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const begun = world.clock.now();
  let isTold = false;
  const progress = { begun, sent: new Map<number, StopSignal["name"]>() };
  for (;;) {
    const holders = await roleHolders(world, path, names);
    const now = world.clock.now();
    if (holders.size === 0 || now - begun > GIVE_UP_MS) return holders;
    for (const signal of dueSignals(holders, GROUP_ROLE, progress, now)) {
      progress.sent.set(signal.pid, signal.name);
      send(world, signal);
    }
    if (!isTold && now - begun > PROGRESS_AFTER_MS && world.environment.terminalSize() !== null) {
      isTold = true;
      world.environment.writeError(`cake: waiting for ${[...holders.keys()].join(", ")} to end\n`);
    }
    await new Promise<void>((resolve) => world.clock.after(POLL_MS, resolve));
  }
}

/** Sends a signal to a process that was seen a moment ago to hold the lock of a role. */
function send(world: World, { pid, name, roles }: StopSignal): void {
  if (name !== "SIGINT") {
    world.environment.writeError(`cake: "${roles.join(",")}" did not end, sending ${name} to process ${pid}\n`);
  }
  world.processes.signal(pid, name);
}
