/** One end of a simulated connection. */

import { networkError } from "../real_world/errno.ts";
import type { ByteStream, Endpoint, NetworkError } from "../world.ts";
import { type Engine, QUIET } from "./engine.ts";
import { type Holding, type Life, never } from "./life.ts";
import type { Passage } from "./link.ts";
import { Pipe, type Segment } from "./pipe.ts";
import type { SeededRandom } from "./prng.ts";

interface Reader {
  readonly buffer: Uint8Array;
  readonly resolve: (count: number | null) => void;
  readonly reject: (error: Error) => void;
  isReady: boolean;
}

interface Writer {
  readonly bytes: Uint8Array;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  at: number;
}

/** One end of a connection: what has arrived, who waits, and how it ended. */
export class SimulatedStream implements ByteStream, Holding {
  readonly kind = "stream";
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly #life: Life;
  #outbound: Pipe | null = null;
  #inbound: Pipe | null = null;
  #onEstablished: (() => void) | null = null;
  #onBroken: ((error: NetworkError) => void) | null = null;
  #onGone: (() => void) | null = null;
  #received: Uint8Array[] = [];
  #receivedBytes = 0;
  #hasEnded = false;
  #isGone = false;
  #endSent = false;
  #isEndWanted = false;
  #error: NetworkError | null = null;
  #isErrorReported = false;
  #reader: Reader | null = null;
  #writer: Writer | null = null;

  constructor(life: Life, local: Endpoint, remote: Endpoint) {
    this.#life = life;
    this.local = local;
    this.remote = remote;
    life.holdings.add(this);
  }

  /** True when this end is closed, broken or abandoned. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /** Joins two ends. `random` names a source for each direction. */
  static join(
    engine: Engine,
    ends: readonly [SimulatedStream, SimulatedStream],
    links: readonly [Passage, Passage],
    random: SeededRandom,
  ): void {
    const [near, far] = ends;
    const [there, back] = links;
    const outward = new Pipe(engine, there, back, random.fork(">"), pipeEnds(near, far));
    const inward = new Pipe(engine, back, there, random.fork("<"), pipeEnds(far, near));
    [near.#outbound, near.#inbound] = [outward, inward];
    [far.#outbound, far.#inbound] = [inward, outward];
  }

  /** Tells the end that connected that it is connected. */
  establish(): void {
    this.#outbound?.send({ kind: "established" });
  }

  /** Calls back once the other end has accepted, or the connection has broken before. */
  await(onEstablished: () => void, onBroken: (error: NetworkError) => void): void {
    this.#onEstablished = onEstablished;
    this.#onBroken = onBroken;
  }

  /** Calls back once this end is gone. */
  set onGone(onGone: () => void) {
    this.#onGone = onGone;
  }

  read(buffer: Uint8Array): Promise<number | null> {
    if (!this.#life.isAlive) return never();
    if (this.#reader !== null) return Promise.reject(new TypeError("Cannot read a stream: a read is waiting already"));
    return new Promise((resolve, reject) => {
      const slow = this.#life.slowReading;
      const reader: Reader = { buffer, resolve, reject, isReady: slow === null };
      this.#reader = reader;
      if (slow === null) {
        this.#serveReader();
        return;
      }
      this.#life.schedule(1000 * slow.delayMs, () => {
        reader.isReady = true;
        this.#serveReader();
      }, "work");
    });
  }

  readThen(buffer: Uint8Array, done: (count: number | null) => void, failed: (error: unknown) => void): void {
    this.read(buffer).then(done, failed);
  }

  write(bytes: Uint8Array): Promise<void> {
    if (!this.#life.isAlive) return never();
    if (this.#writer !== null) {
      return Promise.reject(new TypeError("Cannot write a stream: a write is waiting already"));
    }
    const refusal = this.#refusal();
    if (refusal !== null) return Promise.reject(refusal);
    return new Promise((resolve, reject) => {
      this.#writer = { bytes, resolve, reject, at: 0 };
      this.#pump();
    });
  }

  writeThen(bytes: Uint8Array, done: () => void, failed: (error: unknown) => void): void {
    this.write(bytes).then(done, failed);
  }

  closeWrite(): Promise<void> {
    if (!this.#life.isAlive) return never();
    this.#isEndWanted = true;
    if (this.#writer === null) this.#sendEnd();
    return Promise.resolve();
  }

  close(): void {
    if (!this.#life.isAlive || this.#isGone) return;
    this.#life.holdings.delete(this);
    this.#leave();
    this.#tellPeer();
    const [reader, writer] = [this.#reader, this.#writer];
    [this.#reader, this.#writer] = [null, null];
    reader?.resolve(null);
    writer?.reject(networkError("EBADF"));
  }

  abandon(isTold: boolean): void {
    if (this.#isGone) return;
    this.#leave();
    [this.#reader, this.#writer] = [null, null];
    if (isTold) this.#tellPeer();
  }

  tell(): void {
    this.#tellPeer();
  }

  /** Ends this connection here, as the operating system does when it notices a failure. */
  break(error: NetworkError): void {
    if (this.#isGone) return;
    this.#life.holdings.delete(this);
    this.#error = error;
    this.#leave();
    this.#outbound?.sever();
    this.#onBroken?.(error);
    const [reader, writer] = [this.#reader, this.#writer];
    this.#writer = null;
    this.#isErrorReported = writer !== null;
    if (writer !== null) this.#life.rouse(() => writer.reject(error));
    if (reader !== null) this.#serveReader();
  }

  /** Lets only so many more bytes of this end through, and then calls back. */
  cutAfter(bytes: number, onCut: () => void): void {
    this.#outbound?.cutAfter(bytes, onCut);
  }

  /** Takes what arrived; true when that resumed somebody. */
  receive(segment: Segment): boolean {
    if (this.#isGone) {
      // A system that knows nothing of a connection answers with a reset; a reset is never answered.
      if (segment.kind === "data" || segment.kind === "established") this.#outbound?.send({ kind: "reset" });
      return false;
    }
    switch (segment.kind) {
      case "established":
        this.#onBroken = null;
        this.#onEstablished?.();
        return true;
      case "data":
        for (const chunk of segment.chunks) {
          this.#received.push(chunk);
          this.#receivedBytes += chunk.length;
        }
        return this.#serveReader();
      case "end":
        this.#hasEnded = true;
        return this.#serveReader();
      case "reset": {
        this.#life.engine.note(this.#life.label, `reset ${this.#name()}`);
        this.break(networkError("ECONNRESET"));
        return true;
      }
    }
  }

  /** The receiver has read: more may be sent. */
  onRoom(): void {
    this.#pump();
  }

  /** Nothing got through for too long. The other end isn't told: it can't be reached. */
  onTimeout(): void {
    this.#life.engine.note(this.#life.label, `timed out ${this.#name()}`);
    this.break(networkError("ETIMEDOUT"));
  }

  /** Writing fails once with the reason of the break, then as on any broken pipe. */
  #refusal(): NetworkError | null {
    if (this.#error !== null) {
      const refusal = this.#isErrorReported ? networkError("EPIPE") : this.#error;
      this.#isErrorReported = true;
      return refusal;
    }
    if (this.#isGone) return networkError("EBADF");
    return this.#isEndWanted ? networkError("EPIPE") : null;
  }

  #pump(): void {
    const writer = this.#writer;
    const pipe = this.#outbound;
    if (writer === null || pipe === null) return;
    const count = Math.min(pipe.room, writer.bytes.length - writer.at);
    if (count > 0) {
      // A copy: the caller may use its buffer again as soon as the write resolves.
      const isWhole = count === writer.bytes.length;
      const part = isWhole ? writer.bytes : writer.bytes.subarray(writer.at, writer.at + count);
      pipe.sendBytes(this.#life.engine.arena.copy(part));
      writer.at += count;
    }
    if (writer.at < writer.bytes.length) {
      pipe.awaitRoom();
      return;
    }
    this.#writer = null;
    this.#life.rouse(writer.resolve);
    if (this.#isEndWanted) this.#sendEnd();
  }

  #serveReader(): boolean {
    const reader = this.#reader;
    if (reader === null || !reader.isReady) return false;
    if (this.#receivedBytes > 0) {
      this.#reader = null;
      const count = this.#take(reader.buffer);
      return this.#life.rouse(() => reader.resolve(count)) !== QUIET;
    } else if (this.#error !== null) {
      this.#reader = null;
      this.#isErrorReported = true;
      const error = this.#error;
      return this.#life.rouse(() => reader.reject(error)) !== QUIET;
    } else if (this.#hasEnded || this.#isGone) {
      this.#reader = null;
      return this.#life.rouse(() => reader.resolve(null)) !== QUIET;
    }
    return false;
  }

  /** Moves bytes to the reader, as many as fit, sometimes fewer. */
  #take(buffer: Uint8Array): number {
    const pipe = this.#inbound!;
    const bytesMax = this.#life.slowReading?.bytesMax ?? Infinity;
    let count = Math.min(buffer.length, this.#receivedBytes, bytesMax);
    if (count > 1 && pipe.random.chance(pipe.shortReadProbability)) count = 1 + pipe.random.integer(count);
    for (let at = 0; at < count;) {
      const chunk = this.#received[0]!;
      const part = chunk.length <= count - at ? chunk : chunk.subarray(0, count - at);
      buffer.set(part, at);
      at += part.length;
      if (part.length === chunk.length) this.#received.shift();
      else this.#received[0] = chunk.subarray(part.length);
    }
    this.#receivedBytes -= count;
    pipe.consume(count);
    return count;
  }

  #leave(): void {
    this.#isGone = true;
    this.#onGone?.();
    this.#onGone = null;
  }

  /** As an operating system closes a socket: with a reset if something was never read. */
  #tellPeer(): void {
    if (this.#receivedBytes > 0) {
      [this.#received, this.#receivedBytes] = [[], 0];
      this.#outbound?.send({ kind: "reset" });
    } else {
      this.#sendEnd();
    }
  }

  #sendEnd(): void {
    if (this.#endSent || this.#error !== null) return;
    this.#endSent = true;
    this.#outbound?.send({ kind: "end" });
  }

  #name(): string {
    return `${nameOf(this.local)} ${nameOf(this.remote)}`;
  }
}

/** The text of an endpoint in the history. */
export function nameOf({ host, port }: Endpoint): string {
  return `${host}:${port}`;
}

function pipeEnds(sender: SimulatedStream, receiver: SimulatedStream): ConstructorParameters<typeof Pipe>[4] {
  return {
    receive: (segment) => receiver.receive(segment),
    onRoom: () => sender.onRoom(),
    onTimeout: () => sender.onTimeout(),
  };
}
