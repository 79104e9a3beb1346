// This module performs no I/O.

/** Headers of frames, remembered: between a fixed pair of addresses they don't change. */

import { type AddressValue as Address, decode, encode, type InlineAddresses, isRemote } from "../runtime/mod.ts";
import { HEADERS_REMEMBERED_MAX } from "./limits.ts";
import { Header } from "./messages.ts";

/** A header that arrived, its addresses as this end knows them. */
export interface ArrivedHeader {
  readonly to: Address;
  readonly from: Address;
  readonly tunnel: boolean;
  /** True when the way goes on beyond this process. */
  readonly isTransit: boolean;
  /** True when the other end can know of the receiver. */
  readonly isKnown: boolean;
}

const HEADER = Header.portable;

/** Writes and reads the headers of one connection. */
export class Headers {
  readonly #addresses: InlineAddresses;
  readonly #isKnown: (to: Address) => boolean;
  readonly #written = new Map<Address, Map<Address, string>>();
  #writtenCount = 0;
  readonly #read = new Map<string, ArrivedHeader>();
  #lastTo: Address | null = null;
  #lastFrom: Address | null = null;
  #lastText = "";
  #tunnelTo: Address | null = null;
  #tunnelFrom: Address | null = null;
  #tunnelText = "";
  #lastReadText = "";
  #lastRead: ArrivedHeader | null = null;

  /** @param isKnown Whether the other end can know of a receiver; asked again until it can. */
  constructor(addresses: InlineAddresses, isKnown: (to: Address) => boolean = () => true) {
    this.#addresses = addresses;
    this.#isKnown = isKnown;
  }

  /**
   * The text of a header.
   *
   * @throws {CodecError} When an address is none.
   */
  write(to: Address, from: Address, tunnel: boolean): string {
    if (tunnel) return this.#writeTunnel(to, from);
    if (to === this.#lastTo && from === this.#lastFrom) return this.#lastText;
    let byFrom = this.#written.get(to);
    let text = byFrom?.get(from);
    if (text === undefined) {
      text = this.#encode(to, from, false);
      if (this.#writtenCount >= HEADERS_REMEMBERED_MAX) {
        this.#written.clear();
        this.#writtenCount = 0;
        byFrom = undefined;
      }
      if (byFrom === undefined) this.#written.set(to, byFrom = new Map());
      byFrom.set(from, text);
      this.#writtenCount++;
    }
    this.#lastTo = to;
    this.#lastFrom = from;
    return this.#lastText = text;
  }

  /** Blocks mostly go the same way as the one before. */
  #writeTunnel(to: Address, from: Address): string {
    if (to !== this.#tunnelTo || from !== this.#tunnelFrom) {
      this.#tunnelText = this.#encode(to, from, true);
      this.#tunnelTo = to;
      this.#tunnelFrom = from;
    }
    return this.#tunnelText;
  }

  #encode(toAddress: Address, returnAddress: Address, tunnel: boolean): string {
    return encode(new Header({ toAddress, returnAddress, tunnel }), HEADER, { addresses: this.#addresses });
  }

  /**
   * The header that stands in a text.
   *
   * @throws {CodecError} When it is none, or lacks an address.
   */
  readPart(text: string, start: number, length: number): ArrivedHeader {
    // A slice that is compared is faster than startsWith, which compares unit by unit.
    return this.read(text.slice(start, start + length));
  }

  /** The same for a text that is a header as a whole. */
  read(text: string): ArrivedHeader {
    if (text === this.#lastReadText && this.#lastRead !== null) return this.#lastRead;
    let header = this.#read.get(text);
    if (header === undefined) {
      header = this.#decode(text);
      if (!header.isKnown) return header;
      if (this.#read.size >= HEADERS_REMEMBERED_MAX) this.#read.clear();
      this.#read.set(text, header);
    }
    this.#lastReadText = text;
    return this.#lastRead = header;
  }

  #decode(text: string): ArrivedHeader {
    const { toAddress, returnAddress, tunnel } = decode(text, HEADER, { addresses: this.#addresses }) as Header;
    if (toAddress === null) throw new HeaderError("header without a target");
    if (returnAddress === null) throw new HeaderError("header without a return address");
    const isTransit = isRemote(toAddress);
    const isKnown = this.#isKnown(toAddress);
    return { to: toAddress, from: returnAddress, tunnel: tunnel === true, isTransit, isKnown };
  }
}

/** A header that decodes, but lacks what every header needs. */
export class HeaderError extends Error {
  override readonly name = "HeaderError";
}
