// This module performs no I/O.

/** Bytes of frames as text. */

/** Several times as fast as a strict one; what it replaces is looked for afterwards. */
const LENIENT_DECODER = new TextDecoder("utf-8", { ignoreBOM: true });
const STRICT_DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const REPLACEMENT = "\ufffd";

/** Text of bytes that are pure ASCII, as almost all frames are; null for others. */
export function asciiText(bytes: Uint8Array): string | null {
  const text = LENIENT_DECODER.decode(bytes);
  return text.length === bytes.length && !text.includes(REPLACEMENT) ? text : null;
}

/** Text of bytes that are UTF-8. Throws for others. */
export function utf8Text(bytes: Uint8Array): string {
  const text = asciiText(bytes);
  if (text !== null) return text;
  try {
    return STRICT_DECODER.decode(bytes);
  } catch {
    throw new Error("not UTF-8");
  }
}

/** A text keeps alive what it was cut from, so that it is cut from no more than this. */
const WINDOW_BYTES = 1024;

/**
 * Bytes of a buffer as text, many frames in one go: turning bytes into text costs much the same for a few as for many.
 * Positions are those of the buffer.
 */
export class AsciiWindow {
  /** What was decoded last. */
  text = "";
  #start = 0;
  #end = 0;
  /** Up to here there is something that is not ASCII: frames are taken one by one. */
  #narrowUntil = 0;

  /** Forgets everything: the bytes have moved, or are others now. */
  clear(): void {
    this.text = "";
    this.#start = this.#end = this.#narrowUntil = 0;
  }

  /**
   * Where in {@link text} the bytes from `start` to `end` are, or -1 if they are not pure ASCII.
   *
   * @param filled End of what the buffer holds.
   */
  find(buffer: Uint8Array, start: number, end: number, filled: number): number {
    if (start >= this.#start && end <= this.#end) return start - this.#start;
    const wide = Math.min(start + WINDOW_BYTES, filled);
    if (wide > end && start >= this.#narrowUntil) {
      if (this.#open(buffer, start, wide)) return 0;
      this.#narrowUntil = wide;
    }
    return this.#open(buffer, start, end) ? 0 : -1;
  }

  #open(buffer: Uint8Array, start: number, end: number): boolean {
    const text = asciiText(buffer.subarray(start, end));
    if (text === null) return false;
    this.text = text;
    this.#start = start;
    this.#end = end;
    return true;
  }
}
