/** Where the answers to a pool's requests go: addresses that are used again, but not soon. */

import type { Address } from "../address.ts";
import type { Kernel, Receiver } from "../kernel.ts";

/**
 * Addresses that rest between two uses. A second answer to one request finds nobody at an address that rests; and as
 * the same ones come again and again, connections need not say anew who they are with every request.
 */
const RESTING_MIN = 64;

/** One address, and the request that it stands for at the moment. */
class Desk implements Receiver {
  readonly address: Address;
  request: number | null = null;
  /** The one that has rested for a little less time. */
  next: Desk | null = null;
  readonly #kernel: Kernel;
  readonly #answered: (request: number, message: unknown) => void;

  constructor(kernel: Kernel, answered: (request: number, message: unknown) => void) {
    this.#kernel = kernel;
    this.#answered = answered;
    this.address = kernel.register(this);
  }

  deliver(message: unknown, to: Address, from: Address): void {
    if (this.request === null) this.#kernel.lose(to, from);
    else this.#answered(this.request, message);
  }
}

/** The return addresses of one pool. */
export class ReturnAddresses {
  readonly #kernel: Kernel;
  readonly #answered: (request: number, message: unknown) => void;
  /** Of those that rest, the one that has rested longest. */
  #first: Desk | null = null;
  #last: Desk | null = null;
  #resting = 0;
  readonly #inUse = new Map<number, Desk>();

  /** @param answered Called with the number of a request and the first message that came to its address. */
  constructor(kernel: Kernel, answered: (request: number, message: unknown) => void) {
    this.#kernel = kernel;
    this.#answered = answered;
  }

  /** An address for a request. */
  take(request: number): Address {
    const desk = this.#resting < RESTING_MIN ? new Desk(this.#kernel, this.#answered) : this.#wake(this.#first!);
    desk.request = request;
    this.#inUse.set(request, desk);
    return desk.address;
  }

  /** The request was answered. */
  giveBack(request: number): void {
    const desk = this.#remove(request);
    if (desk === null) return;
    if (this.#last === null) this.#first = desk;
    else this.#last.next = desk;
    this.#last = desk;
    this.#resting++;
  }

  #wake(desk: Desk): Desk {
    this.#first = desk.next;
    desk.next = null;
    if (this.#first === null) this.#last = null;
    this.#resting--;
    return desk;
  }

  /** The request was given up: its answer may come at any time, so its address is never used again. */
  giveUp(request: number): void {
    const desk = this.#remove(request);
    if (desk !== null) this.#kernel.unregister(desk.address);
  }

  #remove(request: number): Desk | null {
    const desk = this.#inUse.get(request);
    if (desk === undefined) return null;
    this.#inUse.delete(request);
    desk.request = null;
    return desk;
  }

  /** Gives all addresses up. */
  close(): void {
    for (const desk of this.#inUse.values()) this.#kernel.unregister(desk.address);
    this.#inUse.clear();
    while (this.#first !== null) this.#kernel.unregister(this.#wake(this.#first).address);
  }
}
