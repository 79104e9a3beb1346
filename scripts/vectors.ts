/**
 * Replays recordings of the original:
 *
 *     deno task vectors FILE ...
 *
 * Each file has one JSON object per line; what kind of row it is says which replay takes it. Prints the id of each row
 * that comes out otherwise, with both texts, and ends with `N passed, N failed`; the exit status is 1 if any failed.
 */
// deno-lint-ignore-file no-console
import { type CodecRow, type Difference, replayCodecRow } from "./vectors/replay_codec.ts";
import { type FrameRow, replayFrameRow } from "./vectors/replay_frame.ts";
import { type RecordedTypes, registerRecordedTypes } from "./vectors/vector_types.ts";

/** A row of any kind. */
export type Row = Readonly<Record<string, unknown>> & { readonly id?: string; readonly kind?: string };

/** Tells what came out otherwise; undefined if the row is not its business. */
export type Replay = (row: Row) => Difference[] | undefined;

/** All replays, asked in this order. */
export const REPLAYS: readonly Replay[] = [
  (row) => "signature" in row && "direction" in row ? replayCodecRow(row as unknown as CodecRow) : undefined,
  (row) => row.kind === "frame" ? replayFrameRow(row as unknown as FrameRow) : undefined,
];

/** How many rows came out as recorded, and how many not; rows that no replay knows count as neither. */
export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

/** Replays rows, telling `report` of each failure. */
export function replayRows(rows: Iterable<Row>, report: (text: string) => void): Tally {
  const tally: Tally = { passed: 0, failed: 0, skipped: 0 };
  for (const row of rows) {
    const differences = replayRow(row);
    if (differences === undefined) tally.skipped++;
    else if (differences.length === 0) tally.passed++;
    else {
      tally.failed++;
      for (const { what, recorded, got } of differences) {
        report(`${row.id}: ${what}\n  recorded: ${recorded}\n  got:      ${got}`);
      }
    }
  }
  return tally;
}

function replayRow(row: Row): Difference[] | undefined {
  try {
    for (const replay of REPLAYS) {
      const differences = replay(row);
      if (differences !== undefined) return differences;
    }
  } catch (error) {
    return [{ what: "replay", recorded: "", got: error instanceof Error ? error.stack ?? "" : String(error) }];
  }
  return undefined;
}

/** The rows of a text with one JSON object per line. */
export function* readRows(text: string): Generator<Row> {
  for (const line of text.split("\n")) if (line.trim() !== "") yield JSON.parse(line);
}

/** Reads the types of the recordings. */
export async function loadRecordedTypes(): Promise<void> {
  const text = await Deno.readTextFile(new URL("../tests/testdata/types.json", import.meta.url));
  registerRecordedTypes(JSON.parse(text) as RecordedTypes);
}

async function main(files: readonly string[]): Promise<number> {
  if (files.length === 0) {
    console.error("usage: deno task vectors FILE ...");
    return 2;
  }
  await loadRecordedTypes();
  const total: Tally = { passed: 0, failed: 0, skipped: 0 };
  for (const file of files) {
    const tally = replayRows(readRows(await Deno.readTextFile(file)), console.log);
    total.passed += tally.passed;
    total.failed += tally.failed;
    total.skipped += tally.skipped;
  }
  if (total.skipped > 0) console.log(`${total.skipped} rows of other kinds skipped`);
  console.log(`${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
