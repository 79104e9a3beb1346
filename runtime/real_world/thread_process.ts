/** A thread that stands for a process, from inside: its command line, streams, signals and end are its own. */

import { type Cancel, FileError, type SignalName, type World } from "../world.ts";
import { signalNumber } from "./signal_number.ts";
import type { FromThread, LockAnswer, ToThread } from "./thread_orders.ts";

type Begin = Extract<ToThread, { readonly kind: "begin" }>;

/** The part of a worker that it needs. */
interface WorkerScope {
  postMessage(message: unknown): void;
  onmessage: ((event: MessageEvent<ToThread>) => void) | null;
}

/** The process that this thread stands for; at module level since it is one, whoever makes worlds in it. */
let current: ThreadProcess | null = null;

/** The process that this thread stands for, or null where it is none. */
export function threadProcess(): ThreadProcess | null {
  return current;
}

/** Makes this thread a process; what it is to run comes from its parent. */
export function enterThread(): Promise<ThreadProcess> {
  const scope = globalThis as unknown as WorkerScope;
  return new Promise((resolve) => {
    scope.onmessage = ({ data }) => {
      if (data.kind !== "begin") return current?.take(data);
      current = new ThreadProcess(scope, data);
      resolve(current);
    };
  });
}

/** What its world has of its own. */
export class ThreadProcess {
  /** The URL of the module that it runs. */
  readonly module: string;
  #hasProgram = false;
  readonly #scope: WorkerScope;
  readonly #begin: Begin;
  readonly #handlers = new Map<SignalName, Set<() => void>>();
  readonly #questions = new Map<number, (answer: LockAnswer) => void>();
  #questionCount = 0;
  readonly #exit = Deno.exit.bind(Deno);

  constructor(scope: WorkerScope, begin: Begin) {
    this.#scope = scope;
    this.#begin = begin;
    this.module = begin.module;
    this.#takeOver();
    // A thread that ends by other ways than these has no status to tell.
    globalThis.addEventListener("unload", () => this.#post({ kind: "exit", status: 0 }));
  }

  /** True once the module has said what its main object is. */
  get hasProgram(): boolean {
    return this.#hasProgram;
  }

  /** True for its own module, which says what its main object is. */
  begin(url: string): boolean {
    if (url !== this.module) return false;
    return this.#hasProgram = true;
  }

  take(message: Exclude<ToThread, Begin>): void {
    if (message.kind === "signal") return this.#signal(message.name);
    this.#questions.get(message.question)?.(message.value);
    this.#questions.delete(message.question);
  }

  /** The world of the process, made from that of the thread. */
  worldFrom(world: World): World {
    const { environment, takesErrors } = this.#begin;
    const { files, processes, threads } = world;
    const variable = (name: string) =>
      Object.hasOwn(environment, name) ? environment[name] : world.environment.variable(name);
    return {
      ...world,
      threads: {
        start: (program, name) => threads.start(program, name),
        channel: () => threads.channel(),
        load: (url) => threads.load(url),
        onEnding: (run) => threads.onEnding(run),
        // Nobody whose actors it hosts started it.
        parent: null,
      },
      files: {
        ...files,
        lock: (path) => this.#lock(path),
        lockHolder: (path) => this.#ask("lockHolder", path),
      },
      environment: {
        ...world.environment,
        variable,
        variableNames: () => [...new Set([...world.environment.variableNames(), ...Object.keys(environment)])],
        terminalSize: () => null,
        isErrorTerminal: () => !takesErrors && world.environment.isErrorTerminal(),
        isErrorJournal: () => !takesErrors && world.environment.isErrorJournal(),
        takeKeys: () => null,
        writeOutput: (text) => this.#write("output", text),
        writeError: (text) => takesErrors ? this.#write("error", text) : world.environment.writeError(text),
      },
      processes: {
        pid: processes.pid,
        // Its parent is the process that it is a part of.
        parentPid: processes.pid,
        self: { ...processes.self, arguments: this.#begin.arguments },
        spawn: (command) => processes.spawn({ ...command, environment: { ...environment, ...command.environment } }),
        spawnThread: (command) => processes.spawnThread(command),
        signal: (pid, name) => processes.signal(pid, name),
        onSignal: (name, handler) => this.#onSignal(name, handler),
        become: (url, args) => processes.become(url, args),
        onUncaught: (handler) => processes.onUncaught(handler),
        isSupervised: false,
        notify: () => {},
        exit: (status) => this.exit(status),
      },
    };
  }

  /** Ends it as a process does. */
  exit(status: number): never {
    this.#post({ kind: "exit", status });
    return this.#exit(status);
  }

  #post(message: FromThread): void {
    this.#scope.postMessage(message);
  }

  #write(kind: "output" | "error", text: string): void {
    this.#post({ kind, bytes: new TextEncoder().encode(text) });
  }

  /** What programs say and end by without their world: a stray word is a part of the output, as in a process. */
  #takeOver(): void {
    const writer = (kind: "output" | "error") => {
      const writeSync = (bytes: Uint8Array) => {
        this.#post({ kind, bytes: bytes.slice() });
        return bytes.length;
      };
      return { writeSync, write: (bytes: Uint8Array) => Promise.resolve(writeSync(bytes)) };
    };
    const say = (kind: "output" | "error") => (...values: unknown[]) =>
      this.#write(
        kind,
        `${values.map((value) => typeof value === "string" ? value : Deno.inspect(value)).join(" ")}\n`,
      );
    Object.assign(Deno.stdout, writer("output"));
    Object.assign(console, { log: say("output"), info: say("output"), debug: say("output") });
    if (this.#begin.takesErrors) {
      Object.assign(Deno.stderr, writer("error"));
      Object.assign(console, { error: say("error"), warn: say("error") });
    }
    const exit = (status?: number) => this.exit(status ?? 0);
    Object.defineProperty(Deno, "exit", { value: exit, enumerable: true, configurable: true });
    Object.defineProperty(globalThis, "close", { value: () => this.exit(0), configurable: true });
    Object.defineProperty(globalThis.process, "exit", { value: exit, enumerable: true, configurable: true });
  }

  #onSignal(name: SignalName, handler: () => void): Cancel {
    const handlers = this.#handlers.get(name) ?? new Set();
    this.#handlers.set(name, handlers);
    const entry = () => handler();
    handlers.add(entry);
    return () => void handlers.delete(entry);
  }

  #signal(name: SignalName): void {
    const handlers = [...this.#handlers.get(name) ?? []];
    for (const handler of handlers) handler();
    if (handlers.length === 0) this.exit(-(signalNumber(name, Deno.build.os === "darwin") ?? 1));
  }

  async #lock(path: string): Promise<Cancel | null> {
    const lock = await this.#ask("lock", path);
    return lock === null ? null : () => this.#post({ kind: "unlock", lock });
  }

  async #ask(kind: "lock" | "lockHolder", path: string): Promise<number | null> {
    const question = ++this.#questionCount;
    const answer = await new Promise<LockAnswer>((resolve) => {
      this.#questions.set(question, resolve);
      this.#post({ kind, question, path });
    });
    if ("failed" in answer) throw new FileError(answer.failed, "other");
    return answer.done;
  }
}
