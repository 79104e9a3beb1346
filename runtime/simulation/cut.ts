// This module performs no I/O.

/** What lets nothing through: closed and opened again, with all that has arrived there meanwhile. */
export class Cut {
  #isClosed = false;
  #breakAfterMs: number | null = null;
  #held: (() => void)[] = [];

  /** True while nothing gets through. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** How long something may be held until its sender's connection breaks; null where the network decides. */
  get breakAfterMs(): number | null {
    return this.#breakAfterMs;
  }

  /** Lets nothing through from now on; false if that was so. */
  close(breakAfterMs: number | null): boolean {
    const wasClosed = this.#isClosed;
    this.#isClosed = true;
    this.#breakAfterMs = breakAfterMs;
    return !wasClosed;
  }

  /** Lets everything through again; false if it did. What was held is for {@link Cut.release}. */
  open(): boolean {
    const wasClosed = this.#isClosed;
    this.#isClosed = false;
    this.#breakAfterMs = null;
    return wasClosed;
  }

  /** Keeps something that has arrived here. */
  hold(resend: () => void): void {
    this.#held.push(resend);
  }

  /** Sends what was held, in its order. */
  release(): void {
    const held = this.#held;
    this.#held = [];
    for (const resend of held) resend();
  }
}
