/** The time that a virtual machine does not get: without it a slow machine and a slow program look alike. */

/** The unit of times in Linux' `/proc/stat`. */
const JIFFY_MS = 10;
const STOLEN_COLUMN = 8;

/** Milliseconds for which the host of this virtual machine gave its processors to others, in all; 0 where that can't be told. */
export function stolenMs(): number {
  try {
    const [all = ""] = Deno.readTextFileSync("/proc/stat").split("\n", 1);
    return Number(all.split(/ +/)[STOLEN_COLUMN] ?? 0) * JIFFY_MS;
  } catch {
    return 0;
  }
}

/** With so much of it within a few milliseconds, it was not a program that a sample waited for. */
export const DISTURBED_MS = 10;

interface Reading {
  readonly at: number;
  readonly stolenMs: number;
}

const READ_EVERY_MS = 10;
/** Readings that are kept: the last ten minutes. */
const READINGS = 60_000;

/** Keeps what was stolen when, so that it can be told of times that are over. Disposing of it ends that. */
export class StolenTime implements Disposable {
  readonly #now: () => number;
  readonly #readings: Reading[] = [];
  readonly #timer: ReturnType<typeof setInterval>;

  /** @param now Milliseconds, by the clock of the times that are asked about. */
  constructor(now: () => number) {
    this.#now = now;
    this.#read();
    this.#timer = setInterval(() => this.#read(), READ_EVERY_MS);
  }

  #read(): void {
    this.#readings.push({ at: this.#now(), stolenMs: stolenMs() });
    if (this.#readings.length > 2 * READINGS) this.#readings.splice(0, READINGS);
  }

  /** Milliseconds stolen between two moments, and in the moments around them that can't be told apart from those. */
  between(from: number, to: number): number {
    this.#read();
    const before = this.#readings.findLast(({ at }) => at <= from) ?? this.#readings[0]!;
    const after = this.#readings.find(({ at }) => at >= to) ?? this.#readings.at(-1)!;
    return after.stolenMs - before.stolenMs;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
