/** The machine's clocks and alarms. */

import type { Cancel, Clock } from "../world.ts";

/** The longest delay that a platform timer takes; longer ones are armed again. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/**
 * How long tasks may start one another until the platform is made to look for input, output and timers. Less would be felt
 * where a request is answered at a time: with 8 ms, more than one of a hundred meets a look at either end.
 */
const LOOK_MS = 24;

/**
 * Turns of the platform's loop within which it looks for them at least once. The loop is a task of tokio's, which looks
 * when it has nothing to do, and as long as there is always a task, after 61 of them.
 */
const LOOK_TURNS = 64;

/**
 * Makes the clock of the real world.
 *
 * `soon` is `setImmediate`, with a number of empty turns of the loop now and then, which cost a tenth of a millisecond. Without
 * those, tasks of 2.6 ms that start the next one left an echo over TCP 300 ms for its round trip, in the middle; with them, each
 * of its ways waits for the next look at most. Measured in Deno 2.9 on two cores, tasks that start the next one: setImmediate 540 k/s,
 * MessageChannel 290 k/s, setTimeout(0) 0.5 k/s. With such a loop spinning beside a TCP echo, the echo keeps 10 % of
 * its undisturbed rate under setImmediate and stops altogether under MessageChannel, whose messages are
 * delivered without a turn of input and output in between; so MessageChannel is out for reasons other than speed.
 */
export function realClock(): Clock {
  const soon = new Soon();
  return {
    now: () => performance.now(),
    wall,
    zoneOffset: (wall) => -60 * new Date(Number(wall / 1000n)).getTimezoneOffset(),
    after,
    soon: (task) => soon.add(task),
  };
}

/** Tasks for after input, output and timers, in their order. */
class Soon {
  #lookedAt = performance.now();
  /** Those that wait for the platform to look; null while it need not. */
  #waiting: (() => void)[] | null = null;
  #turnsLeft = 0;

  add(task: () => void): void {
    if (this.#waiting !== null) this.#waiting.push(task);
    else if (performance.now() - this.#lookedAt < LOOK_MS) setImmediate(task);
    else {
      this.#waiting = [task];
      this.#turnsLeft = LOOK_TURNS;
      setImmediate(this.#turn);
    }
  }

  readonly #turn = (): void => {
    if (--this.#turnsLeft > 0) setImmediate(this.#turn);
    else {
      this.#lookedAt = performance.now();
      const tasks = this.#waiting!;
      this.#waiting = null;
      for (const task of tasks) setImmediate(task);
    }
  };
}

/** Temporal has microseconds (0.8 µs a call). Older Deno releases lack it, and Date has milliseconds only. */
function wall(): bigint {
  return "Temporal" in globalThis ? Temporal.Now.instant().epochNanoseconds / 1000n : BigInt(Date.now()) * 1000n;
}

function after(milliseconds: number, alarm: () => void): Cancel {
  if (Number.isNaN(milliseconds)) throw new RangeError("Cannot set an alarm: the delay is not a number");
  const due = performance.now() + milliseconds;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const arm = (): void => {
    // Rounded up, and looked at again when it fires: an alarm is never early.
    const left = Math.ceil(due - performance.now());
    timer = setTimeout(ring, Math.min(Math.max(left, 0), TIMER_MS_MAX));
  };
  const ring = (): void => {
    if (performance.now() < due) arm();
    else alarm();
  };
  arm();
  return () => clearTimeout(timer);
}
