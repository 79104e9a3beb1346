/** What was measured in a laboratory, and the table of it. */
// deno-lint-ignore-file no-console

import { DISTURBED_MS } from "../stolen.ts";

/** One run. */
export interface Sample {
  readonly ms: number;
  /** Of that and the moments around it, what the host of this virtual machine gave to others. */
  readonly stolenMs: number;
}

/** One row, in milliseconds. */
export interface Measure {
  readonly what: string;
  readonly aimMs: number | null;
  readonly samples: Sample[];
  missed: number;
  note: string;
  /** Requests that failed while the nearer one took over, and all that were made. */
  failed: number;
  asked: number;
}

/** Rows by what they say. */
export class Measures {
  readonly #rows = new Map<string, Measure>();

  /** The row of that name; a new one where there is none. */
  row(what: string, aimMs: number | null): Measure {
    let row = this.#rows.get(what);
    if (row === undefined) {
      this.#rows.set(what, row = { what, aimMs, samples: [], missed: 0, note: "", failed: 0, asked: 0 });
    }
    return row;
  }

  /** Adds what was measured at another time. */
  add(rows: readonly Measure[]): void {
    for (const { what, aimMs, samples, missed, note, failed, asked } of rows) {
      const row = this.row(what, aimMs);
      row.samples.push(...samples);
      row.missed += missed;
      row.failed += failed;
      row.asked += asked;
      row.note ||= note;
    }
  }

  get rows(): Measure[] {
    return [...this.#rows.values()];
  }

  /** Prints all of it. The columns at "calm" are of the runs that the machine did not disturb. */
  print(): void {
    const head = ["what (ms)", "runs", "median", "worst", "calm", "median", "worst", "aim", "missed", "note"];
    const rows = this.rows.map(({ what, aimMs, samples, missed, note, failed, asked }) => {
      const calm = samples.filter(({ stolenMs }) => stolenMs < DISTURBED_MS);
      const notes = asked > 0 ? [`${failed} of ${asked} requests failed`] : [];
      if (note !== "") notes.push(note);
      const aim = aimMs === null ? "" : `${aimMs}`;
      return [what, ...middleAndWorst(samples), ...middleAndWorst(calm), aim, `${missed}`, notes.join(", ")];
    });
    const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
    for (const row of [head, ...rows]) {
      console.log(row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ").trimEnd());
    }
  }
}

function middleAndWorst(samples: readonly Sample[]): string[] {
  const sorted = samples.map(({ ms }) => ms).sort((a, b) => a - b);
  const text = (value: number | undefined) => value === undefined ? "-" : value.toFixed(value < 10 ? 1 : 0);
  return [`${sorted.length}`, text(sorted[Math.floor(sorted.length / 2)]), text(sorted.at(-1))];
}
