/** Accepting connections, whatever is spoken on them. */

import { type ByteStream, type Kernel, NetworkError, type StreamListener } from "../runtime/mod.ts";
import type { Reports } from "./reports.ts";

/** Pause after accepting failed, such as for want of descriptors. */
const ACCEPT_RETRY_MS = 100;
/** Failures in a row that end a listener. */
const ACCEPT_FAILURES_MAX = 100;
/** Pause after a connection was refused: who comes again and again is not to keep the process busy. */
const REFUSAL_PAUSE_MS = 1;

/** What accepting needs. */
export interface AcceptOptions {
  readonly kernel: Kernel;
  readonly listener: StreamListener;
  readonly reports: Reports;
  /** Connections a second; the others wait unaccepted. @default {Infinity} */
  readonly perSecondMax?: number;
  /** Takes a connection; false when it was refused. */
  take(stream: ByteStream): boolean;
  /** Accepting has failed for good; the listener is closed. */
  failed(error: NetworkError): void;
}

/** Accepts the connections of one port until it is closed. */
export class Accepting {
  readonly #options: AcceptOptions;
  readonly #perSecondMax: number;
  /** Connections that may be accepted at once, at that moment. */
  #allowance: number;
  #allowanceAt: number;
  #isClosed = false;

  constructor(options: AcceptOptions) {
    this.#options = options;
    this.#perSecondMax = options.perSecondMax ?? Infinity;
    this.#allowance = this.#perSecondMax;
    this.#allowanceAt = options.kernel.world.clock.now();
  }

  /** Accepts until closed. */
  async run(): Promise<void> {
    const { kernel, listener, reports, take, failed } = this.#options;
    for (let failures = 0; !this.#isClosed;) {
      try {
        const accepted = await listener.accept();
        if (accepted === null) return;
        failures = 0;
        if (kernel.isClosed) this.close();
        if (this.#isClosed) accepted.close();
        else if (!take(accepted)) await this.#pass(REFUSAL_PAUSE_MS);
        if (this.#perSecondMax !== Infinity && this.#spend() < 0) await this.#makeUp();
      } catch (error) {
        if (this.#isClosed) return;
        if (!(error instanceof NetworkError)) throw error;
        if (++failures >= ACCEPT_FAILURES_MAX) {
          this.close();
          failed(error);
          return;
        }
        const { host, port } = listener.local;
        reports.add("Cannot accept", `${error.message} (at ${host}:${port})`);
        await this.#pass(ACCEPT_RETRY_MS);
      }
    }
  }

  #pass(milliseconds: number): Promise<void> {
    return new Promise((resolve) => void this.#options.kernel.after(milliseconds, resolve));
  }

  /** One connection of those granted by now; returns how many are left. */
  #spend(): number {
    const now = this.#options.kernel.world.clock.now();
    const granted = (now - this.#allowanceAt) / 1000 * this.#perSecondMax;
    this.#allowanceAt = now;
    this.#allowance = Math.min(this.#perSecondMax, this.#allowance + granted) - 1;
    return this.#allowance;
  }

  async #makeUp(): Promise<void> {
    const { reports, listener } = this.#options;
    const { host, port } = listener.local;
    reports.limit(
      "acceptsPerSecondMax",
      "Accepting held up",
      `more than ${this.#perSecondMax} a second (at ${host}:${port})`,
    );
    await this.#pass(-this.#allowance / this.#perSecondMax * 1000);
  }

  /** Accepts nobody any more. */
  close(): void {
    this.#isClosed = true;
    this.#options.listener.close();
  }
}
