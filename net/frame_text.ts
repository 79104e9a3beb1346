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
