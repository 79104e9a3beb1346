import { assertEquals } from "@std/assert";
import {
  filesInRange,
  frameStart,
  hasTag,
  localStamp,
  logEntries,
  logFiles,
  sampleValues,
  stampFrom,
  type TimeFrame,
} from "../../cli/log_selection.ts";

/** Microseconds since 1970. */
function wall(iso: string): bigint {
  return BigInt(Date.parse(iso)) * 1000n;
}

const FILES = ["2026h11h22T04c00c00p000", "2026h11h22T05c00c00p000", "2026h11h22T06c00c00p000"];

Deno.test("logFiles() keeps files of logs, in order of time", () => {
  assertEquals(logFiles([FILES[2]!, "notes.txt", FILES[0]!, "2026h11h22"]), [FILES[0]!, FILES[2]!]);
});

Deno.test("filesInRange() begins with the file in which the range begins, and ends before those after it", () => {
  const range = (begin: string, end: string | null = null) => filesInRange(FILES, { begin, end });
  assertEquals(range("2026-11-22T05:30:00.000"), FILES.slice(1));
  assertEquals(range("2020-01-01T00:00:00.000"), FILES);
  assertEquals(range("2030-01-01T00:00:00.000"), FILES.slice(2));
  assertEquals(range("2026-11-22T04:10:00.000", "2026-11-22T05:00:00.000"), FILES.slice(0, 1));
  assertEquals(range("2020-01-01T00:00:00.000", "2020-01-02T00:00:00.000"), []);
});

Deno.test("stampFrom() is the first stamp that is not before", () => {
  assertEquals(stampFrom(wall("2026-11-22T04:28:48.568Z")), "2026-11-22T04:28:48.568");
  assertEquals(stampFrom(wall("2026-11-22T04:28:48.568Z") + 1n), "2026-11-22T04:28:48.569");
});

Deno.test("logEntries() joins lines of one record, and leaves out what is not whole or has no beginning", () => {
  const text = "lost\n2026-11-22T04:28:48.568 ^ <0000000e>noisy - first\nsecond\n    third\n" +
    "2026-11-22T04:28:48.569 X <0000000e>noisy - Destroyed\n2026-11-22T04:28:48.570 + <000";
  assertEquals(logEntries(text), [
    { stamp: "2026-11-22T04:28:48.568", tag: "^", rest: " ^ <0000000e>noisy - first\nsecond\n    third" },
    { stamp: "2026-11-22T04:28:48.569", tag: "X", rest: " X <0000000e>noisy - Destroyed" },
  ]);
  assertEquals(logEntries(""), []);
});

Deno.test("hasTag() knows the debug tag of the original", () => {
  const entry = (tag: string) => ({ stamp: "", tag, rest: "" });
  assertEquals([hasTag(entry("^"), "^~"), hasTag(entry("^"), "~"), hasTag(entry("^"), null)], [true, false, true]);
  assertEquals([hasTag(entry("1"), "_"), hasTag(entry("1"), "1"), hasTag(entry("_"), "_")], [true, true, true]);
});

Deno.test("sampleValues() are those of one series", () => {
  const [entry] = logEntries("2026-11-22T04:28:48.568 & <0000000e>brief - metering (tick=1,load=0.5)\n");
  assertEquals(sampleValues(entry!, "metering"), "1\t0.5");
  assertEquals(sampleValues(entry!, "other"), null);
  assertEquals(sampleValues({ ...entry!, tag: "^" }, "metering"), null);
});

Deno.test("localStamp() has a small t", () => {
  assertEquals(localStamp("2026-11-22T23:30:00.001", () => 3600), "2026-11-23t00:30:00.001");
});

Deno.test("frameStart() is the beginning of the present frame in UTC", () => {
  // A Tuesday, in a week that began in the month before.
  const now = wall("2026-12-01T13:47:52.123Z");
  const starts: [TimeFrame, string][] = [
    ["MONTH", "2026-12-01T00:00:00Z"],
    ["WEEK", "2026-11-30T00:00:00Z"],
    ["DAY", "2026-12-01T00:00:00Z"],
    ["HOUR", "2026-12-01T13:00:00Z"],
    ["MINUTE", "2026-12-01T13:47:00Z"],
    ["HALF", "2026-12-01T13:30:00Z"],
    ["QUARTER", "2026-12-01T13:45:00Z"],
    ["TEN", "2026-12-01T13:40:00Z"],
    ["FIVE", "2026-12-01T13:45:00Z"],
  ];
  for (const [frame, start] of starts) assertEquals(frameStart(frame, now), wall(start), frame);
});
