// This module performs no I/O.

/**
 * The session of one connection: bytes in, messages out, and the reverse. It knows frames, headers, address books, the key
 * exchange and what it takes not to upset an original at the other end; it knows no sockets and no time.
 */

import {
  Address as AddressType,
  type AddressValue as Address,
  Any,
  Block,
  BookReader,
  BookWriter,
  Cast,
  decode,
  encode,
  encodeMessage,
  InlineAddresses,
  MapOf,
  NO_ADDRESS,
  Unicode,
} from "../runtime/mod.ts";
import type { Boxes, Cipher, KeyPair } from "./cipher.ts";
import { type Frame, FrameReader } from "./frame.ts";
import { type ArrivedHeader, Headers } from "./header.ts";
import { EARLY_BYTES_MAX, FRAME_BYTES_MAX, HANDSHAKE_FRAME_BYTES_MAX } from "./limits.ts";
import { Diffie, Hellman, KeepAlive } from "./messages.ts";
import { Output } from "./output.ts";
import type { Transit } from "./relay.ts";

const EMPTY_BOOK_TEXT = '{"value":[]}';
const EMPTY_BOOK: ReadonlyMap<string, Address> = new Map();
const BOOK = MapOf(Unicode, AddressType);

/** What sealing adds to a frame that waits for the key exchange. */
const SEAL_BYTES = 40;

const ENCODER = new TextEncoder();
/** Several times as fast as a strict one; what it replaces is looked for afterwards. */
const LENIENT_DECODER = new TextDecoder("utf-8", { ignoreBOM: true });
const STRICT_DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const REPLACEMENT = "\ufffd";

/** What a session tells whoever runs it. Calls happen within {@link Session.process}. */
export interface SessionEvents {
  /** The other end can be written to: at once, or after the key exchange. Comes once, before any message. */
  opened(): void;
  /** A message for somebody of this process. */
  message(message: unknown, to: Address, from: Address): void;
  /** The other end wants to be watched; `from` is who watches there. */
  keepAlive(request: KeepAlive, from: Address): void;
  /** True when what goes to this local address is passed on as it is. */
  isPassedOn(to: Address): boolean;
  /** A frame for somebody further on. Its body is valid during the call only. */
  transit(frame: Transit): void;
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
}

/** What was sent or received is not what the protocol allows; the connection ends. */
export class SessionError extends Error {
  override readonly name = "SessionError";
  readonly reason: "INBOUND_STREAMING" | "OUTBOUND_STREAMING";

  constructor(message: string, reason: "INBOUND_STREAMING" | "OUTBOUND_STREAMING", options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** A message that came in clear while the connector waited for the second half of the key exchange. */
interface EarlyMessage {
  readonly message: unknown;
  readonly to: Address;
  readonly from: Address;
}

/**
 * Where the key exchange stands. `clear`: there was none. `wanted`: encrypted, nothing has come yet. `fresh`: an
 * acceptor has answered and nothing sealed has opened yet. `sealed`: in use in both directions.
 */
type Secrecy = "clear" | "wanted" | "fresh" | "sealed";

/** One connection's state; see the module's text. */
export class Session {
  readonly output = new Output();
  /** Counters for status reports. */
  readonly counts = { framesIn: 0, framesOut: 0, bytesIn: 0, bytesOut: 0 };
  readonly #options: SessionOptions;
  readonly #events: SessionEvents;
  readonly #reader = new FrameReader();
  readonly #inline: InlineAddresses;
  readonly #headers: Headers;
  readonly #decodeBare: { readonly addresses: BookReader; readonly zoneOffset: (wall: bigint) => number };
  #boxes: Boxes | null;
  #secrecy: Secrecy;
  #keys: KeyPair | null = null;
  #cipher: Cipher | null = null;
  #isHolding: boolean;
  #held: (() => void)[] = [];
  #heldBytes = 0;
  #early: EarlyMessage[] = [];
  #earlyBytes = 0;
  #isFirstFrame = true;
  #hasClearKeepAlive = false;
  /** The last frame was not for decoding: look at the header first. */
  #isHeaderFirst = false;
  #book: BookWriter;
  #waiting: Frame | null = null;

  constructor(options: SessionOptions, events: SessionEvents) {
    this.#options = options;
    this.#events = events;
    this.#boxes = options.boxes;
    this.#inline = new InlineAddresses(options.proxy, options.controller);
    this.#headers = new Headers(this.#inline);
    this.#decodeBare = {
      addresses: new BookReader(EMPTY_BOOK, options.controller),
      zoneOffset: options.zoneOffset,
    };
    this.#book = new BookWriter(options.uuid);
    this.#secrecy = options.encrypted ? "wanted" : "clear";
    this.#isHolding = options.encrypted;
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
    this.#writeHandshake(new Diffie({ publicKey: this.#keys.publicKey }));
  }

  /** True from the moment when an application may send. */
  get isOpen(): boolean {
    return this.#secrecy !== "wanted";
  }

  /** True while the other end's key has come and there is nothing to compute with: see {@link useBoxes}. */
  get isWaitingForBoxes(): boolean {
    return this.#waiting !== null;
  }

  /** True when an acceptor keeps its frames back after the key exchange: see {@link release}. */
  get isHoldingAfterHellman(): boolean {
    return this.#isHolding && this.#secrecy === "fresh";
  }

  /** True when a frame has begun to arrive and is not complete. */
  get isAmidFrame(): boolean {
    return this.#reader.isAmidFrame;
  }

  /** Bytes waiting to go out, those held back included. */
  get outboundBytes(): number {
    return this.output.bytes + this.#heldBytes;
  }

  /** Frames waiting to go out, those held back included. */
  get outboundFrames(): number {
    return this.output.frames + this.#held.length;
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
      throw error instanceof SessionError ? error : inboundError(error);
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

  /** Gives a session what it was waiting for, and goes on with what has arrived. */
  useBoxes(boxes: Boxes): void {
    this.#boxes = boxes;
    const frame = this.#waiting;
    this.#waiting = null;
    if (frame === null) return;
    try {
      this.#take(frame);
      this.#takeFrames();
    } catch (error) {
      throw error instanceof SessionError ? error : inboundError(error);
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
    else this.#takePlain(frame.data, frame.headerBytes, frame.bodyBytes, frame);
    if (this.#waiting === null) this.#isFirstFrame = false;
  }

  #takeSealed(frame: Frame, cipher: Cipher): void {
    const plain = cipher.open(frame.data);
    if (plain === null) {
      this.#takeClearKeepAlive(frame);
      return;
    }
    if (frame.headerBytes + frame.bodyBytes > plain.length) throw new Error("unlikely frame offsets");
    if (this.#secrecy === "fresh") {
      this.#secrecy = "sealed";
      this.release();
    }
    this.#takePlain(plain, frame.headerBytes, frame.bodyBytes, null);
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

  /** `frame` is the frame in clear that the parts are from, if it is one. */
  #takePlain(data: Uint8Array, headerBytes: number, bodyBytes: number, frame: Frame | null): void {
    const bodyEnd = headerBytes + bodyBytes;
    // Almost all frames are pure ASCII: one decoding serves all parts.
    const whole = this.#isHeaderFirst ? null : asciiText(data);
    const header = this.#headers.read(
      whole === null ? utf8Text(data.subarray(0, headerBytes)) : whole.slice(0, headerBytes),
    );
    const isPassedOn = header.isTransit || this.#events.isPassedOn(header.to);
    this.#isHeaderFirst = header.tunnel || isPassedOn;
    const bookText = whole === null ? utf8Text(data.subarray(bodyEnd)) : whole.slice(bodyEnd);
    const book = bookText === EMPTY_BOOK_TEXT ? EMPTY_BOOK : this.#readBook(bookText);
    if (isPassedOn) {
      if (this.#secrecy === "wanted") throw new Error("frame in clear on an encrypted connection");
      const { to, from, tunnel } = header;
      this.#events.transit({ to, from, tunnel, body: data.subarray(headerBytes, bodyEnd), book });
      return;
    }
    if (header.tunnel) {
      this.#takeMessage(header, new Cast(data.slice(headerBytes, bodyEnd), Block), bodyBytes, null);
      return;
    }
    const text = whole === null ? utf8Text(data.subarray(headerBytes, bodyEnd)) : whole.slice(headerBytes, bodyEnd);
    this.#takeMessage(header, this.#readBody(text, book), bodyBytes, frame);
  }

  #readBook(text: string): ReadonlyMap<string, Address> {
    return decode(text, BOOK, { addresses: this.#inline }) as ReadonlyMap<string, Address>;
  }

  #readBody(text: string, book: ReadonlyMap<string, Address>): unknown {
    const options = book.size === 0 ? this.#decodeBare : {
      addresses: new BookReader(book, this.#options.controller),
      zoneOffset: this.#options.zoneOffset,
    };
    const held = decode(text, Any, options);
    // A Cast to Any says nothing that its content doesn't say itself.
    return held instanceof Cast && held.type.kind === "any" ? held.value : held;
  }

  #takeMessage(header: ArrivedHeader, message: unknown, bytes: number, frame: Frame | null): void {
    const { to, from } = header;
    const kind = (message as object | null)?.constructor;
    if (kind === Diffie) this.#takeDiffie(message as Diffie, frame);
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

  #takeDiffie(diffie: Diffie, frame: Frame | null): void {
    if (this.#options.role === "connector") throw new Error("key exchange in the wrong direction");
    if (!this.#isFirstFrame || this.#cipher !== null) throw new Error("repeated key exchange");
    if (this.#boxes === null) {
      this.#waiting = frame;
      return;
    }
    const keys = this.#boxes.keyPair();
    const cipher = makeCipher(this.#boxes, keys, diffie.publicKey);
    const wasOpen = this.#secrecy === "clear";
    this.#isHolding = true;
    this.#writeHandshake(new Hellman({ publicKey: keys.publicKey }));
    this.#cipher = cipher;
    this.#secrecy = "fresh";
    this.#reader.bytesMax = FRAME_BYTES_MAX;
    if (!wasOpen) this.#events.opened();
  }

  #takeHellman(hellman: Hellman): void {
    const isWanted = this.#options.role === "connector" && this.#secrecy === "wanted" && this.#keys !== null;
    if (!isWanted) throw new Error("key that was not asked for");
    this.#cipher = makeCipher(this.#boxes!, this.#keys!, hellman.publicKey);
    this.#keys = null;
    this.#secrecy = "sealed";
    this.#events.opened();
    const early = this.#early;
    this.#early = [];
    for (const { message, to, from } of early) this.#events.message(message, to, from);
    this.release();
  }

  /** Addresses in these two frames mean nothing, but an original needs some. */
  #writeHandshake(message: Diffie | Hellman): void {
    const { proxy, controller } = this.#options;
    this.#writeText(this.#headers.write(proxy, controller, false), encodeMessage(message), EMPTY_BOOK_TEXT);
  }

  /** Lets out what was held back after the key exchange. */
  release(): void {
    if (!this.#isHolding || this.#cipher === null) return;
    this.#isHolding = false;
    const held = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    for (const write of held) write();
  }

  // Outbound.

  /**
   * Queues a message for the other end.
   *
   * @throws {SessionError} OUTBOUND_STREAMING, when it can't be encoded or is too large. Nothing of it is queued.
   */
  send(message: unknown, to: Address, from: Address): void {
    const { uuid, zoneOffset } = this.#options;
    try {
      if (message instanceof Diffie || message instanceof Hellman) {
        throw new TypeError("the key exchange is not for sending");
      }
      if (message instanceof Cast && message.type.kind === "block" && message.value !== null) {
        this.#queueBlock(message.value, to, from);
        return;
      }
      const addresses = this.#book;
      const body = encodeMessage(message, { addresses, uuid, zoneOffset });
      const book = addresses.entries.length === 0 ? EMPTY_BOOK_TEXT : this.#writeBook(new Map(addresses.entries));
      const header = this.#headers.write(to, this.#returnable(from), false);
      this.#queueText(header, body, book);
    } catch (error) {
      throw error instanceof SessionError ? error : outboundError(error);
    } finally {
      // Keys of a book are never used for another one.
      if (this.#book.entries.length > 0) this.#book = new BookWriter(uuid);
    }
  }

  #queueBlock(value: unknown, to: Address, from: Address): void {
    if (!(value instanceof Uint8Array)) throw outboundError(new TypeError("a block that is not binary"));
    this.#queueParts(this.#headers.write(to, this.#returnable(from), true), value, EMPTY_BOOK_TEXT);
  }

  /**
   * Queues a frame that came from elsewhere, its body as it is.
   *
   * @throws {SessionError} As {@link send} does.
   */
  pass(frame: Transit): void {
    try {
      const book = frame.book.size === 0 ? EMPTY_BOOK_TEXT : this.#writeBook(frame.book);
      this.#queueParts(this.#headers.write(frame.to, this.#returnable(frame.from), frame.tunnel), frame.body, book);
    } catch (error) {
      throw error instanceof SessionError ? error : outboundError(error);
    }
  }

  #writeBook(book: ReadonlyMap<string, Address>): string {
    return encode(book, BOOK, { addresses: this.#inline });
  }

  /** An original dies of an absent return address, and takes `[0]` for its own controller. */
  #returnable(from: Address): Address {
    return from === NO_ADDRESS || from === this.#options.proxy ? this.#options.nobody : from;
  }

  #queueText(header: string, body: string, book: string): void {
    const bytes = header.length + body.length + book.length;
    this.#checkSize(bytes);
    if (!this.#isHolding) this.#writeText(header, body, book);
    else {
      this.#held.push(() => this.#writeText(header, body, book));
      this.#heldBytes += bytes;
    }
  }

  #queueParts(header: string, body: Uint8Array, book: string): void {
    const bytes = header.length + body.length + book.length;
    this.#checkSize(bytes);
    if (!this.#isHolding) {
      this.#writeParts(header, body, book);
      return;
    }
    const kept = body.slice();
    this.#held.push(() => this.#writeParts(header, kept, book));
    this.#heldBytes += bytes;
  }

  #checkSize(bytes: number): void {
    const overhead = this.#cipher?.overheadBytes ?? (this.#isHolding ? SEAL_BYTES : 0);
    if (bytes + overhead > FRAME_BYTES_MAX) {
      throw outboundError(
        new RangeError(`message of ${bytes} bytes, at most ${FRAME_BYTES_MAX - overhead} fit a frame`),
      );
    }
  }

  #writeText(header: string, body: string, book: string): void {
    const bytes = header.length + body.length + book.length;
    this.counts.framesOut++;
    if (this.#cipher === null) {
      this.output.addText(`${header.length},${body.length},${bytes}\n${header}${body}${book}\n`);
    } else this.#seal(this.#cipher, header.length, body.length, ENCODER.encode(header + body + book));
  }

  #writeParts(header: string, body: Uint8Array, book: string): void {
    const bytes = header.length + body.length + book.length;
    this.counts.framesOut++;
    if (this.#cipher === null) {
      this.output.addParts(`${header.length},${body.length},${bytes}\n${header}`, body, `${book}\n`);
      return;
    }
    const plain = new Uint8Array(bytes);
    ENCODER.encodeInto(header, plain);
    plain.set(body, header.length);
    ENCODER.encodeInto(book, plain.subarray(header.length + body.length));
    this.#seal(this.#cipher, header.length, body.length, plain);
  }

  #seal(cipher: Cipher, headerBytes: number, bodyBytes: number, plain: Uint8Array): void {
    const sealed = cipher.seal(plain);
    this.output.addParts(`${headerBytes},${bodyBytes},${sealed.length}\n`, sealed, "\n");
  }
}

/** Text of bytes that are pure ASCII; null for others. */
function asciiText(bytes: Uint8Array): string | null {
  const text = LENIENT_DECODER.decode(bytes);
  return text.length === bytes.length && !text.includes(REPLACEMENT) ? text : null;
}

function utf8Text(bytes: Uint8Array): string {
  const text = asciiText(bytes);
  if (text !== null) return text;
  try {
    return STRICT_DECODER.decode(bytes);
  } catch {
    throw new Error("not UTF-8");
  }
}

function makeCipher(boxes: Boxes, keys: KeyPair, theirs: Uint8Array | null): Cipher {
  if (theirs === null) throw new Error("key exchange without a key");
  try {
    return boxes.cipher(keys, theirs);
  } catch (error) {
    throw outboundError(error);
  }
}

function inboundError(error: unknown): SessionError {
  return new SessionError(textOfError(error), "INBOUND_STREAMING", { cause: error });
}

function outboundError(error: unknown): SessionError {
  return new SessionError(textOfError(error), "OUTBOUND_STREAMING", { cause: error });
}

function textOfError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
