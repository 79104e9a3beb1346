// This module performs no I/O.

/**
 * Which nonces have been used on a connection, so that a frame is taken once. The box of both directions is the same, so
 * that a frame of ours would open as well as one of theirs: nonces that begin like ours are refused, too.
 */

import { NONCES_REMEMBERED_MAX } from "./limits.ts";

/** Bytes of a nonce. */
export const NONCE_BYTES = 24;

/** Nonces in memory. A peer that counts is never taken back; of one that draws, the last few thousand are known. */
export class NonceMemory {
  readonly #own: Uint8Array;
  readonly #recent = new Set<string>();
  #last: Uint8Array | null = null;

  /** @param own The first bytes of each nonce of this end. */
  constructor(own: Uint8Array) {
    this.#own = own.slice();
  }

  /** True for a nonce that must not be taken. What lies behind it is not looked at. */
  has(nonce: Uint8Array): boolean {
    const prefix = this.#own.length;
    if (startsAlike(nonce, this.#own, prefix)) return true;
    const last = this.#last;
    if (last !== null && startsAlike(nonce, last, prefix)) return !isGreater(nonce, last, prefix);
    return this.#recent.has(nonceText(nonce));
  }

  /** Remembers a nonce whose frame has opened. */
  add(nonce: Uint8Array): void {
    const last = this.#last;
    if (last === null) this.#last = nonce.slice(0, NONCE_BYTES);
    else {
      const isCounted = startsAlike(nonce, last, this.#own.length);
      for (let i = 0; i < NONCE_BYTES; i++) last[i] = nonce[i]!;
      if (isCounted) return;
    }
    // Drawn at random: two never begin alike, so each takes a place.
    this.#recent.add(nonceText(nonce));
    if (this.#recent.size <= NONCES_REMEMBERED_MAX) return;
    const [oldest] = this.#recent;
    this.#recent.delete(oldest!);
  }
}

function startsAlike(a: Uint8Array, b: Uint8Array, bytes: number): boolean {
  for (let i = 0; i < bytes; i++) {
    if (a[i] !== b[i]) return false;
  }
  return true;
}

function isGreater(a: Uint8Array, b: Uint8Array, from: number): boolean {
  for (let i = from; i < NONCE_BYTES; i++) {
    if (a[i] !== b[i]) return a[i]! > b[i]!;
  }
  return false;
}

function nonceText(nonce: Uint8Array): string {
  return String.fromCharCode(...nonce.subarray(0, NONCE_BYTES));
}
