/** One connection at work: a session over a byte stream, and the proxy that stands for the other end. */

import {
  type Account,
  type AddressValue as Address,
  type ByteStream,
  HostPort,
  Instant,
  type Kernel,
  lastHop,
  NetworkError,
  type QueueAccount,
  Stop,
  type TransportAccount,
} from "../runtime/mod.ts";
import type { BufferPool } from "./buffer_pool.ts";
import { FrameTooLargeError } from "./frame.ts";
import { Keeper } from "./keep_alive.ts";
import { KeeperActor } from "./keeper_actor.ts";
import type { KeyExchanges } from "./key_exchanges.ts";
import type { NetworkLimits } from "./limits.ts";
import { HOLD_AFTER_HELLMAN_MS } from "./limits.ts";
import { Close, Closed, type EndReason, type KeepAlive, OpenKeep } from "./messages.ts";
import { hasBranches, isTransitReceiver, nextHop, type Transit, type TransitReceiver } from "./relay.ts";
import type { Reports } from "./reports.ts";
import { Session, type SessionEvents } from "./session.ts";
import { SessionError } from "./session_error.ts";
import { prepareEncryption, sodiumBoxes } from "./sodium_boxes.ts";
import { Told } from "./told.ts";

/**
 * Times that others get their turn before output is written, if there is more of it each time. The other end works on what
 * it got while this one goes on: with a hundred requests under way, larger batches make the two take turns.
 */
const GATHER_HOPS_MAX = 64;
/** Turns without further output before it is written. */
const QUIET_HOPS = 2;
/** Hops at most between what has arrived and the next read. */
const READ_HOPS_MAX = 1024;
/** So many bytes that were decoded count as a message of a round: a long one takes as long to decode as many to handle. */
const DECODED_BYTES_PER_MESSAGE = 128;
/** Bytes of output that are written without waiting for more. */
const GATHER_BYTES_MAX = 65_536;

/**
 * An other end that goes on asking and reads no answers: so many reads while one write did not come to its end, with so many
 * bytes waiting behind it, and it is read with pauses from then on. It is not stopped: two ends that both have much to
 * send would wait for each other.
 */
const DEAF_READS = 16;
const DEAF_BYTES = 1_048_576;
const DEAF_PAUSE_MS = 10;

const NOW = Promise.resolve();

/** How a connection ended. */
export interface Ending {
  readonly reason: EndReason;
  readonly note: string | null;
  readonly errorCode: number | null;
  /** What was in the `Close`. */
  readonly message: unknown;
}

/** What a connection is made from. */
export interface ConnectionOptions {
  readonly kernel: Kernel;
  readonly stream: ByteStream;
  readonly role: "connector" | "acceptor";
  readonly encrypted: boolean;
  readonly keepAlive: boolean;
  /** Longest time until a dead link to another cake is noticed. */
  readonly detectSeconds: number;
  readonly controller: Address;
  readonly nobody: Address;
  readonly limits: NetworkLimits;
  readonly reports: Reports;
  /** For what is large; of its own if nothing is said. */
  readonly buffers?: BufferPool;
  /** Called once, when the other end has sent a whole frame; on an encrypted connection, its key. */
  readonly onHeard?: (connection: Connection) => void;
  /** The pace of key exchanges, for an acceptor. */
  readonly keyExchanges?: KeyExchanges;
  /** Called with the bytes that came since the last whole frame when they turn out to be malformed. */
  readonly onMalformed?: (bytes: number) => void;
  /** What the controller is told when the connection can be used; `proxy` is its return address. */
  readonly onOpened: (connection: Connection) => void;
  /** Called once, after the end; `wasOpened` says whether the controller knew of the connection. */
  readonly onEnded: (connection: Connection, ending: Ending, wasOpened: boolean) => void;
}

/** A connection, and the proxy by which this process knows the other end. */
export class Connection implements TransitReceiver, SessionEvents {
  /** The proxy. */
  readonly address: Address;
  readonly openedAt: Instant;
  lastArrival: number;
  /** Sees what comes for those of this process. */
  observer: ((message: unknown, to: Address) => void) | null = null;
  readonly #options: ConnectionOptions;
  readonly #kernel: Kernel;
  readonly #session: Session;
  /** The end that was asked for, while what was sent before still goes out. */
  #closing: Ending | null = null;
  #isEnded = false;
  #wasOpened = false;
  #isWriting = false;
  #hops = 0;
  #quietHops = 0;
  #gathered = 0;
  #framesWritten = 0;
  /** Frames of the last write. */
  #lastFrames = 0;
  /** Hops until the next read. */
  #readHops = 0;
  #isHeard = false;
  #readsDuringWrite = 0;
  #discarded = 0;
  /** Bytes that came since the last whole frame, and how many frames there were then. */
  #suspectBytes = 0;
  #framesSeen = 0;
  #keeper: KeeperActor | null = null;
  #silenceTimer: ReturnType<Kernel["after"]> | null = null;
  #handshakeTimer: ReturnType<Kernel["after"]> | null = null;
  #holdTimer: ReturnType<Kernel["after"]> | null = null;
  #frameTimer: ReturnType<Kernel["after"]> | null = null;
  #flushTimer: ReturnType<Kernel["after"]> | null = null;
  readonly #gone = Promise.withResolvers<void>();

  constructor(options: ConnectionOptions) {
    const { kernel, role, encrypted, controller, nobody } = options;
    this.#options = options;
    this.#kernel = kernel;
    const { clock, random } = kernel.world;
    this.openedAt = new Instant(clock.wall());
    this.lastArrival = clock.now();
    this.address = kernel.register(this);
    this.#session = new Session({
      role,
      encrypted,
      proxy: this.address,
      controller,
      nobody,
      // An acceptor computes with a key when its turn has come.
      boxes: options.keyExchanges === undefined ? sodiumBoxes(random) : null,
      uuid: () => random.uuid(),
      zoneOffset: (wall) => clock.zoneOffset(wall),
      told: new Told((address) => kernel.receiverAt(address) !== undefined),
      frameBytesMax: options.limits.frameBytesMax,
      ...(options.buffers === undefined ? {} : { buffers: options.buffers }),
    }, this);
  }

  /** The address of the other end; made anew each time, as it goes into messages. */
  get remote(): HostPort {
    const { host, port } = this.#options.stream.remote;
    return new HostPort(host, port);
  }

  /** The address of this end. */
  get local(): HostPort {
    const { host, port } = this.#options.stream.local;
    return new HostPort(host, port);
  }

  /** Bytes that wait to be sent. */
  get outboundBytes(): number {
    return this.#session.outboundBytes;
  }

  /** Counters of frames and bytes. */
  get counts(): Readonly<Session["counts"]> {
    return this.#session.counts;
  }

  /** @internal The account of the outbound queue, in frames. */
  queueAccount(): QueueAccount {
    const name = `Connection to ${this.remote}`;
    return { kind: "outbound", address: this.address, name, ...this.#balance(this.#session.outboundFrames, 0) };
  }

  #balance(waiting: number, ended: number): Account {
    const { outboundFrames, counts } = this.#session;
    const accepted = counts.framesOut + outboundFrames - this.#session.output.frames;
    return { accepted, delivered: this.#framesWritten, waiting, discarded: { full: 0, ended, aside: 0 } };
  }

  /** @internal The account of the connection. */
  transportAccount(): TransportAccount {
    return {
      kind: "stream",
      encrypted: this.#session.isSealed,
      proxy: this.address,
      remote: this.remote,
      local: this.local,
      openedAt: this.openedAt,
      ...this.#session.counts,
      waitingFrames: this.#session.outboundFrames,
      outboundBytes: this.#session.outboundBytes,
      discarded: this.#discarded,
      roundTripMs: this.#keeper?.roundTripMs ?? null,
    };
  }

  /** Resolves when the socket has been given up. */
  get gone(): Promise<void> {
    return this.#gone.promise;
  }

  /** Sets the connection in motion. An encrypted connector needs {@link prepareEncryption} before. */
  begin(): void {
    const { encrypted, limits, role } = this.#options;
    if (encrypted) {
      this.#handshakeTimer = this.#kernel.after(limits.handshakeTimeoutMs, () => {
        this.#options.reports.limit("handshakeTimeoutMs", "Key exchange timed out", `with ${this.remote}`);
        this.#end(ending("INBOUND_STREAMING", "key exchange timed out"));
      });
    } else if (role === "acceptor" && limits.silenceTimeoutMs !== Infinity) {
      this.#silenceTimer = this.#kernel.after(limits.silenceTimeoutMs, () => this.#endSilence());
    }
    this.#session.start();
    this.#flush();
    this.#read();
  }

  // Inbound.

  #read(): void {
    this.#options.stream.readThen(this.#session.room(), this.#arrived, this.#readFailed);
  }

  readonly #arrived = (count: number | null): void => {
    if (this.#isEnded) return;
    if (this.#kernel.isClosed) {
      this.#options.stream.close();
      return;
    }
    if (count === null) {
      this.#end(this.#closing ?? ending("ABANDONED_BY_REMOTE"));
      return;
    }
    // What arrives after Close is nobody's business any more.
    if (this.#closing !== null) {
      this.#read();
      return;
    }
    if (this.#keeper !== null) this.lastArrival = this.#kernel.world.clock.now();
    const session = this.#session;
    const seen = session.counts.framesIn;
    if (seen !== this.#framesSeen) {
      this.#framesSeen = seen;
      this.#suspectBytes = 0;
    }
    this.#suspectBytes += count;
    try {
      session.process(count);
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#kernel.turns.charge(Math.floor(session.takeDecodedBytes() / DECODED_BYTES_PER_MESSAGE));
    this.#readHops = Math.min(session.counts.framesIn - seen, READ_HOPS_MAX);
    if (session.isWaitingForBoxes) void this.#wait();
    else NOW.then(this.#afterInbound);
  };

  readonly #readFailed = (error: unknown): void => this.#fail(error);

  /** Waits for what the session can't go on without. */
  async #wait(): Promise<void> {
    try {
      await this.#bringBoxes();
      this.#afterInbound();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Key exchanges come at a pace for each host; who would have to wait too long is given up. */
  async #awaitTurn(): Promise<void> {
    const { keyExchanges, limits, reports, stream } = this.#options;
    const wait = keyExchanges?.book(stream.remote.host, this.#kernel.world.clock.now(), limits.handshakeTimeoutMs) ??
      null;
    if (keyExchanges === undefined || wait === 0) return;
    reports.limit("keyExchangesPerSecondMax", "Key exchange held up", `of ${this.remote}`);
    if (wait === null) this.#end(ending("INBOUND_STREAMING", "too many key exchanges"));
    else await new Promise<void>((resolve) => void this.#kernel.after(wait, resolve));
  }

  #heard(): void {
    this.#isHeard = true;
    if (this.#silenceTimer !== null) this.#kernel.cancelTimer(this.#silenceTimer);
    this.#options.onHeard?.(this);
  }

  /** Where the application has said something, the other end may be there to listen. */
  #endSilence(): void {
    if (this.#isEnded || this.#session.counts.framesOut > 0) return;
    const { reports } = this.#options;
    reports.limit("silenceTimeoutMs", "Connection given up", `silent since it was accepted (${this.remote})`);
    this.#end(ending("WENT_STALE", "silent"));
  }

  async #bringBoxes(): Promise<void> {
    await this.#awaitTurn();
    await prepareEncryption();
    const boxes = sodiumBoxes(this.#kernel.world.random);
    if (boxes !== null && !this.#isEnded) this.#session.useBoxes(boxes);
  }

  /**
   * Reads on once those who were sent something had the time to take it, and to answer: as many hops as there were
   * messages. What they send is on its way then before anything else is looked at.
   */
  readonly #afterInbound = (): void => {
    if (this.#isEnded) return;
    if (--this.#readHops > 0) {
      NOW.then(this.#afterInbound);
      return;
    }
    const session = this.#session;
    if (!this.#isHeard && session.counts.framesIn > 0 && session.isOpen) this.#heard();
    if (!session.output.isEmpty) this.#flush();
    if (session.isAmidFrame && this.#frameTimer === null) this.#watchFrame();
    if (this.#isWriting && this.#isDeaf()) this.#kernel.after(DEAF_PAUSE_MS, () => this.#isEnded || this.#read());
    else if (this.#kernel.turns.isBehind) this.#kernel.turns.whenCaughtUp(() => this.#isEnded || this.#read());
    else this.#read();
  };

  #isDeaf(): boolean {
    return ++this.#readsDuringWrite > DEAF_READS && this.#session.outboundBytes > DEAF_BYTES;
  }

  /** A frame has to be complete within a time; looked at rarely, so that frames cost no timers. */
  #watchFrame(): void {
    const { limits, reports } = this.#options;
    const seen = this.#session.counts.framesIn;
    const limit = seen === 0 ? "firstFrameTimeoutMs" : "frameTimeoutMs";
    this.#frameTimer = this.#kernel.after(limits[limit], () => {
      this.#frameTimer = null;
      if (this.#isEnded || !this.#session.isAmidFrame) return;
      if (this.#session.counts.framesIn === seen) {
        reports.limit(limit, "Frame timed out", `from ${this.remote}`);
        this.#end(ending("INBOUND_STREAMING", "frame timed out"));
      } else this.#watchFrame();
    });
  }

  #fail(error: unknown): void {
    if (this.#isEnded) return;
    if (error instanceof SessionError) {
      const { reports, onMalformed } = this.#options;
      const detail = `${error.message} (from ${this.remote})`;
      if (error.cause instanceof FrameTooLargeError) reports.limit("frameBytesMax", "Cannot receive", detail);
      else reports.add("Cannot receive", detail);
      onMalformed?.(this.#suspectBytes);
      this.#end(ending(error.reason, error.message));
    } else if (error instanceof NetworkError) {
      this.#end(ending("INBOUND_STREAMING", error.message, error.errorCode));
    } else throw error;
  }

  /** @internal */
  opened(): void {
    const { role, keepAlive, detectSeconds, onOpened } = this.#options;
    this.#wasOpened = true;
    if (this.#handshakeTimer !== null) this.#kernel.cancelTimer(this.#handshakeTimer);
    onOpened(this);
    if (role === "connector" && keepAlive) {
      const keeper = new Keeper(this.address, (bound) => this.#kernel.world.random.integer(bound), detectSeconds);
      this.#watch(keeper, keeper.begin(this.#kernel.world.clock.now()));
    }
  }

  /** @internal */
  message(message: unknown, to: Address, from: Address): void {
    if (this.#isEnded) return;
    this.observer?.(message, to);
    this.#kernel.send(message, to, from);
  }

  /** @internal */
  keepAlive(request: KeepAlive, from: Address): void {
    // The connector decides: whoever listens can't make it wait.
    if (this.#options.role === "acceptor") this.#observe(request, from);
  }

  #observe(request: KeepAlive, from: Address): void {
    const { detectSeconds } = this.#options;
    const keeper = new Keeper(from, (bound) => this.#kernel.world.random.integer(bound), detectSeconds);
    this.#watch(keeper, keeper.observe(request, this.#kernel.world.clock.now()));
  }

  #watch(keeper: Keeper, first: ReturnType<Keeper["begin"]>): void {
    this.#keeper?.stop();
    this.#keeper = new KeeperActor(this.#kernel, keeper, this);
    this.#keeper.take(first);
  }

  /** @internal */
  isPassedOn(to: Address, isTransit: boolean): boolean {
    if (isTransit) return !hasBranches(this.#kernel.receiverAt(lastHop(to)));
    const receiver = this.#kernel.receiverAt(to);
    return isTransitReceiver(receiver) && (this.observer === null || receiver instanceof Connection);
  }

  /** @internal */
  transit(frame: Transit): void {
    if (this.#isEnded) return;
    const next = nextHop(this.#kernel, frame.to);
    if (next !== null) next.passOn(frame);
    else {
      this.#discarded++;
      this.#kernel.counts.undeliverable++;
    }
  }

  /** @internal Who has ended is missed quietly; who is there was guessed. */
  unknown(to: Address, from: Address): void {
    if (this.#isEnded) return;
    this.#discarded++;
    this.#kernel.lose(to, from);
    if (this.#kernel.receiverAt(lastHop(to)) === undefined) return;
    this.#options.reports.add("Unknown to the sender", `${to} (from ${this.remote})`);
  }

  // Outbound.

  /** @internal Takes what actors send to the proxy or to somebody behind it. */
  deliver(message: unknown, to: Address, from: Address): void {
    if (message instanceof Close) {
      this.close(ending(message.reason, message.note, message.errorCode, message.message));
    } else if (message instanceof Stop) this.close(ending("ON_REQUEST"));
    else if (message instanceof OpenKeep) this.#observe(message.keep, message.returnAddress ?? this.address);
    else if (this.#closing === null && !this.#isEnded) {
      try {
        this.#session.send(message, to, from);
      } catch (error) {
        this.#refuse(error);
        return;
      }
      this.#queued();
    }
  }

  get #isFull(): boolean {
    const { limits } = this.#options;
    const { outboundBytes, outboundFrames } = this.#session;
    return outboundBytes > limits.outboundBytesMax || outboundFrames > limits.outboundMessagesMax;
  }

  /** @internal */
  passOn(frame: Transit): void {
    if (this.#closing !== null || this.#isEnded) return;
    try {
      this.#session.pass(frame);
    } catch (error) {
      // Not our application's fault, and not this connection's: the frame is dropped.
      if (!(error instanceof SessionError)) throw error;
      this.#discarded++;
      this.#options.reports.add("Cannot pass on", error.message);
      return;
    }
    this.#queued();
  }

  /** A message that can't be sent: it is lost, so the connection ends, and its controller knows. */
  #refuse(error: unknown): void {
    if (!(error instanceof SessionError)) throw error;
    if (error.cause instanceof FrameTooLargeError) this.#kernel.limited("frameBytesMax");
    const wall = this.#kernel.world.clock.wall();
    this.#kernel.log.write({
      wall,
      tag: "!",
      address: this.address,
      name: "Connection",
      text: `Cannot send to ${this.remote}: ${error.message}`,
    });
    this.close(ending(error.reason, error.message));
  }

  #queued(): void {
    const { limits } = this.#options;
    if (this.#isFull) {
      const { outboundBytes } = this.#session;
      const limit = outboundBytes > limits.outboundBytesMax ? "outboundBytesMax" : "outboundMessagesMax";
      const { reports } = this.#options;
      reports.limit(limit, "Overflow of outbound queue", `${outboundBytes} bytes for ${this.remote}`);
      this.#end(
        ending(
          "OUTBOUND_STREAMING",
          `more than ${limits.outboundBytesMax} bytes or ${limits.outboundMessagesMax} messages wait to be sent`,
        ),
      );
      return;
    }
    if (!this.#isWriting) this.#flush();
  }

  /**
   * Writes until nothing is left. Before each write others get their turn, as long as they add to it, so that one write
   * takes all of it. No promise is made for this beyond that of the write. Where messages go one by one, each is written
   * at once.
   */
  #flush(): void {
    if (this.#isWriting || this.#isEnded || this.#session.output.isEmpty) return;
    this.#isWriting = true;
    if (this.#lastFrames <= 1) this.#write();
    else this.#gather();
  }

  #gather(): void {
    this.#hops = 0;
    this.#quietHops = 0;
    this.#gathered = this.#session.output.frames;
    NOW.then(this.#hop);
  }

  readonly #hop = (): void => {
    if (this.#isEnded) return;
    const { output } = this.#session;
    if (output.frames === this.#gathered) this.#quietHops++;
    else this.#quietHops = 0;
    this.#gathered = output.frames;
    const isReady = this.#quietHops >= QUIET_HOPS || ++this.#hops >= GATHER_HOPS_MAX || output.bytes > GATHER_BYTES_MAX;
    if (isReady) this.#write();
    else NOW.then(this.#hop);
  };

  #write(): void {
    this.#readsDuringWrite = 0;
    const { output } = this.#session;
    const before = output.frames;
    const bytes = output.take();
    this.#lastFrames = before - output.frames;
    this.#framesWritten += this.#lastFrames;
    this.#session.counts.bytesOut += bytes.length;
    this.#options.stream.writeThen(bytes, this.#written, this.#writeFailed);
  }

  readonly #written = (): void => {
    if (this.#isEnded) return;
    this.#session.output.release();
    if (this.#session.output.isEmpty) {
      this.#isWriting = false;
      this.#afterFlush();
    } else this.#gather();
  };

  readonly #writeFailed = (error: unknown): void => {
    this.#isWriting = false;
    this.#failWriting(error);
  };

  #failWriting(error: unknown): void {
    if (this.#isEnded) return;
    if (!(error instanceof NetworkError)) throw error;
    this.#end(this.#closing ?? ending("ABANDONED_BY_REMOTE", error.message, error.errorCode));
  }

  #afterFlush(): void {
    if (this.#isEnded) return;
    if (this.#closing !== null && this.#session.outboundFrames === 0) this.#sayGoodbye();
    else if (this.#session.isHoldingAfterHellman && this.#holdTimer === null) {
      this.#holdTimer = this.#kernel.after(HOLD_AFTER_HELLMAN_MS, () => {
        if (this.#isEnded) return;
        this.#session.release();
        if (this.#session.output.isEmpty) this.#afterFlush();
        else this.#flush();
      });
    }
  }

  // The end.

  /** Ends the connection once what was sent before has gone out, or after a short time. */
  close(end: Ending): void {
    if (this.#closing !== null || this.#isEnded) return;
    this.#closing = end;
    this.#keeper?.stop();
    // From now on the address is nobody's.
    this.#kernel.unregister(this.address);
    this.#flushTimer = this.#kernel.after(this.#options.limits.flushTimeoutMs, () => {
      this.#kernel.limited("flushTimeoutMs");
      this.#end(end);
    });
    if (!this.#isWriting) {
      if (this.#session.output.isEmpty) this.#afterFlush();
      else this.#flush();
    }
  }

  /**
   * Everything is out. A close right now could destroy it on its way (unread input makes it a reset), so the other end
   * gets the time to close first.
   */
  async #sayGoodbye(): Promise<void> {
    try {
      await this.#options.stream.closeWrite();
    } catch (error) {
      this.#failWriting(error);
    }
  }

  /** @internal */
  goStale(): void {
    this.#end(ending("WENT_STALE", "unresponsive"));
  }

  /** Ends the connection at once, for want of room. */
  abandon(note: string): void {
    this.#end(ending("ON_REQUEST", note));
  }

  /** Ends the connection at once. */
  #end(end: Ending): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#keeper?.stop();
    for (
      const timer of [this.#handshakeTimer, this.#silenceTimer, this.#holdTimer, this.#frameTimer, this.#flushTimer]
    ) {
      if (timer !== null) this.#kernel.cancelTimer(timer);
    }
    this.#kernel.unregister(this.address);
    this.#options.stream.close();
    this.#kernel.settle(this.#balance(0, this.#session.outboundFrames));
    this.#session.output.clear();
    this.#gone.resolve();
    this.#options.onEnded(this, end, this.#wasOpened);
  }
}

/** An {@link Ending} of its parts. */
export function ending(
  reason: EndReason | null,
  note: string | null = null,
  errorCode: number | null = null,
  message: unknown = null,
): Ending {
  return { reason: reason ?? "ON_REQUEST", note, errorCode, message };
}

/** What the controller is told of the end. */
export function closedMessage(end: Ending, openedIpp: HostPort, openedAt: Instant): Closed {
  return new Closed({ ...end, openedIpp, openedAt });
}
