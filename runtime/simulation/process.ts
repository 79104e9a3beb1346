/** Simulated processes: programs that get a world, crash, and start again. */

import type { FileSurroundings } from "./files.ts";
import { makeFiles } from "./files.ts";
import { type Engine, QUIET } from "./engine.ts";
import { type Holding, Life, never, type SlowReading } from "./life.ts";
import { simulatedThreads } from "./threads.ts";
import type { SimulatedNetwork, Station } from "./network.ts";
import { fileError } from "../real_world/errno.ts";
import { signalNumber } from "../real_world/signal_number.ts";
import type { Cancel, ChildCommand, ChildProcess, Clock, Environment, Processes, SignalName, World } from "../world.ts";

/**
 * What runs in a simulated process.
 *
 * The process goes on after the program returned, until it exits or is ended, as what it set going may go on. An
 * exception, or a rejection of the returned promise, fails the whole simulation unless the process was started with
 * `failure: "exit"`.
 */
export type Program = (world: World, process: SimulatedProcess) => unknown;

/** How to start a process. */
export interface StartOptions {
  /** The command line, without program. @default {[]} */
  readonly arguments?: readonly string[];
  /** What it finds on its standard input. @default {nothing} */
  readonly input?: Uint8Array;
  /** Environment variables. @default {{}} */
  readonly environment?: Readonly<Record<string, string>>;
  /** The current folder, absolute. @default {"/"} */
  readonly folder?: string;
  /** Whether an exception in the program fails the run, or ends the process with status 1. @default {"run"} */
  readonly failure?: "run" | "exit";
}

/** How a process is to crash. */
export interface CrashOptions {
  /**
   * Virtual milliseconds until its peers are told of it; Infinity leaves their connections half open: they notice when
   * they write. @default {0}
   */
  readonly noticedAfterMs?: number;
}

/** What the system of a process keeps for it, for tests that look for what was left behind. */
export interface Resources {
  /** Open connections; those that nobody has accepted yet count, too. */
  readonly streams: number;
  /** Open ports. */
  readonly listeners: number;
  /** Alarms that are still to come. */
  readonly alarms: number;
}

/**
 * What a process needs from its host.
 *
 * @internal
 */
export interface HostContext {
  readonly name: string;
  readonly engine: Engine;
  readonly network: SimulatedNetwork;
  readonly station: Station;
  readonly processes: Map<number, SimulatedProcess>;
  readonly programs: Map<string, Program>;
  readonly zoneOffsetS: number;
  readonly wallUs: () => bigint;
  readonly files: Omit<FileSurroundings, "currentFolder">;
  nextPid: number;
}

/** The signal that no handler keeps off, and that a crash counts as. */
const UNCATCHABLE: SignalName = "SIGKILL";

/** The signal that a program need not know. */
const HARMLESS: SignalName = "SIGWINCH";

/** What parents of the orphaned see. */
const INIT_PID = 1;

/** A program on a host, through all of its lives. */
export class SimulatedProcess {
  /** Its name on its host. */
  readonly name: string;
  /** All that it wrote to standard output, a string for each write. */
  readonly output: string[] = [];
  /** All that it wrote to standard error. */
  readonly errors: string[] = [];
  /** All that it told its service manager: there is one where the variable `NOTIFY_SOCKET` names its socket. */
  readonly notices: string[] = [];
  readonly #context: HostContext;
  readonly #program: Program;
  readonly #options: StartOptions;
  readonly #parent: Life | null;
  readonly #endWatchers: Set<(status: number) => void> = new Set();
  #onError: ((text: string) => void) | null = null;
  #life: Life;
  #world: World;
  #incarnation = 0;
  #exitStatus: number | null = null;
  /** What peers were not told of yet, for each crash that is to go unnoticed. */
  readonly #untold = new Set<readonly Holding[]>();

  /** @internal Hosts make processes: see `SimulatedHost.start`. */
  constructor(
    context: HostContext,
    name: string,
    program: Program,
    options: StartOptions,
    parent: Life | null,
  ) {
    this.name = name;
    this.#context = context;
    this.#program = program;
    this.#options = options;
    this.#parent = parent;
    [this.#life, this.#world] = this.#begin();
  }

  /** @internal What its program writes to standard error: kept, and passed on to whoever asked for it. */
  writeError(text: string): void {
    this.errors.push(text);
    this.#onError?.(text);
  }

  /** @internal */
  watchErrors(watcher: (text: string) => void): void {
    this.#onError = watcher;
  }

  /** The name of its host. */
  get host(): string {
    return this.#context.name;
  }

  /** Host and process, `alpha/server`: its name in the history. */
  get label(): string {
    return this.#life.label;
  }

  /** Process id of the present life, or of the last one. */
  get pid(): number {
    return this.#life.pid;
  }

  /** True from start to end of a life. */
  get isAlive(): boolean {
    return this.#life.isAlive;
  }

  /** True between {@link SimulatedProcess.freeze} and {@link SimulatedProcess.thaw}. */
  get isFrozen(): boolean {
    return this.#life.isFrozen;
  }

  /** How the last life ended: a status, negative for a signal; null while alive. */
  get exitStatus(): number | null {
    return this.#exitStatus;
  }

  /** How often it was started. */
  get incarnation(): number {
    return this.#incarnation;
  }

  /** The command line, without program. */
  get arguments(): readonly string[] {
    return this.#options.arguments ?? [];
  }

  /** What it finds on its standard input. */
  get input(): Uint8Array {
    return this.#options.input ?? new Uint8Array();
  }

  /** What its system keeps for it at the moment; nothing for one that has ended. */
  get resources(): Resources {
    const count = (kind: Holding["kind"]) => [...this.#life.holdings].filter((holding) => holding.kind === kind).length;
    const { isAlive, alarms } = this.#life;
    return { streams: count("stream"), listeners: count("listener"), alarms: isAlive ? alarms : 0 };
  }

  /** The world of the present life, for tests that look from inside. */
  get world(): World {
    return this.#world;
  }

  /**
   * Ends the process as a kill does: its timers never fire again, nothing it awaits ever resolves, its sockets are
   * closed by its system. Does nothing to one that has ended.
   *
   * @param options When its peers notice
   */
  crash(options: CrashOptions = {}): void {
    if (!this.isAlive) return;
    const { noticedAfterMs = 0 } = options;
    const word = noticedAfterMs === 0 ? "crash" : `crash noticed after ${noticedAfterMs} ms`;
    const untold = this.#end(-signalNumber(UNCATCHABLE)!, word, noticedAfterMs === 0);
    if (noticedAfterMs === 0) return;
    this.#untold.add(untold);
    if (!Number.isFinite(noticedAfterMs)) return;
    const { engine } = this.#context;
    engine.schedule(1000 * noticedAfterMs, () => this.#reveal(untold), this.#life.label, "alarm");
  }

  /** Tells the peers of crashes that were to go unnoticed. */
  revealCrash(): void {
    for (const untold of this.#untold) this.#reveal(untold);
  }

  #reveal(untold: readonly Holding[]): void {
    if (!this.#untold.delete(untold)) return;
    for (const holding of untold) holding.tell?.();
  }

  /**
   * Ends the process without a word to anybody, as when its host loses power.
   *
   * @internal
   */
  vanish(): void {
    if (!this.isAlive) return;
    this.#end(-signalNumber(UNCATCHABLE)!, "power lost", false);
    this.#untold.clear();
  }

  /** Ends the process with a status, as its own `exit` does. */
  exit(status: number): void {
    if (this.isAlive) this.#end(status, `exit ${status}`, true);
  }

  /**
   * Starts the program again, with a new world, process id and random stream; ends the present life first.
   *
   * @throws {Error} When the host has no power
   */
  restart(): void {
    if (!this.#context.station.isUp) throw new Error(`Cannot restart "${this.name}": its host has no power`);
    this.crash();
    [this.#life, this.#world] = this.#begin();
  }

  /** Sends a signal, from outside. */
  signal(name: SignalName): void {
    const life = this.#life;
    life.schedule(0, () => {
      this.#context.engine.note(life.label, `signal ${name}`);
      const handlers = life.signalHandlers.get(name);
      if (name !== UNCATCHABLE && handlers !== undefined && handlers.size > 0) {
        for (const handler of [...handlers]) handler();
      } else if (name !== HARMLESS) {
        this.#end(-signalNumber(name)!, `ended by ${name}`, true);
      }
    }, "work");
  }

  /**
   * Stops the program where it is, as SIGSTOP does: it reads nothing, writes nothing, and its timers are late. Its system
   * goes on: connections to it are made, and bytes for it wait. Does nothing to one that has ended.
   */
  freeze(): void {
    if (!this.isAlive || this.isFrozen) return;
    this.#context.engine.note(this.label, "freeze");
    this.#life.freeze();
  }

  /** Lets a frozen program go on, at the present time; a crash or a restart does so, too. */
  thaw(): void {
    if (!this.isFrozen) return;
    this.#context.engine.note(this.label, "thaw");
    this.#life.thaw();
  }

  /**
   * Makes its reads slow from now on: each takes `delayMs` of virtual time and yields at most `bytesMax` bytes.
   *
   * @param slow Null for normal speed
   */
  readSlowly(slow: SlowReading | null): void {
    this.#life.slowReading = slow;
  }

  /**
   * Calls back once, when this life has ended.
   *
   * @internal
   */
  onEnd(watcher: (status: number) => void): void {
    this.#endWatchers.add(watcher);
  }

  #begin(): [Life, World] {
    const { engine, name, processes } = this.#context;
    const life = new Life(engine, { host: name, process: this.name }, this.#context.nextPid++);
    const world = makeWorld(this.#context, this, life, this.#options, this.#parent, ++this.#incarnation);
    this.#exitStatus = null;
    processes.set(life.pid, this);
    engine.note(life.label, this.#incarnation === 1 ? `start ${life.pid}` : `restart ${life.pid}`);
    life.schedule(0, () => this.#run(life, world), "work");
    return [life, world];
  }

  #run(life: Life, world: World): void {
    const fail = (error: unknown): void => {
      // What a dead process does can't be seen by anybody.
      if (!life.isAlive) return;
      if (this.#options.failure !== "exit") return life.engine.fail(life.label, error);
      world.environment.writeError(`${error instanceof Error ? error.stack ?? error.message : String(error)}\n`);
      this.exit(1);
    };
    try {
      Promise.resolve(this.#program(world, this)).catch(fail);
    } catch (error) {
      fail(error);
    }
  }

  /** Returns what peers were not told of. */
  #end(status: number, word: string, isTold: boolean): readonly Holding[] {
    const { engine, processes } = this.#context;
    engine.note(this.#life.label, word);
    this.#exitStatus = status;
    processes.delete(this.#life.pid);
    const untold = this.#life.end(isTold);
    const watchers = [...this.#endWatchers];
    this.#endWatchers.clear();
    for (const watcher of watchers) watcher(status);
    return untold;
  }
}

/** One process or several. */
export type ProcessSet = SimulatedProcess | readonly SimulatedProcess[];

function makeWorld(
  context: HostContext,
  process: SimulatedProcess,
  life: Life,
  options: StartOptions,
  parent: Life | null,
  incarnation: number,
): World {
  const { network, station, files } = context;
  // A thread has a life of its own, and all else of its process.
  const threads = simulatedThreads({
    engine: context.engine,
    life,
    process: process.name,
    makeWorld: (threadLife, threads) => ({
      ...makeWorld(context, process, threadLife, options, parent, incarnation),
      threads,
    }),
  });
  return {
    threads,
    clock: makeClock(context, life),
    random: context.engine.random.fork(`${life.label}#${incarnation}`),
    network: network.viewOf(station, life),
    files: makeFiles(life, { ...files, currentFolder: options.folder ?? "/" }),
    processes: makeProcesses(context, process, life, options, parent),
    environment: makeEnvironment(process, life, options.environment ?? {}),
  };
}

function makeClock({ engine, wallUs, zoneOffsetS }: HostContext, life: Life): Clock {
  return {
    now: () => engine.now / 1000,
    wall: wallUs,
    zoneOffset: () => zoneOffsetS,
    after(milliseconds, alarm) {
      if (Number.isNaN(milliseconds)) throw new RangeError("Cannot set an alarm: the delay is not a number");
      if (!life.isAlive || milliseconds === Infinity) return () => {};
      let isOver = false;
      life.alarms++;
      const ring = (): unknown => {
        if (isOver) return QUIET;
        isOver = true;
        life.alarms--;
        return void alarm();
      };
      const event = life.schedule(1000 * milliseconds, ring, "alarm");
      return () => {
        if (isOver) return;
        // Its moment may be over already, and it waits for a frozen process to go on.
        isOver = true;
        life.alarms--;
        engine.cancel(event);
      };
    },
    soon(task) {
      if (life.isAlive) life.schedule(0, () => void task(), "work");
    },
  };
}

function makeEnvironment(
  process: SimulatedProcess,
  life: Life,
  variables: Readonly<Record<string, string>>,
): Environment {
  return {
    variable: (name) => Object.hasOwn(variables, name) ? variables[name] : undefined,
    variableNames: () => Object.keys(variables),
    terminalSize: () => null,
    isErrorTerminal: () => false,
    isErrorJournal: () => false,
    takeKeys: () => null,
    writeOutput: (text) => void (life.isAlive && process.output.push(text)),
    writeError: (text) => {
      if (life.isAlive) process.writeError(text);
    },
  };
}

function makeProcesses(
  context: HostContext,
  process: SimulatedProcess,
  life: Life,
  options: StartOptions,
  parent: Life | null,
): Processes {
  const isSupervised = (options.environment?.["NOTIFY_SOCKET"] ?? "") !== "";
  return {
    pid: life.pid,
    get parentPid() {
      return parent?.isAlive ? parent.pid : INIT_PID;
    },
    self: {
      executable: `/bin/${process.name}`,
      compiled: true,
      arguments: [...process.arguments],
      platform: "linux",
      architecture: "x86_64",
    },
    spawn: (command) => spawn(context, life, options, command),
    // One host has no memory that its processes could share: threads are processes of the file that is their module.
    spawnThread: ({ module, ...command }) =>
      spawn(context, life, options, { ...command, executable: decodeURIComponent(new URL(module).pathname) }),
    signal(pid, name) {
      const target = context.processes.get(pid);
      if (life.isAlive) target?.signal(name);
      return target !== undefined;
    },
    onSignal: (name, handler) => onSignal(life, name, handler),
    become: (url) => Promise.reject(fileError("run", url, "ENOENT")),
    // An exception that nobody caught fails the simulation.
    onUncaught: () => () => {},
    isSupervised,
    notify: (text) => void (life.isAlive && isSupervised && process.notices.push(text)),
    exit: (status) => {
      if (life.isAlive) process.exit(status);
    },
  };
}

function onSignal(life: Life, name: SignalName, handler: () => void): Cancel {
  const handlers = life.signalHandlers.get(name) ?? new Set();
  life.signalHandlers.set(name, handlers);
  // An entry of its own, so that one handler registered twice is called twice.
  const entry = (): void => handler();
  handlers.add(entry);
  return () => void handlers.delete(entry);
}

function spawn(context: HostContext, parent: Life, options: StartOptions, command: ChildCommand): ChildProcess {
  const { executable } = command;
  const name = executable.slice(executable.lastIndexOf("/") + 1);
  const program = context.programs.get(executable) ?? context.programs.get(name);
  if (program === undefined) throw fileError("start", executable, "ENOENT");
  const child = new SimulatedProcess(context, name, program, {
    ...options,
    arguments: command.arguments,
    environment: { ...options.environment, ...command.environment },
    ...(command.folder === undefined ? {} : { folder: command.folder }),
    ...(command.input === undefined ? {} : { input: command.input }),
  }, parent);
  let ended = false;
  const status = new Promise<number>((resolve) => {
    // The parent hears of it in an event of its own, and never after its own end.
    child.onEnd((code) => {
      ended = true;
      parent.schedule(0, () => resolve(code), "work");
    });
  });
  const { pid } = child;
  const { streams = "captured", onError } = command;
  if (onError !== undefined) {
    child.watchErrors((text) => parent.schedule(0, () => onError(new TextEncoder().encode(text)), "work"));
  }
  return {
    pid,
    status: status.then((code) => ({ code })),
    output: (limit) =>
      parent.isAlive ? status.then(() => cut(streams === "captured" ? child.output.join("") : "", limit)) : never(),
    signal: (signal) => {
      if (parent.isAlive && !ended) child.signal(signal);
    },
  };
}

function cut(text: string, limit: number): { bytes: Uint8Array; truncated: boolean } {
  const bytes = new TextEncoder().encode(text);
  return { bytes: bytes.slice(0, limit), truncated: bytes.length > limit };
}
