// This module performs no I/O.

/** The sending half of a session: messages to frames, held back while the key exchange needs it, sealed afterwards. */

import {
  type AddressValue as Address,
  BookWriter,
  Cast,
  constantText,
  encodeMessage,
  type EncodeOptions,
  type InlineAddresses,
  NO_ADDRESS,
} from "../runtime/mod.ts";
import { EMPTY_BOOK_TEXT, writeBook } from "./book.ts";
import type { BufferPool } from "./buffer_pool.ts";
import type { Cipher } from "./cipher.ts";
import { FrameTooLargeError } from "./frame.ts";
import type { Headers } from "./header.ts";
import { Diffie, Hellman } from "./messages.ts";
import { Output } from "./output.ts";
import type { Transit } from "./relay.ts";
import { outboundError } from "./session_error.ts";

/** What sealing adds to a frame that waits for the key exchange. */
const SEAL_BYTES = 40;

/** Bytes of a frame up to which the room that it is sealed from is kept. */
const PLAIN_BYTES_KEPT = 2048;
const LINE_END = new Uint8Array([0x0a]);
const EMPTY_BOOK_END = EMPTY_BOOK_TEXT + "\n";

const ENCODER = new TextEncoder();

/** What the sending half is made from. */
export interface OutboundOptions {
  readonly addresses: InlineAddresses;
  readonly headers: Headers;
  /** The local address that stands for the connection. */
  readonly proxy: Address;
  /** A local address where nobody is: the return address of what has none. */
  readonly nobody: Address;
  readonly uuid: () => string;
  readonly zoneOffset: (wall: bigint) => number;
  /** Most bytes of a frame. */
  readonly frameBytesMax: number;
  /** For what is large. */
  readonly buffers: BufferPool;
  /** Frames are counted here. */
  readonly counts: { framesOut: number };
}

/** Makes frames. */
export class Outbound {
  /** What is ready to be written. */
  readonly output: Output;
  /** Seals everything from the moment when it is set. */
  cipher: Cipher | null = null;
  readonly #options: OutboundOptions;
  readonly #inline: InlineAddresses;
  readonly #headers: Headers;
  #isHolding: boolean;
  #held: (() => void)[] = [];
  #heldBytes = 0;
  #encoding: EncodeOptions & { readonly addresses: BookWriter };
  /** The beginning of the last frame in clear, with what it was made of: mostly that of the next one. */
  #lastHeader = "";
  #lastBodyBytes = -1;
  #lastStart = "";
  /** The last frame with a message without members, before it is sealed, with what it was made of. */
  #constantCipher: Cipher | null = null;
  #constantHeader = "";
  #constantBody = "";
  #constantFrame = new Uint8Array(0);
  /** The line of the last sealed frame, with what it says. */
  #sealedHeaderBytes = -1;
  #sealedBodyBytes = -1;
  #sealedBytes = -1;
  #sealedStart = new Uint8Array(0);
  #plainRoom: Uint8Array | null = null;

  /** @param isHolding Keeps frames back from the start, see {@link hold}. */
  constructor(options: OutboundOptions, isHolding: boolean) {
    this.#options = options;
    this.output = new Output(options.buffers);
    this.#inline = options.addresses;
    this.#headers = options.headers;
    this.#isHolding = isHolding;
    this.#encoding = this.#freshEncoding();
  }

  #freshEncoding(): EncodeOptions & { readonly addresses: BookWriter } {
    const { uuid, zoneOffset } = this.#options;
    return { addresses: new BookWriter(uuid), uuid, zoneOffset };
  }

  /** Bytes waiting to go out, those held back included. */
  get bytes(): number {
    return this.output.bytes + this.#heldBytes;
  }

  /** Frames waiting to go out, those held back included. */
  get frames(): number {
    return this.output.frames + this.#held.length;
  }

  /** True while frames are kept back. */
  get isHolding(): boolean {
    return this.#isHolding;
  }

  /** Keeps further frames back. */
  hold(): void {
    this.#isHolding = true;
  }

  /** Lets out what was kept back. */
  release(): void {
    this.#isHolding = false;
    const held = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    for (const write of held) write();
  }

  /** Writes half of the key exchange at once. Its addresses mean nothing, but an original needs some. */
  writeHandshake(message: Diffie | Hellman, controller: Address): void {
    this.#writeText(
      this.#headers.write(this.#options.proxy, controller, false),
      encodeMessage(message),
      EMPTY_BOOK_TEXT,
    );
  }

  /**
   * Queues a message for the other end.
   *
   * @throws {SessionError} OUTBOUND_STREAMING, when it can't be encoded or is too large. Nothing of it is queued.
   */
  send(message: unknown, to: Address, from: Address): void {
    if (message instanceof Cast && message.type.kind === "block" && message.value !== null) {
      this.#sendBlock(message.value, to, from);
      return;
    }
    const { addresses } = this.#encoding;
    try {
      if (message instanceof Diffie || message instanceof Hellman) {
        throw new TypeError("the key exchange is not for sending");
      }
      const constant = constantText(message);
      if (constant !== null && !this.#isHolding) {
        this.#sendConstant(this.#headers.write(to, this.#returnable(from), false), constant);
        return;
      }
      const body = constant ?? encodeMessage(message, this.#encoding);
      const book = addresses.entries.length === 0
        ? EMPTY_BOOK_TEXT
        : writeBook(new Map(addresses.entries), this.#inline);
      this.#queueText(this.#headers.write(to, this.#returnable(from), false), body, book);
    } catch (error) {
      throw outboundError(error);
    } finally {
      // Keys of a book are never used for another one.
      if (addresses.entries.length > 0) this.#encoding = this.#freshEncoding();
    }
  }

  /** A message without members: between a fixed pair of addresses, the frame is always the same. */
  #sendConstant(header: string, body: string): void {
    const { cipher } = this;
    if (body !== this.#constantBody || header !== this.#constantHeader || cipher !== this.#constantCipher) {
      this.#checkSize(header.length + body.length + EMPTY_BOOK_TEXT.length);
      const start = cipher === null ? this.#start(header, body.length) : header;
      this.#constantFrame = ENCODER.encode(start + body + (cipher === null ? EMPTY_BOOK_END : EMPTY_BOOK_TEXT));
      this.#constantHeader = header;
      this.#constantBody = body;
      this.#constantCipher = cipher;
    }
    this.#options.counts.framesOut++;
    if (cipher === null) this.output.addConstant(this.#constantFrame);
    else this.#seal(cipher, header.length, body.length, this.#constantFrame);
  }

  #sendBlock(value: unknown, to: Address, from: Address): void {
    try {
      if (!(value instanceof Uint8Array)) throw new TypeError("a block that is not binary");
      this.#queueParts(this.#headers.write(to, this.#returnable(from), true), value, EMPTY_BOOK_TEXT);
    } catch (error) {
      throw outboundError(error);
    }
  }

  /**
   * Queues a frame that came from elsewhere, its body as it is.
   *
   * @throws {SessionError} As {@link send} does.
   */
  pass(frame: Transit): void {
    try {
      const book = writeBook(frame.book, this.#inline);
      this.#queueParts(this.#headers.write(frame.to, this.#returnable(frame.from), frame.tunnel), frame.body, book);
    } catch (error) {
      throw outboundError(error);
    }
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
    const overhead = this.cipher?.overheadBytes ?? (this.#isHolding ? SEAL_BYTES : 0);
    const { frameBytesMax } = this.#options;
    if (bytes + overhead > frameBytesMax) {
      throw outboundError(
        new FrameTooLargeError(`message of ${bytes} bytes, at most ${frameBytesMax - overhead} fit a frame`),
      );
    }
  }

  #writeText(header: string, body: string, book: string): void {
    const bytes = header.length + body.length + book.length;
    this.#options.counts.framesOut++;
    if (this.cipher === null) {
      if (book === EMPTY_BOOK_TEXT) this.output.addText(this.#start(header, body.length) + body + EMPTY_BOOK_END);
      else this.output.addText(`${header.length},${body.length},${bytes}\n${header}${body}${book}\n`);
    } else {
      const plain = this.#plain(bytes);
      ENCODER.encodeInto(header + body + book, plain);
      this.#seal(this.cipher, header.length, body.length, plain);
    }
  }

  /** A frame with an empty book up to its body. */
  #start(header: string, bodyBytes: number): string {
    if (bodyBytes !== this.#lastBodyBytes || header !== this.#lastHeader) {
      const bytes = header.length + bodyBytes + EMPTY_BOOK_TEXT.length;
      this.#lastStart = `${header.length},${bodyBytes},${bytes}\n${header}`;
      // Makes one piece of it, which is then not done for every frame.
      this.#lastStart.charCodeAt(0);
      this.#lastHeader = header;
      this.#lastBodyBytes = bodyBytes;
    }
    return this.#lastStart;
  }

  #writeParts(header: string, body: Uint8Array, book: string): void {
    const bytes = header.length + body.length + book.length;
    this.#options.counts.framesOut++;
    if (this.cipher === null) {
      this.output.addParts(`${header.length},${body.length},${bytes}\n${header}`, body, `${book}\n`);
      return;
    }
    const plain = this.#plain(bytes);
    ENCODER.encodeInto(header, plain);
    plain.set(body, header.length);
    ENCODER.encodeInto(book, plain.subarray(header.length + body.length));
    this.#seal(this.cipher, header.length, body.length, plain);
  }

  /** Room for what is sealed next. */
  #plain(bytes: number): Uint8Array {
    if (bytes > PLAIN_BYTES_KEPT) return new Uint8Array(bytes);
    this.#plainRoom ??= new Uint8Array(PLAIN_BYTES_KEPT);
    return this.#plainRoom.subarray(0, bytes);
  }

  #seal(cipher: Cipher, headerBytes: number, bodyBytes: number, plain: Uint8Array): void {
    const sealed = cipher.seal(plain);
    if (
      headerBytes !== this.#sealedHeaderBytes || bodyBytes !== this.#sealedBodyBytes ||
      sealed.length !== this.#sealedBytes
    ) {
      this.#sealedStart = ENCODER.encode(`${headerBytes},${bodyBytes},${sealed.length}\n`);
      this.#sealedHeaderBytes = headerBytes;
      this.#sealedBodyBytes = bodyBytes;
      this.#sealedBytes = sealed.length;
    }
    this.output.addBytes(this.#sealedStart, sealed, LINE_END);
  }
}
