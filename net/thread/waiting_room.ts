// This module performs no I/O.

/** Where messages wait for an actor that is about to be made: in order, and as many as a mailbox holds. */

import { type AddressValue as Address, type Kernel, MAILBOX_MESSAGES_MAX, type Receiver } from "../../runtime/mod.ts";

/** A receiver that keeps what it gets. */
export class WaitingRoom implements Receiver {
  readonly #kernel: Kernel;
  readonly #address: Address;
  readonly #name: string;
  #waiting: { readonly message: unknown; readonly from: Address }[] = [];

  constructor(kernel: Kernel, address: Address, name: string) {
    this.#kernel = kernel;
    this.#address = address;
    this.#name = name;
  }

  deliver(message: unknown, _to: Address, from: Address): void {
    if (this.#waiting.length < MAILBOX_MESSAGES_MAX) this.#waiting.push({ message, from });
    else this.#kernel.discard(this.#address, this.#name);
  }

  /** Hands all of it over. */
  emptyTo(take: (message: unknown, from: Address) => void): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { message, from } of waiting) take(message, from);
  }
}
