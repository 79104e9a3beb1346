/** A simulated open port. */

import type { ByteStream, Endpoint, StreamListener } from "../world.ts";
import { type Holding, type Life, never } from "./life.ts";
import type { SimulatedStream } from "./stream.ts";

/** Connections that may wait for an accept, as Linux has it by default for small services. */
const BACKLOG_MAX = 128;

/** An open port: connections that wait for an accept, or an accept that waits for a connection. */
export class SimulatedListener implements StreamListener, Holding {
  readonly kind = "listener";
  readonly local: Endpoint;
  readonly #life: Life;
  readonly #onClose: () => void;
  #waiting: SimulatedStream[] = [];
  #accepts: ((stream: ByteStream | null) => void)[] = [];
  #isClosed = false;

  constructor(life: Life, local: Endpoint, onClose: () => void) {
    this.#life = life;
    this.local = local;
    this.#onClose = onClose;
    life.holdings.add(this);
  }

  /** The process that listens. */
  get life(): Life {
    return this.#life;
  }

  /** True when no more connections can wait. */
  get isFull(): boolean {
    return this.#waiting.length >= BACKLOG_MAX;
  }

  /** Hands over a connection. */
  offer(stream: SimulatedStream): void {
    const accept = this.#accepts.shift();
    if (accept === undefined) this.#waiting.push(stream);
    else this.#life.rouse(() => accept(stream));
  }

  accept(): Promise<ByteStream | null> {
    if (!this.#life.isAlive) return never();
    if (this.#isClosed) return Promise.resolve(null);
    // A connection that broke while it waited is delivered all the same, as by a real system.
    const stream = this.#waiting.shift();
    if (stream !== undefined) return Promise.resolve(stream);
    return new Promise((resolve) => void this.#accepts.push(resolve));
  }

  close(): void {
    if (this.#isClosed || !this.#life.isAlive) return;
    this.#life.holdings.delete(this);
    const accepts = this.#accepts;
    this.abandon();
    for (const accept of accepts) accept(null);
    for (const stream of this.#waiting) stream.close();
    this.#waiting = [];
  }

  abandon(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#accepts = [];
    this.#onClose();
  }
}
