/** What ends a process from outside: signals, and the loss of its parent. */

import type { Runtime } from "../runtime.ts";
import { FileError } from "../world.ts";
import type { Cancel, SignalName, World } from "../world.ts";
import { FAULT_EXIT_STATUS } from "./child.ts";
import { childrenOf } from "./context.ts";
import type { CommandLine } from "./standard_arguments.ts";

const SIGNALS: readonly SignalName[] = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"];

/** Signals that are noted and change nothing; without somebody who hears them they would end the process. */
const IDLE_SIGNALS: readonly SignalName[] = ["SIGUSR1", "SIGUSR2"];

/** Signals closer together than this are one: a terminal sends them to a whole group, and parents pass them on. */
const REPEAT_MS = 300;

/** The variable in which a process tells its children its id. */
export const PARENT_VARIABLE = "CAKE_PARENT";

/** The process that has all orphans, where nobody else does. */
const FIRST_PID = 1;

/** How often a child process looks for its parent. */
const PARENT_POLL_MS = 500;

/** How long a process may go on after its parent was lost. */
const ORPHAN_GRACE_MS = 1200;

/** How long an end at once may be held up by the log. */
const LOG_GRACE_MS = 500;

/** Writes what a log holds back. */
export type Flush = () => Promise<void>;

const NOTHING_KEPT: Flush = () => Promise.resolve();

/** Interruptions on their way to the main object. */
export interface Interruption {
  /** Interrupts as a signal does. */
  interrupt(this: void): void;
  /** Says what a first interruption does; one that came earlier is delivered now. */
  onStop(stop: () => void): void;
  /** True when it was the service manager that ended the process, in the way that such managers do. */
  isByManager(): boolean;
  cancel(): void;
}

/** True for a process that ends with its parent, and is told by it what to do; one in the background has none. */
export function isChild(commandLine: CommandLine): boolean {
  return commandLine.childProcess && commandLine.origin !== "START";
}

/**
 * Turns signals into `Stop`: it is a request, and the main object decides. For whoever waits at a terminal a second one
 * presses the child processes, and a third ends the process; in a child process a repeated interrupt means nothing,
 * as it comes from the terminal and from the parent, and a termination after it ends the process. A service manager is
 * told that the end has begun.
 */
export function watchSignals(runtime: Runtime, commandLine: CommandLine, flush: Flush = NOTHING_KEPT): Interruption {
  const { world } = runtime;
  let count = 0;
  let last = -Infinity;
  let stop: (() => void) | null = null;
  let first: SignalName | null = null;
  const interrupt = () => {
    count++;
    last = world.clock.now();
    if (count > 1) return;
    if (!isChild(commandLine)) world.processes.notify("STOPPING=1");
    stop?.();
  };
  const onSignal = (name: SignalName) => {
    if (count === 0) {
      first = name;
      return interrupt();
    }
    const isRepeat = world.clock.now() - last < REPEAT_MS;
    if (isRepeat || (isChild(commandLine) && name !== "SIGTERM")) return;
    interrupt();
    if (!isChild(commandLine) && count === 2) {
      runtime.note("?", `Second ${name}, pressing child processes to end`);
      childrenOf(runtime).hasten();
    } else {
      runtime.note("!", `Ending at once: ${name} while stopping`);
      exitWithLog(world, flush);
    }
  };
  const cancels = SIGNALS.map((name) => world.processes.onSignal(name, () => onSignal(name)));
  for (const name of IDLE_SIGNALS) {
    cancels.push(world.processes.onSignal(name, () => runtime.note("~", `Ignored ${name}`)));
  }
  return {
    interrupt,
    onStop(action) {
      stop = action;
      if (count > 0) action();
    },
    isByManager: () => first === "SIGTERM" && world.processes.isSupervised && !isChild(commandLine),
    cancel: () => cancels.forEach((cancel) => cancel()),
  };
}

/** Interrupts when the parent process is gone, and ends the process if that did not help. */
export function watchParent(runtime: Runtime, interrupt: () => void, flush: Flush = NOTHING_KEPT): Cancel {
  const { world } = runtime;
  const parent = world.processes.parentPid;
  let isOver = false;
  let cancel: Cancel = () => isOver = true;
  const end = () => {
    runtime.note("?", `Parent process (${parent}) is gone`);
    interrupt();
    cancel = world.clock.after(ORPHAN_GRACE_MS, () => {
      childrenOf(runtime).hasten();
      runtime.note("!", "Orphaned and still running, ending now");
      exitWithLog(world, flush);
    });
  };
  const look = () => {
    if (world.processes.parentPid !== parent) end();
    else cancel = world.clock.after(PARENT_POLL_MS, look);
  };
  isBornOrphan(world).then((isOrphan) => {
    if (isOver) return;
    if (isOrphan) end();
    else look();
  });
  return () => cancel();
}

/** Ends the process at once, but for what its log holds back: that says why. */
function exitWithLog(world: World, flush: Flush): void {
  const exit = () => world.processes.exit(FAULT_EXIT_STATUS);
  world.clock.after(LOG_GRACE_MS, exit);
  flush().then(exit, exit);
}

/** True when the parent ended before this process had begun to look for it. */
async function isBornOrphan({ environment, files, processes }: World): Promise<boolean> {
  const parent = environment.variable(PARENT_VARIABLE) ?? "";
  if (!/^\d+$/.test(parent) || Number(parent) === processes.parentPid) return false;
  // There may be another program between the two. Without a process file system, only orphans of the first process are known.
  const isTold = await files.info("/proc/self/stat") !== null;
  return isTold ? await hasEnded(files, parent) : processes.parentPid === FIRST_PID;
}

/** States of a process that has ended and that nobody has asked for yet. */
const ENDED_STATES = ["Z", "X"];

/** True for a process that is gone, or would be if its own parent had asked for its status. */
async function hasEnded(files: World["files"], pid: string): Promise<boolean> {
  try {
    const stat = await files.readText(`/proc/${pid}/stat`);
    // The name of the program stands in parentheses and may hold anything.
    return ENDED_STATES.includes(stat.slice(stat.lastIndexOf(")") + 1).trim().charAt(0));
  } catch (error) {
    if (error instanceof FileError) return true;
    throw error;
  }
}
