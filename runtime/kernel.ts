/**
 * The kernel of a runtime: who exists, whose turn it is, and what is due. What actors are, it does not know.
 */

import type { MachineClass, RoutineFunction } from "./actor.ts";
import { type Address, lastHop, lastNumber, localAddress, NO_ADDRESS } from "./address.ts";
import { blockOf, type Elsewhere, firstIdOf, lastIdOf } from "./elsewhere.ts";
import { type Account, AccountSum, type Ledger, Losses, type QueueAccount, type TransportAccount } from "./ledger.ts";
import { Log, type LogTag } from "./log.ts";
import { MailboxPool } from "./mailbox.ts";
import { Returned } from "./messages/signals.ts";
import { type Timer, TimerQueue } from "./timers.ts";
import { Turns } from "./turns.ts";
import type { Cancel, World } from "./world.ts";

/** Timers that expire before messages, input and output get their turn, however many are due. */
const EXPIRING_MAX = 512;

/** How often discarded messages are reported. */
const DISCARD_REPORT_MS = 1000;

/**
 * What stands behind an address. Actors do, and so do proxies for other processes: those get everything whose path
 * ends with them, with the whole path in `to`.
 */
export interface Receiver {
  /** Takes a message; must not run user code before it returns. */
  deliver(message: unknown, to: Address, from: Address): void;
  /** The account of its queue, where it has one. */
  queueAccount?(): QueueAccount;
  /** Its account as a connection, where it is one. */
  transportAccount?(): TransportAccount;
}

/** A function or class that is an actor type; the public `create` knows more of it. */
export type ActorTypeLike = object & { readonly name: string };

/** An actor made from outside of all actors, and its end. */
export interface Running {
  /** Where to send it messages. */
  readonly address: Address;
  /** What it returned: a message, a value with its type, null; or the fault that ended it. */
  readonly returned: Promise<unknown>;
}

/** How to make a runtime. */
export interface RuntimeOptions {
  /** Where records go; nothing is logged without. */
  log?: Log;
  /** Freezes messages as they are sent, so that a sender who changes them later gets an exception. @default {false} */
  strict?: boolean;
  /** The first address that it gives; those before are given by others. @default {1} */
  firstId?: number;
}

/** What a runtime counts; read by tests and status reports. */
export interface RuntimeCounts {
  /** Messages sent to addresses that don't exist (any more). */
  undeliverable: number;
  /** Messages discarded because a mailbox was full, or too many were put aside. */
  discarded: number;
}

/** What a {@linkcode Runtime} is apart from the making of actors: addresses, turns, timers, accounts. */
export abstract class Kernel {
  /** The world that it lives in. */
  readonly world: World;
  /** Where its log records go. */
  readonly log: Log;
  /** True when messages are frozen as they are sent. */
  readonly strict: boolean;
  /** What went nowhere so far. */
  readonly counts: RuntimeCounts = { undeliverable: 0, discarded: 0 };
  /** @internal Whose turn it is. */
  readonly turns: Turns;
  /** @internal */
  readonly mailboxes = new MailboxPool();
  /** By the numbers of their addresses, as are {@link #watchers}. */
  readonly #receivers = new Map<number, Receiver>();
  readonly #services = new Map<symbol, unknown>();
  readonly #timers = new TimerQueue();
  #lastId = 0;
  /** The last one that this runtime may give without asking. */
  #endId = Infinity;
  #elsewhere: Elsewhere | null = null;
  readonly #watchers = new Map<number, Set<() => void>>();
  #alarm: { readonly due: number; readonly cancel: Cancel } | null = null;
  readonly #past = new AccountSum();
  readonly #limits = new Map<string, number>();
  readonly #losses = new Losses();
  readonly #held = new Set<Promise<void>>();
  #closed = false;

  /**
   * Makes an empty runtime. It has neither transport nor directory; `openRuntime` makes one that does.
   *
   * @param world The world to live in.
   */
  constructor(world: World, options: RuntimeOptions = {}) {
    this.world = world;
    this.turns = new Turns(world.clock);
    this.log = options.log ?? new Log("NONE", { write() {} });
    this.strict = options.strict ?? false;
    this.#lastId = (options.firstId ?? 1) - 1;
  }

  /** @internal Makes an actor of a type as the child of `parent`, and returns its address at once. */
  abstract createActor(type: ActorTypeLike, settings: object | undefined, parent: Address): Address;

  /** Makes an actor as a child of nobody, for code that is not an actor itself. */
  start<S>(type: RoutineFunction<S> | MachineClass<S>, settings?: Partial<S>): Running {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const parent = this.register({
      deliver: (message) => {
        if (!(message instanceof Returned)) return;
        this.unregister(parent);
        resolve(message.message);
      },
    });
    return {
      address: this.createActor(type as ActorTypeLike, settings as object | undefined, parent),
      returned: promise,
    };
  }

  // Who exists.

  /** @internal Gives a receiver the next address of this process. */
  register(receiver: Receiver): Address {
    if (this.#lastId >= this.#endId) this.#takeBlock(this.#elsewhere!.takeBlock());
    const id = ++this.#lastId;
    this.#receivers.set(id, receiver);
    return localAddress(id);
  }

  /** @internal Lets a receiver have an address that was given by others; see {@linkcode RuntimeOptions.firstId}. */
  registerAt(address: Address, receiver: Receiver): void {
    this.#receivers.set(Number(address), receiver);
  }

  /** @internal Ends an address. Messages to it vanish from now on. */
  unregister(address: Address): void {
    const id = Number(address);
    this.#receivers.delete(id);
    if (this.#watchers.size > 0) this.#tellWatchers(id);
  }

  #tellWatchers(id: number): void {
    const watchers = this.#watchers.get(id);
    this.#watchers.delete(id);
    for (const onEnd of watchers ?? []) queueMicrotask(onEnd);
  }

  /** @internal The receiver at a local address, or who takes what is for it to another thread, if it exists. */
  receiverAt(address: Address): Receiver | undefined {
    return this.#receivers.get(Number(address)) ?? this.#elsewhere?.receiverOf(address);
  }

  /**
   * @internal Calls `onEnd`, once, when nobody is at a local address any more: after what its last receiver said, and
   * soon if nobody is there now.
   *
   * @returns Takes it back.
   */
  watch(address: Address, onEnd: () => void): Cancel {
    const id = Number(address);
    if (!this.#receivers.has(id)) {
      if (this.#elsewhere?.receiverOf(address) !== undefined) return this.#elsewhere.watch(address, onEnd);
      let isCancelled = false;
      queueMicrotask(() => isCancelled || onEnd());
      return () => void (isCancelled = true);
    }
    const watchers = this.#watchers.get(id) ?? new Set();
    this.#watchers.set(id, watchers);
    // A function may watch more than once.
    const watcher = () => onEnd();
    watchers.add(watcher);
    return () => {
      watchers.delete(watcher);
      if (watchers.size === 0 && this.#watchers.get(id) === watchers) this.#watchers.delete(id);
    };
  }

  /**
   * @internal Makes this runtime one of several in a process, each in a thread of its own. From now on it gives
   * addresses of its blocks only.
   *
   * @returns The block that it is giving addresses from; those before are its own, too.
   */
  extend(elsewhere: Elsewhere): number {
    this.#elsewhere = elsewhere;
    const block = blockOf(localAddress(this.#lastId));
    this.#endId = lastIdOf(block);
    return block;
  }

  #takeBlock(block: number): void {
    this.#lastId = firstIdOf(block) - 1;
    this.#endId = lastIdOf(block);
  }

  /** How many receivers exist. */
  get receiverCount(): number {
    return this.#receivers.size;
  }

  /**
   * Takes a message to where it goes: a local actor, or the proxy that the path ends with. Never fails; what can't
   * be delivered is counted.
   */
  send(message: unknown, to: Address, from: Address): void {
    const receiver = this.#receivers.get(lastNumber(to)) ?? this.#elsewhere?.receiverOf(lastHop(to));
    if (receiver !== undefined) receiver.deliver(message, to, from);
    else this.lose(to, from);
  }

  // Services: what upper layers attach (transport, directory), found by symbol.

  /** @internal Attaches something that others of this runtime find by its symbol. */
  provide<T>(service: Service<T>, value: T): void {
    this.#services.set(service.symbol, value);
  }

  /** @internal What was attached under a symbol, or undefined. */
  find<T>(service: Service<T>): T | undefined {
    return this.#services.get(service.symbol) as T | undefined;
  }

  // What is due.

  /** @internal Calls `expire` once, `milliseconds` from now, never early. */
  after(milliseconds: number, expire: () => void): Timer {
    if (Number.isNaN(milliseconds)) throw new RangeError("Cannot start a timer: its time is not a number");
    const timer = this.#timers.add(this.world.clock.now() + Math.max(0, milliseconds), expire);
    this.#setAlarm();
    return timer;
  }

  /** @internal Takes back a timer; nothing happens when it expired already. */
  cancelTimer(timer: Timer): void {
    this.#timers.cancel(timer);
  }

  #setAlarm(): void {
    const due = this.#timers.next;
    if (due === null || this.#closed) return;
    if (this.#alarm !== null) {
      if (this.#alarm.due <= due) return;
      this.#alarm.cancel();
    }
    const wait = Math.max(0, due - this.world.clock.now());
    this.#alarm = { due, cancel: this.world.clock.after(wait, this.#ring) };
  }

  readonly #ring = (): void => {
    this.#alarm = null;
    if (this.#closed) return;
    const now = this.world.clock.now();
    let left = EXPIRING_MAX;
    try {
      while (left-- > 0) {
        const expire = this.#timers.take(now);
        if (expire === null) break;
        expire();
      }
    } finally {
      // Whatever one of them throws, the others still come.
      if (left < 0) this.#ringSoon();
      else this.#setAlarm();
    }
  };

  /** More are due: messages, input and output have their turn first. */
  #ringSoon(): void {
    this.#alarm = { due: -Infinity, cancel: () => {} };
    this.world.clock.soon(this.#ring);
  }

  /** How many timers wait. */
  get timerCount(): number {
    return this.#timers.size;
  }

  // What gets reported.

  /** @internal Writes a record in the name of the runtime itself. */
  note(tag: LogTag, text: string): void {
    this.log.write({ wall: this.world.clock.wall(), tag, address: NO_ADDRESS, name: "runtime", text });
  }

  #trace(text: string): void {
    this.note("~", text);
  }

  /** @internal Counts a message that was thrown away; one warning a second names receivers and how much they lost. */
  discard(receiver: Address, name: string, reason: "full" | "aside" = "full"): void {
    this.counts.discarded++;
    if (this.#losses.isEmpty) this.after(DISCARD_REPORT_MS, () => this.note("?", this.#losses.take()));
    this.#losses.add(receiver, name, reason);
  }

  /** @internal Counts a message that nobody is there for (any more). */
  lose(to: Address, from: Address): void {
    this.counts.undeliverable++;
    if (this.log.enabled("~")) this.#trace(`Nobody at ${to} for a message from ${from}`);
  }

  /** @internal Keeps the account of a receiver that ends. */
  settle(account: Account): void {
    this.#past.add(account);
  }

  /** @internal Counts that a limit had to do something. */
  limited(name: string): void {
    this.#limits.set(name, (this.#limits.get(name) ?? 0) + 1);
  }

  /** What became of all messages of this runtime. */
  ledger(): Ledger {
    const total = new AccountSum();
    total.add(this.#past.account);
    const queues: QueueAccount[] = [];
    const transports: TransportAccount[] = [];
    for (const receiver of this.#receivers.values()) {
      const transport = receiver.transportAccount?.();
      if (transport !== undefined) transports.push(transport);
      const account = receiver.queueAccount?.();
      if (account === undefined) continue;
      queues.push(account);
      total.add(account);
    }
    const limits = new Map(this.#limits);
    return { queues, transports, limits, total: total.account, undeliverable: this.counts.undeliverable };
  }

  /** Names something under way that is to be finished before the process ends, such as a file that is being written. */
  hold(work: Promise<unknown>): void {
    const held = work.then(() => {}, () => {}).finally(() => this.#held.delete(held));
    this.#held.add(held);
  }

  /** Resolves when nothing is held any more. */
  async settled(): Promise<void> {
    while (this.#held.size > 0) await Promise.all(this.#held);
  }

  /** Ends all activity: no turn, timer or message happens any more. */
  close(): void {
    this.#closed = true;
    this.#alarm?.cancel();
    this.#alarm = null;
    this.#receivers.clear();
    this.#watchers.clear();
    this.#elsewhere = null;
    this.#endId = Infinity;
    this.#services.clear();
    this.turns.end();
  }

  /** True after {@link close}. */
  get isClosed(): boolean {
    return this.#closed;
  }
}

/** The name under which a layer attaches something to a runtime, with its type. */
export class Service<T> {
  declare protected readonly _type?: T;
  readonly symbol: symbol;

  constructor(name: string) {
    this.symbol = Symbol(name);
  }
}
