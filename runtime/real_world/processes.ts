/** Child processes and signals of the machine. */

import type { Cancel, ChildCommand, ChildProcess, ChildStatus, Processes, SignalName } from "../world.ts";
import { keepDescriptorsBack } from "./descriptors.ts";
import { becomeProgram } from "./modules.ts";
import { ignoresHangup, isSupervised, notifyServiceManager } from "./service_manager.ts";
import { signalNumber } from "./signal_number.ts";
import { ThreadChild } from "./thread_child.ts";
import { onUncaught } from "./uncaught.ts";
import { toFileError } from "./platform_error.ts";

/** Makes the processes of the real world. */
export function realProcesses(): Processes {
  return {
    get pid() {
      return Deno.pid;
    },
    // Read each time: the parent changes when it ends.
    get parentPid() {
      return Deno.ppid;
    },
    get self() {
      const { standalone, os, arch } = Deno.build;
      const program = { executable: Deno.execPath(), compiled: standalone, arguments: [...Deno.args] };
      return { ...program, platform: os, architecture: arch };
    },
    spawn,
    spawnThread: (command) => new ThreadChild(command),
    signal: sendSignal,
    onSignal,
    become: becomeProgram,
    onUncaught,
    get isSupervised() {
      return isSupervised();
    },
    notify: notifyServiceManager,
    exit: (status) => Deno.exit(status),
  };
}

function spawn(command: ChildCommand): ChildProcess {
  const { streams = "captured" } = command;
  const isDetached = streams === "detached";
  if (isDetached) keepDescriptorsBack();
  try {
    const child = new Deno.Command(command.executable, {
      args: [...command.arguments],
      stdin: command.input !== undefined ? "piped" : isDetached ? "null" : "inherit",
      stdout: isDetached ? "null" : streams === "terminal" ? "inherit" : "piped",
      stderr: command.onError !== undefined ? "piped" : isDetached ? "null" : "inherit",
      detached: isDetached,
      ...(command.environment === undefined ? {} : { env: { ...command.environment } }),
      ...(command.folder === undefined ? {} : { cwd: command.folder }),
    }).spawn();
    if (command.input !== undefined) feed(child.stdin, command.input);
    if (isDetached) child.unref();
    return new RealChild(child, { isCaptured: streams === "captured", onError: command.onError });
  } catch (error) {
    const { executable, folder = "" } = command;
    const isFolderMissing = error instanceof Error && error.message.includes(`No such cwd '${folder}'`);
    throw isFolderMissing ? toFileError("start in", folder, error) : toFileError("start", executable, error);
  }
}

/** Gives a child its input. One that ends, or closes its stdin, has read as much as it wanted. */
async function feed(stdin: WritableStream<Uint8Array>, input: Uint8Array): Promise<void> {
  try {
    const writer = stdin.getWriter();
    await writer.write(input);
    await writer.close();
  } catch {
    return;
  }
}

/** How long the last words of a child may take; what it left behind may keep its streams open for good. */
const LAST_WORDS_MS = 250;

/** Passes what a child writes on. */
async function pass(stream: AsyncIterable<Uint8Array>, take: (bytes: Uint8Array) => void): Promise<void> {
  for await (const bytes of stream) take(bytes);
}

interface ChildStreams {
  readonly isCaptured: boolean;
  readonly onError: ChildCommand["onError"];
}

/** A running child. */
class RealChild implements ChildProcess {
  readonly pid: number;
  readonly status: Promise<ChildStatus>;
  readonly #child: Deno.ChildProcess;
  readonly #isCaptured: boolean;

  constructor(child: Deno.ChildProcess, { isCaptured, onError }: ChildStreams) {
    this.#child = child;
    this.#isCaptured = isCaptured;
    this.pid = child.pid;
    const passed = onError === undefined ? undefined : pass(this.#untilSilent(child.stderr), onError);
    this.status = child.status.then(async ({ code, signal }) => {
      await passed;
      return { code: signal === null ? code : -(signalNumber(signal, Deno.build.os === "darwin") ?? code - 128) };
    });
  }

  async output(limit: number): Promise<{ bytes: Uint8Array; truncated: boolean }> {
    if (!this.#isCaptured) return { bytes: new Uint8Array(), truncated: false };
    const parts: Uint8Array[] = [];
    let kept = 0;
    let truncated = false;
    for await (const part of this.#untilSilent(this.#child.stdout)) {
      const taken = part.subarray(0, limit - kept);
      if (taken.length > 0) parts.push(taken);
      kept += taken.length;
      truncated ||= taken.length < part.length;
    }
    return { bytes: join(parts, kept), truncated };
  }

  /**
   * A stream of the child to its end; or, when the child has ended but what it started holds the stream open, until nothing
   * came for a while. Twice a while, as a busy process may find its timers due before it looks at what came meanwhile.
   */
  async *#untilSilent(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
    const reader = stream.getReader();
    let count = 0;
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const listen = (before: number, silences: number): void => {
      if (isOver) return;
      const silent = count === before ? silences + 1 : 0;
      if (silent === 2) reader.cancel();
      else timer = setTimeout(listen, LAST_WORDS_MS, count, silent);
    };
    this.#child.status.then(() => listen(-1, 0));
    try {
      for (let read = await reader.read(); !read.done; read = await reader.read()) {
        count++;
        yield read.value;
      }
    } finally {
      isOver = true;
      clearTimeout(timer);
    }
  }

  signal(name: SignalName): void {
    try {
      this.#child.kill(name);
    } catch {
      // It has ended already, which is what a signal asks for.
      return;
    }
  }
}

function join(parts: readonly Uint8Array[], length: number): Uint8Array {
  const joined = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

function sendSignal(pid: number, name: SignalName): boolean {
  try {
    Deno.kill(pid, name);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw toFileError("signal", `process ${pid}`, error);
  }
}

function onSignal(name: SignalName, handler: () => void): Cancel {
  // It was started to outlive its terminal. An interrupt is heard all the same: shells have it ignored in the background
  // only so that a key at the terminal does not reach that far, and whoever sends one by name means it.
  if (name === "SIGHUP" && ignoresHangup()) return () => {};
  try {
    Deno.addSignalListener(name, handler);
  } catch (error) {
    // Windows knows few signals, and nobody can catch SIGKILL: none will come.
    if (error instanceof TypeError) return () => {};
    throw error;
  }
  let isActive = true;
  return () => {
    if (isActive) Deno.removeSignalListener(name, handler);
    isActive = false;
  };
}
