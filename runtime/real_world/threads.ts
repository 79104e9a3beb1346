/** Threads as Web Workers, and ways between them as message ports. */

import type { Thread, ThreadPort, ThreadProgram, Threads } from "../world.ts";
import { loadModule } from "./modules.ts";

/** The last word of a thread, on every way that it has: why it ends. */
interface Obituary {
  readonly died: string;
}

/** What a platform's port can do; workers have it, too. */
interface RawPort {
  postMessage(message: unknown, transfer: Transferable[]): void;
  onmessage: ((event: MessageEvent) => void) | null;
}

/** What a worker has and the main thread has not. */
interface WorkerScope extends RawPort {
  close(): void;
}

/** Makes the threads of the real world. */
export function realThreads(): Threads {
  let parent: ThreadPort | null | undefined;
  return {
    get parent() {
      return parent === undefined ? parent = parentPort() : parent;
    },
    start: (program, name) => new WorkerThread(program, name),
    channel() {
      const { port1, port2 } = new MessageChannel();
      return [new Way(port1), new Way(port2)];
    },
    load: loadModule,
    onEnding: (run) => void (onEnding = run),
  };
}

/** Ports of this thread to others, which learn of its end. */
const ways = new Set<Way>();
/** What this thread has to do before. */
let onEnding = () => {};

/** An end of a channel. */
class Way implements ThreadPort {
  readonly #port: MessagePort;

  constructor(port: MessagePort) {
    this.#port = port;
  }

  post(parcel: unknown, ports: readonly ThreadPort[] = []): void {
    this.#port.postMessage(parcel, transferred(ports));
  }

  listen(take: (parcel: unknown, ports: readonly ThreadPort[]) => void, ended: () => void): void {
    ways.add(this);
    this.#port.onmessage = ({ data, ports }) => {
      if (!isObituary(data)) take(data, received(ports));
      else {
        this.close();
        ended();
      }
    };
  }

  close(): void {
    ways.delete(this);
    this.#port.onmessage = null;
    this.#port.close();
  }

  /** The platform's part of an end that is given away. */
  get raw(): MessagePort {
    return this.#port;
  }
}

function transferred(ports: readonly ThreadPort[]): Transferable[] {
  return ports.map((port) => {
    if (port instanceof Way) return port.raw;
    throw new TypeError("Cannot give away a port to a thread: it is not one end of a channel");
  });
}

function received(ports: readonly MessagePort[]): readonly ThreadPort[] {
  return ports.length === 0 ? [] : ports.map((port) => new Way(port));
}

/** A Web Worker that was started. */
class WorkerThread implements Thread {
  readonly port: ThreadPort;
  readonly ended: Promise<string | null>;
  readonly #worker: Worker;
  readonly #resolve: (cause: string | null) => void;
  #hasEnded = false;

  constructor(program: ThreadProgram, name: string) {
    const { promise, resolve } = Promise.withResolvers<string | null>();
    this.ended = promise;
    this.#resolve = resolve;
    const worker = this.#worker = new Worker(program.url, { type: "module", name });
    worker.onerror = (event) => {
      // Without this the error would be one of this thread, too.
      event.preventDefault();
      this.#end(event.message);
    };
    this.port = {
      post: (parcel, ports = []) => {
        if (!this.#hasEnded) worker.postMessage(parcel, transferred(ports));
      },
      // Why it ended is told by `ended`.
      listen: (take) => {
        worker.onmessage = ({ data, ports }) => isObituary(data) ? this.#end(data.died) : take(data, received(ports));
      },
      close: () => void (worker.onmessage = null),
    };
  }

  #end(cause: string | null): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#worker.terminate();
    this.#resolve(cause);
  }

  terminate(): void {
    this.#end(null);
  }
}

function isObituary(data: unknown): data is Obituary {
  return typeof data === "object" && data !== null && "died" in data;
}

/** The way to whoever started this worker; null in the main thread. */
function parentPort(): ThreadPort | null {
  if (!("WorkerGlobalScope" in globalThis)) return null;
  const scope = globalThis as unknown as WorkerScope;
  const close = scope.close.bind(scope);
  let hasDied = false;
  const die = (died: string) => {
    if (hasDied) return;
    hasDied = true;
    onEnding();
    // Whoever waits for the end of this thread hears the others' last words first.
    for (const way of ways) way.post({ died } satisfies Obituary);
    scope.postMessage({ died } satisfies Obituary, []);
    close();
  };
  // A worker that ends doesn't tell by itself, and one that fails would write to stderr what is for the log.
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    die(errorText(event.error ?? event.message));
  });
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    die(errorText(event.reason));
  });
  globalThis.addEventListener("unload", () => die("the thread ended itself"));
  scope.close = () => die("the thread ended itself");
  return {
    post: (parcel, ports = []) => scope.postMessage(parcel, transferred(ports)),
    listen: (take) => {
      scope.onmessage = ({ data, ports }) => take(data, received(ports));
    },
    close: () => void (scope.onmessage = null),
  };
}

function errorText(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}
