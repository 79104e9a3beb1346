// This module performs no I/O.

/**
 * Frames: `<n0>,<n1>,<n2>\n`, then n2 bytes, then `\n`. The bytes are header (n0), body (n1) and address book (the rest), or
 * one sealed box of them.
 */

import { BufferPool, POOL_BUFFER_BYTES } from "./buffer_pool.ts";
import { AsciiWindow } from "./frame_text.ts";
import { DIMENSION_CHARACTERS_MAX, FRAME_BYTES_MAX } from "./limits.ts";

const NEWLINE = 0x0a, COMMA = 0x2c, ZERO = 0x30, NINE = 0x39;

/** Bytes of a dimension line with its end that are taken in one go: three sizes of frames that are taken at all. */
const USUAL_LINE_BYTES_MAX = 23;

/** Room for reading at first; most connections never need more. */
const BUFFER_BYTES_MIN = 4096;
/** Room for reading while much arrives. */
const BUFFER_BYTES_BUSY = 65_536;

/** Bytes that are not a frame, or not one that is taken. */
export class FrameError extends Error {
  override readonly name = "FrameError";
}

/** A frame of more bytes than the limit. */
export class FrameTooLargeError extends FrameError {}

/** One frame, in place: valid until the reader is used again. */
export interface Frame {
  /** Bytes of the header. */
  readonly headerBytes: number;
  /** Bytes of the body. */
  readonly bodyBytes: number;
  /** Bytes of header, body and book, or of the sealed box of them. */
  readonly dataBytes: number;
  /** Those bytes. */
  readonly data: Uint8Array;
  /** What holds those bytes, from {@link start} on. */
  readonly view: DataView;
  /** See {@link view}. */
  readonly start: number;
  /** Where those bytes are in {@link FrameReader.text}; -1 if they are not pure ASCII. Looked at when it is asked for. */
  readonly textAt: number;
}

/** A frame as its reader gives it: one object for all of them. */
class FrameInPlace implements Frame {
  headerBytes = 0;
  bodyBytes = 0;
  readonly #window: AsciiWindow;
  dataBytes = 0;
  start = 0;
  view = new DataView(new ArrayBuffer(0));
  #buffer = new Uint8Array(0);
  #filled = 0;

  constructor(window: AsciiWindow) {
    this.#window = window;
  }

  /** @param filled End of what the buffer holds. */
  place(buffer: Uint8Array<ArrayBuffer>, start: number, dataBytes: number, filled: number): void {
    if (buffer !== this.#buffer) {
      this.#buffer = buffer;
      this.view = new DataView(buffer.buffer);
    }
    this.start = start;
    this.dataBytes = dataBytes;
    this.#filled = filled;
  }

  get data(): Uint8Array {
    return this.#buffer.subarray(this.start, this.start + this.dataBytes);
  }

  get textAt(): number {
    return this.#window.find(this.#buffer, this.start, this.start + this.dataBytes, this.#filled);
  }
}

/** Takes frames out of a stream of bytes. The bytes are read into its own buffer, and looked at once. */
export class FrameReader {
  readonly #pool: BufferPool;
  /** Its own buffer, and the one in use, which is lent by the pool or made for a giant while the own one is too small. */
  #own = new Uint8Array(BUFFER_BYTES_MIN);
  #buffer = this.#own;
  #isLent = false;
  /** First byte not yet used up. */
  #start = 0;
  /** First byte not yet looked at. */
  #scan = 0;
  /** End of what was read. */
  #end = 0;
  #headerBytes = 0;
  #bodyBytes = 0;
  /** Bytes of the frame whose line has been read, or -1 before that. */
  #dataBytes = -1;
  #isBusy = false;
  readonly #window = new AsciiWindow();
  readonly #frame = new FrameInPlace(this.#window);
  /** Most bytes of the next frame. */
  bytesMax = FRAME_BYTES_MAX;

  constructor(pool: BufferPool = new BufferPool()) {
    this.#pool = pool;
  }

  /** Frames that are pure ASCII, as text; see {@link Frame.textAt}. */
  get text(): string {
    return this.#window.text;
  }

  /** True when bytes of an incomplete frame are waiting for the others. */
  get isAmidFrame(): boolean {
    return this.#end > this.#start || this.#dataBytes >= 0;
  }

  /** Where to read to: at least one byte. What is read there is told with {@link filled}. */
  room(): Uint8Array {
    this.#window.clear();
    const waiting = this.#end - this.#start;
    if (waiting === 0) this.#rewind();
    else if (this.#start > 0 && this.#buffer.length - this.#end < this.#buffer.length / 4) this.#moveTo(this.#buffer);
    // Only what has arrived makes a buffer grow, never what a dimension line promises.
    if (this.#end === this.#buffer.length) this.#grow();
    return this.#end === 0 ? this.#buffer : this.#buffer.subarray(this.#end);
  }

  #rewind(): void {
    this.#start = this.#scan = this.#end = 0;
    // What a giant needed is not kept for small ones.
    if (this.#buffer !== this.#own) this.#leave(this.#own);
    if (this.#isBusy && this.#own.length < BUFFER_BYTES_BUSY) {
      this.#buffer = this.#own = new Uint8Array(BUFFER_BYTES_BUSY);
    }
  }

  #grow(): void {
    const size = 2 * this.#buffer.length;
    if (size <= BUFFER_BYTES_BUSY) this.#moveTo(this.#own = new Uint8Array(size));
    else if (size > POOL_BUFFER_BYTES) this.#moveTo(new Uint8Array(size));
    else {
      this.#moveTo(this.#pool.borrow());
      this.#isLent = true;
    }
  }

  #moveTo(buffer: Uint8Array<ArrayBuffer>): void {
    if (buffer === this.#buffer) buffer.copyWithin(0, this.#start, this.#end);
    else {
      buffer.set(this.#buffer.subarray(this.#start, this.#end));
      this.#leave(buffer);
    }
    this.#scan -= this.#start;
    this.#end -= this.#start;
    this.#start = 0;
  }

  /** Uses another buffer from now on. */
  #leave(buffer: Uint8Array<ArrayBuffer>): void {
    if (this.#isLent) this.#pool.giveBack(this.#buffer);
    this.#isLent = false;
    this.#buffer = buffer;
  }

  /** Says how many bytes were read to {@link room}. */
  filled(bytes: number): void {
    this.#end += bytes;
    // A full buffer is a sign of more to come.
    if (this.#end === this.#buffer.length) this.#isBusy = true;
  }

  /**
   * The next complete frame, or null when more bytes are needed.
   *
   * @throws {FrameError} At the first byte that can't be right; the reader is of no use afterwards.
   */
  next(): Frame | null {
    if (this.#dataBytes < 0 && !this.#readLine()) return null;
    const end = this.#start + this.#dataBytes;
    if (this.#end <= end) return null;
    const terminator = this.#buffer[end]!;
    if (terminator !== NEWLINE) throw new FrameError(`unexpected ${terminator} at end-of-frame`);
    const frame = this.#frame;
    frame.headerBytes = this.#headerBytes;
    frame.bodyBytes = this.#bodyBytes;
    frame.place(this.#buffer, this.#start, this.#dataBytes, this.#end);
    this.#start = this.#scan = end + 1;
    this.#dataBytes = -1;
    return frame;
  }

  /** Reads the dimension line as far as it is there; true once it is complete. */
  #readLine(): boolean {
    return (this.#scan === this.#start && this.#readUsualLine()) || this.#readAnyLine();
  }

  /** A line that is all there and as it should be, in one go; false for any other, of which nothing is taken. */
  #readUsualLine(): boolean {
    const buffer = this.#buffer;
    const end = Math.min(this.#end, this.#start + USUAL_LINE_BYTES_MAX);
    let at = this.#start;
    let byte = 0, headerBytes = 0, bodyBytes = 0, dataBytes = 0;
    while (at < end && (byte = buffer[at++]! - ZERO) >= 0 && byte <= 9) headerBytes = headerBytes * 10 + byte;
    if (byte !== COMMA - ZERO || !isDigit(buffer[at]!)) return false;
    while (at < end && (byte = buffer[at++]! - ZERO) >= 0 && byte <= 9) bodyBytes = bodyBytes * 10 + byte;
    if (byte !== COMMA - ZERO || !isDigit(buffer[at]!)) return false;
    while (at < end && (byte = buffer[at++]! - ZERO) >= 0 && byte <= 9) dataBytes = dataBytes * 10 + byte;
    if (byte !== NEWLINE - ZERO || !isDigit(buffer[this.#start]!)) return false;
    if (headerBytes + bodyBytes > dataBytes || dataBytes > this.bytesMax) return false;
    this.#headerBytes = headerBytes;
    this.#bodyBytes = bodyBytes;
    this.#dataBytes = dataBytes;
    this.#start = this.#scan = at;
    return true;
  }

  #readAnyLine(): boolean {
    const buffer = this.#buffer;
    for (; this.#scan < this.#end; this.#scan++) {
      const byte = buffer[this.#scan]!;
      if ((byte >= ZERO && byte <= NINE) || byte === COMMA) {
        if (this.#scan - this.#start >= DIMENSION_CHARACTERS_MAX) {
          throw new FrameError(`unlikely frame size with ${DIMENSION_CHARACTERS_MAX} digits`);
        }
      } else if (byte === NEWLINE) {
        this.#evaluate(this.#start, this.#scan);
        this.#start = ++this.#scan;
        return true;
      } else throw new FrameError(`frame with unexpected ${byte} in digits`);
    }
    return false;
  }

  #evaluate(start: number, end: number): void {
    const buffer = this.#buffer;
    const dimensions = [0, 0, 0];
    let part = 0, digits = 0;
    for (let at = start; at < end; at++) {
      const byte = buffer[at]!;
      if (byte === COMMA) {
        if (digits === 0) throw new FrameError("mangled frame dimensions");
        if (++part > 2) throw new FrameError("unexpected dimension");
        digits = 0;
      } else {
        // Exact: 21 digits make at most 1e21, and anything that large is refused whatever its last digits.
        dimensions[part] = dimensions[part]! * 10 + (byte - ZERO);
        digits++;
      }
    }
    if (part < 2) throw new FrameError("unexpected dimension");
    if (digits === 0) throw new FrameError("mangled frame dimensions");
    const [headerBytes, bodyBytes, dataBytes] = dimensions as [number, number, number];
    if (headerBytes > dataBytes || headerBytes + bodyBytes > dataBytes) throw new FrameError("unlikely frame offsets");
    if (dataBytes > this.bytesMax) throw new FrameTooLargeError(`oversize frame of ${dataBytes} bytes`);
    this.#headerBytes = headerBytes;
    this.#bodyBytes = bodyBytes;
    this.#dataBytes = dataBytes;
  }
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}
