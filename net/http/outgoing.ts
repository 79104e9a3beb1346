// This module performs no I/O.

/** What waits to be written to one client, in pieces that are neither tiny nor huge. */

/** Bytes written at once, about: small answers are gathered up to it, large ones cut. */
export const WRITE_PIECE_BYTES = 65_536;

const UTF8 = new TextEncoder();

/** A queue of texts and bytes. Texts are ASCII. */
export class Outgoing {
  #parts: (string | Uint8Array)[] = [];

  get isEmpty(): boolean {
    return this.#parts.length === 0;
  }

  add(parts: readonly (string | Uint8Array)[]): void {
    this.#parts.push(...parts);
  }

  /** Takes the next piece; call only when not empty. */
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
    return this.#cut(UTF8.encode(text));
  }

  #cut(bytes: Uint8Array): Uint8Array {
    if (bytes.length <= 2 * WRITE_PIECE_BYTES) return bytes;
    this.#parts.unshift(bytes.subarray(WRITE_PIECE_BYTES));
    return bytes.subarray(0, WRITE_PIECE_BYTES);
  }
}
