/** What every actor can do, whatever its kind: send, create, wait for children, use timers, log. */

import type { ActorInfo } from "./actor_type.ts";
import { type Address, addressText, NO_ADDRESS } from "./address.ts";
import { messageName } from "./dispatch.ts";
import type { ActorTypeLike, Kernel } from "./kernel.ts";
import type { Account, QueueAccount } from "./ledger.ts";
import { type LogTag, type LogText, logText, type LogValues } from "./log.ts";
import { type Mailbox, MAILBOX_MESSAGES_MAX } from "./mailbox.ts";
import { Faulted } from "./messages/faults.ts";
import { Returned, Start, Stop } from "./messages/signals.ts";
import { deepCopy, deepFreeze, isCopied } from "./ownership.ts";
import type { Routine } from "./routine.ts";
import type { Timer } from "./timers.ts";
import { Cast } from "./types/cast.ts";
import { MessageBase, type MessageClass } from "./types/message.ts";
import type { Portable } from "./types/portable.ts";

/** What can be sent: a message, a value with its type (`castTo`), or null. */
export type Sendable = object | null;

/** An async function that is an actor. */
export type RoutineFunction<S> = (self: Routine, settings: S) => unknown;
/** A class that is an actor. */
export type MachineClass<S> = new (settings: S) => Actor;

/** What is called when a child noted with `onReturn` has returned; `value` can be sent on as it is. */
export type ReturnHandler<A extends Actor = Actor> = (self: A, value: Sendable) => void;

/** The context of a child that was noted with `onReturn`: run it when the child has returned. */
export class OnReturned {
  readonly #handler: ReturnHandler<never>;

  /**
   * Called by `onReturn`; by hand for `continuation`.
   *
   * @param handler Called with the actor that noted the child, and what the child returned.
   */
  constructor(handler: ReturnHandler<never>) {
    this.#handler = handler;
  }

  /** Calls the handler with what the child returned. */
  run(self: Actor, returned: Returned): void {
    (this.#handler as ReturnHandler)(self, returned.message as Sendable);
  }
}

/** Ends an actor from within; thrown by `complete`, seen by nobody else. */
export class Completion {
  constructor(readonly value: unknown) {}
}

/** The parts that the kernel of an actor is made with. */
export interface ActorPlace {
  readonly kernel: Kernel;
  readonly address: Address;
  readonly parent: Address;
  readonly info: ActorInfo;
}

/** Each time that so many more messages wait, the receiver is given a turn before all others. */
const PRESSURE_MESSAGES = 1024;

const UNPLACED = "Cannot use an actor's operations in its constructor: use Start";

/** Messages of one actor that were thrown away. */
interface Lost {
  full: number;
  aside: number;
}

/** Anything with an address that takes messages one at a time. Extended by routines and machines. */
export abstract class Actor {
  #kernel: Kernel | null = null;
  #address: Address = NO_ADDRESS;
  #parent: Address = NO_ADDRESS;
  #info: ActorInfo | null = null;
  /** Where the message in hand came from. */
  returnAddress: Address = NO_ADDRESS;
  /** The message in hand as it came: a value that was sent with its type is still with it, and can be sent on so. */
  received: Sendable = null;
  /** @internal What waits; null when nothing does. */
  protected mailbox: Mailbox | null = null;
  /** @internal */
  protected ended = false;
  /** @internal Messages taken into the mailbox so far. */
  protected mailboxAccepted = 0;
  /** @internal Messages taken out of it so far. */
  protected mailboxTaken = 0;
  #lost: Lost | null = null;
  #children: Map<Address, unknown> | null = null;
  #timers: Map<MessageClass, Timer> | null = null;
  #abortValue: unknown = null;

  /** @internal Called by the runtime, once, after construction. */
  attach({ kernel, address, parent, info }: ActorPlace): void {
    this.#kernel = kernel;
    this.#address = address;
    this.#parent = parent;
    this.#info = info;
    if (kernel.log.enabled("+")) this.log("+", `Created by ${addressText(parent)}`);
  }

  /** @internal Puts the actor in motion. */
  abstract begin(): void;
  /** @internal */
  abstract run(budget: number): number;
  /** @internal A message was put into the mailbox. */
  protected abstract wake(): void;

  /** The runtime that this actor lives in. */
  get kernel(): Kernel {
    if (this.#kernel === null) throw new TypeError(UNPLACED);
    return this.#kernel;
  }

  /** The address of this actor. */
  get address(): Address {
    if (this.#kernel === null) throw new TypeError(UNPLACED);
    return this.#address;
  }

  /** The address of its parent, which will get `Returned`. */
  get parentAddress(): Address {
    return this.#parent;
  }

  /** @internal What is known of its type. */
  get info(): ActorInfo {
    return this.#info!;
  }

  /** The portable type of the message in hand; null for one that has none. */
  get receivedType(): Portable<unknown> | null {
    const { received } = this;
    if (received instanceof Cast) return received.type;
    return received instanceof MessageBase ? (received.constructor as unknown as MessageClass).portable : null;
  }

  /** @internal The state of a state machine, for logs. */
  get stateName(): string | undefined {
    return undefined;
  }

  // Messages.

  /**
   * Sends a message: asynchronous, never fails, never blocks. From now on it belongs to the receiver.
   * Order between one sender and one receiver is kept.
   */
  send(message: Sendable, to: Address): void {
    this.#sendAs(message, to, this.address);
  }

  /** Sends to where the message in hand came from. */
  reply(message: Sendable): void {
    this.#sendAs(message, this.returnAddress, this.address);
  }

  /** Sends as if from another actor, so that answers go there. */
  forward(message: Sendable, to: Address, from: Address): void {
    this.#sendAs(message, to, from);
  }

  #sendAs(message: Sendable, to: Address, from: Address): void {
    const { kernel } = this;
    const sent = message instanceof MessageBase && isCopied(message) ? deepCopy(message) : message;
    if (kernel.strict) deepFreeze(sent);
    if (kernel.log.enabled(">")) this.log(">", `Sent ${messageName(sent)} to ${addressText(to)}`);
    kernel.send(sent, to, from);
  }

  /** @internal */
  deliver(message: unknown, _to: Address, from: Address): void {
    if (this.ended) {
      this.kernel.lose(this.#address, from);
      return;
    }
    const mailbox = this.mailbox ??= this.kernel.mailboxes.borrow();
    const { length } = mailbox;
    // The end of a child is never lost; there are no more of them than children.
    if (length >= this.mailboxMessagesMax && !(message instanceof Returned)) {
      this.countLost("full");
      return;
    }
    this.mailboxAccepted++;
    mailbox.put(message, from);
    if (length % PRESSURE_MESSAGES === PRESSURE_MESSAGES - 1) this.kernel.hurry(this);
    this.wake();
  }

  /** @internal Messages that may wait; services whose state depends on every single one allow more. */
  protected get mailboxMessagesMax(): number {
    return MAILBOX_MESSAGES_MAX;
  }

  /** @internal How many messages wait in the mailbox. */
  protected get mailboxWaiting(): number {
    return this.mailbox?.length ?? 0;
  }

  /** @internal The oldest waiting message; its sender is then `returnAddress`. Call only when one waits. */
  protected takeFromMailbox(): unknown {
    const mailbox = this.mailbox!;
    const message = mailbox.take();
    this.mailboxTaken++;
    this.returnAddress = mailbox.from;
    if (mailbox.isEmpty) {
      this.mailbox = null;
      this.kernel.mailboxes.giveBack(mailbox);
    }
    return message;
  }

  /** @internal Counts a message that is thrown away. */
  protected countLost(reason: "full" | "aside"): void {
    this.#lost ??= { full: 0, aside: 0 };
    this.#lost[reason]++;
    this.kernel.discard(this.address, this.info.name, reason);
  }

  /** @internal The account of the mailbox. */
  queueAccount(): QueueAccount {
    return { kind: "mailbox", address: this.address, name: this.info.name, ...this.#balance(this.mailboxWaiting, 0) };
  }

  #balance(waiting: number, ended: number): Account {
    const { full, aside } = this.#lost ?? { full: 0, aside: 0 };
    return {
      accepted: this.mailboxAccepted,
      delivered: this.mailboxTaken - aside,
      waiting,
      discarded: { full, ended, aside },
    };
  }

  /** @internal Makes a message the one in hand, and returns its bare value. */
  protected accept(message: unknown, from: Address): unknown {
    this.returnAddress = from;
    this.received = message as Sendable;
    if (this.kernel.log.enabled("<") && isLogged(message)) {
      this.log("<", `Received ${messageName(message)} from ${addressText(from)}`);
    }
    return message instanceof Cast ? message.value : message;
  }

  // Children.

  /**
   * Makes a child and returns its address at once. When it ends, this actor gets `Returned` from that address.
   *
   * @param type A routine function or a machine class.
   * @param settings Its arguments; what is left out has its declared default.
   */
  create<S>(type: RoutineFunction<S> | MachineClass<S>, settings?: Partial<S>): Address {
    return this.kernel.createActor(type as ActorTypeLike, settings as object | undefined, this.address);
  }

  /** Notes a child, with any context value. */
  assign(child: Address, context: unknown = null): void {
    this.#children ??= new Map();
    this.#children.set(child, context);
  }

  /** The context of a noted child, or undefined. */
  progress(child: Address = this.returnAddress): unknown {
    return this.#children?.get(child);
  }

  /** The context of a noted child, which is forgotten with that; undefined for others. */
  debrief(child: Address = this.returnAddress): unknown {
    const context = this.#children?.get(child);
    this.#children?.delete(child);
    return context;
  }

  /** How many children are noted. */
  working(): number {
    return this.#children?.size ?? 0;
  }

  /** The noted children with their contexts. */
  running(): [Address, unknown][] {
    return [...this.#children ?? []];
  }

  /** Sends `Stop` to every noted child, and remembers a value that `complete` will return. Returns their number. */
  abort(value: unknown = null): number {
    this.#abortValue = value;
    for (const [child] of this.running()) this.send(new Stop(), child);
    return this.working();
  }

  /** What `abort` was given. */
  get abortedValue(): unknown {
    return this.#abortValue;
  }

  /**
   * Notes a child with what to do once it has returned. In the handler of `Returned`, `debrief()` gives it back, as an
   * {@linkcode OnReturned}.
   */
  onReturn(child: Address, handler: (self: this, value: Sendable) => void): void {
    this.assign(child, new OnReturned(handler as ReturnHandler<never>));
  }

  /** Passes what is to be done on to another child: for chains of steps. */
  continuation(child: Address, next: OnReturned): void {
    this.assign(child, next);
  }

  // Timers.

  /**
   * Lets an instance of a class arrive later, never early. One timer per class: starting again replaces it.
   *
   * @param seconds From now.
   */
  start(timer: MessageClass, seconds: number, options: { repeating?: boolean } = {}): void {
    this.cancel(timer);
    this.#timers ??= new Map();
    const ring = () => {
      if (options.repeating) this.start(timer, seconds, options);
      else this.#timers?.delete(timer);
      this.deliver(new timer(), this.address, NO_ADDRESS);
    };
    this.#timers.set(timer, this.kernel.after(seconds * 1000, ring));
  }

  /** Takes back a timer; one that expired already still arrives. */
  cancel(timer: MessageClass): void {
    const running = this.#timers?.get(timer);
    if (running === undefined) return;
    this.kernel.cancelTimer(running);
    this.#timers?.delete(timer);
  }

  // The end.

  /** Ends this actor with a value, at once; if `abort` was given a value, with that. */
  complete(value: unknown = null): never {
    throw new Completion(this.#abortValue ?? value);
  }

  /** @internal Ends the actor and tells its parent. */
  protected end(value: unknown): void {
    if (this.ended) return;
    this.ended = true;
    for (const timer of this.#timers?.values() ?? []) this.kernel.cancelTimer(timer);
    this.kernel.unregister(this.address);
    this.kernel.settle(this.#balance(0, this.mailboxWaiting));
    this.mailbox = null;
    if (this.kernel.log.enabled("X")) this.log("X", "Destroyed");
    this.kernel.send(new Returned({ message: this.#typed(value) }), this.parentAddress, this.address);
  }

  #typed(value: unknown): unknown {
    if (value === undefined || value === null) return null;
    if (value instanceof Cast || value instanceof MessageBase || this.info.returns === null) return value;
    return new Cast(value, this.info.returns);
  }

  /** @internal Ends the actor with what it threw. */
  protected endByThrow(thrown: unknown): void {
    if (thrown instanceof Completion) {
      this.end(thrown.value);
      return;
    }
    const text = thrown instanceof Error ? thrown.message : `${thrown}`;
    const stack = thrown instanceof Error ? thrown.stack ?? "" : "";
    this.log("!", `Unhandled exception (${text})\n${stack}`);
    this.end(new Faulted("object faulted", `unhandled exception (${text})`));
  }

  // Logs.

  /** Writes to the log at DEBUG. */
  debug(text: LogText, values?: LogValues): void {
    this.log("_", text, values);
  }

  /** Writes to the log at TRACE. */
  trace(text: LogText, values?: LogValues): void {
    this.log("~", text, values);
  }

  /** Writes to the log at CONSOLE. */
  console(text: LogText, values?: LogValues): void {
    this.log("^", text, values);
  }

  /** Writes to the log at WARNING. */
  warning(text: LogText, values?: LogValues): void {
    this.log("?", text, values);
  }

  /** Writes to the log at FAULT. */
  fault(text: LogText, values?: LogValues): void {
    this.log("!", text, values);
  }

  /** Writes a row of measurements to the log, as a record that has the values besides the text. */
  sample(series: string, values: LogValues): void {
    const { kernel } = this;
    if (!kernel.log.enabled("&")) return;
    const { address, info: { name }, stateName: state } = this;
    const text = logText(series, values);
    kernel.log.write({
      wall: kernel.world.clock.wall(),
      tag: "&",
      address,
      name,
      state,
      text,
      sample: { series, values },
    });
  }

  /** Writes to the log if a condition does not hold; returns the condition. */
  test(condition: boolean, note: LogText): boolean {
    if (!condition) this.log("=", note);
    return condition;
  }

  /** @internal */
  protected log(tag: LogTag, text: LogText, values?: LogValues): void {
    const { kernel } = this;
    if (!kernel.log.enabled(tag)) return;
    const wall = kernel.world.clock.wall();
    const { address, info: { name }, stateName: state } = this;
    kernel.log.write({ wall, tag, address, name, state, text: logText(text, values) });
  }
}

/** Events that an actor sends to itself are its own affair. */
function isLogged(message: unknown): boolean {
  return message === null || message instanceof MessageBase || message instanceof Cast;
}

/** The first message of a machine, shared since it has no members. */
export const START = new Start();
