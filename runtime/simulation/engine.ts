/** Virtual time and the loop that moves it: what happens next, and what went wrong. */

import { ByteArena } from "./arena.ts";
import { breathe, drain, watchFailures } from "./drain.ts";
import { EventQueue, type ScheduledEvent } from "./event_queue.ts";
import { History } from "./history.ts";
import { SeededRandom } from "./prng.ts";

/**
 * Returned by an event that resumed nobody, so that there is nothing to wait for before the next one.
 *
 * @internal
 */
export const QUIET: unique symbol = Symbol("quiet");

/** Events between two turns of the platform's loop, so that a long run can be interrupted. */
const EVENTS_PER_TURN = 4096;

/** Lines of history in the report of a failure. */
const REPORT_LINES = 12;

/** A simulation that failed: a bug in a program, a limit, or a condition that was never met. */
export class SimulationError extends Error {
  /** Always `SimulationError`. */
  override readonly name = "SimulationError";
  /** The seed that replays it. */
  readonly seed: string;
  /** Virtual milliseconds. */
  readonly time: number;

  /** Simulations make these. The cause, if any, is in `options`. */
  constructor(message: string, seed: string, time: number, options?: ErrorOptions) {
    super(message, options);
    this.seed = seed;
    this.time = time;
  }
}

/** When a run ends. */
export interface Goal {
  /** Microseconds of virtual time; later events stay. */
  readonly until: number;
  /** Asked before each event; null for a run that lets time pass, also where nothing happens. */
  readonly isReached: (() => boolean) | null;
}

/** One simulation's time, events, randomness and history. */
export class Engine {
  readonly seed: string;
  readonly random: SeededRandom;
  readonly history: History;
  /** Memory for bytes under way. */
  readonly arena: ByteArena = new ByteArena();
  readonly #eventsMax: number;
  readonly #queue = new EventQueue();
  #now = 0;
  #events = 0;
  #failure: SimulationError | null = null;
  #isRunning = false;

  constructor(seed: number | string, historyLinesMax: number, eventsMax: number) {
    this.seed = String(seed);
    this.random = new SeededRandom(seed);
    this.history = new History(historyLinesMax);
    this.#eventsMax = eventsMax;
  }

  /** Microseconds of virtual time. */
  get now(): number {
    return this.#now;
  }

  /** Events so far. */
  get events(): number {
    return this.#events;
  }

  /** Events to come that are not alarms: bytes, connection attempts, file operations, tasks. */
  get work(): number {
    return this.#queue.work;
  }

  /** Time of the next event in microseconds, or null where nothing is to come. */
  get next(): number | null {
    return this.#queue.peek()?.time ?? null;
  }

  /** Adds an event, `delay` microseconds from now. */
  schedule(delay: number, run: () => unknown, owner: string, kind: "work" | "alarm"): ScheduledEvent {
    return this.#queue.add(this.#now + Math.max(0, Math.ceil(delay)), run, owner, kind === "work");
  }

  /** Takes an event back. */
  cancel(event: ScheduledEvent): void {
    this.#queue.cancel(event);
  }

  /** Adds a line to the history. */
  note(who: string, what: string): void {
    this.history.add(this.#now, who, what);
  }

  /** Makes the present run, or the next one, fail. The first failure counts. */
  fail(owner: string, error: unknown): void {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    this.note(owner, `failed ${text}`);
    this.#failure ??= this.error(`${owner}: ${text}`, error);
  }

  /** An error that tells the seed, the time and the latest history. */
  error(what: string, cause?: unknown): SimulationError {
    const time = this.#now / 1000;
    const report = this.history.tail(REPORT_LINES);
    const message = `Simulation with seed "${this.seed}" failed at ${time} ms: ${what}\n${report}`;
    return new SimulationError(message, this.seed, time, cause === undefined ? undefined : { cause });
  }

  /**
   * Lets events happen until the goal is reached, time is up or nothing is left.
   *
   * @returns Whether the goal was reached
   * @throws {SimulationError} When a program failed
   */
  async run(goal: Goal): Promise<boolean> {
    if (this.#isRunning) throw new Error("Cannot run the simulation: it is running already");
    this.#isRunning = true;
    const endWatch = watchFailures((error) => this.fail("unhandled", error));
    try {
      // From here on this is a microtask, as drain() demands.
      await null;
      await drain();
      const isReached = await this.#runEvents(goal);
      await breathe();
      if (this.#failure !== null) throw this.#failure;
      return isReached;
    } finally {
      endWatch();
      this.#isRunning = false;
    }
  }

  async #runEvents(goal: Goal): Promise<boolean> {
    const eventsMax = this.#events + this.#eventsMax;
    const { until, isReached } = goal;
    while (this.#failure === null && isReached?.() !== true) {
      const event = this.#queue.peek();
      if (event === null || event.time > until) {
        if ((event !== null || isReached === null) && Number.isFinite(until)) this.#now = Math.max(this.#now, until);
        return false;
      }
      this.#now = event.time;
      const outcome = this.#happen(event);
      if (outcome !== QUIET) await drain();
      if (++this.#events % EVENTS_PER_TURN === 0) await breathe();
      if (this.#events >= eventsMax) throw this.error(`no end after ${this.#eventsMax} events`);
    }
    return true;
  }

  #happen(event: ScheduledEvent): unknown {
    try {
      return this.#queue.take(event)();
    } catch (error) {
      this.fail(event.owner, error);
      return undefined;
    }
  }
}
