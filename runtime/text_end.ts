// This module performs no I/O.

/** The end of a text, out of its bytes. */

/** Decodes UTF-8 whose beginning may be missing: what is left of a character that was cut is dropped. */
export function decodeEnd(bytes: Uint8Array): string {
  let begin = 0;
  // Bytes that continue a character begin with the bits 10.
  while (begin < bytes.length && (bytes[begin]! & 0xc0) === 0x80) begin++;
  return new TextDecoder().decode(bytes.subarray(begin));
}
