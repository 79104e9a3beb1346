/** How routines live: an async function that takes messages one by one. */

import type { RoutineFunction } from "./actor.ts";
import { type Address, addressText } from "./address.ts";
import { type AskOptions, openQuestion, type Question } from "./ask.ts";
import { Belongings, Cell, type Sendable, TURN_MESSAGES_MAX } from "./cell.ts";
import { matchesType, messageName } from "./dispatch.ts";
import { MAILBOX_MESSAGES_MAX } from "./mailbox.ts";
import { Aborted, type Faulted, TimedOut } from "./messages/faults.ts";
import { Unknown } from "./messages/incognito.ts";
import { T1 } from "./messages/signals.ts";
import type { Routine, SelectOptions } from "./routine.ts";
import type { TypeLike } from "./types/portable.ts";

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

/** What only some routines have. */
class RoutineBelongings extends Belongings {
  /** Put aside, to come back once the next fresh message was taken. */
  saved: Saved[] = [];
  /** Back again, to be taken before any fresh one. */
  replay: Saved[] = [];
  /** When the message in hand came, if it came back; null for a fresh one. */
  arrival: number | null = null;
  readonly questions = new Set<Question>();
}

function inOrder(saved: Saved[]): Saved[] {
  return saved.sort((a, b) => a.arrival - b.arrival);
}

/** A routine that has not begun. */
export class Beginning {
  constructor(
    readonly routine: Routine,
    readonly body: RoutineFunction<object>,
    readonly settings: object,
  ) {}
}

/** The cell of a routine. */
export class RoutineCell extends Cell<RoutineBelongings> {
  /** What it is to do, before it has begun; how that ends, afterwards. */
  #life: Beginning | Promise<unknown> | null = null;
  /** Hands a message to the function; null while it does not wait for one. */
  #resolve: ((value: unknown) => void) | null = null;
  /** Messages that it may take before its turn ends. */
  #allowance = 0;

  protected override makeBelongings(): RoutineBelongings {
    return new RoutineBelongings();
  }

  /** What to run; called once, before it begins. */
  hold(beginning: Beginning): void {
    this.#life = beginning;
  }

  override begin(): void {
    this.schedule();
  }

  /** One turn: begin, or hand over one message, after which it takes more by itself. */
  override run(): void {
    if (this.phase === "queued") this.phase = "resting";
    this.#allowance = this.turnMessagesMax;
    const life = this.#life;
    const isNew = life instanceof Beginning;
    if (!isNew && (this.#resolve === null || !this.hasInput)) return;
    if (!this.mayTake()) this.schedule();
    else if (isNew) this.live(life);
    else this.hand();
  }

  protected hand(): void {
    const resolve = this.#resolve!;
    this.#resolve = null;
    resolve(this.next());
  }

  protected mayTake(): boolean {
    if (this.#allowance <= 0 || !this.kernel.turns.spend(this)) return false;
    this.#allowance--;
    return true;
  }

  protected live({ routine, body, settings }: Beginning): void {
    this.#life = null;
    try {
      const value = body(routine, settings);
      if (isThenable(value)) this.follow(value instanceof Promise ? value : Promise.resolve(value));
      else this.end(value);
    } catch (thrown) {
      this.endByThrow(thrown);
    }
  }

  /** Waits for the end. One function for both kinds of end is 100 bytes less for each routine that waits. */
  protected follow(outcome: Promise<unknown>): void {
    this.#life = outcome;
    const onEnd = this.onEnd.bind(this);
    outcome.then(onEnd, onEnd);
  }

  protected onEnd(): void {
    (this.#life as Promise<unknown>).then((value) => this.end(value), (thrown) => this.endByThrow(thrown));
  }

  /** A routine that waits for a message gets it without a detour, as long as the round lasts. */
  override deliver(message: unknown, to: Address, from: Address): void {
    const resolve = this.#resolve;
    if (resolve === null || this.phase !== "resting" || !this.kernel.turns.spendAtOnce(this)) {
      super.deliver(message, to, from);
      return;
    }
    this.#resolve = null;
    this.#allowance = TURN_MESSAGES_MAX;
    this.taken++;
    resolve(this.fresh(message, from));
  }

  protected override get isReady(): boolean {
    return this.#resolve !== null;
  }

  protected get hasInput(): boolean {
    return this.hasMail || (this.belongings !== null && this.belongings.replay.length > 0);
  }

  protected next(): unknown {
    const belongings = this.belongings;
    const again = belongings === null ? undefined : belongings.replay.shift();
    if (again === undefined) return this.fresh(this.takeMail(), this.returnAddress);
    belongings!.arrival = again.arrival;
    return this.accept(again.message, again.from);
  }

  protected fresh(message: unknown, from: Address): unknown {
    const belongings = this.belongings;
    if (belongings !== null) {
      belongings.arrival = null;
      belongings.replay = inOrder(belongings.saved);
      belongings.saved = [];
    }
    return this.accept(message, from);
  }

  override end(value: unknown): void {
    for (const question of this.belongings?.questions ?? []) question.drop();
    this.#resolve = null;
    super.end(value);
  }

  // Waiting.

  input(): Promise<unknown> {
    const hasInput = this.hasInput;
    if (hasInput && this.mayTake()) return Promise.resolve(this.next());
    const promise = new Promise<unknown>((resolve) => {
      this.#resolve = resolve;
    });
    if (!hasInput) this.kernel.turns.rest();
    else if (this.phase === "resting") this.schedule();
    return promise;
  }

  async select(types: readonly TypeLike[], options: SelectOptions): Promise<unknown> {
    const { saving } = options;
    const limit = this.limitWait(options);
    // What this wait puts aside comes back when it is over, not while it goes on.
    const aside: Saved[] = [];
    try {
      while (limit.over === null) {
        const value = await this.input();
        if (value === limit) break;
        const message = this.received;
        if (isWanted(types, message)) return value;
        if (saving !== undefined && isWanted(saving, message)) this.putAside(aside);
        else this.drop(message);
      }
      return limit.over;
    } finally {
      limit.lift();
      this.putBack(aside);
    }
  }

  /** Lets a wait end by time or by signal, without a message that could be left over. */
  protected limitWait({ seconds, signal }: SelectOptions): WaitLimit {
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

  protected inHand(): Saved {
    const arrival = this.belongings?.arrival ?? this.taken;
    return { message: this.received, from: this.returnAddress, arrival };
  }

  protected putAside(aside: Saved[]): void {
    if (aside.length < MAILBOX_MESSAGES_MAX) aside.push(this.inHand());
    else this.countLost("aside");
  }

  protected putBack(aside: readonly Saved[]): void {
    if (aside.length === 0) return;
    const belongings = this.own;
    belongings.replay = inOrder([...aside, ...belongings.replay]);
  }

  protected drop(message: unknown): void {
    if (!this.kernel.log.enabled("?")) return;
    this.log("?", `Dropped ${messageName(message)} from ${addressText(this.returnAddress)}`);
  }

  /** Puts the message in hand aside. */
  save(): void {
    const belongings = this.own;
    if (belongings.saved.length + belongings.replay.length >= MAILBOX_MESSAGES_MAX) this.countLost("aside");
    else belongings.saved.push(this.inHand());
  }

  async ask(message: Sendable, to: Address, options: AskOptions): Promise<unknown> {
    const question = openQuestion(this.kernel, (from) => this.send(message, to, from), options);
    const { questions } = this.own;
    questions.add(question);
    const answer = await question.answer;
    questions.delete(question);
    return answer;
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

function isWanted(types: readonly TypeLike[], message: unknown): boolean {
  if (types.length === 0) return true;
  return types.some((type) => (type as unknown) === Unknown || matchesType(type, message));
}
