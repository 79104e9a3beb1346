// This module performs no I/O.

/**
 * How addresses change as they cross a connection. Each end of a connection has two local ids: the return proxy `P`, the
 * object that stands for the connection, and the local termination `L`, its default receiver. A wire path is the list of
 * numbers in a frame with commas between, `"5,0"`; put brackets around it and it is JSON.
 */

import { type Address, NO_ADDRESS } from "../address.ts";
import { refuse } from "./codec_error.ts";
import { describe } from "./json_writer.ts";

const COMMA = 0x2c;
const MINUS = 0x2d;
/** What replaces the return proxy at the end of an address that came from the peer. */
const HOME_MARK = "0";

/** The wire path of an address; one that lies behind this very connection is marked as the peer's own. */
export function encodeAddress(address: Address, returnProxy: Address): string {
  if (address === returnProxy) return HOME_MARK;
  const cut = address.length - returnProxy.length - 1;
  if (cut > 0 && address.charCodeAt(cut) === COMMA && address.endsWith(returnProxy)) {
    return address.slice(0, cut) + ",0";
  }
  return address;
}

/** The address of a wire path, as seen from this end. */
export function decodeAddress(path: string, returnProxy: Address, localTermination: Address): Address {
  if (path === HOME_MARK) return localTermination;
  if (path.endsWith(",0")) return path.slice(0, -2) as Address;
  return `${path},${returnProxy}` as Address;
}

/** The wire path of the receiver of a frame: the whole local address. */
export function encodeTarget(address: Address): string {
  return address;
}

/** The receiver of a frame that arrived: what is left without the sender's own proxy. */
export function decodeTarget(path: string, localTermination: Address): Address {
  const comma = path.lastIndexOf(",");
  return comma < 0 ? localTermination : path.slice(0, comma) as Address;
}

/** How addresses in a value are written. Both give JSON text. */
export interface AddressWriter {
  /** An address in a value. */
  address(address: Address): string;
  /** The receiver of a frame. */
  target(address: Address): string;
  /** Takes over entries of an address book that arrived earlier, under their old keys. */
  adopt(book: ReadonlyMap<string, Address>): void;
}

/** How addresses in a text are read. */
export interface AddressReader {
  /** An address given as a list of numbers, joined with commas. */
  readList(path: string): Address;
  /** An address given as a key. */
  readKey(key: string): Address;
  /** The receiver of a frame, as a list of numbers, joined with commas. */
  readTarget(path: string): Address;
  /** The book in use, if any. */
  readonly book: ReadonlyMap<string, Address> | null;
}

/** Addresses in place, as lists: in headers, books, files. Without ids it is as if both were 0. */
export class InlineAddresses implements AddressWriter, AddressReader {
  readonly book = null;
  readonly #returnProxy: Address;
  readonly #localTermination: Address;

  constructor(returnProxy: Address = NO_ADDRESS, localTermination: Address = NO_ADDRESS) {
    this.#returnProxy = returnProxy;
    this.#localTermination = localTermination;
  }

  address(address: Address): string {
    checkAddress(address);
    // Over a connection, the peer would take this for its own controller.
    if (address === NO_ADDRESS && this.#returnProxy !== NO_ADDRESS) return "null";
    return `[${encodeAddress(address, this.#returnProxy)}]`;
  }

  target(address: Address): string {
    checkAddress(address);
    return `[${address}]`;
  }

  adopt(): void {
    // Nothing is booked where addresses stand in place: keys that an unknown value holds stay without meaning.
  }

  readList(path: string): Address {
    if (path === "") refuse("expected an address, got an empty list");
    return decodeAddress(path, this.#returnProxy, this.#localTermination);
  }

  readKey(): never {
    refuse("expected an address as a list, got a text: no address book is in use");
  }

  readTarget(path: string): Address {
    return decodeTarget(path, this.#localTermination);
  }
}

/** Refuses what is not an address, as anything else would spoil the text around it. */
export function checkAddress(address: unknown): asserts address is Address {
  if (typeof address !== "string") refuse(`expected an address, got ${describe(address)}`);
  let digits = 0;
  for (let i = 0; i < address.length; i++) {
    const code = address.charCodeAt(i);
    if (code >= 0x30 && code <= 0x39) digits++;
    else if (code === COMMA && digits > 0) digits = 0;
    else if (code !== MINUS || (i > 0 && address.charCodeAt(i - 1) !== COMMA)) digits = -Infinity;
  }
  if (!(digits > 0)) refuse(`expected an address, got ${JSON.stringify(address.slice(0, 40))}`);
}
