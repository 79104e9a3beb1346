/** Routines: async functions that are actors. No thread each, so a hundred thousand of them are fine. */

import { Actor, type RoutineFunction, type Sendable } from "./actor.ts";
import { type Address, addressText } from "./address.ts";
import { type AskOptions, openQuestion, type Question } from "./ask.ts";
import { matchesType, messageName } from "./dispatch.ts";
import { Unknown } from "./messages/incognito.ts";
import { MAILBOX_MESSAGES_MAX } from "./mailbox.ts";
import { Aborted, type Faulted, TimedOut } from "./messages/faults.ts";
import { Returned, Stop, T1 } from "./messages/signals.ts";
import type { TypeLike, ValueOf } from "./types/portable.ts";

/** Messages that a routine may take in its turn while others wait for theirs. */
const ROUTINE_TURN_MESSAGES = 64;

/** The same, when so many wait already that others outrun it. */
const PRESSED_TURN_MESSAGES = 1024;

/** From so many waiting messages on, a routine is pressed. */
const PRESSING_MESSAGES = 512;

/** How `select` waits. */
export interface SelectOptions {
  /** What is put aside while waiting. */
  saving?: readonly TypeLike[];
  /** How long to wait; afterwards the answer is a `TimedOut`. */
  seconds?: number;
  /** Ends the wait; the answer is then `Aborted`. */
  signal?: AbortSignal;
}

/** A message that was put aside. */
interface Saved {
  readonly message: unknown;
  readonly from: Address;
  readonly arrival: number;
}

/** What may end a wait before its message has come. */
interface WaitLimit {
  /** What the wait ends with; null as long as it may go on. */
  over: Faulted | null;
  lift: () => void;
}

/** Shared by all routines that have put nothing aside; never added to. */
const NOTHING_SAVED: Saved[] = [];

function inOrder(saved: Saved[]): Saved[] {
  return saved.sort((a, b) => a.arrival - b.arrival);
}

/** What a routine has in hand as its `self`. */
export class Routine extends Actor {
  /** Null once begun. */
  #body: RoutineFunction<object> | null;
  #settings: object | null;
  #resolve: ((value: unknown) => void) | null = null;
  #queued = false;
  #allowance = 0;
  /** Which of all arrivals is the message in hand. */
  #arrival = 0;
  /** Put aside; they come back after the next fresh message was taken. */
  #saved: Saved[] = NOTHING_SAVED;
  /** Back again, to be taken before any fresh one. */
  #replay: Saved[] = NOTHING_SAVED;
  #questions: Set<Question> | null = null;

  /** @internal */
  constructor(body: RoutineFunction<object>, settings: object) {
    super();
    this.#body = body;
    this.#settings = settings;
  }

  /** @internal */
  override begin(): void {
    this.#wait();
  }

  #live(body: RoutineFunction<object>, settings: object): void {
    try {
      const value = body(this, settings);
      if (isThenable(value)) value.then((value) => this.end(value), (thrown) => this.endByThrow(thrown));
      else this.end(value);
    } catch (thrown) {
      this.endByThrow(thrown);
    }
  }

  /** @internal One turn: begin, or hand over one message. */
  override run(_budget: number): number {
    this.#queued = false;
    const body = this.#body;
    if (body !== null) {
      const settings = this.#settings!;
      this.#body = null;
      this.#settings = null;
      this.#live(body, settings);
      return 1;
    }
    const resolve = this.#resolve;
    if (resolve === null || !this.#hasInput) return 0;
    this.#resolve = null;
    this.#allowance = this.mailboxWaiting > PRESSING_MESSAGES ? PRESSED_TURN_MESSAGES : ROUTINE_TURN_MESSAGES;
    resolve(this.#next());
    return 1;
  }

  /** @internal A routine that waits for a message gets it without a detour, as long as the turn lasts. */
  override deliver(message: unknown, to: Address, from: Address): void {
    const resolve = this.#resolve;
    if (resolve === null || this.#queued || this.ended || !this.kernel.spend()) {
      super.deliver(message, to, from);
      return;
    }
    this.#resolve = null;
    this.mailboxAccepted++;
    this.mailboxTaken++;
    resolve(this.#fresh(message, from));
  }

  /** @internal */
  protected override wake(): void {
    if (this.#resolve !== null && !this.#queued) this.#wait();
  }

  #wait(): void {
    this.#queued = true;
    this.kernel.schedule(this);
  }

  get #hasInput(): boolean {
    return this.mailbox !== null || this.#replay.length > 0;
  }

  #next(): unknown {
    const again = this.#replay.shift();
    if (again === undefined) return this.#fresh(this.takeFromMailbox(), this.returnAddress);
    this.#arrival = again.arrival;
    return this.accept(again.message, again.from);
  }

  #fresh(message: unknown, from: Address): unknown {
    this.#arrival = this.mailboxTaken;
    this.#replay = this.#saved;
    this.#saved = NOTHING_SAVED;
    return this.accept(message, from);
  }

  #inHand(): Saved {
    return { message: this.received, from: this.returnAddress, arrival: this.#arrival };
  }

  /** @internal */
  protected override end(value: unknown): void {
    for (const question of this.#questions ?? []) question.drop();
    this.#resolve = null;
    super.end(value);
  }

  /**
   * Waits for the next message, whatever it is. Values that were sent with their type arrive bare; `receivedType`
   * tells the type.
   */
  input(): Promise<unknown> {
    const hasInput = this.#hasInput;
    if (hasInput && (this.#allowance-- > 0 || this.kernel.spend())) return Promise.resolve(this.#next());
    const promise = new Promise<unknown>((resolve) => {
      this.#resolve = resolve;
    });
    if (hasInput) this.#wait();
    return promise;
  }

  /** Puts the message in hand aside. It comes back after the next fresh one was taken, in order of arrival. */
  save(): void {
    this.#saved = inOrder(this.#withInHand(this.#saved));
  }

  #withInHand(aside: readonly Saved[]): Saved[] {
    if (aside.length + this.#replay.length < MAILBOX_MESSAGES_MAX) return [...aside, this.#inHand()];
    this.countLost("aside");
    return [...aside];
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
    if (Array.isArray(given[0])) return this.#select(given[0] as TypeLike[], given[1] as SelectOptions ?? {});
    return this.#select(given as TypeLike[], {});
  }

  async #select(types: readonly TypeLike[], options: SelectOptions): Promise<unknown> {
    const { saving } = options;
    const limit = this.#limitWait(options);
    // What this wait puts aside comes back when it is over, not while it goes on.
    const aside: Saved[] = [];
    try {
      while (limit.over === null) {
        const value = await this.input();
        if (value === limit) break;
        const message = this.received;
        if (isWanted(types, message)) return value;
        if (saving !== undefined && isWanted(saving, message)) this.#putAside(aside);
        else this.#drop(message);
      }
      return limit.over;
    } finally {
      limit.lift();
      this.#putBack(aside);
    }
  }

  /** Lets a wait end by time or by signal, without a message that could be left over. */
  #limitWait({ seconds, signal }: SelectOptions): WaitLimit {
    const limit: WaitLimit = { over: signal?.aborted ? new Aborted() : null, lift() {} };
    if (seconds === undefined && signal === undefined) return limit;
    const end = (answer: Faulted) => {
      limit.over = answer;
      const resolve = this.#resolve;
      this.#resolve = null;
      resolve?.(limit);
    };
    const timer = seconds === undefined ? null : this.kernel.after(seconds * 1000, () => end(TimedOut.of(new T1())));
    const onAbort = () => end(new Aborted());
    signal?.addEventListener("abort", onAbort, { once: true });
    limit.lift = () => {
      if (timer !== null) this.kernel.cancelTimer(timer);
      signal?.removeEventListener("abort", onAbort);
    };
    return limit;
  }

  #putAside(aside: Saved[]): void {
    if (aside.length < MAILBOX_MESSAGES_MAX) aside.push(this.#inHand());
    else this.countLost("aside");
  }

  #drop(message: unknown): void {
    if (!this.kernel.log.enabled("?")) return;
    this.log("?", `Dropped ${messageName(message)} from ${addressText(this.returnAddress)}`);
  }

  #putBack(aside: readonly Saved[]): void {
    if (aside.length > 0) this.#replay = inOrder([...aside, ...this.#replay]);
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
    if (typeof second === "string") return this.#ask(message, second, (third ?? {}) as AskOptions);
    this.send(message, third as Address);
    return this.#select(second, {});
  }

  async #ask(message: Sendable, to: Address, options: AskOptions): Promise<unknown> {
    const send = (from: Address) => this.forward(message, to, from);
    const question = openQuestion(this.kernel, send, options);
    this.#questions ??= new Set();
    this.#questions.add(question);
    const answer = await question.answer;
    this.#questions.delete(question);
    return answer;
  }

  /** Asks a child to stop and waits for what it returns. */
  async stop(child: Address): Promise<unknown> {
    const returned = await this.ask(new Stop(), [Returned], child);
    return returned.message;
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

function isWanted(types: readonly TypeLike[], message: unknown): boolean {
  if (types.length === 0) return true;
  return types.some((type) => (type as unknown) === Unknown || matchesType(type, message));
}
