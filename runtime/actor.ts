/** What every actor can do, whatever its kind: send, create, wait for children, use timers, log. */

import type { Address } from "./address.ts";
import type { Cell, Sendable } from "./cell.ts";
import type { ActorTypeLike, Kernel } from "./kernel.ts";
import type { LogText, LogValues } from "./log.ts";
import type { Returned } from "./messages/signals.ts";
import type { Routine } from "./routine.ts";
import { Cast } from "./types/cast.ts";
import { MessageBase, type MessageClass } from "./types/message.ts";
import type { Portable } from "./types/portable.ts";

export type { Sendable };

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

function placed(cell: Cell): Cell {
  if (!cell.isPlaced) throw new TypeError("Cannot use an actor's operations in its constructor: use Start");
  return cell;
}

/** The cell of an actor, for the runtime's own use; users have no way to it. */
export let cellOf: (actor: Actor) => Cell;

/**
 * Anything with an address that takes messages one at a time. Extended by routines and machines.
 *
 * What makes an actor work is out of reach of those who extend it: members of theirs can't get in its way, and nothing in
 * here calls a member that could have been replaced.
 */
export abstract class Actor {
  readonly #cell: Cell;

  static {
    cellOf = (actor) => actor.#cell;
  }

  /** @internal */
  constructor(cell: Cell) {
    this.#cell = cell;
  }

  /** The runtime that this actor lives in. */
  get kernel(): Kernel {
    return placed(this.#cell).kernel;
  }

  /** The address of this actor. */
  get address(): Address {
    return placed(this.#cell).address;
  }

  /** The address of its parent, which will get `Returned`. */
  get parentAddress(): Address {
    return this.#cell.parent;
  }

  /** Where the message in hand came from. */
  get returnAddress(): Address {
    return this.#cell.returnAddress;
  }

  /** The message in hand as it came: a value that was sent with its type is still with it, and can be sent on so. */
  get received(): Sendable {
    return this.#cell.received;
  }

  /** The portable type of the message in hand; null for one that has none. */
  get receivedType(): Portable<unknown> | null {
    const { received } = this.#cell;
    if (received instanceof Cast) return received.type;
    return received instanceof MessageBase ? (received.constructor as unknown as MessageClass).portable : null;
  }

  // Messages.

  /**
   * Sends a message: asynchronous, never fails, never blocks. From now on it belongs to the receiver.
   * Order between one sender and one receiver is kept.
   */
  send(message: Sendable, to: Address): void {
    placed(this.#cell).send(message, to);
  }

  /** Sends to where the message in hand came from. */
  reply(message: Sendable): void {
    const cell = placed(this.#cell);
    cell.send(message, cell.returnAddress);
  }

  /** Sends as if from another actor, so that answers go there. */
  forward(message: Sendable, to: Address, from: Address): void {
    placed(this.#cell).send(message, to, from);
  }

  // Children.

  /**
   * Makes a child and returns its address at once. When it ends, this actor gets `Returned` from that address.
   *
   * @param type A routine function or a machine class.
   * @param settings Its arguments; what is left out has its declared default.
   */
  create<S>(type: RoutineFunction<S> | MachineClass<S>, settings?: Partial<S>): Address {
    const { kernel, address } = placed(this.#cell);
    return kernel.createActor(type as ActorTypeLike, settings as object | undefined, address);
  }

  /** Notes a child, with any context value. */
  assign(child: Address, context: unknown = null): void {
    this.#cell.assign(child, context);
  }

  /** The context of a noted child, or undefined. */
  progress(child: Address = this.#cell.returnAddress): unknown {
    return this.#cell.progress(child);
  }

  /** The context of a noted child, which is forgotten with that; undefined for others. */
  debrief(child: Address = this.#cell.returnAddress): unknown {
    return this.#cell.debrief(child);
  }

  /** How many children are noted. */
  working(): number {
    return this.#cell.working;
  }

  /** The noted children with their contexts. */
  running(): [Address, unknown][] {
    return this.#cell.running();
  }

  /** Sends `Stop` to every noted child, and remembers a value that `complete` will return. Returns their number. */
  abort(value: unknown = null): number {
    return placed(this.#cell).abort(value);
  }

  /** What `abort` was given. */
  get abortedValue(): unknown {
    return this.#cell.abortedValue;
  }

  /**
   * Notes a child with what to do once it has returned. In the handler of `Returned`, `debrief()` gives it back, as an
   * {@linkcode OnReturned}.
   */
  onReturn(child: Address, handler: (self: this, value: Sendable) => void): void {
    this.#cell.assign(child, new OnReturned(handler as ReturnHandler<never>));
  }

  /** Passes what is to be done on to another child: for chains of steps. */
  continuation(child: Address, next: OnReturned): void {
    this.#cell.assign(child, next);
  }

  // Timers.

  /**
   * Lets an instance of a class arrive later, never early. One timer per class: starting again replaces it.
   *
   * @param seconds From now.
   */
  start(timer: MessageClass, seconds: number, options: { repeating?: boolean } = {}): void {
    placed(this.#cell).start(timer, seconds, options.repeating ?? false);
  }

  /** Takes back a timer; one that expired already still arrives. */
  cancel(timer: MessageClass): void {
    this.#cell.cancel(timer);
  }

  // The end.

  /** Ends this actor with a value, at once; if `abort` was given a value, with that. */
  complete(value: unknown = null): never {
    return this.#cell.complete(value);
  }

  // Logs.

  /** Writes to the log at DEBUG. */
  debug(text: LogText, values?: LogValues): void {
    placed(this.#cell).log("_", text, values);
  }

  /** Writes to the log at TRACE. */
  trace(text: LogText, values?: LogValues): void {
    placed(this.#cell).log("~", text, values);
  }

  /** Writes to the log at CONSOLE. */
  console(text: LogText, values?: LogValues): void {
    placed(this.#cell).log("^", text, values);
  }

  /** Writes to the log at WARNING. */
  warning(text: LogText, values?: LogValues): void {
    placed(this.#cell).log("?", text, values);
  }

  /** Writes to the log at FAULT. */
  fault(text: LogText, values?: LogValues): void {
    placed(this.#cell).log("!", text, values);
  }

  /** Writes a row of measurements to the log, as a record that has the values besides the text. */
  sample(series: string, values: LogValues): void {
    placed(this.#cell).sample(series, values);
  }

  /** Writes to the log if a condition does not hold; returns the condition. */
  test(condition: boolean, note: LogText): boolean {
    if (!condition) placed(this.#cell).log("=", note);
    return condition;
  }
}
