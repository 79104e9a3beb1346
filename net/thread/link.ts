/**
 * The way from one thread of a process to another, in both directions. What is sent in one turn travels together. A thread
 * that takes nothing makes the queue in front of it fill, which is bounded, counted and reported.
 */

import {
  type Account,
  type AddressValue as Address,
  BookWriter,
  Cast,
  encodeMessage,
  Faulted,
  HostPort,
  Instant,
  isRemote,
  type Kernel,
  lastHop,
  type QueueAccount,
  Returned,
  Stop,
  type ThreadPort,
  type TransportAccount,
} from "../../runtime/mod.ts";
import { OUTBOUND_MESSAGES_MAX, THREAD_FRAME_BYTES_MAX, THREAD_OUTBOUND_BYTES_MAX } from "../limits.ts";
import { Close, OpenKeep } from "../messages.ts";
import type { Transit, TransitReceiver } from "../relay.ts";
import { outboundError } from "../session_error.ts";
import { BatchReader, type BatchTaker, BatchWriter, type TextFrame } from "./batch.ts";
import { FrameDelivery } from "./delivery.ts";
import { frameOfTransit, type FrameOrigin, type FrameReceiver, type ThreadFrame, writeBook } from "./frame.ts";

/** Characters gathered before others get their turn. */
const BATCH_LENGTH_MAX = 65_536;
/** What may be under way until the other end has dealt with it, in characters or bytes. */
const WINDOW = 1_048_576;
/** How much is dealt with until the other end is told of it. */
const RECEIPT = 262_144;
/** What a parcel counts for besides its contents. */
const PARCEL_COST = 64;
/** Times that others get their turn before a batch goes out, if they add to it each time. */
const GATHER_HOPS_MAX = 1024;
/** Turns that add nothing before a batch goes out. */
const QUIET_HOPS = 2;

/** Nothing further will come. */
const LAST_ORDER = "null";

const NOW = Promise.resolve();

/** A batch; a binary message with its addresses; or an order that comes with a port. */
type Content = string | readonly [Address, Address, Uint8Array, FrameOrigin] | readonly [string];

/** What waits to be posted. */
interface Parcel {
  readonly content: Content;
  readonly ports: readonly ThreadPort[];
  readonly frames: number;
  readonly cost: number;
}

/** What a link is made from. */
export interface LinkOptions {
  readonly kernel: Kernel;
  readonly port: ThreadPort;
  /** Where it leads to, for logs. */
  readonly name: string;
  /** Takes what the other thread says to this one, as opposed to its actors. */
  readonly onOrder: (order: unknown, port: ThreadPort | undefined) => void;
}

/** One end of the way between two threads. */
export class ThreadLink implements TransitReceiver, FrameReceiver {
  /** Its own address, where nothing can be sent to. */
  readonly address: Address;
  readonly #kernel: Kernel;
  readonly #options: LinkOptions;
  readonly #delivery: FrameDelivery;
  readonly #openedAt: Instant;
  // Outbound.
  readonly #writer = new BatchWriter();
  #book: BookWriter;
  #parcels: Parcel[] = [];
  #waitingFrames = 0;
  #waitingCost = 0;
  #posted = 0;
  #underWay = 0;
  #isGathering = false;
  #gathered = 0;
  #hops = 0;
  #quietHops = 0;
  #discarded = 0;
  #bytesOut = 0;
  #isOver = false;
  // Inbound.
  readonly #reader = new BatchReader();
  readonly #taker: BatchTaker;
  #arrived: { readonly content: Content; readonly ports: readonly ThreadPort[] }[] = [];
  #unreceipted = 0;
  #framesIn = 0;
  #bytesIn = 0;
  #isHeld = false;
  readonly #drained = Promise.withResolvers<void>();

  constructor(options: LinkOptions) {
    const { kernel, port } = options;
    this.#kernel = kernel;
    this.#options = options;
    this.#delivery = new FrameDelivery(kernel);
    this.#book = this.#newBook();
    this.#openedAt = new Instant(kernel.world.clock.wall());
    this.address = kernel.register(this);
    this.#taker = this.#makeTaker();
    port.listen((content, ports) => this.#take(content, ports), () => this.#drained.resolve());
  }

  #newBook(): BookWriter {
    return new BookWriter(() => this.#kernel.world.random.uuid());
  }

  /** Resolves when nothing further will come: the other thread said so, has ended, or this end was given up. */
  get drained(): Promise<void> {
    return this.#drained.promise;
  }

  /** @internal The account of what waits for the other thread, in messages. */
  queueAccount(): QueueAccount {
    const { name } = this.#options;
    return { kind: "outbound", address: this.address, name, ...this.#balance(this.#waiting, 0) };
  }

  #balance(waiting: number, ended: number): Account {
    const delivered = this.#posted;
    const accepted = delivered + waiting + ended;
    return { accepted, delivered, waiting, discarded: { full: this.#discarded, ended, aside: 0 } };
  }

  /** @internal The account of the link; bytes are characters, mostly. */
  transportAccount(): TransportAccount {
    return {
      kind: "thread",
      encrypted: false,
      proxy: this.address,
      remote: new HostPort(this.#options.name, 0),
      local: new HostPort("this thread", 0),
      openedAt: this.#openedAt,
      framesIn: this.#framesIn,
      framesOut: this.#posted,
      bytesIn: this.#bytesIn,
      bytesOut: this.#bytesOut,
      discarded: this.#discarded,
      waitingFrames: this.#waiting,
      outboundBytes: this.#waitingCost + this.#writer.length,
      roundTripMs: null,
    };
  }

  get #waiting(): number {
    return this.#waitingFrames + this.#writer.frames;
  }

  // Outbound.

  /** @internal Takes what is for an actor of the other thread, or for somebody behind it. */
  deliver(message: unknown, to: Address, from: Address): void {
    if (!this.#takes(message, to, from)) return;
    const refused = this.#send(message, to, from);
    if (refused === null) return;
    this.#kernel.note("!", `Cannot send to ${this.#options.name}: ${refused}`);
    // The parent of what has ended must know, whatever it was that can't be sent.
    if (!(message instanceof Returned)) return;
    const fault = new Faulted("object faulted", `cannot send what it returned (${refused})`);
    this.#send(new Returned({ message: fault }), to, from);
  }

  #takes(message: unknown, to: Address, from: Address): boolean {
    // Nobody is behind the link itself: its address is for accounts only.
    if (this.#isOver || to === this.address || (isRemote(to) && lastHop(to) === this.address)) {
      this.#kernel.lose(to, from);
      return false;
    }
    if (!this.isFull || message instanceof Returned) return true;
    this.#discarded++;
    this.#kernel.discard(this.address, this.#options.name);
    return false;
  }

  /** True when so much waits that further messages are discarded. */
  get isFull(): boolean {
    return this.#waitingCost + this.#writer.length > THREAD_OUTBOUND_BYTES_MAX || this.#waiting > OUTBOUND_MESSAGES_MAX;
  }

  /** True when records of the log have to go: half of the room is for messages only. */
  get isHalfFull(): boolean {
    const bytes = this.#waitingCost + this.#writer.length;
    return 2 * bytes > THREAD_OUTBOUND_BYTES_MAX || 2 * this.#waiting > OUTBOUND_MESSAGES_MAX;
  }

  /** Queues a message; returns why that is impossible. */
  #send(message: unknown, to: Address, from: Address): string | null {
    if (message instanceof Cast && message.type.kind === "block" && message.value instanceof Uint8Array) {
      this.takeFrame({ to, from, body: message.value, book: "", origin: "actor" });
      return null;
    }
    try {
      const { random, clock } = this.#kernel.world;
      const body = encodeMessage(message, {
        addresses: this.#book,
        uuid: () => random.uuid(),
        zoneOffset: (wall) => clock.zoneOffset(wall),
      });
      checkSize(body.length);
      const origin = isCommand(message) && isRemote(to) ? "command" : "actor";
      this.#add({ to, from, body, book: writeBook(this.#book.entries), origin });
      return null;
    } catch (error) {
      return outboundError(error).message;
    } finally {
      // Keys of a book are never used for another one.
      if (this.#book.entries.length > 0) this.#book = this.#newBook();
    }
  }

  #add(frame: TextFrame): void {
    this.#writer.add(frame);
    this.#queued();
  }

  /** @internal Takes a message that was not decoded. */
  takeFrame(frame: ThreadFrame): void {
    const { to, from, body, origin } = frame;
    if (!this.#takes(null, to, from)) return;
    if (typeof body === "string") {
      this.#add(frame as TextFrame);
      return;
    }
    this.#seal();
    this.#queue({ content: [to, from, body, origin], ports: [], frames: 1, cost: body.length });
  }

  /** @internal Takes a message that came from another process. */
  passOn(frame: Transit): void {
    this.takeFrame(frameOfTransit(frame));
  }

  /** Says something to the other thread itself, after all that was sent before. */
  order(order: object, port?: ThreadPort): void {
    if (this.#isOver) return;
    const text = JSON.stringify(order);
    if (port === undefined) {
      this.#writer.addOrder(text);
      this.#queued();
    } else {
      this.#seal();
      this.#queue({ content: [text], ports: [port], frames: 0, cost: text.length });
    }
  }

  /** Batches go out once nothing is added to them any more in this turn, or when they are long. */
  #queued(): void {
    if (this.#writer.length > BATCH_LENGTH_MAX) this.#post();
    if (this.#isGathering) return;
    this.#isGathering = true;
    this.#hops = 0;
    this.#quietHops = 0;
    this.#gathered = -1;
    NOW.then(this.#hop);
  }

  readonly #hop = (): void => {
    const { length } = this.#writer;
    if (length === this.#gathered) this.#quietHops++;
    else this.#quietHops = 0;
    this.#gathered = length;
    if (this.#quietHops < QUIET_HOPS && ++this.#hops < GATHER_HOPS_MAX) NOW.then(this.#hop);
    else {
      this.#isGathering = false;
      this.#post();
    }
  };

  #seal(): void {
    const { length: cost, frames } = this.#writer;
    if (cost > 0) this.#queue({ content: this.#writer.take(), ports: [], frames, cost });
  }

  #queue(parcel: Parcel): void {
    this.#parcels.push(parcel);
    this.#waitingFrames += parcel.frames;
    this.#waitingCost += parcel.cost;
    if (this.#parcels.length === 1 && !this.#isGathering) this.#queued();
  }

  #post(window = WINDOW): void {
    if (this.#isOver) return;
    this.#seal();
    let count = 0;
    for (const { content, ports, frames, cost } of this.#parcels) {
      if (this.#underWay >= window) break;
      count++;
      this.#underWay += cost + PARCEL_COST;
      this.#posted += frames;
      this.#bytesOut += cost;
      this.#waitingFrames -= frames;
      this.#waitingCost -= cost;
      this.#options.port.post(content, ports);
    }
    if (count === this.#parcels.length) this.#parcels = [];
    else if (count > 0) this.#parcels = this.#parcels.slice(count);
  }

  // Inbound.

  #take(content: unknown, ports: readonly ThreadPort[]): void {
    if (this.#isOver || this.#kernel.isClosed) return;
    if (typeof content === "number") {
      this.#underWay -= content;
      if (this.#parcels.length > 0) this.#post();
      return;
    }
    this.#arrived.push({ content: content as Content, ports });
    if (this.#arrived.length === 1) this.#readOn();
  }

  /** Takes nothing further from the other thread until then. */
  hold(until: Promise<unknown>): void {
    this.#isHeld = true;
    until.finally(() => {
      this.#isHeld = false;
      this.#readOn();
    });
  }

  get #isPaused(): boolean {
    return this.#isHeld || this.#isOver;
  }

  #makeTaker(): BatchTaker {
    const isPaused = () => this.#isPaused;
    return {
      frame: (frame) => this.#deliver(frame),
      order: (text) => this.#obey(text),
      get isPaused() {
        return isPaused();
      },
    };
  }

  #deliver(frame: ThreadFrame): void {
    this.#framesIn++;
    this.#delivery.deliver(frame);
  }

  #readOn(): void {
    while (this.#arrived.length > 0 && !this.#isPaused) {
      const { content, ports } = this.#arrived[0]!;
      if (typeof content === "string") {
        if (this.#reader.isEmpty) this.#reader.load(content);
        this.#reader.read(this.#taker);
        if (!this.#reader.isEmpty) return;
        this.#dealtWith(content.length);
      } else if (content.length === 1) {
        this.#obey(content[0], ports[0]);
        this.#dealtWith(content[0].length);
      } else {
        const [to, from, body, origin] = content;
        this.#deliver({ to, from, body, book: "", origin });
        this.#dealtWith(body.length);
      }
      this.#arrived.shift();
    }
  }

  #dealtWith(cost: number): void {
    this.#bytesIn += cost;
    this.#unreceipted += cost + PARCEL_COST;
    if (this.#unreceipted < RECEIPT || this.#isOver) return;
    this.#options.port.post(this.#unreceipted);
    this.#unreceipted = 0;
  }

  #obey(text: string, port?: ThreadPort): void {
    if (text === LAST_ORDER) this.#drained.resolve();
    else this.#options.onOrder(JSON.parse(text), port);
  }

  // The end.

  /** Sends all that waits on its way, however much that is. */
  flush(): void {
    this.#post(Infinity);
  }

  /** Says that nothing more will come, once all that was sent before is under way, and lets go of the port. */
  finish(): void {
    if (this.#isOver) return;
    this.#writer.addOrder(LAST_ORDER);
    this.flush();
    this.abandon();
  }

  /** Lets go of the port: there is nobody at the other end. What waits is lost. */
  abandon(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#kernel.unregister(this.address);
    this.#kernel.settle(this.#balance(0, this.#waiting));
    this.#parcels = [];
    this.#writer.take();
    this.#arrived = [];
    this.#options.port.close();
    this.#drained.resolve();
  }
}

/** True for what connections take for themselves. */
function isCommand(message: unknown): boolean {
  return message instanceof Stop || message instanceof Close || message instanceof OpenKeep;
}

function checkSize(bytes: number): void {
  if (bytes > THREAD_FRAME_BYTES_MAX) {
    throw new RangeError(`message of ${bytes} bytes, at most ${THREAD_FRAME_BYTES_MAX} go to a thread`);
  }
}
