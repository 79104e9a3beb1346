/** Routines: async functions that are actors. No thread each, so a hundred thousand of them are fine. */

import { Actor, type RoutineFunction, type Sendable } from "./actor.ts";
import { type Address, addressText } from "./address.ts";
import { matchesType, messageName } from "./dispatch.ts";
import { Unknown } from "./messages/incognito.ts";
import { TimedOut } from "./messages/faults.ts";
import { Returned, Stop, T1 } from "./messages/signals.ts";
import { Message } from "./types/message.ts";
import { registerType } from "./types/registry.ts";
import type { TypeLike, ValueOf } from "./types/portable.ts";

/** The timer of `select`; a class of its own, so that it takes no application's timer. */
class SelectTimer extends Message({}) {}
registerType(SelectTimer, "layer_cake.virtual_point.SelectTimer");

/** Messages that a routine may take in its turn while others wait for theirs. */
const ROUTINE_TURN_MESSAGES = 64;

/** How `select` waits. */
export interface SelectOptions {
  /** What is put aside while waiting. */
  saving?: readonly TypeLike[];
  /** How long to wait; afterwards the answer is a `TimedOut`. */
  seconds?: number;
}

/** A message that was put aside. */
interface Saved {
  readonly message: unknown;
  readonly from: Address;
  readonly arrival: number;
}

/** Shared by all routines that have put nothing aside; never added to. */
const NOTHING_SAVED: Saved[] = [];

function inOrder(saved: Saved[]): Saved[] {
  return saved.sort((a, b) => a.arrival - b.arrival);
}

/** What a routine has in hand as its `self`. */
export class Routine extends Actor {
  readonly #body: RoutineFunction<object>;
  readonly #settings: object;
  #resolve: ((value: unknown) => void) | null = null;
  #queued = false;
  #begun = false;
  #allowance = 0;
  /** Arrivals so far, and which of them is the message in hand. */
  #arrivals = 0;
  #arrival = 0;
  /** Put aside; they come back after the next fresh message was taken. */
  #saved: Saved[] = NOTHING_SAVED;
  /** Back again, to be taken before any fresh one. */
  #replay: Saved[] = NOTHING_SAVED;

  /** @internal */
  constructor(body: RoutineFunction<object>, settings: object) {
    super();
    this.#body = body;
    this.#settings = settings;
  }

  /** @internal */
  override begin(): void {
    this.kernel.schedule(this);
    this.#queued = true;
  }

  async #live(): Promise<void> {
    try {
      this.end(await this.#body(this, this.#settings));
    } catch (thrown) {
      this.endByThrow(thrown);
    }
  }

  /** @internal One turn: begin, or hand over one message. */
  override run(_budget: number): number {
    this.#queued = false;
    if (!this.#begun) {
      this.#begun = true;
      this.#live();
      return 1;
    }
    const resolve = this.#resolve;
    if (resolve === null || (this.mailbox.isEmpty && this.#replay.length === 0)) return 0;
    this.#resolve = null;
    this.#allowance = ROUTINE_TURN_MESSAGES;
    resolve(this.#take());
    return 1;
  }

  /** @internal */
  protected override wake(): void {
    if (this.#resolve === null || this.#queued) return;
    if (this.mailbox.length === 1 && this.kernel.spend()) {
      const resolve = this.#resolve;
      this.#resolve = null;
      resolve(this.#take());
    } else this.#wait();
  }

  #wait(): void {
    this.#queued = true;
    this.kernel.schedule(this);
  }

  #take(): unknown {
    const again = this.#replay.shift();
    if (again !== undefined) {
      this.#arrival = again.arrival;
      return this.accept(again.message, again.from);
    }
    this.#arrival = ++this.#arrivals;
    const message = this.mailbox.take();
    this.#replay = this.#saved;
    this.#saved = NOTHING_SAVED;
    return this.accept(message, this.mailbox.from);
  }

  #inHand(): Saved {
    return { message: this.received, from: this.returnAddress, arrival: this.#arrival };
  }

  /**
   * Waits for the next message, whatever it is. Values that were sent with their type arrive bare; `receivedType`
   * tells the type.
   */
  input(): Promise<unknown> {
    const isWaiting = !this.mailbox.isEmpty || this.#replay.length > 0;
    if (isWaiting && (this.#allowance-- > 0 || this.kernel.spend())) return Promise.resolve(this.#take());
    const promise = new Promise<unknown>((resolve) => {
      this.#resolve = resolve;
    });
    if (isWaiting) this.#wait();
    return promise;
  }

  /** Puts the message in hand aside. It comes back after the next fresh one was taken, in order of arrival. */
  save(): void {
    this.#saved = inOrder([...this.#saved, this.#inHand()]);
  }

  /**
   * Waits for a message of one of these types, or of a class derived from one; with `Unknown` in the list, for anything.
   * What doesn't match is dropped with a line in the log. Without types it takes anything.
   *
   * @example
   * ```ts
   * import { Faulted, Published, type Routine, Stop } from "@layer-cake/cake";
   * async function main(self: Routine) {
   *   const m = await self.select(Published, Faulted, Stop);
   *   if (m instanceof Published) return null;
   *   return m;
   * }
   * console.assert(main.length === 1);
   * ```
   */
  select<const L extends readonly TypeLike[]>(types: L, options: SelectOptions): Promise<ValueOf<L[number]> | TimedOut>;
  select<const L extends readonly TypeLike[]>(...types: L): Promise<ValueOf<L[number]>>;
  select(...given: readonly unknown[]): Promise<unknown> {
    if (Array.isArray(given[0])) return this.#select(given[0] as TypeLike[], given[1] as SelectOptions ?? {});
    return this.#select(given as TypeLike[], {});
  }

  async #select(types: readonly TypeLike[], options: SelectOptions): Promise<unknown> {
    if (options.seconds !== undefined) this.start(SelectTimer, options.seconds);
    // What this wait puts aside comes back when it is over, not while it goes on.
    const aside: Saved[] = [];
    for (;;) {
      const value = await this.input();
      const message = this.received;
      if (options.seconds !== undefined && message instanceof SelectTimer) {
        this.#putBack(aside);
        return TimedOut.of(new T1());
      }
      if (isWanted(types, message)) {
        if (options.seconds !== undefined) this.cancel(SelectTimer);
        this.#putBack(aside);
        return value;
      }
      if (options.saving !== undefined && isWanted(options.saving, message)) aside.push(this.#inHand());
      else if (this.kernel.log.enabled("?") && !(message instanceof SelectTimer)) {
        this.log("?", `Dropped ${messageName(message)} from ${addressText(this.returnAddress)}`);
      }
    }
  }

  #putBack(aside: readonly Saved[]): void {
    if (aside.length > 0) this.#replay = inOrder([...aside, ...this.#replay]);
  }

  /** Sends a message and waits for an answer of one of these types. */
  ask<const L extends readonly TypeLike[]>(message: Sendable, types: L, to: Address): Promise<ValueOf<L[number]>> {
    this.send(message, to);
    return this.select(...types);
  }

  /** Asks a child to stop and waits for what it returns. */
  async stop(child: Address): Promise<unknown> {
    const returned = await this.ask(new Stop(), [Returned], child);
    return returned.message;
  }
}

function isWanted(types: readonly TypeLike[], message: unknown): boolean {
  if (types.length === 0) return true;
  return types.some((type) => (type as unknown) === Unknown || matchesType(type, message));
}
