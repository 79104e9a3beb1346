/** `cake exec`: one module as a process of its own, with everything behind its name as its own command line. */

import { toFileUrl } from "@std/path";
import {
  absolute,
  assumedFlags,
  executableKind,
  Faulted,
  FileError,
  findExecutable,
  isCakeScript,
  type Launch,
  launchModule,
  launchOf,
  ModuleError,
  printResult,
  splitArguments,
  type World,
} from "../../runtime/mod.ts";
import { type Command, PROGRAM_NAME } from "../command.ts";

/** Signals that are meant for the module. One that a terminal sent it as well counts once. */
const PASSED_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;

/** A shell says 128 and the signal for a process that a signal ended. */
const SIGNAL_STATUS = 128;

/** The status of a module that an exception ended, as Deno has it. */
const EXCEPTION_STATUS = 1;

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

/**
 * Runs a module with these arguments and streams of this process; the exit status is its own.
 *
 * @returns Null when this process has become the module's, which ends it.
 */
export async function execute(world: World, [file, ...args]: readonly string[]): Promise<number | null> {
  if (file === undefined) return await complain(world, new Faulted("cannot execute (no file specified)"), args);
  try {
    const module = await moduleOf(world, file);
    if (module instanceof Faulted) return await complain(world, module, args);
    if (module !== null && world.processes.self.compiled) return await become(world, module, args);
    if (module !== null) return await spawn(world, await launchModule(world, module, args));
    const found = await findExecutable(world, file, NOWHERE);
    if (found instanceof Faulted) return await complain(world, found, args);
    return await spawn(world, await launchOf(world, found, args));
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return await complain(world, new Faulted(`cannot execute ${file}`, error.message), args);
  }
}

/** Modules are looked for in the current folder only. */
const NOWHERE = { homePath: null, ownFolder: null };

/** The module that a name means: null when it means another kind of program, a fault when there is none. */
async function moduleOf(world: World, file: string): Promise<string | Faulted | null> {
  if (executableKind(file) === "module") {
    const found = await findExecutable(world, file, NOWHERE);
    return found instanceof Faulted ? found : found.path;
  }
  // The system hands over such a program by its path.
  const path = absolute(world.files.currentFolder(), file);
  return file.includes("/") && await isCakeScript(world, path) ? path : null;
}

async function spawn(world: World, launch: Launch): Promise<number> {
  const child = world.processes.spawn({ ...launch, streams: "terminal" });
  const cancels = PASSED_SIGNALS.map((name) => world.processes.onSignal(name, () => child.signal(name)));
  const { code } = await child.status;
  for (const cancel of cancels) cancel();
  return code < 0 ? SIGNAL_STATUS - code : code;
}

/**
 * Makes the module the program of this process: one process less for each role of a small board.
 *
 * @returns Null, or the status that the process ends with because the module could not be had or has thrown.
 */
export async function become(world: World, path: string, args: readonly string[]): Promise<number | null> {
  try {
    await world.processes.become(toFileUrl(path).href, args);
    return null;
  } catch (error) {
    if (error instanceof ModuleError) return await complain(world, new Faulted(error.message), args);
    const text = error instanceof Error ? error.stack ?? String(error) : String(error);
    world.environment.writeError(`error: Uncaught ${text}\n`);
    const flags = flagsOf(args);
    if (!flags.fullOutput) return EXCEPTION_STATUS;
    // A parent gets its answer typed all the same.
    return await printResult(world, path, new Faulted(`cannot run "${path}"`, `${error}`), flags);
  }
}

function complain(world: World, fault: Faulted, args: readonly string[]): Promise<number> {
  return printResult(world, PROGRAM_NAME, fault, flagsOf(args));
}

/** What the command line of the module says about output. */
function flagsOf(args: readonly string[]): ReturnType<typeof assumedFlags> {
  return assumedFlags(splitArguments(args));
}
