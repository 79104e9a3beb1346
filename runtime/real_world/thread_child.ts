/** A thread that stands for a child process, as its parent has it. */

import type { Cancel, ChildProcess, ChildStatus, SignalName, ThreadCommand } from "../world.ts";
import { lock, lockHolder } from "./lock.ts";
import { signalNumber } from "./signal_number.ts";
import type { FromThread, LockAnswer, ToThread } from "./thread_orders.ts";

/** The status of a thread that an error ended. */
const ERROR_STATUS = 1;

/**
 * Starts a module in a thread of this process. The locks that it takes are held here: record locks belong to a process, and
 * any thread that opened and closed a locked file by itself would drop them for all.
 */
export class ThreadChild implements ChildProcess {
  readonly pid = Deno.pid;
  readonly status: Promise<ChildStatus>;
  readonly #worker: Worker;
  readonly #resolve: (status: ChildStatus) => void;
  readonly #onError: ThreadCommand["onError"];
  readonly #locks = new Map<number, Cancel>();
  #lockCount = 0;
  readonly #parts: Uint8Array[] = [];
  #bytes = 0;
  /** Bytes of output that anybody wants. */
  #limit = Infinity;
  #hasEnded = false;

  constructor(command: ThreadCommand) {
    const { promise, resolve } = Promise.withResolvers<ChildStatus>();
    this.status = promise;
    this.#resolve = resolve;
    this.#onError = command.onError;
    const worker = this.#worker = new Worker(command.program, { type: "module", name: command.name });
    worker.onmessage = ({ data }: MessageEvent<FromThread>) => this.#take(data);
    worker.onerror = (event) => {
      // Without this the error would be one of this thread, too.
      event.preventDefault();
      this.#end(ERROR_STATUS);
    };
    this.#post({
      kind: "begin",
      module: command.module,
      arguments: [...command.arguments],
      environment: { ...command.environment },
      takesErrors: command.onError !== undefined,
    });
  }

  async output(limit: number): Promise<{ bytes: Uint8Array; truncated: boolean }> {
    this.#limit = limit;
    await this.status;
    const bytes = new Uint8Array(Math.min(this.#bytes, limit));
    let at = 0;
    for (const part of this.#parts) {
      const taken = part.subarray(0, bytes.length - at);
      bytes.set(taken, at);
      at += taken.length;
    }
    return { bytes, truncated: this.#bytes > limit };
  }

  signal(name: SignalName): void {
    if (this.#hasEnded) return;
    // Whatever it does, be it a loop without end.
    if (name === "SIGKILL") this.#end(-signalNumber(name, Deno.build.os === "darwin")!);
    else this.#post({ kind: "signal", name });
  }

  #post(message: ToThread): void {
    this.#worker.postMessage(message);
  }

  #take(message: FromThread): void {
    if (this.#hasEnded) return;
    switch (message.kind) {
      case "output":
        if (this.#bytes < this.#limit) this.#parts.push(message.bytes);
        this.#bytes += message.bytes.length;
        return;
      case "error":
        return this.#onError?.(message.bytes);
      case "lock":
        return void this.#answer(message.question, () => this.#lock(message.path));
      case "lockHolder":
        return void this.#answer(message.question, () => lockHolder(message.path));
      case "unlock":
        this.#locks.get(message.lock)?.();
        this.#locks.delete(message.lock);
        return;
      case "exit":
        return this.#end(message.status);
    }
  }

  async #lock(path: string): Promise<number | null> {
    const release = await lock(path);
    if (release === null) return null;
    if (this.#hasEnded) {
      release();
      return null;
    }
    const number = ++this.#lockCount;
    this.#locks.set(number, release);
    return number;
  }

  async #answer(question: number, find: () => Promise<number | null>): Promise<void> {
    const value = await find().then(
      (done): LockAnswer => ({ done }),
      (error): LockAnswer => ({ failed: error instanceof Error ? error.message : String(error) }),
    );
    if (!this.#hasEnded) this.#post({ kind: "answer", question, value });
  }

  #end(code: number): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#worker.terminate();
    // As the system does it for a process.
    for (const release of this.#locks.values()) release();
    this.#locks.clear();
    this.#resolve({ code });
  }
}
