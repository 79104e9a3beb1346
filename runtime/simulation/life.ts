/** One life of a simulated process, from start to its end: whatever it does goes with it. */

import { type Engine, QUIET } from "./engine.ts";
import type { ScheduledEvent } from "./event_queue.ts";
import type { SignalName } from "../world.ts";

/** Something the operating system takes back when a process ends: a socket, a listener, a lock. */
export interface Holding {
  /** What it is, for those who count. */
  readonly kind: "stream" | "listener" | "lock" | "thread" | "port";
  /**
   * The process has ended: nothing that it awaits resolves any more.
   *
   * @param isTold Whether others learn of it now, as from a system that is up
   */
  abandon(isTold: boolean): void;
  /** Others learn of it after all. */
  tell?(): void;
}

/** How much of a stream a slow process reads at a time, and how long it takes. */
export interface SlowReading {
  /** Virtual milliseconds for each read. */
  readonly delayMs: number;
  /** Most bytes of a read. */
  readonly bytesMax: number;
}

/** The scope of everything that a process does between its start and its end. */
export class Life {
  readonly engine: Engine;
  /** The name of its host. */
  readonly host: string;
  /** Host and process, `alpha/server`. */
  readonly label: string;
  readonly pid: number;
  readonly holdings: Set<Holding> = new Set();
  readonly signalHandlers: Map<SignalName, Set<() => void>> = new Map();
  slowReading: SlowReading | null = null;
  /** Alarms that were set, are not due yet and were not cancelled. */
  alarms = 0;
  #isAlive = true;
  /** What a frozen process does once it is thawed, in order; null while it runs. */
  #asleep: (() => unknown)[] | null = null;

  constructor(engine: Engine, home: { readonly host: string; readonly process: string }, pid: number) {
    this.engine = engine;
    this.host = home.host;
    this.label = `${home.host}/${home.process}`;
    this.pid = pid;
  }

  /** False from the moment of the end. */
  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** True between {@link Life.freeze} and {@link Life.thaw}. */
  get isFrozen(): boolean {
    return this.#asleep !== null;
  }

  /** Lets the program do nothing from now on. What its system does for it goes on. */
  freeze(): void {
    if (this.#isAlive) this.#asleep ??= [];
  }

  /** Lets the program go on: what has happened to it meanwhile, it learns now, in order. */
  thaw(): void {
    const asleep = this.#asleep ?? [];
    this.#asleep = null;
    for (const run of asleep) this.schedule(0, run, "work");
  }

  /**
   * Does something that the program notices: now, or once it is thawed, or never if it has ended.
   *
   * @returns What `run` returned, if that was now
   */
  rouse(run: () => unknown): unknown {
    if (!this.#isAlive) return QUIET;
    if (this.#asleep === null) return run();
    this.#asleep.push(run);
    return QUIET;
  }

  /** Schedules an event that doesn't happen once the process has ended. `delay` is in microseconds. */
  schedule(delay: number, run: () => unknown, kind: "work" | "alarm"): ScheduledEvent {
    return this.engine.schedule(delay, () => this.rouse(run), this.label, kind);
  }

  /**
   * Does an operation `delay` microseconds from now.
   *
   * @returns Its result; never settles when the process has ended before
   */
  later<T>(delay: number, operation: () => T): Promise<T> {
    if (!this.#isAlive) return never();
    return new Promise((resolve, reject) => {
      this.schedule(delay, () => {
        try {
          resolve(operation());
        } catch (error) {
          reject(error);
        }
      }, "work");
    });
  }

  /**
   * Ends this life.
   *
   * @param isTold Whether peers learn of it now
   * @returns What peers were not told of
   */
  end(isTold: boolean): Holding[] {
    this.#isAlive = false;
    this.#asleep = null;
    const holdings = [...this.holdings];
    this.holdings.clear();
    this.signalHandlers.clear();
    for (const holding of holdings) holding.abandon(isTold);
    return isTold ? [] : holdings;
  }
}

/** A promise for those who have ended: it never settles. */
export function never<T>(): Promise<T> {
  return new Promise<T>(() => {});
}
