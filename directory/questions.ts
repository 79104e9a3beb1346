// This module performs no I/O.

/**
 * Questions for what a directory knows. An answer may hold thousands of listings: it is made in turns, so that nobody else has
 * to wait for it, and those who ask over one connection are answered one after the other, as fast as they are read.
 */

import { type AddressValue as Address, lastHop } from "../runtime/mod.ts";
import { ANSWERS_WAITING_BYTES_MAX, QUESTIONS_WAITING_MAX, SLOW_READER_MS } from "./bounds.ts";
import type { Chore, Chores, Steps } from "./chores.ts";
import type { Effects } from "./effects.ts";
import type { DirectoryListing } from "./messages.ts";
import type { ReportQuestion } from "./report.ts";

/** The timer after which those are looked at again who have much to read. */
export const QUESTIONS_TIMER = "questions";

/** Units of work that a question gets in the turn in which it comes: with many of them others would wait for all of it. */
const AT_ONCE_UNITS = 200;

/** What the answers come from. */
export interface QuestionParts {
  readonly chores: Chores;
  readonly effects: Effects;
  /** Makes an answer; each step ends with it, or once the effort of the turn is spent. */
  readonly answerTo: (question: ReportQuestion) => Generator<void, DirectoryListing>;
}

/** The questions of one connection, or of one object of this process, that are not answered yet. */
interface Backlog {
  readonly waiting: { readonly question: ReportQuestion; readonly from: Address }[];
  /** Questions that came while too many waited: they are not answered. */
  refused: number;
  /** Null while its first turn lasts. */
  chore: Chore | null;
}

/** The questions of all askers. */
export class Questions {
  readonly #parts: QuestionParts;
  readonly #backlogs = new Map<Address, Backlog>();
  /** Those who have to read first. */
  #slow = new Map<Address, Backlog>();

  constructor(parts: QuestionParts) {
    this.#parts = parts;
  }

  /** Takes a question, and answers it at once if that is soon done. */
  take(question: ReportQuestion, from: Address): void {
    const asker = lastHop(from);
    const backlog = this.#backlogs.get(asker);
    if (backlog !== undefined) return this.#append(backlog, question, from);
    const { effort } = this.#parts.chores;
    effort.renew(Math.min(effort.left, AT_ONCE_UNITS));
    const begun: Backlog = { waiting: [{ question, from }], refused: 0, chore: null };
    this.#backlogs.set(asker, begun);
    this.#begin(asker, begun);
  }

  #begin(asker: Address, backlog: Backlog): void {
    backlog.chore = this.#parts.chores.begin(`questions of ${asker}`, this.#steps(asker, backlog));
  }

  /** The time has come to look at those again who had much to read. */
  timerDue(): void {
    const slow = this.#slow;
    this.#slow = new Map();
    for (const [asker, backlog] of slow) this.#begin(asker, backlog);
  }

  /** What is more than a connection can hold would be lost. */
  #hasToRead(asker: Address, backlog: Backlog): boolean {
    const { chores, effects } = this.#parts;
    if (chores.moment.draw.waitingBytes(asker) <= ANSWERS_WAITING_BYTES_MAX) return false;
    if (this.#slow.size === 0) effects.startTimer(QUESTIONS_TIMER, SLOW_READER_MS);
    this.#slow.set(asker, backlog);
    return true;
  }

  /** Nobody who waits for answers asks as many questions before they come. */
  #append(backlog: Backlog, question: ReportQuestion, from: Address): void {
    if (backlog.waiting.length < QUESTIONS_WAITING_MAX) backlog.waiting.push({ question, from });
    else if (backlog.refused++ === 0) {
      this.#parts.effects.log("warning", `Refuses questions from ${from}: ${QUESTIONS_WAITING_MAX} wait for answers`);
    }
  }

  *#steps(asker: Address, backlog: Backlog): Steps {
    const { chores, effects, answerTo } = this.#parts;
    const { waiting } = backlog;
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      if (this.#hasToRead(asker, backlog)) return;
      effects.send(next.from, yield* answerTo(next.question));
      waiting.shift();
      if (chores.effort.isSpent) yield;
    }
    this.#backlogs.delete(asker);
    if (backlog.refused > 0) effects.log("warning", `Refused ${backlog.refused} questions from ${asker}`);
  }

  /** A connection has ended, and with it what was asked over it. */
  forget(proxy: Address): void {
    const backlog = this.#backlogs.get(proxy);
    if (backlog === undefined) return;
    this.#backlogs.delete(proxy);
    this.#slow.delete(proxy);
    if (backlog.chore !== null) this.#parts.chores.cancel(backlog.chore);
  }
}
