/** What a benchmark row is, and how rows are run: several times in turn with their floors, so that ratios are fair. */
// deno-lint-ignore-file no-console

/** A figure that is measured anew at each call. */
export interface Measure {
  readonly name: string;
  measure(): Promise<number>;
}

/** One row. */
export interface Row extends Measure {
  /** Empty for a plain number. */
  readonly unit: "1/s" | "s" | "ms" | "µs" | "ns" | "MB/s" | "MB" | "B" | "";
  /** What the platform does without messages, measured in the same run. */
  readonly floor?: Measure;
  /** Measurements of this row, where it needs more of them than others. */
  readonly repeat?: number;
}

/** How to run rows. */
export interface RunOptions {
  /** Measurements of each row. @default {3} */
  readonly repeat?: number;
}

/** Runs rows one after the other and prints a JSON line for each: median, least and most, floor and ratio to it. */
export async function runRows(rows: readonly Row[], options: RunOptions = {}): Promise<void> {
  const repeat = options.repeat ?? Number(Deno.env.get("BENCH_REPEAT") ?? 3);
  const wanted = Deno.env.get("BENCH_ROW") ?? "";
  for (const row of rows.filter(({ name }) => name.includes(wanted))) {
    const values: number[] = [];
    const floors: number[] = [];
    for (let i = 0; i < (row.repeat ?? repeat); i++) {
      values.push(await row.measure());
      if (row.floor !== undefined) floors.push(await row.floor.measure());
    }
    console.log(
      JSON.stringify({ row: row.name, unit: row.unit, ...summary(values), ...floorSummary(row, values, floors) }),
    );
  }
}

function floorSummary(row: Row, values: readonly number[], floors: readonly number[]): object {
  if (row.floor === undefined) return {};
  // What is measured side by side is compared: the machine may have become slower or faster meanwhile.
  const ratio = median(values.map((value, i) => value / floors[i]!));
  return { floor: round(median(floors)), floorIs: row.floor.name, ratio: round(ratio) };
}

function summary(values: readonly number[]): object {
  return { median: round(median(values)), min: round(Math.min(...values)), max: round(Math.max(...values)) };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

/** Three significant digits, as many as such figures are good for. */
function round(value: number): number {
  return Number(value.toPrecision(3));
}

/** A count as it stands in names of rows: `10 000`. */
export function grouped(count: number): string {
  return count < 10_000 ? `${count}` : `${count}`.replaceAll(/\B(?=(\d{3})+$)/g, " ");
}
