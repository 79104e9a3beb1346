// This module performs no I/O.

/** Copies of small byte arrays without an allocation for each. */

const SLAB_BYTES = 65_536;

/** Longer arrays get memory of their own. */
const SMALL_BYTES_MAX = 4096;

/** Hands out copies that lie side by side in slabs; a slab is freed when the last of its copies is. */
export class ByteArena {
  #slab = new Uint8Array(0);
  #at = 0;

  /** A copy that nobody else changes. */
  copy(bytes: Uint8Array): Uint8Array {
    const { length } = bytes;
    if (length > SMALL_BYTES_MAX) return bytes.slice();
    if (this.#at + length > this.#slab.length) [this.#slab, this.#at] = [new Uint8Array(SLAB_BYTES), 0];
    const copy = this.#slab.subarray(this.#at, this.#at + length);
    copy.set(bytes);
    this.#at += length;
    return copy;
  }
}
