// This module performs no I/O.

/** The last part of a frame: the addresses of its body. Mostly there are none. */

import {
  Address as AddressType,
  type AddressValue as Address,
  decode,
  encode,
  type InlineAddresses,
  MapOf,
  Unicode,
} from "../runtime/mod.ts";
import { utf8Text } from "./frame_text.ts";

const BOOK = MapOf(Unicode, AddressType);
/** The text of a book without addresses. */
export const EMPTY_BOOK_TEXT = '{"value":[]}';
const EMPTY_BOOK_BYTES = new TextEncoder().encode(EMPTY_BOOK_TEXT);
/** A book without addresses. */
export const EMPTY_BOOK: ReadonlyMap<string, Address> = new Map();

/** The text of a book. */
export function writeBook(book: ReadonlyMap<string, Address>, addresses: InlineAddresses): string {
  return book.size === 0 ? EMPTY_BOOK_TEXT : encode(book, BOOK, { addresses });
}

/** The book that stands in a text. */
export function readBookPart(
  text: string,
  start: number,
  end: number,
  addresses: InlineAddresses,
): ReadonlyMap<string, Address> {
  return readBook(text.slice(start, end), addresses);
}

/** The book that stands in bytes. */
export function readBookBytes(bytes: Uint8Array, addresses: InlineAddresses): ReadonlyMap<string, Address> {
  const isEmpty = bytes.length === EMPTY_BOOK_BYTES.length && EMPTY_BOOK_BYTES.every((byte, i) => byte === bytes[i]);
  return isEmpty ? EMPTY_BOOK : readBook(utf8Text(bytes), addresses);
}

/** The book of a text. */
export function readBook(text: string, addresses: InlineAddresses): ReadonlyMap<string, Address> {
  return text === EMPTY_BOOK_TEXT ? EMPTY_BOOK : decode(text, BOOK, { addresses }) as ReadonlyMap<string, Address>;
}
