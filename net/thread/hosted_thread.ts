/** One thread, as the main thread has it: its link, who in it has a parent outside, and its end. */

import {
  type AddressValue as Address,
  type Cancel,
  childrenOf,
  Faulted,
  firstIdOf,
  type Kernel,
  lastIdOf,
  localAddress,
  processContext,
  Returned,
  Stop,
  type Thread,
  type ThreadPort,
  type ThreadProgram,
} from "../../runtime/mod.ts";
import { THREAD_END_TIMEOUT_MS } from "../limits.ts";
import { ThreadLink } from "./link.ts";
import { type Downward, type Introduction, type Order, unpackRecord, type Upward } from "./orders.ts";
import { Watches } from "./watches.ts";

/** What a thread is started with. */
export interface HostedOptions {
  /** Unlike that of any other; the main thread is 0. */
  readonly number: number;
  readonly name: string;
  readonly isShared: boolean;
  readonly program: ThreadProgram;
}

/** What a thread asks of all of them. */
export interface Threads {
  place(creator: HostedThread, thread: string | null, order: Order): void;
  where(asker: HostedThread, block: number): void;
  grant(thread: HostedThread, use: "own" | "hosting"): void;
  /** The next block for addresses of actors that the main thread makes elsewhere. */
  takeHostingBlock(host: HostedThread): number;
  /** No further actors go to the thread. */
  ending(thread: HostedThread): void;
  /** It has ended, with its last word said or not. */
  ended(thread: HostedThread, isOrderly: boolean): void;
}

/** A thread. */
export class HostedThread {
  readonly number: number;
  readonly name: string;
  readonly link: ThreadLink;
  readonly #kernel: Kernel;
  readonly #threads: Threads;
  readonly #isShared: boolean;
  readonly #thread: Thread;
  readonly #watches: Watches;
  /** Parents outside, by the children inside. */
  readonly #parents = new Map<Address, Address>();
  readonly #loaded = new Set<string>();
  /** Blocks of addresses that this thread gave to actors in others, with the numbers of their threads. */
  readonly #hosted = new Map<number, number>();
  /** Threads that there is a way to from this one. */
  readonly #peers = new Set<HostedThread>();
  /** What to call when a child process of this thread has ended, by its actor. */
  readonly #childProcesses = new Map<Address, () => void>();
  readonly #gone = Promise.withResolvers<void>();
  #nextId = 0;
  #lastId = -1;
  #isEnding = false;
  #hasEnded = false;

  constructor(kernel: Kernel, threads: Threads, { number, name, isShared, program }: HostedOptions) {
    this.#kernel = kernel;
    this.#threads = threads;
    this.number = number;
    this.name = name;
    this.#isShared = isShared;
    this.#thread = kernel.world.threads.start(program, name);
    this.link = new ThreadLink({
      kernel,
      port: this.#thread.port,
      name: `thread ${name}`,
      onOrder: (order) => this.#onOrder(order as Upward),
    });
    this.#watches = new Watches(kernel, this.link);
    this.link.drained.then(() => this.#ended(null, true));
    this.#thread.ended.then((cause) => this.#ended(cause ?? "the thread was ended", cause !== null));
  }

  /** The first thing that it is told; it can't be told anything else before. */
  introduce(introduction: Introduction): void {
    this.#thread.port.post(JSON.stringify(introduction));
  }

  tell(order: Downward): void {
    this.link.order(order);
  }

  // Actors in it.

  /** An address for an actor that the main thread is going to make in it. */
  nextAddress(): Address {
    if (this.#nextId > this.#lastId) {
      const block = this.#threads.takeHostingBlock(this);
      this.#nextId = firstIdOf(block);
      this.#lastId = lastIdOf(block);
    }
    return localAddress(this.#nextId++);
  }

  /** Makes an actor. What is sent to its address follows on the same way, so nothing overtakes anything. */
  create(order: Order): void {
    if (this.#hasEnded) return this.#fail(order.id as Address, order.parent as Address, this.#endFault("it ended"));
    this.#parents.set(order.id as Address, order.parent as Address);
    if (!this.#loaded.has(order.url)) this.tell({ kind: "load", url: order.url });
    this.#loaded.add(order.url);
    this.tell({ kind: "create", order });
  }

  #onOrder(order: Upward): void {
    switch (order.kind) {
      case "log":
        return this.#kernel.log.write(unpackRecord(order.record, this.name));
      case "ended":
        return this.#actorEnded(order.address as Address);
      case "watch":
        return this.#watches.tell(order.address as Address);
      case "place":
        return this.#threads.place(this, order.thread, order.order);
      case "where":
        return this.#threads.where(this, order.block);
      case "more":
        return this.#threads.grant(this, order.use);
      case "child":
        return this.#childStarted(order.address as Address);
      case "childEnded":
        return this.#childEnded(order.address as Address);
      case "forgotten":
        return this.#forgetHost(order.thread);
      case "temporary":
        return void this.#tellTemporaryPath();
    }
  }

  #actorEnded(address: Address): void {
    this.#watches.ended(address);
    if (this.#parents.delete(address) && !this.#isShared) this.end();
  }

  /** Calls `onEnd`, once, when nobody is at an address of this thread any more. */
  watch(address: Address, onEnd: () => void): Cancel {
    return this.#watches.watch(address, onEnd);
  }

  // Other threads.

  /** Notes that this thread makes actors in another one, at addresses of that block. */
  addHosted(block: number, host: HostedThread): void {
    this.#hosted.set(block, host.number);
  }

  /** True when it does, or did until that other one ended and as long as it may not know of that. */
  hasHosted(block: number): boolean {
    return this.#hosted.has(block);
  }

  #forgetHost(number: number): void {
    for (const [block, host] of this.#hosted) if (host === number) this.#hosted.delete(block);
  }

  isJoinedTo(other: HostedThread): boolean {
    return this.#peers.has(other);
  }

  /** Gives it a way to another thread, where these addresses are. */
  join(
    other: HostedThread,
    port: ThreadPort,
    known: { districts: readonly number[]; blocks: readonly number[] },
  ): void {
    this.#peers.add(other);
    const { number: thread, name } = other;
    this.link.order({ kind: "peer", thread, name, ...known } satisfies Downward, port);
  }

  // Child processes of its actors are collected with those of the main thread.

  #childStarted(address: Address): void {
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    this.#childProcesses.set(address, resolve);
    const children = childrenOf(this.#kernel);
    children.add(address, { ended, hasten: () => this.tell({ kind: "hasten", address }) });
    // It was started before its thread knew that the process is about to end.
    if (children.isClosed) this.#kernel.send(new Stop(), address, address);
  }

  #childEnded(address: Address): void {
    this.#childProcesses.get(address)?.();
    this.#childProcesses.delete(address);
  }

  /** Lets no further child process start. */
  closeChildren(): void {
    this.tell({ kind: "closeChildren" });
  }

  async #tellTemporaryPath(): Promise<void> {
    try {
      const path = await processContext(this.#kernel).temporaryPath();
      this.tell({ kind: "temporary", path, error: "" });
    } catch (error) {
      this.tell({ kind: "temporary", path: null, error: error instanceof Error ? error.message : `${error}` });
    }
  }

  // The end.

  /** Lets it say what it has to say, and ends it. */
  async end(): Promise<void> {
    this.#threads.ending(this);
    if (!this.#isEnding && !this.#hasEnded) {
      this.#isEnding = true;
      this.tell({ kind: "end" });
      const timer = this.#kernel.after(THREAD_END_TIMEOUT_MS, () => this.#thread.terminate());
      this.#gone.promise.then(() => this.#kernel.cancelTimer(timer));
    }
    await this.#gone.promise;
  }

  terminate(): void {
    this.#thread.terminate();
  }

  /** `isOrderly` when it had its last word, to all threads. */
  #ended(cause: string | null, isOrderly: boolean): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const reason = cause ?? "it ended";
    this.#threads.ended(this, isOrderly);
    this.link.abandon();
    this.#thread.terminate();
    if (!this.#isEnding) this.#kernel.note("!", `Thread "${this.name}" ended (${reason})`);
    for (const [child, parent] of this.#parents) this.#fail(child, parent, this.#endFault(reason));
    this.#watches.endAll();
    for (const address of [...this.#childProcesses.keys()]) this.#childEnded(address);
    this.#gone.resolve();
  }

  #endFault(reason: string): Faulted {
    return new Faulted(`thread "${this.name}" ended`, reason.split("\n", 1)[0]!);
  }

  #fail(child: Address, parent: Address, fault: Faulted): void {
    this.#kernel.send(new Returned({ message: fault }), parent, child);
  }

  /** Another thread has ended; this one is told of it, if they had anything to do with each other. */
  lose(other: HostedThread, isOrderly: boolean): void {
    const unmade = [...other.#hosted].filter(([, host]) => host === this.number).map(([block]) => block);
    const wasHost = [...this.#hosted.values()].includes(other.number);
    if (!this.#peers.delete(other) && unmade.length === 0 && !wasHost) return;
    this.tell({ kind: "gone", thread: other.number, name: other.name, isOrderly, unmade });
  }
}
