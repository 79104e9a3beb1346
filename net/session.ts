// This module performs no I/O.

/**
 * The session of one connection: bytes in, messages out, and the reverse. It knows frames, headers, address books, the key
 * exchange and what it takes not to upset an original at the other end; it knows no sockets and no time.
 */

import {
  type AddressValue as Address,
  Any,
  Block,
  BookReader,
  Cast,
  decode,
  type DecodeOptions,
  decodePart,
  InlineAddresses,
  MessageBase,
  type MessageClass,
} from "../runtime/mod.ts";
import { EMPTY_BOOK, readBookBytes, readBookPart } from "./book.ts";
import { BufferPool } from "./buffer_pool.ts";
import type { Boxes, Cipher, KeyPair } from "./cipher.ts";
import { type Frame, FrameReader } from "./frame.ts";
import { asciiText, utf8Text } from "./frame_text.ts";
import { type ArrivedHeader, Headers } from "./header.ts";
import { EARLY_BYTES_MAX, FRAME_BYTES_MAX, HANDSHAKE_FRAME_BYTES_MAX } from "./limits.ts";
import { Diffie, Hellman, KeepAlive } from "./messages.ts";
import { Outbound } from "./outbound.ts";
import type { Output } from "./output.ts";
import type { Transit } from "./relay.ts";
import { TellingAddresses, type Told } from "./told.ts";
import { RepeatedFrame } from "./repeated_frame.ts";
import { inboundError, outboundError } from "./session_error.ts";

/** What a session tells whoever runs it. Calls happen within {@link Session.process}. */
export interface SessionEvents {
  /** The other end can be written to: at once, or after the key exchange. Comes once, before any message. */
  opened(): void;
  /** A message for somebody of this process. */
  message(message: unknown, to: Address, from: Address): void;
  /** The other end wants to be watched; `from` is who watches there. */
  keepAlive(request: KeepAlive, from: Address): void;
  /** True when what goes to this address is passed on as it is; `isTransit` when its way goes on behind a local one. */
  isPassedOn(to: Address, isTransit: boolean): boolean;
  /** A frame for somebody further on. Its body is valid during the call only. */
  transit(frame: Transit): void;
  /** A frame for somebody of whom the other end was never told: it is dropped. */
  unknown(to: Address, from: Address): void;
}

/** What a session is made from. */
export interface SessionOptions {
  readonly role: "connector" | "acceptor";
  readonly encrypted: boolean;
  /** The local address that stands for this connection. */
  readonly proxy: Address;
  /** Who gets what is addressed to the connection itself. */
  readonly controller: Address;
  /** A local address where nobody is: the return address of what has none. */
  readonly nobody: Address;
  /** Makes keys and ciphers; null until they are there, see {@link Session.isWaitingForBoxes}. */
  readonly boxes: Boxes | null;
  readonly uuid: () => string;
  /** Seconds east of UTC of local time at a moment in microseconds. */
  readonly zoneOffset: (wall: bigint) => number;
  /** Where is kept what the other end is told of; without, it may send to everybody. */
  readonly told?: Told;
  /** Most bytes of a frame. @default {FRAME_BYTES_MAX} */
  readonly frameBytesMax?: number;
  /** For what is large; of its own if nothing is said. */
  readonly buffers?: BufferPool;
}

/** A message that came in clear while the connector waited for the second half of the key exchange. */
interface EarlyMessage {
  readonly message: unknown;
  readonly to: Address;
  readonly from: Address;
}

/** Of larger frames the header is read first: their body may be binary. */
const SMALL_FRAME_BYTES_MAX = 4096;

/** A frame in clear: as it came, or opened. */
type PlainFrame = Omit<Frame, "textAt">;

/**
 * Where the key exchange stands. `clear`: there was none. `wanted`: encrypted, nothing has come yet. `fresh`: an
 * acceptor has answered and nothing sealed has opened yet. `sealed`: in use in both directions.
 */
type Secrecy = "clear" | "wanted" | "fresh" | "sealed";

/** One connection's state; see the module's text. */
export class Session {
  /** Counters for status reports. */
  readonly counts = { framesIn: 0, framesOut: 0, bytesIn: 0, bytesOut: 0 };
  readonly #options: SessionOptions;
  readonly #events: SessionEvents;
  readonly #reader: FrameReader;
  readonly #inline: InlineAddresses;
  readonly #headers: Headers;
  readonly #outbound: Outbound;
  readonly #decodeBare: DecodeOptions & { readonly addresses: BookReader };
  #boxes: Boxes | null;
  #secrecy: Secrecy;
  #keys: KeyPair | null = null;
  #cipher: Cipher | null = null;
  #early: EarlyMessage[] = [];
  #earlyBytes = 0;
  #isFirstFrame = true;
  #hasClearKeepAlive = false;
  /** The last frame was not for decoding: look at the header first. */
  #isHeaderFirst = false;
  /** The key of the other end, while there is nothing to compute with. */
  #waiting: Diffie | null = null;
  #repeated: RepeatedFrame | null = null;
  #decodedBytes = 0;
  /** Where opened frames are. */
  #plainView: DataView = new DataView(new ArrayBuffer(0));

  constructor(options: SessionOptions, events: SessionEvents) {
    this.#options = options;
    this.#events = events;
    this.#boxes = options.boxes;
    const { buffers = new BufferPool(), told, controller } = options;
    this.#reader = new FrameReader(buffers);
    this.#inline = told === undefined
      ? new InlineAddresses(options.proxy, controller)
      : new TellingAddresses(options.proxy, controller, told);
    const isKnown = told === undefined ? () => true : (to: Address) => to === controller || told.has(to);
    this.#headers = new Headers(this.#inline, isKnown);
    this.#decodeBare = {
      addresses: new BookReader(EMPTY_BOOK, options.controller),
      zoneOffset: options.zoneOffset,
    };
    const { proxy, nobody, uuid, zoneOffset, frameBytesMax = FRAME_BYTES_MAX } = options;
    this.#reader.bytesMax = frameBytesMax;
    const parts = {
      addresses: this.#inline,
      headers: this.#headers,
      proxy,
      nobody,
      uuid,
      zoneOffset,
      frameBytesMax,
      buffers,
    };
    this.#outbound = new Outbound({ ...parts, counts: this.counts }, options.encrypted);
    this.#secrecy = options.encrypted ? "wanted" : "clear";
    if (options.encrypted && options.role === "acceptor") this.#reader.bytesMax = HANDSHAKE_FRAME_BYTES_MAX;
  }

  /** Begins: a connector that wants encryption sends its key; without encryption the session is open at once. */
  start(): void {
    const { encrypted, role } = this.#options;
    if (!encrypted) this.#events.opened();
    else if (role === "connector") this.#sendDiffie();
  }

  #sendDiffie(): void {
    if (this.#boxes === null) throw new TypeError("Cannot start an encrypted session without ciphers");
    this.#keys = this.#boxes.keyPair();
    this.#outbound.writeHandshake(new Diffie({ publicKey: this.#keys.publicKey }), this.#options.controller);
  }

  /** True from the moment when an application may send. */
  get isOpen(): boolean {
    return this.#secrecy !== "wanted";
  }

  /** True when what arrives is opened and what goes out is sealed. */
  get isSealed(): boolean {
    return this.#cipher !== null;
  }

  /** True while the other end's key has come and there is nothing to compute with: see {@link useBoxes}. */
  get isWaitingForBoxes(): boolean {
    return this.#waiting !== null;
  }

  /** True when an acceptor keeps its frames back after the key exchange: see {@link release}. */
  get isHoldingAfterHellman(): boolean {
    return this.#outbound.isHolding && this.#secrecy === "fresh";
  }

  /** True when a frame has begun to arrive and is not complete. */
  get isAmidFrame(): boolean {
    return this.#reader.isAmidFrame;
  }

  /** Bytes waiting to go out, those held back included. */
  get outboundBytes(): number {
    return this.#outbound.bytes;
  }

  /** Frames waiting to go out, those held back included. */
  get outboundFrames(): number {
    return this.#outbound.frames;
  }

  // Inbound.

  /** Where bytes of the connection are to be put, before {@link process} is told of them. */
  room(): Uint8Array {
    return this.#reader.room();
  }

  /**
   * Takes bytes that were put into {@link room}, and tells of everything that is complete.
   *
   * @throws {SessionError} When the connection has to end; the session is of no use afterwards.
   */
  process(bytes: number): void {
    this.counts.bytesIn += bytes;
    try {
      this.#reader.filled(bytes);
      this.#takeFrames();
    } catch (error) {
      throw inboundError(error);
    }
  }

  /** The same for bytes that are elsewhere; they are copied. */
  receive(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const room = this.room();
      const part = bytes.subarray(at, at + room.length);
      room.set(part);
      at += part.length;
      this.process(part.length);
    }
  }

  /** Bytes of the frames that were decoded since the last time this was asked. What is only passed on, or blocks, are none. */
  takeDecodedBytes(): number {
    const bytes = this.#decodedBytes;
    this.#decodedBytes = 0;
    return bytes;
  }

  /** Gives a session what it was waiting for, and goes on with what has arrived. */
  useBoxes(boxes: Boxes): void {
    this.#boxes = boxes;
    const diffie = this.#waiting;
    this.#waiting = null;
    if (diffie === null) return;
    try {
      this.#takeDiffie(diffie);
      this.#isFirstFrame = false;
      this.#takeFrames();
    } catch (error) {
      throw inboundError(error);
    }
  }

  #takeFrames(): void {
    while (this.#waiting === null) {
      const frame = this.#reader.next();
      if (frame === null) return;
      this.counts.framesIn++;
      this.#take(frame);
    }
  }

  #take(frame: Frame): void {
    if (this.#cipher !== null) this.#takeSealed(frame, this.#cipher);
    else if (!this.#takeRepeated(frame)) {
      // Almost all frames are pure ASCII: one decoding serves all parts, and several frames.
      const at = this.#isHeaderFirst || frame.dataBytes > SMALL_FRAME_BYTES_MAX ? -1 : frame.textAt;
      if (at < 0) this.#takeBytes(frame, frame.data);
      else this.#takeText(frame, this.#reader.text, at);
    }
    if (this.#waiting === null) this.#isFirstFrame = false;
  }

  /** Takes a frame that is the same as one before; false if it is another. */
  #takeRepeated(frame: PlainFrame): boolean {
    const repeated = this.#repeated;
    if (repeated === null) return false;
    const { headerBytes, bodyBytes, dataBytes, view, start } = frame;
    if (!repeated.isSame(headerBytes, bodyBytes, dataBytes, view, start)) return false;
    const { to, from } = repeated.header;
    this.#events.message(repeated.message(), to, from);
    return true;
  }

  #takeSealed(frame: Frame, cipher: Cipher): void {
    const plain = cipher.open(frame.data);
    if (plain === null) {
      this.#takeClearKeepAlive(frame);
      return;
    }
    if (frame.headerBytes + frame.bodyBytes > plain.length) throw new Error("unlikely frame offsets");
    const isFirst = this.#secrecy === "fresh";
    this.#secrecy = "sealed";
    this.#takeOpened(frame, plain);
    // Afterwards: sealing uses the room that `plain` is in.
    if (isFirst) this.release();
  }

  #takeOpened({ headerBytes, bodyBytes }: Frame, plain: Uint8Array): void {
    if (this.#plainView.buffer !== plain.buffer) this.#plainView = new DataView(plain.buffer);
    const { length: dataBytes, byteOffset: start } = plain;
    const opened: PlainFrame = { headerBytes, bodyBytes, dataBytes, data: plain, view: this.#plainView, start };
    if (this.#takeRepeated(opened)) return;
    const text = this.#isHeaderFirst || dataBytes > SMALL_FRAME_BYTES_MAX ? null : asciiText(plain);
    if (text === null) this.#takeBytes(opened, plain);
    else this.#takeText(opened, text, 0);
  }

  /** An original connector may send its KeepAlive in clear, right behind its key. Nothing else is taken in clear. */
  #takeClearKeepAlive(frame: Frame): void {
    const isPossible = this.#options.role === "acceptor" && this.#secrecy === "fresh" && !this.#hasClearKeepAlive &&
      frame.data.length <= HANDSHAKE_FRAME_BYTES_MAX;
    if (!isPossible) throw new Error("frame does not open");
    this.#hasClearKeepAlive = true;
    const text = utf8Text(frame.data);
    const header = this.#headers.read(text.slice(0, frame.headerBytes));
    const bodyEnd = frame.headerBytes + frame.bodyBytes;
    if (header.tunnel || header.isTransit || text.length !== frame.data.length) throw new Error("frame does not open");
    const body = decode(text.slice(frame.headerBytes, bodyEnd), Any, this.#decodeBare);
    if (!(body instanceof KeepAlive)) throw new Error("frame does not open");
    this.#events.keepAlive(body, header.from);
  }

  /** Takes a frame whose text is there, from `at` on. */
  #takeText(frame: PlainFrame, text: string, at: number): void {
    const { headerBytes, bodyBytes } = frame;
    const bodyAt = at + headerBytes;
    const bodyEnd = bodyAt + bodyBytes;
    const header = this.#headers.readPart(text, at, headerBytes);
    if (!header.isKnown && this.#isDropped(header)) return;
    const isPassedOn = this.#events.isPassedOn(header.to, header.isTransit);
    const book = readBookPart(text, bodyEnd, at + frame.dataBytes, this.#inline);
    if (isPassedOn || header.tunnel) {
      const body = frame.data.subarray(headerBytes, headerBytes + bodyBytes);
      this.#takeBinary(header, isPassedOn, body, book);
      return;
    }
    this.#decodedBytes += frame.dataBytes;
    const message = this.#readBody(text, bodyAt, bodyEnd, book);
    if (book.size === 0 && hasNoMembers(message) && this.#secrecy !== "wanted") {
      this.#repeated = RepeatedFrame.of(header, headerBytes, text.slice(bodyAt, bodyEnd), frame.data, message);
    }
    this.#takeMessage(header, message, bodyBytes);
  }

  #takeBytes(frame: PlainFrame, data: Uint8Array): void {
    const { headerBytes, bodyBytes } = frame;
    const bodyEnd = headerBytes + bodyBytes;
    const header = this.#headers.read(utf8Text(data.subarray(0, headerBytes)));
    if (!header.isKnown && this.#isDropped(header)) return;
    const isPassedOn = this.#events.isPassedOn(header.to, header.isTransit);
    const book = readBookBytes(data.subarray(bodyEnd), this.#inline);
    const body = data.subarray(headerBytes, bodyEnd);
    if (isPassedOn || header.tunnel) {
      this.#takeBinary(header, isPassedOn, body, book);
      return;
    }
    this.#isHeaderFirst = false;
    this.#decodedBytes += frame.dataBytes;
    const text = utf8Text(body);
    this.#takeMessage(header, this.#readBody(text, 0, text.length, book), bodyBytes);
  }

  /** Before there is a key, nothing but that may come, whoever it is for. */
  #isDropped({ to, from }: ArrivedHeader): boolean {
    if (this.#secrecy === "wanted" && this.#options.role === "acceptor") return false;
    this.#events.unknown(to, from);
    return true;
  }

  /** Takes a body that is not decoded. */
  #takeBinary(header: ArrivedHeader, isPassedOn: boolean, body: Uint8Array, book: ReadonlyMap<string, Address>): void {
    this.#isHeaderFirst = true;
    if (!isPassedOn) {
      this.#takeMessage(header, new Cast(new Uint8Array(body), Block), body.length);
      return;
    }
    if (this.#secrecy === "wanted") throw new Error("frame in clear on an encrypted connection");
    const { to, from, tunnel } = header;
    this.#events.transit({ to, from, tunnel, body, book });
  }

  #readBody(text: string, start: number, end: number, book: ReadonlyMap<string, Address>): unknown {
    const options = book.size === 0
      ? this.#decodeBare
      : { ...this.#decodeBare, addresses: new BookReader(book, this.#options.controller) };
    const held = decodePart(text, start, end, Any, options);
    // A Cast to Any says nothing that its content doesn't say itself.
    return held instanceof Cast && held.type.kind === "any" ? held.value : held;
  }

  #takeMessage(header: ArrivedHeader, message: unknown, bytes: number): void {
    const { to, from } = header;
    const kind = (message as object | null)?.constructor;
    if (kind === Diffie) this.#takeDiffie(message as Diffie);
    else if (kind === Hellman) this.#takeHellman(message as Hellman);
    else if (this.#secrecy === "wanted") this.#takeEarly({ message, to, from }, bytes);
    else if (kind === KeepAlive) this.#events.keepAlive(message as KeepAlive, from);
    else this.#events.message(message, to, from);
  }

  /** What an original listener without encryption may say before it reads our key. */
  #takeEarly(early: EarlyMessage, bytes: number): void {
    if (this.#options.role === "acceptor") throw new Error("frame in clear on an encrypted connection");
    this.#earlyBytes += bytes;
    if (this.#earlyBytes > EARLY_BYTES_MAX) throw new Error(`more than ${EARLY_BYTES_MAX} bytes before the key`);
    this.#early.push(early);
  }

  // The key exchange.

  #takeDiffie(diffie: Diffie): void {
    if (this.#options.role === "connector") throw new Error("key exchange in the wrong direction");
    if (!this.#isFirstFrame || this.#cipher !== null) throw new Error("repeated key exchange");
    if (this.#boxes === null) {
      this.#waiting = diffie;
      return;
    }
    const keys = this.#boxes.keyPair();
    const cipher = makeCipher(this.#boxes, keys, diffie.publicKey);
    const wasOpen = this.#secrecy === "clear";
    this.#outbound.hold();
    this.#outbound.writeHandshake(new Hellman({ publicKey: keys.publicKey }), this.#options.controller);
    this.#setCipher(cipher);
    this.#secrecy = "fresh";
    this.#reader.bytesMax = this.#options.frameBytesMax ?? FRAME_BYTES_MAX;
    if (!wasOpen) this.#events.opened();
  }

  #takeHellman(hellman: Hellman): void {
    const isWanted = this.#options.role === "connector" && this.#secrecy === "wanted" && this.#keys !== null;
    if (!isWanted) throw new Error("key that was not asked for");
    this.#setCipher(makeCipher(this.#boxes!, this.#keys!, hellman.publicKey));
    this.#keys = null;
    this.#secrecy = "sealed";
    this.#events.opened();
    const early = this.#early;
    this.#early = [];
    for (const { message, to, from } of early) this.#events.message(message, to, from);
    this.release();
  }

  #setCipher(cipher: Cipher): void {
    this.#cipher = cipher;
    this.#outbound.cipher = cipher;
  }

  // Outbound.

  /** What is ready to be written. */
  get output(): Output {
    return this.#outbound.output;
  }

  /**
   * Queues a message for the other end.
   *
   * @throws {SessionError} OUTBOUND_STREAMING, when it can't be encoded or is too large. Nothing of it is queued.
   */
  send(message: unknown, to: Address, from: Address): void {
    this.#outbound.send(message, to, from);
  }

  /**
   * Queues a frame that came from elsewhere, its body as it is.
   *
   * @throws {SessionError} As {@link send} does.
   */
  pass(frame: Transit): void {
    this.#outbound.pass(frame);
  }

  /** Lets out what was held back after the key exchange. */
  release(): void {
    if (this.#cipher !== null) this.#outbound.release();
  }
}

/** True for the signals among messages. */
function hasNoMembers(message: unknown): boolean {
  return message instanceof MessageBase && (message.constructor as unknown as MessageClass).members.length === 0;
}

function makeCipher(boxes: Boxes, keys: KeyPair, theirs: Uint8Array | null): Cipher {
  if (theirs === null) throw new Error("key exchange without a key");
  try {
    return boxes.cipher(keys, theirs);
  } catch (error) {
    throw outboundError(error);
  }
}
