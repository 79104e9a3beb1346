/** Whose turn it is: a bounded number of messages is handled between two turns of input, output and timers. */

import { Ring } from "./ring.ts";

/** Messages handled before pending input, output and timers get their turn. */
export const ROUND_MESSAGES_MAX = 1024;

/** Milliseconds after which they get it, however few messages there were: some handlers take long. */
const ROUND_MS_MAX = 4;

/** How many messages go by between two looks at the clock, as long as they take little time. */
const LOOK_MESSAGES = 128;

/** When so many milliseconds went by between two looks, it is looked at after each message. */
const LOOK_MS_MAX = 1;

/**
 * How many may be at work at a time: a routine goes on after its turn was given, and a receiver is seen to be pressed by
 * what they all send only then.
 */
const RUNS_MAX = 8;

/**
 * How often one that is served is waited for without its taking a message: between two messages a routine may wait
 * for a few promises of its own.
 */
const PATIENCE_MAX = 8;

/** Rounds after which those who bring work from outside go on, however much waits. */
const ROUNDS_BEHIND_MAX = 4;

/** What is called when this is fulfilled comes as soon as with `queueMicrotask`, which Deno wraps: half the time. */
const NOW = Promise.resolve();

/** Something that has work to do in its turn. */
export interface Runnable {
  /** Has a turn: does a bounded part of its work, each message of which it asks for with {@linkcode Turns.spend}. */
  run(): void;
  /** Messages taken so far. A routine takes more of them after `run` has returned. */
  readonly taken: number;
}

/** What turns are taken from. */
export interface TurnClock {
  /** Milliseconds from some moment on. */
  now(): number;
  /** Calls a task after pending input, output and timers had their turn. */
  soon(task: () => void): void;
}

/**
 * Gives turns to all that is ready, in order, within rounds of {@linkcode ROUND_MESSAGES_MAX} messages or a few
 * milliseconds; between two rounds the platform gets its turn.
 *
 * A receiver is pressed when messages come faster than its turns do. For each so many messages it is served once: it has a
 * round for itself, before those who send to it go on. Between two of these, somebody else has a turn.
 */
export class Turns {
  readonly #clock: TurnClock;
  readonly #ready = new Ring<Runnable>();
  readonly #pressed = new Ring<Runnable>();
  /** Messages left in this round. */
  #budget = ROUND_MESSAGES_MAX;
  #roundBegan: number;
  #lookedAt: number;
  #untilLook = LOOK_MESSAGES;
  /** Turns left until those who had them have gone on. */
  #runs = RUNS_MAX;
  /** True when somebody had a turn since one was served. */
  #hadOther = true;
  #served: Runnable | null = null;
  #servedTaken = 0;
  #patience = 0;
  #isScheduled = false;
  #isRoundComing = false;
  #isOver = false;
  #bringers: (() => void)[] = [];
  #roundsBehind = 0;

  constructor(clock: TurnClock) {
    this.#clock = clock;
    this.#roundBegan = clock.now();
    this.#lookedAt = this.#roundBegan;
  }

  /** Queues something for its turn. */
  schedule(runnable: Runnable): void {
    this.#ready.push(runnable);
    this.#wake();
  }

  /** Queues something to be served, besides its turns. */
  press(runnable: Runnable): void {
    this.#pressed.push(runnable);
    this.#wake();
  }

  /**
   * Takes one message from the budget of this round. False means that the round is over, or that somebody else is
   * served: what is left to do waits for another turn.
   */
  spend(runnable: Runnable): boolean {
    if (this.#budget <= 0 || this.#isOver || (this.#served !== null && this.#served !== runnable)) return false;
    this.#budget--;
    if (--this.#untilLook <= 0) this.#look();
    return true;
  }

  /** Takes from the budget of this round what was done besides messages, such as reading long ones: as much as so many. */
  charge(messages: number): void {
    this.#budget -= messages;
  }

  #look(): void {
    const now = this.#clock.now();
    if (now - this.#roundBegan > ROUND_MS_MAX) this.#endRound();
    this.#untilLook = now - this.#lookedAt > LOOK_MS_MAX ? 1 : LOOK_MESSAGES;
    this.#lookedAt = now;
  }

  /**
   * Ends this round. The next one is asked for at once, whether somebody waits or not: where messages come one by one, it has
   * begun when the next one comes, which then need not wait for it.
   */
  #endRound(): void {
    this.#budget = 0;
    if (this.#isRoundComing) return;
    this.#isRoundComing = true;
    this.#clock.soon(this.#beginRound);
  }

  /** The same for one who waits for a message and gets it without a turn. False when several are at work already. */
  spendAtOnce(runnable: Runnable): boolean {
    if (this.#runs <= 0 || !this.spend(runnable)) return false;
    this.#runs--;
    return true;
  }

  /** One of those who had a turn, or a message without a turn, waits again. */
  rest(): void {
    if (this.#runs < RUNS_MAX) this.#runs++;
  }

  /** True when this round is over, and there is more than it could take. */
  get isBehind(): boolean {
    return this.#budget <= 0 && this.#isScheduled;
  }

  /**
   * Calls back, once, when nobody waits for a turn any more, or else after a few rounds. For those who bring work from
   * outside: what comes in faster than it is handled is better left where it is.
   */
  whenCaughtUp(bring: () => void): void {
    this.#bringers.push(bring);
    this.#wake();
  }

  #callBringers(): void {
    const bringers = this.#bringers;
    this.#bringers = [];
    this.#roundsBehind = 0;
    for (const bring of bringers) bring();
  }

  /** No turn is given any more. */
  end(): void {
    this.#isOver = true;
    this.#bringers = [];
    this.#ready.clear();
    this.#pressed.clear();
    this.#served = null;
  }

  #wake(): void {
    if (this.#isScheduled || this.#isOver) return;
    this.#isScheduled = true;
    if (this.#budget > 0) NOW.then(this.#give);
    else this.#endRound();
  }

  readonly #beginRound = (): void => {
    this.#isRoundComing = false;
    this.#budget = ROUND_MESSAGES_MAX;
    this.#roundBegan = this.#clock.now();
    if (!this.#isScheduled) return;
    this.#roundsBehind++;
    this.#give();
  };

  readonly #give = (): void => {
    this.#isScheduled = false;
    if (this.#isOver) return;
    if (!this.#isServing()) this.#giveSome();
    const isMore = this.#served !== null || this.#ready.length > 0 || this.#pressed.length > 0;
    if (isMore) this.#wake();
    if (this.#bringers.length > 0 && (!isMore || this.#roundsBehind >= ROUNDS_BEHIND_MAX)) this.#callBringers();
  };

  #giveSome(): void {
    this.#runs = RUNS_MAX;
    while (this.#runs > 0 && this.#budget > 0 && !this.#isOver) {
      if (this.#pressed.length > 0 && (this.#hadOther || this.#ready.length === 0)) {
        this.#serve();
        return;
      }
      const next = this.#ready.shift();
      if (next === undefined) return;
      this.#runs--;
      this.#hadOther = true;
      next.run();
    }
  }

  /** It has a whole round, so the one that has begun is over. */
  #serve(): void {
    if (this.#budget < ROUND_MESSAGES_MAX) {
      this.#budget = 0;
      return;
    }
    const served = this.#pressed.shift()!;
    this.#hadOther = false;
    this.#served = served;
    served.run();
    this.#servedTaken = served.taken;
    this.#patience = PATIENCE_MAX;
  }

  /** True as long as one that is served takes messages: nobody else gets a turn meanwhile. */
  #isServing(): boolean {
    const served = this.#served;
    if (served === null) return false;
    if (served.taken !== this.#servedTaken) {
      this.#servedTaken = served.taken;
      this.#patience = PATIENCE_MAX;
      return true;
    }
    if (this.#patience-- > 0) return true;
    this.#served = null;
    return false;
  }
}
