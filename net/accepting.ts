/** Accepting connections, whatever is spoken on them. */

import { type ByteStream, type Kernel, NetworkError, type StreamListener } from "../runtime/mod.ts";
import type { Reports } from "./reports.ts";

/** Pause after accepting failed, such as for want of descriptors. */
const ACCEPT_RETRY_MS = 100;
/** Failures in a row that end a listener. */
const ACCEPT_FAILURES_MAX = 100;

/** What accepting needs. */
export interface AcceptOptions {
  readonly kernel: Kernel;
  readonly listener: StreamListener;
  readonly reports: Reports;
  /** Takes a connection. */
  take(stream: ByteStream): void;
  /** Accepting has failed for good; the listener is closed. */
  failed(error: NetworkError): void;
}

/** Accepts the connections of one port until it is closed. */
export class Accepting {
  readonly #options: AcceptOptions;
  #isClosed = false;

  constructor(options: AcceptOptions) {
    this.#options = options;
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
        else take(accepted);
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
        await new Promise<void>((resolve) => kernel.after(ACCEPT_RETRY_MS, resolve));
      }
    }
  }

  /** Accepts nobody any more. */
  close(): void {
    this.#isClosed = true;
    this.#options.listener.close();
  }
}
