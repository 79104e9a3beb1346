/** Routines: async functions that are actors. No thread each, so a hundred thousand of them are fine. */

import { Actor, type RoutineFunction, type Sendable } from "./actor.ts";
import type { Address } from "./address.ts";
import type { AskOptions } from "./ask.ts";
import type { Faulted, TimedOut } from "./messages/faults.ts";
import { Returned, Stop } from "./messages/signals.ts";
import { Beginning, RoutineCell } from "./routine_cell.ts";
import type { TypeLike, ValueOf } from "./types/portable.ts";

/** How `select` waits. */
export interface SelectOptions {
  /** What is put aside while waiting. */
  saving?: readonly TypeLike[];
  /** How long to wait; afterwards the answer is a `TimedOut`. */
  seconds?: number;
  /** Ends the wait; the answer is then `Aborted`. */
  signal?: AbortSignal;
}

/** What a routine has in hand as its `self`. */
export class Routine extends Actor {
  readonly #cell: RoutineCell;
  /** @internal */
  constructor(body: RoutineFunction<object>, settings: object) {
    const cell = new RoutineCell();
    super(cell);
    this.#cell = cell;
    cell.hold(new Beginning(this, body, settings));
  }

  /**
   * Waits for the next message, whatever it is. Values that were sent with their type arrive bare; `receivedType`
   * tells the type.
   */
  input(): Promise<unknown> {
    return this.#cell.input();
  }

  /** Puts the message in hand aside. It comes back after the next fresh one was taken, in order of arrival. */
  save(): void {
    this.#cell.save();
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
  /** The same without options: waits without a limit, and drops what doesn't match. */
  select<const L extends readonly TypeLike[]>(...types: L): Promise<ValueOf<L[number]>>;
  select(...given: readonly unknown[]): Promise<unknown> {
    if (Array.isArray(given[0])) return this.#cell.select(given[0] as TypeLike[], given[1] as SelectOptions ?? {});
    return this.#cell.select(given as TypeLike[], {});
  }

  /**
   * Asks another actor, and gives its answer.
   *
   * The request has a return address of its own, so nothing else can be taken for its answer, and several can be under way
   * at once. Other messages wait meanwhile, `Stop` too: set a timeout, or a signal. The message in hand stays in hand, so
   * that `self.reply(await self.ask(…))` answers whoever sent it. What went wrong is an answer: `TimedOut`,
   * `Aborted`, or the fault that the other one replied.
   *
   * @param message The request.
   * @param to Whom to ask.
   * @param options How long to wait, and for what.
   *
   * @example
   * ```ts
   * import { Ack, Faulted, type Address, Ping, type Routine } from "@layer-cake/cake";
   * async function isThere(self: Routine, server: Address): Promise<boolean> {
   *   const answer = await self.ask(new Ping(), server, { timeout: 2, type: Ack });
   *   return !(answer instanceof Faulted);
   * }
   * console.assert(isThere.length === 2);
   * ```
   */
  ask<const L extends TypeLike>(
    message: Sendable,
    to: Address,
    options: AskOptions<L> & { type: L },
  ): Promise<ValueOf<L> | Faulted>;
  /** The same for an answer of any type, which is given as it came. */
  ask(message: Sendable, to: Address, options?: AskOptions): Promise<Sendable>;
  /** Sends a message and waits for an answer of one of these types in the mailbox; other messages are dropped. */
  ask<const L extends readonly TypeLike[]>(message: Sendable, types: L, to: Address): Promise<ValueOf<L[number]>>;
  ask(message: Sendable, second: Address | readonly TypeLike[], third?: Address | AskOptions): Promise<unknown> {
    const cell = this.#cell;
    if (typeof second === "string") return cell.ask(message, second, (third ?? {}) as AskOptions);
    cell.send(message, third as Address);
    return cell.select(second, {});
  }

  /** Asks a child to stop and waits for what it returns. */
  async stop(child: Address): Promise<unknown> {
    const cell = this.#cell;
    cell.send(new Stop(), child);
    const returned = await cell.select([Returned], {}) as Returned;
    return returned.message;
  }
}
