// This module performs no I/O.

/** Addresses beside a body instead of in it, so that whoever passes the body on can translate them without decoding it. */

import { type Address, NO_ADDRESS } from "../address.ts";
import { refuse } from "./codec_error.ts";
import { type AddressReader, type AddressWriter, checkAddress, decodeTarget } from "./routing.ts";
import { parseUuid } from "./text_forms.ts";

/** Collects the addresses of one body. Keys are `<uuid>:<n>`, n counting the entries before. */
export class BookWriter implements AddressWriter {
  /** Keys and addresses, in the order of writing. The addresses are as this process knows them. */
  readonly entries: [string, Address][] = [];
  readonly #uuid: () => string;
  #space = "";
  #adopted: Map<string, Address> | null = null;

  /** @param uuid Makes a fresh UUID; called once, and only if there is an address. */
  constructor(uuid: () => string) {
    this.#uuid = uuid;
  }

  address(address: Address): string {
    checkAddress(address);
    if (address === NO_ADDRESS) return "null";
    if (this.#space === "") this.#space = parseUuid(this.#uuid());
    const key = `${this.#space}:${this.entries.length}`;
    this.entries.push([key, address]);
    return '"' + key + '"';
  }

  target(address: Address): string {
    checkAddress(address);
    return `[${address}]`;
  }

  adopt(book: ReadonlyMap<string, Address>): void {
    this.#adopted ??= new Map();
    for (const [key, address] of book) {
      const held = this.#adopted.get(key);
      if (held === address) continue;
      if (held !== undefined) refuse(`two unknown values use the address key ${JSON.stringify(key)} differently`);
      checkAddress(address);
      this.#adopted.set(key, address);
      this.entries.push([key, address]);
    }
  }
}

/** Looks addresses of one body up in the book that came with it. */
export class BookReader implements AddressReader {
  readonly book: ReadonlyMap<string, Address>;
  readonly #localTermination: Address;

  /**
   * @param book The decoded book: its addresses are already translated for this end.
   * @param localTermination What a target of one item stands for.
   */
  constructor(book: ReadonlyMap<string, Address>, localTermination: Address = NO_ADDRESS) {
    this.book = book;
    this.#localTermination = localTermination;
  }

  readList(): never {
    refuse("expected a key of the address book, got a list");
  }

  readKey(key: string): Address {
    const address = this.book.get(key);
    if (address === undefined) refuse(`no address of key ${JSON.stringify(key.slice(0, 80))} in the book`);
    return address;
  }

  readTarget(path: string): Address {
    return decodeTarget(path, this.#localTermination);
  }
}
