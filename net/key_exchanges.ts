// This module performs no I/O.

/** When the key exchanges of each remote host come: they cost more than anything else that a stranger can ask for. */

/** Hosts that are kept in mind at once. */
const HOSTS_MAX = 4096;

/**
 * Grants each host so many key exchanges a second. As many may come at once; those beyond come one after the other.
 * Moments are monotonic milliseconds.
 */
export class KeyExchanges {
  readonly #intervalMs: number;
  /** When all that was granted to a host would be over at an even pace; the latest grant last. */
  readonly #booked = new Map<string, number>();

  /** @param perSecond Infinity for no limit. */
  constructor(perSecond: number) {
    this.#intervalMs = 1000 / perSecond;
  }

  /**
   * Books a key exchange.
   *
   * @returns Milliseconds to wait for it; null when that would be more than `mostMs`, and nothing is booked.
   */
  book(host: string, now: number, mostMs: number): number | null {
    const from = Math.max(this.#booked.get(host) ?? 0, now);
    const until = from + this.#intervalMs;
    const wait = Math.max(0, until - now - 1000);
    if (wait > mostMs) return null;
    this.#booked.delete(host);
    if (this.#booked.size >= HOSTS_MAX) this.#forgetSome(now);
    this.#booked.set(host, until);
    return wait;
  }

  /** Makes room for one host at least. */
  #forgetSome(now: number): void {
    for (const [host, until] of this.#booked) {
      if (until > now && this.#booked.size < HOSTS_MAX) return;
      this.#booked.delete(host);
    }
  }
}
