// This module performs no I/O.

/**
 * What directories below send, in its order. A message may hold thousands of listings: they are taken in turns, so that nobody
 * else has to wait for them, and what the same connection sends meanwhile waits for its turn after them.
 */

import { LISTINGS_WAITING_PER_CHILD_MAX } from "./bounds.ts";
import type { Chore, Chores, Steps } from "./chores.ts";
import type { Moment } from "./effects.ts";
import { ClearListings, PublishedDirectory } from "./messages.ts";
import type { Child } from "./records.ts";

/**
 * A message as it is taken, in parts: each ends with a step and says about how many listings it was; the last one says what is
 * wrong with the message, or null.
 */
export type Parts = Generator<number, string | null>;

/** What an intake is made of. */
export interface IntakeParts {
  readonly chores: Chores;
  readonly partsOf: (message: object, child: Child) => Parts;
  /** A message made no sense, and its sender may be closed for it. */
  readonly refuse: (message: object, child: Child, problem: string, moment: Moment) => void;
}

/** What one connection has sent and is still to be taken. */
interface Backlog {
  readonly messages: object[];
  /** How many listings they hold. */
  listings: number;
  readonly steps: Steps;
  /** Null while its first turn lasts. */
  chore: Chore | null;
}

/** Messages of all connections from below. */
export class Intake {
  readonly #parts: IntakeParts;
  readonly #backlogs = new Map<Child, Backlog>();

  constructor(parts: IntakeParts) {
    this.#parts = parts;
  }

  /** Takes a message, as far as this turn reaches. */
  take(message: object, child: Child): void {
    const backlog = this.#backlogs.get(child);
    if (backlog !== undefined) return this.#append(backlog, message);
    const messages = [message];
    const begun: Backlog = { messages, listings: sizeOf(message), steps: this.#steps(child, messages), chore: null };
    this.#backlogs.set(child, begun);
    begun.chore = this.#parts.chores.begin(`listings of ${child.order}`, begun.steps);
  }

  /** Who sends more than may wait has it taken, though it is nobody's turn: as much as has come. */
  #append(backlog: Backlog, message: object): void {
    const size = sizeOf(message);
    backlog.messages.push(message);
    backlog.listings += size;
    const left = Math.max(backlog.listings - size, LISTINGS_WAITING_PER_CHILD_MAX);
    while (backlog.listings > left) if (backlog.steps.next().done === true) return;
  }

  *#steps(child: Child, messages: object[]): Steps {
    const { chores, partsOf, refuse } = this.#parts;
    const backlog = this.#backlogs.get(child)!;
    for (let message = messages[0]; message !== undefined; message = messages[0]) {
      let left = sizeOf(message);
      const parts = partsOf(message, child);
      let part = parts.next();
      for (; part.done !== true; part = parts.next()) {
        left -= part.value;
        backlog.listings -= part.value;
        if (chores.effort.isSpent) yield;
      }
      backlog.listings -= left;
      messages.shift();
      if (part.value !== null) refuse(message, child, part.value, chores.moment);
      if (child.isGone) break;
    }
    this.forget(child);
  }

  /** A connection has ended, and with it what it has sent. */
  forget(child: Child): void {
    const backlog = this.#backlogs.get(child);
    if (backlog === undefined) return;
    this.#backlogs.delete(child);
    if (backlog.chore !== null) this.#parts.chores.cancel(backlog.chore);
  }
}

/** How many listings a message is about. */
function sizeOf(message: object): number {
  if (message instanceof PublishedDirectory) return message.published.length + message.subscribed.length;
  if (message instanceof ClearListings) return message.publishers.size + message.subscribers.size;
  return 1;
}
