/** One open port at work: accepts connections, within limits. */

import {
  type AddressValue as Address,
  type HostPort,
  type Kernel,
  NetworkError,
  type StreamListener,
} from "../runtime/mod.ts";
import type { ByteStream } from "../runtime/mod.ts";
import { Connection, type ConnectionOptions } from "./connection.ts";
import type { Listening } from "./messages.ts";

/** Pause after accepting failed, such as for want of descriptors. */
const ACCEPT_RETRY_MS = 100;
/** Failures in a row that end a listener. */
const ACCEPT_FAILURES_MAX = 100;

/** What a listener is made from. */
export interface ListenerOptions {
  readonly kernel: Kernel;
  readonly stream: StreamListener;
  readonly listening: Listening;
  readonly controller: Address;
  /** The options of its connections, without what differs from one to the next. */
  readonly connection: Omit<ConnectionOptions, "stream">;
  /** Called for each connection before it begins. */
  readonly onTaken: (connection: Connection) => void;
  /** Called when accepting has failed for good. */
  readonly onFailed: (error: NetworkError) => void;
}

/** Accepts the connections of one port. */
export class Listener {
  readonly #options: ListenerOptions;
  /** Connections in the order of accepting. */
  readonly #connections = new Set<Connection>();
  readonly #perHost = new Map<string, number>();
  #isClosed = false;

  constructor(options: ListenerOptions) {
    this.#options = options;
  }

  /** The port in use. */
  get at(): HostPort {
    return this.#options.listening.listeningIpp;
  }

  /** Accepts until closed. */
  async run(): Promise<void> {
    const { kernel, stream, onFailed } = this.#options;
    for (let failures = 0; !this.#isClosed;) {
      try {
        const accepted = await stream.accept();
        if (accepted === null) return;
        failures = 0;
        if (kernel.isClosed) this.close();
        if (this.#isClosed) accepted.close();
        else this.#take(accepted);
      } catch (error) {
        if (this.#isClosed) return;
        if (!(error instanceof NetworkError)) throw error;
        if (++failures >= ACCEPT_FAILURES_MAX) {
          this.close();
          onFailed(error);
          return;
        }
        this.#options.connection.reports.add("Cannot accept", `${error.message} (at ${this.at})`);
        await new Promise<void>((resolve) => kernel.after(ACCEPT_RETRY_MS, resolve));
      }
    }
  }

  #take(stream: ByteStream): void {
    const { connection: options } = this.#options;
    const { limits, reports, onEnded } = options;
    const host = stream.remote.host;
    const isFull = this.#connections.size >= limits.connectionsMax ||
      (this.#perHost.get(host) ?? 0) >= limits.connectionsPerHostMax;
    if (isFull && !this.#evict(host)) {
      reports.add("Connection refused", `too many connections (from ${host})`);
      stream.close();
      return;
    }
    const connection = new Connection({
      ...options,
      stream,
      onEnded: (ended, ending, wasOpened) => {
        this.#forget(ended);
        onEnded(ended, ending, wasOpened);
      },
    });
    this.#connections.add(connection);
    this.#perHost.set(host, (this.#perHost.get(host) ?? 0) + 1);
    this.#options.onTaken(connection);
    connection.begin();
  }

  /** Gives up the oldest connection that never said anything, of this host if possible; false if there is none. */
  #evict(host: string): boolean {
    const isHostFull = (this.#perHost.get(host) ?? 0) >= this.#options.connection.limits.connectionsPerHostMax;
    for (const connection of this.#connections) {
      if (connection.isHeard || (isHostFull && connection.remote.host !== host)) continue;
      this.#options.connection.reports.add(
        "Connection given up",
        `silent since it was accepted (${connection.remote})`,
      );
      connection.abandon("too many connections");
      return true;
    }
    return false;
  }

  #forget(connection: Connection): void {
    this.#connections.delete(connection);
    const host = connection.remote.host ?? "";
    const count = (this.#perHost.get(host) ?? 0) - 1;
    if (count > 0) this.#perHost.set(host, count);
    else this.#perHost.delete(host);
  }

  /** Ends listening. Connections live on. */
  close(): void {
    this.#isClosed = true;
    this.#options.stream.close();
  }
}
