// This module performs no I/O.

/**
 * What the other end of a connection was told of. Addresses are small numbers, and easily guessed: so a connection takes
 * messages for its controller, and for those whose address has gone over it. Nobody else can be meant, as an address that
 * a process holds came to it in a message.
 */

import { type AddressValue as Address, InlineAddresses, lastHop } from "../runtime/mod.ts";

/** Below this, nothing is forgotten. */
const KEPT_MIN = 1024;

/** Local addresses that the other end may use. */
export class Told {
  readonly #isThere: (address: Address) => boolean;
  readonly #addresses = new Set<Address>();
  #forgetAt = KEPT_MIN;

  /** @param isThere True while somebody is at a local address; it is never given again. */
  constructor(isThere: (address: Address) => boolean) {
    this.#isThere = isThere;
  }

  /** An address goes to the other end. It stands for the object of this process that it leads to, or through. */
  add(address: Address): void {
    this.#addresses.add(lastHop(address));
    if (this.#addresses.size > this.#forgetAt) this.#forget();
  }

  #forget(): void {
    for (const address of this.#addresses) if (!this.#isThere(address)) this.#addresses.delete(address);
    this.#forgetAt = Math.max(KEPT_MIN, 2 * this.#addresses.size);
  }

  /** True for an address that leads to, or through, an object that the other end was told of. */
  has(address: Address): boolean {
    return this.#addresses.has(lastHop(address));
  }
}

/** Addresses as they stand in headers and books; those that are written are told. */
export class TellingAddresses extends InlineAddresses {
  readonly #told: Told;

  constructor(returnProxy: Address, localTermination: Address, told: Told) {
    super(returnProxy, localTermination);
    this.#told = told;
  }

  override address(address: Address): string {
    const text = super.address(address);
    this.#told.add(address);
    return text;
  }
}
