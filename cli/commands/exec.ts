/** `cake exec`: one module as a process of its own, with everything behind its name as its own command line. */

import { Faulted, FileError, findExecutable, launchOf, printResult, type World } from "../../runtime/mod.ts";
import { type Command, PROGRAM_NAME } from "../command.ts";

/** Signals that are meant for the module. One that a terminal sent it as well counts once. */
const PASSED_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;

/** A shell says 128 and the signal for a process that a signal ended. */
const SIGNAL_STATUS = 128;

const NO_FLAGS = { fullOutput: false, childProcess: false, outputFile: null };

/** Runs a module by itself. Its command line is read by itself alone: see {@link execute}. */
export const exec: Command = {
  name: "exec",
  usage: "<file> [argument ...]",
  summary: "Run one module as a process of its own; it finds others by the directory of this machine",
  settings: [],
  forwards: true,
  examples: ["exec worker.ts", "exec server.ts --debug-level=TRACE"],
  run: () => Promise.resolve({ value: new Faulted("cannot execute", "no file specified") }),
};

/** Runs a module with these arguments and streams of this process; the exit status is its own. */
export async function execute(world: World, [file, ...args]: readonly string[]): Promise<number> {
  if (file === undefined) return await complain(world, new Faulted("cannot execute (no file specified)"));
  const found = await findExecutable(world, file, { homePath: null, ownFolder: null });
  if (found instanceof Faulted) return await complain(world, found);
  const launch = await launchOf(world, found, args);
  try {
    const child = world.processes.spawn({ ...launch, streams: "terminal" });
    const cancels = PASSED_SIGNALS.map((name) => world.processes.onSignal(name, () => child.signal(name)));
    const { code } = await child.status;
    for (const cancel of cancels) cancel();
    return code < 0 ? SIGNAL_STATUS - code : code;
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return await complain(world, new Faulted(`cannot execute ${file}`, error.message));
  }
}

function complain(world: World, fault: Faulted): Promise<number> {
  return printResult(world, PROGRAM_NAME, fault, NO_FLAGS);
}
