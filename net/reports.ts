/** Lines of the log for what may happen very often: counted, and written once a second. */

import type { Kernel, LogTag } from "../runtime/mod.ts";

const REPORT_INTERVAL_MS = 1000;

/** Kinds of events in one interval; beyond these, a kind is counted with the others. */
const KINDS_MAX = 32;

/** Counts events by kind. */
export class Reports {
  readonly #kernel: Kernel;
  readonly #kinds = new Map<string, { count: number; detail: string; tag: LogTag }>();
  /** All events since the beginning, by kind. */
  readonly totals = new Map<string, number>();
  #isArmed = false;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Counts an event. The detail of the last one of a kind is written with the count. */
  add(kind: string, detail: string, tag: LogTag = "?"): void {
    const known = this.#kinds.size < KINDS_MAX || this.#kinds.has(kind) ? kind : "other";
    this.totals.set(known, (this.totals.get(known) ?? 0) + 1);
    const entry = this.#kinds.get(known);
    if (entry === undefined) this.#kinds.set(known, { count: 1, detail, tag });
    else {
      entry.count++;
      entry.detail = detail;
    }
    if (this.#isArmed) return;
    this.#isArmed = true;
    this.#kernel.after(REPORT_INTERVAL_MS, () => this.#write());
  }

  /** Counts what a limit did, also under its name in the ledger. */
  limit(name: string, kind: string, detail: string): void {
    this.#kernel.limited(name);
    this.add(kind, `${detail}; limit ${name}`);
  }

  #write(): void {
    this.#isArmed = false;
    for (const [kind, { count, detail, tag }] of this.#kinds) {
      this.#kernel.note(tag, count === 1 ? `${kind}: ${detail}` : `${kind}: ${count} times, last ${detail}`);
    }
    this.#kinds.clear();
  }
}
