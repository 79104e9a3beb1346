// This module performs no I/O.

/** What waits to be written: texts and bytes gathered, so that one write takes all of it. */

/** Text is moved to the buffer when it gets longer than this. */
const TEXT_LENGTH_MAX = 65_536;
/** First size of a buffer. */
const BUFFER_BYTES_MIN = 1024;
/** A buffer that had to grow beyond this is not kept. */
const BUFFER_BYTES_KEPT = 262_144;

const ENCODER = new TextEncoder();

/** A queue of output with two buffers in turn: one is written while the other is filled. */
export class Output {
  #text = "";
  #buffer = new Uint8Array(0);
  #spare = new Uint8Array(0);
  #length = 0;
  #frames = 0;

  /** Bytes waiting. */
  get bytes(): number {
    return this.#length + this.#text.length;
  }

  /** Frames waiting. */
  get frames(): number {
    return this.#frames;
  }

  get isEmpty(): boolean {
    return this.#frames === 0;
  }

  /** Adds a frame that is pure ASCII. */
  addText(frame: string): void {
    this.#text += frame;
    this.#frames++;
    if (this.#text.length > TEXT_LENGTH_MAX) this.#settle();
  }

  /** Adds a frame that is there as bytes. They are copied. */
  addBytes(frame: Uint8Array): void {
    this.#settle();
    this.#reserve(frame.length);
    this.#buffer.set(frame, this.#length);
    this.#length += frame.length;
    this.#frames++;
  }

  /** Adds a frame in three parts: ASCII, bytes, ASCII. The bytes are copied. */
  addParts(head: string, bytes: Uint8Array, tail: string): void {
    this.#text += head;
    this.#settle();
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
    this.#text = tail;
    this.#frames++;
  }

  /** Everything that waits, as one piece, which is valid until the next call; the queue is empty then. */
  take(): Uint8Array {
    this.#settle();
    const taken = this.#buffer.subarray(0, this.#length);
    const filled = this.#buffer;
    this.#buffer = this.#spare.length > BUFFER_BYTES_KEPT ? new Uint8Array(0) : this.#spare;
    this.#spare = filled;
    this.#length = 0;
    this.#frames = 0;
    return taken;
  }

  /** Forgets what waits, and the buffers. */
  clear(): void {
    this.#text = "";
    this.#buffer = this.#spare = new Uint8Array(0);
    this.#length = 0;
    this.#frames = 0;
  }

  #settle(): void {
    if (this.#text === "") return;
    this.#reserve(this.#text.length);
    const room = this.#length === 0 ? this.#buffer : this.#buffer.subarray(this.#length);
    this.#length += ENCODER.encodeInto(this.#text, room).written;
    this.#text = "";
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(needed, 2 * this.#buffer.length, BUFFER_BYTES_MIN));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }
}
