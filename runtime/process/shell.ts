/**
 * The process around a main object: it reads the command line, opens the role, runs the object, turns signals into
 * `Stop`, records the run, prints the result and says the exit status.
 */

import type { RoutineFunction } from "../actor.ts";
import { actorInfo } from "../actor_type.ts";
import type { Address } from "../address.ts";
import type { ActorTypeLike } from "../kernel.ts";
import { Log } from "../log.ts";
import { Aborted, Faulted } from "../messages/faults.ts";
import { Stop } from "../messages/signals.ts";
import { Runtime } from "../runtime.ts";
import { Cast } from "../types/cast.ts";
import type { MemberShape, MessageBase } from "../types/message.ts";
import { Any, MapOf, Unicode } from "../types/portable.ts";
import { registeredSignatures } from "../types/registry.ts";
import { type Cancel, FileError, type World } from "../world.ts";
import { type AddressUses, refuseBadAddresses } from "./address_settings.ts";
import {
  ArgumentError,
  extractSettings,
  refuseCollisions,
  refuseUnknown,
  type Settings,
  type SplitArguments,
  splitArguments,
} from "./arguments.ts";
import { FAULT_EXIT_STATUS, stemOf } from "./child.ts";
import { childrenOf, memoryContext, PROCESS_CONTEXT, type ProcessContext, roleContext } from "./context.ts";
import { backgroundArguments, isLaunched, startInBackground } from "./background.ts";
import { absolute, type Launch, launchOf } from "./executable.ts";
import { programHelp } from "./help.ts";
import { HomeError } from "./home_error.ts";
import { journalLines } from "./journal_lines.ts";
import { errorStreamSink, FolderSink } from "./log_sinks.ts";
import { outputFilePath, type OutputFlags, processOutput } from "./output.ts";
import { type Flush, isChild, watchParent, watchSignals } from "./interruption.ts";
import { occupyRole, roleCommand, type RolePlace, rolePlace, roleToRun } from "./process_role.ts";
import { formsOf, Role, roleHolder } from "./role.ts";
import {
  type CommandLine,
  type CommandResponse,
  extractStandard,
  isBackground,
  memberValues,
  STANDARD_ARGUMENTS,
} from "./standard_arguments.ts";
import type { TextForms } from "./text_value.ts";
import { applyVariables } from "./variables.ts";
import { TypedTextError } from "./typed_text.ts";

/** How long child processes and services may take to end after the main object has. */
const ENDING_MS = 10_000;

/** How long an alarm is set that only says that the process is to live. */
const STAY_ALIVE_MS = 3_600_000;

/** What upper layers do around a main object: networking and directory are theirs. */
export interface ShellHooks {
  /** The runtime is there, the main object not yet. A fault ends the process with it. */
  attach?(runtime: Runtime, context: ProcessContext): Promise<Faulted | void> | Faulted | void;
  /** The main object was made. */
  started?(runtime: Runtime, context: ProcessContext, main: Address): void;
  /** The result is out; whatever was attached comes to its end. */
  detach?(runtime: Runtime): Promise<void> | void;
}

/** A main object, and what is known of the program that it is. */
export interface Program {
  /** A bound function or machine; its settings are those of the command line. */
  readonly main: ActorTypeLike;
  /** The program as it was called, for messages. */
  readonly name: string;
  /** Absolute path of what runs it, as roles record it. */
  readonly executable: string;
  /** Those of its settings that are network addresses, so that one that can't be used is refused. */
  readonly addresses?: AddressUses;
  /** Insists on a role on disk. */
  readonly sticky?: boolean;
  /** Its members are set from the environment. */
  readonly variables?: MessageBase;
  /** How to start it once more with other arguments, where its executable alone does not say. */
  readonly launch?: (world: World, argv: readonly string[]) => Promise<Launch> | Launch;
  readonly hooks?: ShellHooks;
  /** It tells a service manager itself when it is ready; otherwise it is once its main object was made. */
  readonly tellsReady?: boolean;
}

/** Takes the result of a program, with what the command line says about output; returns the exit status. */
export type Report = (value: unknown, flags: OutputFlags) => Promise<number> | number;

/**
 * Runs a program from its command line to its exit status; everything that goes wrong becomes a line on stderr and 71.
 * The process itself goes on: ending it is the caller's.
 *
 * @param argv The command line without the program's name.
 */
export function runProgram(world: World, program: Program, argv: readonly string[]): Promise<number> {
  return performProgram(world, program, argv, (value, flags) => printResult(world, program.name, value, flags));
}

/** As {@link runProgram}, with another use for the result than printing it. */
export async function performProgram(
  world: World,
  program: Program,
  argv: readonly string[],
  report: Report,
): Promise<number> {
  const split = splitArguments(argv);
  let flags = assumedFlags(split);
  try {
    const parsed = parse(program, argv, formsOf(world));
    flags = parsed.commandLine;
    if (program.variables !== undefined) applyVariables(world, program.variables);
    return await perform(world, program, parsed, report);
  } catch (error) {
    if (!isUserError(error)) throw error;
    return await report(new Faulted(error.message), flags);
  }
}

function isUserError(error: unknown): error is Error {
  return error instanceof ArgumentError || error instanceof HomeError || error instanceof FileError ||
    error instanceof TypedTextError;
}

/** What a command line that can't be read says about output: a parent process gets its answer typed all the same. */
export function assumedFlags(split: SplitArguments): OutputFlags {
  const isSet = (name: string, short: string) =>
    split.long.has(name) ? split.long.get(name) !== "false" : split.short.has(short);
  return { fullOutput: isSet("full-output", "fo"), childProcess: isSet("child-process", "cp"), outputFile: null };
}

interface Parsed {
  readonly commandLine: CommandLine;
  readonly settings: Settings;
  readonly words: readonly string[];
  /** The command line that all this is from. */
  readonly argv: readonly string[];
}

function parse(program: Program, argv: readonly string[], forms: TextForms): Parsed {
  const split = splitArguments(argv);
  const table = actorInfo(program.main).settings;
  refuseCollisions(STANDARD_ARGUMENTS, table);
  const { commandLine, rest } = extractStandard(split);
  const own = extractSettings(rest, table, forms);
  refuseUnknown(own.rest, table.map(({ wireName }) => wireName));
  refuseBadAddresses(own.settings, program.addresses ?? {});
  return { commandLine, settings: own.settings, words: split.words, argv };
}

async function perform(world: World, program: Program, parsed: Parsed, report: Report): Promise<number> {
  const { commandLine } = parsed;
  const place = rolePlace(world, commandLine, program.executable);
  if (commandLine.dumpTypes) {
    world.environment.writeOutput(["", ...registeredSignatures(), ""].join("\n"));
    return 0;
  }
  const answer = await roleCommand(world, place, commandLine, {
    settings: parsed.settings,
    executable: program.executable,
  });
  if (answer instanceof Role) return await report(new Cast(answer.settings, MapOf(Unicode, Any)), commandLine);
  if (answer !== undefined) return await report(answer, commandLine);
  if (commandLine.help) {
    if (!commandLine.childProcess) {
      world.environment.writeOutput(programHelp(program.name, actorInfo(program.main).settings));
    }
    return 0;
  }
  if (commandLine.origin === "START" && !isLaunched(world)) {
    return await report(await goIntoBackground(world, program, parsed, place), commandLine);
  }
  return await runMain(world, program, parsed, { place, report });
}

/** What would be refused in the background, where nobody sees it, is refused here. */
async function goIntoBackground(
  world: World,
  program: Program,
  parsed: Parsed,
  place: RolePlace,
): Promise<CommandResponse | Faulted> {
  const { commandLine, settings, argv } = parsed;
  const { executable } = program;
  const role = await roleToRun(world, place, commandLine, { executable, sticky: true });
  if (role === null) return new Faulted(`cannot start "${place.name}"`, "no role");
  settingsInForce(program, role, settings);
  const holder = await roleHolder(world.files, place.path);
  if (holder !== null) return new Faulted(`role ${role.path}/lock is running`, `process ${holder.pid}`);
  const given = backgroundArguments(argv, place);
  const launch = await program.launch?.(world, given) ??
    await launchOf(world, { path: executable, modulePath: [] }, given);
  return await startInBackground(world, launch, place, role);
}

interface RunPlan {
  readonly place: RolePlace;
  readonly report: Report;
}

async function runMain(world: World, program: Program, parsed: Parsed, plan: RunPlan): Promise<number> {
  const { commandLine, words } = parsed;
  const basis = { commandLine, words, executable: program.executable };
  const role = await roleToRun(world, plan.place, commandLine, { ...basis, sticky: program.sticky ?? false });
  const settings = settingsInForce(program, role, parsed.settings);
  const logs = openLogs(world, commandLine, role);
  const runtime = new Runtime(world, logs.log === null ? {} : { log: logs.log });
  const course = beginCourse(runtime, commandLine, () => logs.flush());
  try {
    if (role !== null) await occupyRole(world, role, plan.place, commandLine);
    const context = role === null ? memoryContext(world, basis) : roleContext(basis, role, plan.place.homePath);
    runtime.provide(PROCESS_CONTEXT, context);
    try {
      const main = mainValue(runtime, program, { context, role, settings, onStop: course.onStop });
      const value = await Promise.race([main, course.uncaught]);
      if (role !== null) await recordStop(role, value);
      if (value instanceof Faulted && !(value instanceof Aborted) && isBackground(commandLine.origin)) {
        runtime.note("?", `Ended with ${value}`);
      }
      // What the service manager asked for is no failure, and nothing that its journal should show as one.
      if (value instanceof Aborted && course.isByManager()) return 0;
      return await plan.report(value, commandLine);
    } finally {
      await endChildren(runtime);
      await withTimeLimit(world, program.hooks?.detach?.(runtime));
      await withTimeLimit(world, runtime.settled());
      role?.unlock();
      await context.cleanUp();
    }
  } finally {
    await logs.flush();
    course.end();
    runtime.close();
  }
}

interface Course {
  /** Resolves when an exception reached the platform: the fault that the process ends with. */
  readonly uncaught: Promise<Faulted>;
  /** Says what an interruption does. */
  readonly onStop: (stop: () => void) => void;
  /** True when a service manager ended the process. */
  readonly isByManager: () => boolean;
  end(): void;
}

/**
 * From here on signals are requests, until all is said and done: what comes while the result is written must not cut
 * it off.
 */
function beginCourse(runtime: Runtime, commandLine: CommandLine, flush: Flush): Course {
  const interruption = watchSignals(runtime, commandLine, flush);
  const cancelStay = stayAlive(runtime);
  const cancelWatch = isChild(commandLine) ? watchParent(runtime, interruption.interrupt, flush) : () => {};
  let cancelUncaught = () => {};
  const uncaught = new Promise<Faulted>((resolve) => {
    cancelUncaught = runtime.world.processes.onUncaught((error) => resolve(uncaughtFault(runtime, error)));
  });
  return {
    uncaught,
    onStop: (stop) => interruption.onStop(stop),
    isByManager: () => interruption.isByManager(),
    end: () => {
      cancelStay();
      cancelWatch();
      cancelUncaught();
      interruption.cancel();
    },
  };
}

/** What was thrown where no actor was at work, as in a callback of the platform. */
function uncaughtFault(runtime: Runtime, error: unknown): Faulted {
  const text = error instanceof Error ? error.message : String(error);
  runtime.note("!", `Uncaught exception (${text})\n${error instanceof Error ? error.stack ?? "" : ""}`.trimEnd());
  return new Faulted("process faulted", `uncaught exception (${text})`);
}

interface MainParts {
  readonly context: ProcessContext;
  readonly role: Role | null;
  readonly settings: object;
  readonly onStop: Course["onStop"];
}

/** Runs the main object to its end and returns what it returned. */
async function mainValue(runtime: Runtime, program: Program, parts: MainParts): Promise<unknown> {
  const { context, role, settings, onStop } = parts;
  await role?.recordStart();
  const refused = await program.hooks?.attach?.(runtime, context);
  if (refused instanceof Faulted) return refused;
  const main = runtime.start(program.main as RoutineFunction<object>, settings);
  onStop(() => runtime.send(new Stop(), main.address, main.address));
  program.hooks?.started?.(runtime, context, main.address);
  if (program.tellsReady !== true && !isChild(context.commandLine)) runtime.world.processes.notify("READY=1");
  return await main.returned;
}

/** Holds a process up that only waits for messages or signals: a platform ends one for which nothing is due. */
function stayAlive({ world }: Runtime): Cancel {
  let cancel = world.clock.after(STAY_ALIVE_MS, function again() {
    cancel = world.clock.after(STAY_ALIVE_MS, again);
  });
  return () => cancel();
}

/** Stored settings, overridden one by one by those of the command line, by the names that the main object declared. */
function settingsInForce(program: Program, role: Role | null, given: Settings): object {
  const table = actorInfo(program.main).settings;
  const inForce: Settings = new Map([...role?.settings ?? [], ...given]);
  refuseForeign(program, inForce, table);
  refuseBadAddresses(inForce, program.addresses ?? {});
  return memberValues(inForce, table);
}

function refuseForeign(program: Program, settings: Settings, table: readonly MemberShape[]): void {
  const known = new Set(table.map((shape) => shape.wireName));
  for (const name of settings.keys()) {
    if (known.has(name)) continue;
    throw new ArgumentError(`cannot run ${stemOf(program.executable)} (stored setting "${name}" is none of its own)`);
  }
}

interface OpenLogs {
  readonly log: Log | null;
  flush(): Promise<void>;
}

function openLogs(world: World, commandLine: CommandLine, role: Role | null): OpenLogs {
  if (role !== null && (isBackground(commandLine.origin) || commandLine.keepLogs)) {
    const sink = new FolderSink(world, role.logsPath, role.records.logStorage);
    return { log: new Log("DEBUG", sink), flush: () => sink.flush() };
  }
  const { debugLevel } = commandLine;
  const log = debugLevel === null ? null : new Log(debugLevel, errorStreamSink(world));
  return { log, flush: () => Promise.resolve() };
}

/** Writes the end of the run; a value that can't be written is replaced by a fault that says so. */
async function recordStop(role: Role, value: unknown): Promise<void> {
  try {
    await role.recordStop(value);
  } catch (error) {
    if (!(error instanceof TypedTextError)) throw error;
    await role.recordStop(new Faulted(error.message));
  }
}

/** Stops every child process that is left, and waits for their ends. */
async function endChildren(runtime: Runtime): Promise<void> {
  const children = childrenOf(runtime);
  children.close();
  for (const address of children.addresses) runtime.send(new Stop(), address, address);
  await withTimeLimit(runtime.world, children.ended());
}

async function withTimeLimit(world: World, ending: Promise<void> | void): Promise<void> {
  if (ending === undefined) return;
  let cancel = () => {};
  const limit = new Promise<void>((resolve) => {
    cancel = world.clock.after(ENDING_MS, resolve);
  });
  await Promise.race([ending, limit]);
  cancel();
}

/** Writes a result where the command line wants it, and returns the exit status. */
export async function printResult(world: World, name: string, value: unknown, flags: OutputFlags): Promise<number> {
  const output = processOutput(name, value, flags, formsOf(world));
  try {
    const { environment } = world;
    if (output.error !== "") {
      environment.writeError(environment.isErrorJournal() ? journalLines("!", output.error) : output.error);
    }
    if (output.out !== "") environment.writeOutput(output.out);
    if (output.file !== null && flags.outputFile !== null) {
      const path = absolute(world.files.currentFolder(), outputFilePath(flags.outputFile));
      await world.files.writeTextAtomic(path, output.file);
    }
    return output.status;
  } catch (error) {
    // Once more, where it can't fail the same way; if nobody can be told, the status has to do.
    if (output.file !== null && error instanceof FileError) {
      return await printResult(world, name, new Faulted(error.message), { ...flags, outputFile: null });
    }
    return FAULT_EXIT_STATUS;
  }
}
