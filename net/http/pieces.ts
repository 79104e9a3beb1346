// This module performs no I/O.

/** Small things that requests and responses are made of. */

const BLANK = 0x20, TAB = 0x09;

/** A value of a header as it is meant. */
export function withoutTrailingBlanks(value: string): string {
  const last = value.charCodeAt(value.length - 1);
  return last === BLANK || last === TAB ? value.replace(/[ \t]+$/, "") : value;
}

/** Headers by name, from names and values in turn; of repeated ones the last. */
export function headerMap(lines: readonly string[]): Map<string, string> {
  const map = new Map<string, string>();
  for (let i = 0; i < lines.length; i += 2) map.set(lines[i]!, lines[i + 1]!);
  return map;
}

/** Pieces of a body as one. */
export function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  if (pieces.length === 1) return pieces[0]!;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e]*$/;

/**
 * A line of a header, with its end.
 *
 * @throws {RangeError} When it would not stay one line of the kind.
 */
export function headerLine(name: string, value: string): string {
  if (!HEADER_NAME.test(name)) throw new RangeError(`${JSON.stringify(name)} is no name of a header`);
  if (!HEADER_VALUE.test(value)) throw new RangeError(`header "${name}" is not printable ASCII on one line`);
  return `${name}: ${value}\r\n`;
}

/** The type of a body without its parameters (`; charset=utf-8`), in small letters. */
export function mediaType(contentType: string | null): string | null {
  return contentType === null ? null : contentType.split(";", 1)[0]!.trim().toLowerCase();
}
