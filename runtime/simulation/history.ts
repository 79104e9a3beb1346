// This module performs no I/O.

/** What happened in a simulation, as text. */

/** Lines kept by default; older ones are forgotten, but stay in the digest. */
export const HISTORY_LINES_MAX = 100_000;

/**
 * An append-only list of lines with a running digest of everything that was ever added.
 *
 * Besides the lines, the digest takes in the time and size of every delivery of bytes, so that two runs with
 * one digest had the same course, not only the same landmarks.
 */
export class History {
  readonly #linesMax: number;
  #lines: string[] = [];
  #count = 0;
  #first = 0x811c9dc5 | 0;
  #second = 0x1b873593 | 0;

  /**
   * Makes an empty history.
   *
   * @param linesMax How many of the latest lines to keep
   */
  constructor(linesMax: number = HISTORY_LINES_MAX) {
    this.#linesMax = linesMax;
  }

  /** The latest lines, oldest first. */
  get lines(): readonly string[] {
    return this.#lines.slice(-this.#linesMax);
  }

  /** How many lines were ever added. */
  get count(): number {
    return this.#count;
  }

  /** Sixteen hex digits that stand for all that happened. */
  get digest(): string {
    return [this.#first, this.#second].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
  }

  /** Adds a line. `time` is in microseconds. */
  add(time: number, who: string, what: string): void {
    const line = `${(time / 1000).toFixed(3).padStart(12)} ${who} ${what}`;
    for (let at = 0; at < line.length; at++) this.#mixWord(line.charCodeAt(at));
    this.#count++;
    this.#lines.push(line);
    // Cut seldom, so that a long history costs no copy per line.
    if (this.#lines.length > 2 * this.#linesMax) this.#lines = this.#lines.slice(-this.#linesMax);
  }

  /** Adds two numbers to the digest alone. */
  mix(one: number, two: number): void {
    this.#mixWord(one | 0);
    this.#mixWord(two | 0);
  }

  /** The last lines as one text, for the report of a failure. */
  tail(lines: number): string {
    return this.#lines.slice(-Math.min(lines, this.#linesMax)).join("\n");
  }

  #mixWord(word: number): void {
    this.#first = Math.imul(this.#first ^ word, 0x01000193);
    this.#second = Math.imul(((this.#second << 13) | (this.#second >>> 19)) ^ word, 0xe6546b64 | 1);
  }
}
