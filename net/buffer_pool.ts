// This module performs no I/O.

/** Large buffers that connections use in turn: they need them only while much comes or goes, and making one takes long. */

/** Bytes of each buffer (256 KiB). */
export const POOL_BUFFER_BYTES = 262_144;

/** Buffers kept for the next one who needs one. */
const KEPT_BUFFERS_MAX = 64;

/** Lends buffers of {@link POOL_BUFFER_BYTES}. What is in them is whatever was there before. */
export class BufferPool {
  readonly #free: Uint8Array<ArrayBuffer>[] = [];

  /** A buffer that nobody else uses. */
  borrow(): Uint8Array<ArrayBuffer> {
    return this.#free.pop() ?? new Uint8Array(POOL_BUFFER_BYTES);
  }

  /** Takes a buffer back; nothing may be under way to it or from it. One that is not given back is nobody's loss. */
  giveBack(buffer: Uint8Array<ArrayBuffer>): void {
    if (this.#free.length < KEPT_BUFFERS_MAX) this.#free.push(buffer);
  }
}
