// This module performs no I/O.

import { type Address, NO_ADDRESS } from "./address.ts";

/** Most messages that may wait for one actor, as in the original; further ones are discarded and counted. */
export const MAILBOX_MESSAGES_MAX = 16384;

/** Below this, taken slots are not worth moving the others. */
const COMPACT_SLOTS_MIN = 512;

/** A mailbox that had to grow beyond this is not kept. */
const KEPT_SLOTS_MAX = 256;

/** Empty mailboxes kept for the next actor that needs one. */
const KEPT_MAILBOXES_MAX = 256;

/**
 * Messages in order of arrival, each with its return address. Slots alternate (message, address), so that a
 * message costs no allocation.
 */
export class Mailbox {
  #slots: unknown[] = [];
  #head = 0;
  #tail = 0;
  /** The return address of what `take` gave last. */
  from: Address = NO_ADDRESS;

  get length(): number {
    return (this.#tail - this.#head) >> 1;
  }

  get isEmpty(): boolean {
    return this.#head === this.#tail;
  }

  /** True when it is worth keeping for another actor. */
  get isSmall(): boolean {
    return this.#slots.length <= KEPT_SLOTS_MAX;
  }

  put(message: unknown, from: Address): void {
    const slots = this.#slots;
    const tail = this.#tail;
    slots[tail] = message;
    slots[tail + 1] = from;
    this.#tail = tail + 2;
  }

  /** The oldest message; `from` then holds its return address. Call only when not empty. */
  take(): unknown {
    const slots = this.#slots;
    const head = this.#head;
    const message = slots[head];
    this.from = slots[head + 1] as Address;
    slots[head] = undefined;
    this.#head = head + 2;
    if (this.#head === this.#tail) {
      this.#head = 0;
      this.#tail = 0;
    } else if (this.#head > COMPACT_SLOTS_MIN && this.#head * 2 > this.#tail) {
      this.#slots = slots.slice(this.#head, this.#tail);
      this.#tail -= this.#head;
      this.#head = 0;
    }
    return message;
  }
}

/** Lends mailboxes to actors that have messages waiting, so that those at rest need none. */
export class MailboxPool {
  readonly #free: Mailbox[] = [];

  /** An empty mailbox. */
  borrow(): Mailbox {
    return this.#free.pop() ?? new Mailbox();
  }

  /** Takes back an empty mailbox. */
  giveBack(mailbox: Mailbox): void {
    if (mailbox.isSmall && this.#free.length < KEPT_MAILBOXES_MAX) this.#free.push(mailbox);
  }
}
