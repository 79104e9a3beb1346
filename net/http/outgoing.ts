// This module performs no I/O.

/** What waits to be written to one client, in pieces that are neither tiny nor huge. */

/** Bytes written at once, about: small answers are gathered up to it, large ones cut. */
export const WRITE_PIECE_BYTES = 65_536;
/** First size of the buffer. */
const BUFFER_BYTES_MIN = 1024;
/** A buffer that had to grow beyond this is not kept. */
const BUFFER_BYTES_KEPT = 16_384;

const UTF8 = new TextEncoder();

/** A queue of texts and bytes. Texts are ASCII. */
export class Outgoing {
  #parts: (string | Uint8Array)[] = [];
  #buffer = new Uint8Array(0);

  get isEmpty(): boolean {
    return this.#parts.length === 0;
  }

  /** Bytes waiting. */
  get bytes(): number {
    return this.#parts.reduce((sum, part) => sum + part.length, 0);
  }

  add(parts: readonly (string | Uint8Array)[]): void {
    for (const part of parts) this.#parts.push(part);
  }

  /** Takes the next piece, which is valid until the next call; call only when not empty. */
  take(): Uint8Array {
    const first = this.#parts.shift()!;
    if (typeof first !== "string") return this.#cut(first);
    let text = first;
    while (this.#parts.length > 0 && text.length < WRITE_PIECE_BYTES) {
      const next = this.#parts[0]!;
      if (typeof next !== "string") break;
      text += next;
      this.#parts.shift();
    }
    return this.#cut(this.#encode(text));
  }

  #encode(text: string): Uint8Array {
    const { length } = this.#buffer;
    if (length < text.length || length > BUFFER_BYTES_KEPT) {
      this.#buffer = new Uint8Array(Math.max(text.length, BUFFER_BYTES_MIN));
    }
    return this.#buffer.subarray(0, UTF8.encodeInto(text, this.#buffer).written);
  }

  #cut(bytes: Uint8Array): Uint8Array {
    if (bytes.length <= 2 * WRITE_PIECE_BYTES) return bytes;
    this.#parts.unshift(bytes.subarray(WRITE_PIECE_BYTES));
    // The rest still lies there.
    this.#buffer = new Uint8Array(0);
    return bytes.subarray(0, WRITE_PIECE_BYTES);
  }
}
