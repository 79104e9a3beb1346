/**
 * What stands behind the address of an actor: its mailbox, accounts, children, timers, and its end.
 *
 * An actor holds its cell in a private field. Whatever members users give to their machines, or roles in JavaScript to
 * their `self`, none of them can be taken for one of these.
 */

import type { ActorInfo } from "./actor_type.ts";
import { type Address, addressText, localAddress, NO_ADDRESS } from "./address.ts";
import { messageName } from "./dispatch.ts";
import type { Kernel, Receiver } from "./kernel.ts";
import type { Account, QueueAccount } from "./ledger.ts";
import { type LogTag, type LogText, logText, type LogValues } from "./log.ts";
import type { Mailbox } from "./mailbox.ts";
import { Faulted } from "./messages/faults.ts";
import { Returned, Stop } from "./messages/signals.ts";
import { deepCopy, deepFreeze, isCopied } from "./ownership.ts";
import type { Timer } from "./timers.ts";
import type { Runnable } from "./turns.ts";
import { Cast } from "./types/cast.ts";
import { misfit } from "./types/misfit.ts";
import { MessageBase, type MessageClass } from "./types/message.ts";

/** What can be sent: a message, a value with its type (`castTo`), or null. */
export type Sendable = object | null;

/** Ends an actor from within; thrown by `complete`, seen by nobody else. */
export class Completion {
  constructor(readonly value: unknown) {}
}

/** Where an actor is put. */
export interface Place {
  readonly kernel: Kernel;
  readonly address: Address;
  readonly parent: Address;
  readonly info: ActorInfo;
}

/** With so many waiting, a receiver is pressed: it gets more than its ordinary turns. */
export const PRESSING_MESSAGES = 1024;

/** Messages in an ordinary turn of one actor, so that others get theirs. */
export const TURN_MESSAGES_MAX = 64;

/** A child in a table: the number of its address, as a text that is new is slow to find; the address of one elsewhere. */
type ChildKey = number | Address;

function keyOf(child: Address): ChildKey {
  const number = Number(child);
  return Number.isNaN(number) ? child : number;
}

/** What only some actors have. Made when first needed, so that a million at rest go without. */
export class Belongings {
  readonly children = new Map<ChildKey, unknown>();
  readonly timers = new Map<MessageClass, Timer>();
  abortValue: unknown = null;
  /** Messages that were thrown away. */
  readonly lost = { full: 0, aside: 0 };
}

/** What an actor is about to do: nothing before a message comes, what its turn brings, or nothing any more. */
type Phase = "resting" | "queued" | "ended";

/**
 * Messages, in order, for one actor; what it does with them is a matter of its kind.
 *
 * There may be a million, so each field counts, and a class with private methods costs each object one more. Nobody but the
 * runtime has a cell in hand: here `protected` does.
 */
export abstract class Cell<B extends Belongings = Belongings> implements Receiver, Runnable {
  // Set by `place`, before anything else is called.
  kernel: Kernel = null!;
  info: ActorInfo = null!;
  address: Address = NO_ADDRESS;
  parent: Address = NO_ADDRESS;
  /** Where the message in hand came from. */
  returnAddress: Address = NO_ADDRESS;
  /** The message in hand as it came: a value that was sent with its type is still with it. */
  received: Sendable = null;
  /** Messages taken out of the mailbox so far. */
  taken = 0;
  protected phase: Phase = "resting";
  protected belongings: B | null = null;
  /** What waits; null when nothing does. */
  #mailbox: Mailbox | null = null;

  /** Puts the actor where it is going to live; called once. */
  place({ kernel, address, parent, info }: Place): void {
    this.kernel = kernel;
    this.info = info;
    this.address = address;
    this.parent = parent;
    if (kernel.log.logsMessages) this.log("+", `Created by ${addressText(parent)}`);
  }

  /** False in the constructor of a machine, which is nowhere yet. */
  get isPlaced(): boolean {
    return (this.kernel as Kernel | null) !== null;
  }

  /** Puts the actor in motion. */
  abstract begin(): void;
  abstract run(): void;
  /** True when it waits for a message. */
  protected abstract readonly isReady: boolean;

  /** The state of a state machine, for logs. */
  get stateName(): string | undefined {
    return undefined;
  }

  /** What it has, made now if there was nothing yet. */
  protected get own(): B {
    return this.belongings ??= this.makeBelongings();
  }

  protected abstract makeBelongings(): B;

  get isEnded(): boolean {
    return this.phase === "ended";
  }

  // Messages.

  send(message: Sendable, to: Address, from: Address = this.address): void {
    const { kernel } = this;
    const sent = message instanceof MessageBase && isCopied(message) ? deepCopy(message) : message;
    if (kernel.strict) deepFreeze(sent);
    if (kernel.log.logsMessages) this.log(">", `Sent ${messageName(sent)} to ${addressText(to)}`);
    kernel.send(sent, to, from);
  }

  deliver(message: unknown, _to: Address, from: Address): void {
    if (this.phase === "ended") {
      this.kernel.lose(this.address, from);
      return;
    }
    const mailbox = this.#mailbox ??= this.kernel.mailboxes.borrow();
    // The end of a child is never lost; there are no more of them than children.
    if (mailbox.length >= this.info.mailboxMessagesMax && !(message instanceof Returned)) {
      this.countLost("full");
      return;
    }
    mailbox.put(message, from);
    if (this.phase === "resting" && this.isReady) this.schedule();
    if (mailbox.length % PRESSING_MESSAGES === 0) this.kernel.turns.press(this);
  }

  /** Queues it for a turn. */
  protected schedule(): void {
    this.phase = "queued";
    this.kernel.turns.schedule(this);
  }

  /** How many messages wait in the mailbox. */
  get waiting(): number {
    return this.#mailbox === null ? 0 : this.#mailbox.length;
  }

  protected get hasMail(): boolean {
    return this.#mailbox !== null;
  }

  /** How many messages may be taken in a turn that begins now. */
  protected get turnMessagesMax(): number {
    return this.waiting >= PRESSING_MESSAGES ? PRESSING_MESSAGES : TURN_MESSAGES_MAX;
  }

  /** The oldest waiting message; its sender is then `returnAddress`. Call only when one waits. */
  protected takeMail(): unknown {
    const mailbox = this.#mailbox!;
    const message = mailbox.take();
    this.taken++;
    this.returnAddress = mailbox.from;
    if (mailbox.isEmpty) {
      this.#mailbox = null;
      this.kernel.mailboxes.giveBack(mailbox);
    }
    return message;
  }

  /** Makes a message the one in hand, and returns its bare value. */
  protected accept(message: unknown, from: Address): unknown {
    this.returnAddress = from;
    this.received = message as Sendable;
    if (this.kernel.log.logsMessages && isLogged(message)) {
      this.log("<", `Received ${messageName(message)} from ${addressText(from)}`);
    }
    return message instanceof Cast ? message.value : message;
  }

  /** Counts a message that is thrown away. */
  protected countLost(reason: "full" | "aside"): void {
    this.own.lost[reason]++;
    this.kernel.discard(this.address, this.info.name, reason);
  }

  /** The account of the mailbox. */
  queueAccount(): QueueAccount {
    return { kind: "mailbox", address: this.address, name: this.info.name, ...this.account(this.waiting, 0) };
  }

  protected account(waiting: number, ended: number): Account {
    const { full, aside } = this.belongings?.lost ?? { full: 0, aside: 0 };
    return {
      accepted: this.taken + waiting + ended,
      delivered: this.taken - aside,
      waiting,
      discarded: { full, ended, aside },
    };
  }

  // Children.

  assign(child: Address, context: unknown): void {
    this.own.children.set(keyOf(child), context);
  }

  progress(child: Address): unknown {
    return this.belongings?.children.get(keyOf(child));
  }

  debrief(child: Address): unknown {
    const children = this.belongings?.children;
    const key = keyOf(child);
    const context = children?.get(key);
    children?.delete(key);
    return context;
  }

  /** How many children are noted. */
  get working(): number {
    return this.belongings?.children.size ?? 0;
  }

  running(): [Address, unknown][] {
    return Array.from(this.belongings?.children ?? [], ([key, context]) => {
      return [typeof key === "number" ? localAddress(key) : key, context];
    });
  }

  abort(value: unknown): number {
    this.own.abortValue = value;
    for (const [child] of this.running()) this.send(new Stop(), child);
    return this.working;
  }

  /** What `abort` was given. */
  get abortedValue(): unknown {
    return this.belongings?.abortValue ?? null;
  }

  // Timers.

  start(timer: MessageClass, seconds: number, repeating: boolean): void {
    this.cancel(timer);
    const { timers } = this.own;
    const ring = () => {
      if (repeating) this.start(timer, seconds, repeating);
      else timers.delete(timer);
      this.deliver(new timer(), this.address, NO_ADDRESS);
    };
    timers.set(timer, this.kernel.after(seconds * 1000, ring));
  }

  cancel(timer: MessageClass): void {
    const timers = this.belongings?.timers;
    const running = timers?.get(timer);
    if (running === undefined) return;
    this.kernel.cancelTimer(running);
    timers!.delete(timer);
  }

  // The end.

  complete(value: unknown): never {
    throw new Completion(this.abortedValue ?? value);
  }

  /** Ends the actor and tells its parent. */
  end(value: unknown): void {
    if (this.phase === "ended") return;
    this.phase = "ended";
    const { kernel } = this;
    for (const timer of this.belongings?.timers.values() ?? []) kernel.cancelTimer(timer);
    kernel.unregister(this.address);
    kernel.settle(this.account(0, this.waiting));
    this.#mailbox = null;
    if (kernel.log.logsMessages) this.log("X", "Destroyed");
    kernel.send(new Returned({ message: this.#typed(value) }), this.parent, this.address);
  }

  /** A returned value with its type, where one was declared; a fault when it is no such value. */
  #typed(value: unknown): unknown {
    const { name, returns, table } = this.info;
    if (value === undefined || value === null) return null;
    if (value instanceof Cast || value instanceof MessageBase || returns === null) return value;
    const problem = misfit(value, returns);
    if (problem === null) return new Cast(value, returns);
    const fault = new Faulted(
      `unexpected return type for ${table === null ? "routine" : "machine"} "${name}"`,
      problem,
    );
    this.log("!", `${fault}`);
    return fault;
  }

  /** Ends the actor with what it threw. */
  endByThrow(thrown: unknown): void {
    if (thrown instanceof Completion) {
      this.end(thrown.value);
      return;
    }
    const text = thrownText(thrown);
    this.log("!", () => `Unhandled exception (${text})\n${thrown instanceof Error ? thrown.stack ?? "" : ""}`);
    this.end(new Faulted("object faulted", `unhandled exception (${text})`));
  }

  // Logs.

  log(tag: LogTag, text: LogText, values?: LogValues): void {
    const { log, world } = this.kernel;
    if (!log.enabled(tag)) return;
    const { address, info: { name }, stateName: state } = this;
    log.write({ wall: world.clock.wall(), tag, address, name, state, text: logText(text, values) });
  }

  sample(series: string, values: LogValues): void {
    const { log, world } = this.kernel;
    if (!log.enabled("&")) return;
    const { address, info: { name }, stateName: state } = this;
    const text = logText(series, values);
    log.write({ wall: world.clock.wall(), tag: "&", address, name, state, text, sample: { series, values } });
  }
}

/** What was thrown, as text. Anything can be thrown, also what has no text. */
function thrownText(thrown: unknown): string {
  try {
    return thrown instanceof Error ? `${thrown.message}` : String(thrown);
  } catch {
    return typeof thrown;
  }
}

/** Events that an actor sends to itself are its own affair. */
function isLogged(message: unknown): boolean {
  return message === null || message instanceof MessageBase || message instanceof Cast;
}
