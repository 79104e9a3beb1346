// This module performs no I/O.

/** How much malformed input each remote host has sent of late, and whether that is too much. */

/** Hosts that are kept in mind at once; those that have made up for it are forgotten first. */
const HOSTS_MAX = 4096;
/** What is malformed counts for so many bytes at least: to accept and end a connection has its price, too. */
const EVENT_BYTES_MIN = 4096;
/** However much a host has sent, it has made up for it after so many seconds. */
const RECOVERY_SECONDS_MAX = 2;

interface Level {
  /** Bytes not yet made up for, at that moment. */
  bytes: number;
  at: number;
}

/**
 * A level for each host: malformed bytes raise it, and it sinks by the bytes a second that are granted. Above one
 * second's worth it is too high. Moments are monotonic milliseconds.
 */
export class MalformedInput {
  readonly #bytesPerSecond: number;
  readonly #levels = new Map<string, Level>();

  /** @param bytesPerSecond Infinity for no limit. */
  constructor(bytesPerSecond: number) {
    this.#bytesPerSecond = bytesPerSecond;
  }

  /** A host has sent malformed input. */
  add(host: string, bytes: number, now: number): void {
    if (this.#bytesPerSecond === Infinity) return;
    const before = this.#levelAt(host, now);
    this.#levels.delete(host);
    if (this.#levels.size >= HOSTS_MAX) this.#forgetSome(now);
    const most = RECOVERY_SECONDS_MAX * this.#bytesPerSecond;
    this.#levels.set(host, { bytes: Math.min(before + Math.max(bytes, EVENT_BYTES_MIN), most), at: now });
  }

  /** True when nothing more of a host is to be taken for now. */
  isTooMuch(host: string, now: number): boolean {
    return this.#levels.size > 0 && this.#levelAt(host, now) > this.#bytesPerSecond;
  }

  #levelAt(host: string, now: number): number {
    const level = this.#levels.get(host);
    if (level === undefined) return 0;
    return Math.max(0, level.bytes - (now - level.at) / 1000 * this.#bytesPerSecond);
  }

  /** Makes room for one host at least: entries are in the order of their last change. */
  #forgetSome(now: number): void {
    for (const host of this.#levels.keys()) {
      const isRecovered = this.#levelAt(host, now) === 0;
      if (!isRecovered && this.#levels.size < HOSTS_MAX) return;
      this.#levels.delete(host);
    }
  }
}
