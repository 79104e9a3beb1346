/** Threads as Web Workers. */

import { type ByteStream, NetworkError, type Thread, type ThreadProgram, type Threads } from "../world.ts";
import { type BytePort, PortStream } from "../port_stream.ts";
import { loadModule } from "./modules.ts";

/** The last word of a worker: why it ends. Everything else that is sent belongs to the stream. */
interface Obituary {
  readonly died: string;
}

/** What a worker has and the main thread has not. */
interface WorkerScope {
  postMessage(message: unknown, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent) => void) | null;
  close(): void;
}

/** Makes the threads of the real world. */
export function realThreads(): Threads {
  let parent: ByteStream | null | undefined;
  return {
    get parent() {
      return parent === undefined ? parent = parentStream() : parent;
    },
    start: (program, name) => new WorkerThread(program, name),
    load: loadModule,
  };
}

/** A Web Worker that was started. */
class WorkerThread implements Thread {
  readonly stream: PortStream;
  readonly ended: Promise<string | null>;
  readonly #worker: Worker;
  readonly #end: (cause: string | null) => void;
  #hasEnded = false;

  constructor(program: ThreadProgram, name: string) {
    const { promise, resolve } = Promise.withResolvers<string | null>();
    this.ended = promise;
    const worker = this.#worker = new Worker(program.url, { type: "module", name });
    worker.onerror = (event) => {
      // Without this the error would be one of this thread, too.
      event.preventDefault();
      this.#die(event.message);
    };
    const port: BytePort = {
      postMessage: (message, transfer) => {
        if (!this.#hasEnded) worker.postMessage(message, transfer);
      },
      listen: (take) => {
        worker.onmessage = ({ data }) => isObituary(data) ? this.#die(data.died) : take(data);
      },
      close() {},
    };
    this.stream = new PortStream(port, { local: "main", remote: `thread ${name}` });
    this.#end = (cause) => {
      if (this.#hasEnded) return;
      this.#hasEnded = true;
      worker.terminate();
      this.stream.break(new NetworkError(cause ?? "the thread was ended", 104));
      resolve(cause);
    };
  }

  #die(cause: string): void {
    this.#end(cause);
  }

  terminate(): void {
    this.#end(null);
  }
}

function isObituary(data: unknown): data is Obituary {
  return typeof data === "object" && data !== null && "died" in data;
}

/** The stream to whoever started this worker; null in the main thread. */
function parentStream(): ByteStream | null {
  if (!("WorkerGlobalScope" in globalThis)) return null;
  const scope = globalThis as unknown as WorkerScope;
  const close = scope.close.bind(scope);
  const die = (died: string) => {
    scope.postMessage({ died } satisfies Obituary);
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
  globalThis.addEventListener(
    "unload",
    () => scope.postMessage({ died: "the thread ended itself" } satisfies Obituary),
  );
  scope.close = () => die("the thread ended itself");
  const port: BytePort = {
    postMessage: (message, transfer) => scope.postMessage(message, transfer),
    listen: (take) => {
      scope.onmessage = ({ data }) => take(data);
    },
    close() {},
  };
  return new PortStream(port, { local: "thread", remote: "main" });
}

function errorText(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}
