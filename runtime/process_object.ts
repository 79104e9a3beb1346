/** An actor that stands for a child process: it starts it, ends it when it is sent `Stop`, and returns its value. */

import { fromFileUrl, toFileUrl } from "@std/path";
import { cellOf } from "./actor.ts";
import { type ActorInfo, actorInfo } from "./actor_type.ts";
import { Aborted, Faulted } from "./messages/faults.ts";
import { Stop } from "./messages/signals.ts";
import { bind } from "./bind.ts";
import {
  CHILD_OUTPUT_BYTES_MAX,
  childArguments,
  type ChildOptions,
  type ChildRequest,
  childRoleName,
  childValue,
} from "./process/child.ts";
import { childrenOf, processContext } from "./process/context.ts";
import {
  absolute,
  canBeThread,
  findExecutable,
  findRoleExecutable,
  type Found,
  type Launch,
  launchOf,
} from "./process/executable.ts";
import { PARENT_VARIABLE } from "./process/interruption.ts";
import { LIBRARY_CONNECTOR, LibraryRelay, takeRoleName } from "./process/library.ts";
import type { CommandLine } from "./process/standard_arguments.ts";
import type { Routine } from "./routine.ts";
import { Message, type MessageClass } from "./types/message.ts";
import { snakeCase } from "./types/names.ts";
import { Block, Boolean, Integer8 } from "./types/portable.ts";
import { type ChildProcess, FileError, type SignalName, type ThreadCommand, type World } from "./world.ts";

/** How long a child may take to end after each signal but the last. */
export const ESCALATION_SECONDS = 10;

/** What ends a child, each after the one before did not help. */
const ESCALATION: readonly SignalName[] = ["SIGINT", "SIGTERM", "SIGKILL"];

/** What to run, and how. One of `executable`, `role` and `actor` is needed. */
export interface ProcessRequest extends ChildOptions {
  /**
   * A program on PATH (a name without an extension), or a module that is looked for among the home's scripts, in the
   * current folder, and beside this program.
   */
  readonly executable?: string;
  /** The executable that a role of the home recorded. */
  readonly role?: string;
  /** A bound routine or machine; the file that bound it is run. */
  readonly actor?: object & { readonly name: string };
  /** Settings of the child by name, either as members (`serverAddress`), or as a map by wire name (`server_address`). */
  readonly settings?: Readonly<Record<string, unknown>> | ReadonlyMap<string, unknown>;
  /**
   * What its main object takes as a private library; that of a bound `actor` is known. Every message to the process
   * object then goes on to the main object of the child, which answers directly.
   */
  readonly entryPoint?: readonly MessageClass[];
  /**
   * The URL of what runs a module in a thread of this process: see {@linkcode Processes.spawnThread}. What is no module, or one
   * with a configuration of its own, runs as a process all the same.
   */
  readonly thread?: string;
  /** Its process was started. */
  readonly onProcess?: (pid: number) => void;
  /** Gets what it writes to stderr, piece by piece; else that goes where this process's own goes. */
  readonly onError?: (bytes: Uint8Array) => void;
  /** Variables of its environment, besides those that it inherits. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** The time for a child to end is over. */
class Escalate extends Message({}) {}

/** Libraries of one role name in a process; those after the first are told apart by a number. */
const LIBRARIES_OF_A_NAME_MAX = 10_000;

/** Sent to itself when the child has ended. */
class ChildEnded extends Message({
  code: Integer8.default(0),
  bytes: Block.default(() => new Uint8Array()),
  truncated: Boolean.default(false),
}) {}

/**
 * Runs a child process and returns what it returned: its value, its fault, or a fault that says what was wrong with
 * its end. `Stop` interrupts it, then after {@linkcode ESCALATION_SECONDS} each, terminates and kills it; the
 * answer is `Aborted` once it has ended.
 */
export async function ProcessObject(self: Routine, request: ProcessRequest): Promise<unknown> {
  const prepared = await prepare(self, request);
  if (prepared instanceof Faulted) return prepared;
  const { launch, thread, library } = prepared;
  self.console(
    thread === undefined
      ? [launch.executable, ...launch.arguments].join(" ")
      : ["thread", fromFileUrl(thread.module), ...thread.arguments].join(" "),
  );
  try {
    return await supervise(self, {
      executable: launch.executable,
      threadName: thread?.name ?? null,
      spawn: spawnOf(self.kernel.world, prepared, request),
      library,
      onProcess: request.onProcess,
    });
  } finally {
    library?.end();
  }
}
bind(ProcessObject, "layer_cake.process_object");

/** How to start what was prepared, as a process or as a thread. */
function spawnOf({ processes }: World, { launch, thread }: Prepared, request: ProcessRequest): () => ChildProcess {
  const { onError } = request;
  const surroundings = {
    environment: { ...launch.environment, [PARENT_VARIABLE]: String(processes.pid), ...request.environment },
    ...(onError === undefined ? {} : { onError }),
  };
  if (thread === undefined) return () => processes.spawn({ ...launch, ...surroundings });
  return () => processes.spawnThread({ ...thread, ...surroundings });
}

interface Prepared {
  readonly launch: Launch;
  /** It is to be a thread. */
  readonly thread?: ThreadCommand;
  /** What takes messages on to the child, where it is a private library. */
  readonly library: LibraryRelay | null;
}

async function prepare(self: Routine, request: ProcessRequest): Promise<Prepared | Faulted> {
  const { world } = self.kernel;
  const { commandLine, executable } = processContext(self.kernel);
  const info = request.actor === undefined ? null : actorInfo(request.actor);
  const homePath = request.homePath ?? commandLine.homePath;
  const found = await find(self, request, { info, homePath, executable });
  if (found instanceof Faulted) return found;
  const declared = info === null ? {} : { declared: info.settings };
  const settings = byWireName(request.settings ?? {});
  const child: ChildRequest = { ...request, ...declared, module: found.path, settings };
  if ((request.entryPoint ?? info?.entryPoint ?? []).length > 0) return await prepareLibrary(self, found, child);
  const args = childArguments(child, commandLine);
  const launch = await launchOf(world, found, args);
  if (request.thread === undefined || !await canBeThread(world, found.path)) return { launch, library: null };
  const path = absolute(world.files.currentFolder(), found.path);
  const name = childRoleName(child, commandLine);
  const thread = { program: request.thread, module: toFileUrl(path).href, arguments: args, name };
  return { launch, thread, library: null };
}

async function prepareLibrary(self: Routine, found: Found, child: ChildRequest): Promise<Prepared | Faulted> {
  const { commandLine } = processContext(self.kernel);
  const connector = self.kernel.find(LIBRARY_CONNECTOR);
  if (connector === undefined) return new Faulted(`cannot execute ${found.path} (no directory for a library)`);
  const library = await connector.accepting(self);
  if (library instanceof Faulted) return library;
  const settings = librarySettings(child.settings, commandLine);
  const name = takeRoleName(self.kernel, roleNames(childRoleName(child, commandLine)));
  const relay = new LibraryRelay(self, connector, name);
  try {
    const command = childArguments({ ...child, library, settings, roleName: name, topRole: true }, commandLine);
    return { launch: await launchOf(self.kernel.world, found, command), library: relay };
  } catch (error) {
    relay.end();
    throw error;
  }
}

/** A role name, and others where there is a library of that name already. */
function* roleNames(name: string): Generator<string> {
  yield name;
  for (let count = 2; count < LIBRARIES_OF_A_NAME_MAX; count++) yield `${name}-${count}`;
}

/** The directory of an encrypted process takes encrypted connections only. */
function librarySettings(settings: ChildRequest["settings"], { encryptedProcess }: CommandLine): Map<string, unknown> {
  return new Map([...(encryptedProcess ? [["encrypted_process", true] as const] : []), ...settings ?? []]);
}

function byWireName(settings: NonNullable<ProcessRequest["settings"]>): ReadonlyMap<string, unknown> {
  if (settings instanceof Map) return settings;
  return new Map(Object.entries(settings).map(([name, value]) => [snakeCase(name), value]));
}

interface FindContext {
  readonly info: ActorInfo | null;
  readonly homePath: string | null;
  /** The executable of this process. */
  readonly executable: string;
}

async function find(self: Routine, request: ProcessRequest, context: FindContext): Promise<Found | Faulted> {
  const { world } = self.kernel;
  const { commandLine } = processContext(self.kernel);
  if (context.info !== null) {
    const { url, name } = context.info;
    if (url === null || !url.startsWith("file:")) return new Faulted(`cannot execute ${name} (not registered)`);
    return { path: decodeURIComponent(new URL(url).pathname), modulePath: [] };
  }
  if (request.role !== undefined) {
    if (context.homePath === null) return new Faulted(`cannot execute ${request.role} (no home_path)`);
    return await findRoleExecutable(world, request.role, context.homePath);
  }
  if (request.executable === undefined) return new Faulted("cannot execute (nothing to execute)");
  return await findExecutable(world, request.executable, {
    homePath: commandLine.homePath !== null && commandLine.roleName !== null ? commandLine.homePath : null,
    ownFolder: folderOf(context.executable),
  });
}

function folderOf(path: string): string | null {
  const end = path.lastIndexOf("/");
  return end < 0 ? null : path.slice(0, end);
}

interface Supervised {
  readonly executable: string;
  /** The name of a thread; null for a process. */
  readonly threadName: string | null;
  readonly spawn: () => ChildProcess;
  readonly library: LibraryRelay | null;
  readonly onProcess: ProcessRequest["onProcess"];
}

async function supervise(
  self: Routine,
  { executable, threadName, spawn, library, onProcess }: Supervised,
): Promise<unknown> {
  const { kernel } = self;
  if (kernel.isClosed || childrenOf(kernel).isClosed) return new Aborted();
  let child;
  try {
    child = spawn();
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return new Faulted(`cannot start process "${executable}" (${error.message})`);
  }
  const what = threadName === null ? `Process (${child.pid})` : `Thread "${threadName}"`;
  cellOf(self).log("(", () => `Started ${what.replace(/^./, (letter) => letter.toLowerCase())}`);
  onProcess?.(child.pid);
  const ended = Promise.all([child.output(CHILD_OUTPUT_BYTES_MAX), child.status]).then(([output, status]) => {
    kernel.send(new ChildEnded({ code: status.code, ...output }), self.address, self.address);
  });
  let rung = 0;
  const escalate = () => {
    const signal = ESCALATION[rung++];
    if (signal === undefined) return;
    if (rung > 1) self.warning(`${what} did not end, sending ${signal}`);
    child.signal(signal);
    if (rung < ESCALATION.length) self.start(Escalate, ESCALATION_SECONDS);
  };
  childrenOf(kernel).add(self.address, { ended, hasten: escalate });
  for (;;) {
    const message = await self.input();
    if (message instanceof ChildEnded) {
      cellOf(self).log(")", () => `${what} ended with ${message.code}`);
      return rung > 0 ? new Aborted() : valueOf(message);
    }
    if (message instanceof Escalate) escalate();
    else if (message instanceof Stop && rung === 0) escalate();
    else if (message instanceof Stop) continue;
    else if (library !== null) library.take();
    else self.warning("Dropped a message: a child process takes none but Stop");
  }
}

function valueOf(ended: ChildEnded): unknown {
  if (ended.truncated) {
    return new Faulted(`cannot decode output (more than ${CHILD_OUTPUT_BYTES_MAX} bytes) not a standard executable?`);
  }
  try {
    const output = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(ended.bytes);
    return childValue({ code: ended.code, output });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return new Faulted("cannot decode output (not UTF-8) not a standard executable?");
  }
}
