// This module performs no I/O.

import { type Address, NO_ADDRESS } from "./address.ts";

/** Most messages that may wait for one actor, as in the original; further ones are discarded and counted. */
export const MAILBOX_MESSAGES_MAX = 16384;

/** Below this, taken slots are not worth moving the others. */
const COMPACT_SLOTS_MIN = 512;

/**
 * Messages in order of arrival, each with its return address. Slots alternate (message, address), so that a
 * message costs no allocation.
 */
export class Mailbox {
  #slots: unknown[] = [];
  #head = 0;
  /** The return address of what `take` gave last. */
  from: Address = NO_ADDRESS;

  get length(): number {
    return (this.#slots.length - this.#head) / 2;
  }

  get isEmpty(): boolean {
    return this.#head === this.#slots.length;
  }

  put(message: unknown, from: Address): void {
    this.#slots.push(message, from);
  }

  /** The oldest message; `from` then holds its return address. Call only when not empty. */
  take(): unknown {
    const slots = this.#slots;
    const head = this.#head;
    const message = slots[head];
    this.from = slots[head + 1] as Address;
    slots[head] = undefined;
    this.#head = head + 2;
    if (this.#head === slots.length) {
      slots.length = 0;
      this.#head = 0;
    } else if (this.#head > COMPACT_SLOTS_MIN && this.#head * 2 > slots.length) {
      this.#slots = slots.slice(this.#head);
      this.#head = 0;
    }
    return message;
  }
}
