// This module performs no I/O.

/** What waits to be written: texts and bytes gathered, so that one write takes all of it, or much of it. */

import { BufferPool } from "./buffer_pool.ts";

/** Text is moved to the buffer when it gets longer than this. */
const TEXT_LENGTH_MAX = 65_536;
/** First size of a buffer. */
const BUFFER_BYTES_MIN = 1024;
/** Greatest size of a buffer that is kept; beyond it, buffers are borrowed. */
const BUFFER_BYTES_MAX = 65_536;

const ENCODER = new TextEncoder();
const NO_BYTES = new Uint8Array(0);

/** Bytes for one write. */
interface Batch {
  buffer: Uint8Array<ArrayBuffer>;
  length: number;
  /** Frames that end in it. */
  frames: number;
  isLent: boolean;
}

/**
 * A queue of output: batches in order, one write each. While little waits there is one batch, in one of two buffers in
 * turn: one is written while the other is filled. Where there is more, further batches are in borrowed buffers.
 */
export class Output {
  readonly #pool: BufferPool;
  /** Behind everything else. */
  #text = "";
  /** Frames that end in it. */
  #textFrames = 0;
  #last: Batch = { buffer: NO_BYTES, length: 0, frames: 0, isLent: false };
  /** In front of the last. */
  #full: Batch[] = [];
  #fullBytes = 0;
  #frames = 0;
  /** What was taken, and may be under way. */
  #taken: Batch | null = null;
  #spare: Uint8Array<ArrayBuffer> = NO_BYTES;
  /** The only frame that waits, if its bytes can be written from where they are. */
  #alone: Uint8Array | null = null;

  constructor(pool: BufferPool = new BufferPool()) {
    this.#pool = pool;
  }

  /** Bytes waiting. */
  get bytes(): number {
    return this.#fullBytes + this.#last.length + this.#text.length + (this.#alone?.length ?? 0);
  }

  /** Frames waiting, as a whole or in part. */
  get frames(): number {
    return this.#frames;
  }

  get isEmpty(): boolean {
    return this.#frames === 0;
  }

  /** Adds a frame that is pure ASCII. */
  addText(frame: string): void {
    if (this.#alone !== null) this.#join();
    this.#text += frame;
    this.#textFrames++;
    this.#frames++;
    if (this.#text.length > TEXT_LENGTH_MAX) this.#settle();
  }

  /** Adds a frame that is there as bytes, in one part or three. They are copied. */
  addBytes(frame: Uint8Array, second?: Uint8Array, third?: Uint8Array): void {
    if (this.#alone !== null) this.#join();
    this.#settle();
    this.#copy(frame);
    if (second !== undefined) this.#copy(second);
    if (third !== undefined) this.#copy(third);
    this.#last.frames++;
    this.#frames++;
  }

  /** Adds a frame whose bytes never change: where it waits alone, they are not copied. */
  addConstant(frame: Uint8Array): void {
    if (this.#frames > 0) {
      this.addBytes(frame);
      return;
    }
    this.#alone = frame;
    this.#frames = 1;
  }

  /** It is not alone any more. */
  #join(): void {
    const frame = this.#alone!;
    this.#alone = null;
    this.#frames = 0;
    this.addBytes(frame);
  }

  /** Adds a frame in three parts: ASCII, bytes, ASCII. The bytes are copied. */
  addParts(head: string, bytes: Uint8Array, tail: string): void {
    if (this.#alone !== null) this.#join();
    this.#text += head;
    this.#settle();
    this.#copy(bytes);
    this.#text = tail;
    this.#textFrames = 1;
    this.#frames++;
  }

  /**
   * What waits, as one piece, which is valid until the next call or {@link release}: everything, or as much of it as one
   * write should take.
   */
  take(): Uint8Array {
    this.release();
    const alone = this.#alone;
    if (alone !== null) {
      this.#alone = null;
      this.#frames = 0;
      return alone;
    }
    if (this.#full.length === 0) this.#settle();
    let batch = this.#full.shift();
    if (batch !== undefined) this.#fullBytes -= batch.length;
    else {
      batch = this.#last;
      this.#last = { buffer: this.#spare, length: 0, frames: 0, isLent: false };
      this.#spare = NO_BYTES;
    }
    this.#taken = batch;
    this.#frames -= batch.frames;
    return batch.buffer.subarray(0, batch.length);
  }

  /** Says that what was taken has been written. */
  release(): void {
    const taken = this.#taken;
    if (taken === null) return;
    this.#taken = null;
    if (taken.isLent) this.#pool.giveBack(taken.buffer);
    else if (this.#last.length === 0 && this.#last.buffer === NO_BYTES) this.#last.buffer = taken.buffer;
    else this.#spare = taken.buffer;
  }

  /** Forgets what waits, and the buffers. What was taken may be on its way yet, so that nobody else can have it. */
  clear(): void {
    this.#text = "";
    this.#full = [];
    this.#taken = this.#alone = null;
    this.#spare = NO_BYTES;
    this.#last = { buffer: NO_BYTES, length: 0, frames: 0, isLent: false };
    this.#fullBytes = this.#frames = this.#textFrames = 0;
  }

  #settle(): void {
    for (let text = this.#text; text !== "";) {
      const { buffer, length } = this.#room(text.length);
      const { written } = ENCODER.encodeInto(text, length === 0 ? buffer : buffer.subarray(length));
      this.#last.length += written;
      text = written === text.length ? "" : text.slice(written);
    }
    this.#text = "";
    this.#last.frames += this.#textFrames;
    this.#textFrames = 0;
  }

  #copy(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const { buffer, length } = this.#room(bytes.length - at);
      const part = at === 0 && length + bytes.length <= buffer.length
        ? bytes
        : bytes.subarray(at, at + buffer.length - length);
      buffer.set(part, length);
      this.#last.length += part.length;
      at += part.length;
    }
  }

  /** The last batch, with room for that many bytes, or for as many as a batch takes. */
  #room(bytes: number): Batch {
    const { buffer, length, isLent } = this.#last;
    const needed = length + bytes;
    if (needed <= buffer.length || (isLent && length < buffer.length)) return this.#last;
    if (needed <= BUFFER_BYTES_MAX && !isLent) {
      const larger = new Uint8Array(Math.max(needed, 2 * length, BUFFER_BYTES_MIN));
      larger.set(buffer.subarray(0, length));
      this.#last.buffer = larger;
      return this.#last;
    }
    const larger = this.#pool.borrow();
    if (isLent) {
      this.#full.push(this.#last);
      this.#fullBytes += length;
      this.#last = { buffer: larger, length: 0, frames: 0, isLent: true };
    } else {
      // What little there is moves, so that it is not written alone.
      larger.set(buffer.subarray(0, length));
      this.#spare = buffer;
      this.#last.buffer = larger;
      this.#last.isLent = true;
    }
    return this.#last;
  }
}
