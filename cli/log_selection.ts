// This module performs no I/O.

/** Which stored lines of logs are wanted, and how they are shown. */

/** One record of a stored log: its line, and lines that belong to it. */
export interface LogEntry {
  /** UTC with milliseconds, `2026-11-22T04:28:48.568`: in the order of time as text, too. */
  readonly stamp: string;
  readonly tag: string;
  /** What follows the stamp, with a blank before it and no line end behind. */
  readonly rest: string;
}

/** Beginnings of what is often asked for. */
export const TIME_FRAMES = ["MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "HALF", "QUARTER", "TEN", "FIVE"] as const;
/** A name of {@link TIME_FRAMES}. */
export type TimeFrame = (typeof TIME_FRAMES)[number];

/** A file of logs is named by the moment of its first line. */
const FILE_NAME = /^\d{4}h\d\dh\d\dT\d\dc\d\dc\d\dp\d{3}$/;
const STAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3} /;
const STAMP_LENGTH = 23;
const TAG_AT = 24;

/** How the original marks its debug lines in files, besides the tag that it documents. */
const DEBUG_TAG = "_";
const DEBUG_TAG_IN_FILES = "1";

/** Names of files of logs among names, in the order of time. */
export function logFiles(names: readonly string[]): string[] {
  return names.filter((name) => FILE_NAME.test(name)).sort();
}

/** The moment that a file is named by. */
function stampOfFile(name: string): string {
  return name.replaceAll("h", "-").replaceAll("c", ":").replace("p", ".");
}

/** The stamp of the first line that is not before a moment. Units: microseconds since 1970. */
export function stampFrom(wall: bigint): string {
  return new Date(Number((wall + 999n) / 1000n)).toISOString().slice(0, STAMP_LENGTH);
}

/** What is wanted of a log, by stamps: from the first, up to but without the second. */
export interface StampRange {
  readonly begin: string;
  readonly end: string | null;
}

/** The files that can hold lines of a range: the last that was begun before it, and those that were begun in it. */
export function filesInRange(files: readonly string[], { begin, end }: StampRange): string[] {
  let first = 0;
  while (first + 1 < files.length && stampOfFile(files[first + 1]!) <= begin) first++;
  return files.slice(first).filter((name) => end === null || stampOfFile(name) < end);
}

/** The records in the text of a file. Lines without a stamp belong to the record before them; a part of a line at the end is left out. */
export function logEntries(text: string): LogEntry[] {
  const entries: LogEntry[] = [];
  const lines = text.slice(0, text.lastIndexOf("\n") + 1).split("\n");
  lines.pop();
  for (const line of lines) {
    if (STAMP.test(line)) {
      entries.push({ stamp: line.slice(0, STAMP_LENGTH), tag: line[TAG_AT] ?? "", rest: line.slice(STAMP_LENGTH) });
    } else if (entries.length > 0) {
      const last = entries.pop()!;
      entries.push({ ...last, rest: `${last.rest}\n${line}` });
    }
  }
  return entries;
}

/** True for records of these tags; null stands for all. */
export function hasTag({ tag }: LogEntry, tags: string | null): boolean {
  return tags === null || tags.includes(tag === DEBUG_TAG_IN_FILES ? DEBUG_TAG : tag) || tags.includes(tag);
}

/** The values of a sample of a series, divided by tabs; null for any other record. */
export function sampleValues({ tag, rest }: LogEntry, series: string): string | null {
  if (tag !== "&") return null;
  const text = rest.slice(rest.indexOf(" - ") + 3);
  const open = text.indexOf(" (");
  if (!text.endsWith(")") || text.slice(0, open) !== series) return null;
  const pairs = text.slice(open + 2, -1).split(",");
  return pairs.map((pair) => pair.slice(pair.indexOf("=") + 1)).join("\t");
}

/** A stamp in local time, which has a small t. */
export function localStamp(stamp: string, zoneOffset: (wall: bigint) => number): string {
  const milliseconds = Date.parse(`${stamp}Z`);
  const local = milliseconds + zoneOffset(BigInt(milliseconds) * 1000n) * 1000;
  return new Date(local).toISOString().slice(0, STAMP_LENGTH).replace("T", "t");
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const FRAME_MS: Readonly<Partial<Record<TimeFrame, number>>> = {
  DAY: DAY_MS,
  HOUR: HOUR_MS,
  MINUTE: MINUTE_MS,
  HALF: 30 * MINUTE_MS,
  QUARTER: 15 * MINUTE_MS,
  TEN: 10 * MINUTE_MS,
  FIVE: 5 * MINUTE_MS,
};

/** When the present month, week (from Monday), day and so on began, in UTC. Units: microseconds since 1970. */
export function frameStart(frame: TimeFrame, wall: bigint): bigint {
  const now = Number(wall / 1000n);
  const date = new Date(now);
  const day = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate());
  if (frame === "MONTH") return BigInt(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1)) * 1000n;
  if (frame === "WEEK") return BigInt(day - (date.getUTCDay() + 6) % 7 * DAY_MS) * 1000n;
  return BigInt(Math.floor(now / FRAME_MS[frame]!) * FRAME_MS[frame]!) * 1000n;
}
