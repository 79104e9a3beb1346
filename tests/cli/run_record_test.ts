import { assertEquals } from "@std/assert";
import { longRunLine, returnedType, runJson, runState, type RunView, shortRunLine } from "../../cli/run_record.ts";
import { shortSpan } from "../../cli/spans.ts";
import { Aborted, castTo, Faulted, Instant, StartStop, Unicode } from "../../runtime/mod.ts";

const SECOND_US = 1_000_000n;
const BEGIN = 1_795_321_728n * SECOND_US;

function view(more: Partial<RunView> = {}): RunView {
  return { index: 0, now: BEGIN + 575n * SECOND_US, isLocked: false, isLast: true, ...more };
}

const open = new StartStop({ start: new Instant(BEGIN) });
const ended = new StartStop({
  start: new Instant(BEGIN),
  stop: new Instant(BEGIN + 498_870_000n),
  returned: new Faulted("bad"),
});

Deno.test("shortSpan() shows the two largest units, cut", () => {
  const spans: [number, string][] = [
    [7 * 86400 + 3 * 3600 + 59, "7d3h"],
    [86400 + 59, "1d"],
    [6 * 3600 + 21 * 60 + 59, "6h21m"],
    [3600, "1h"],
    [539.03, "8m59.0s"],
    [480, "8m"],
    [3.49, "3.4s"],
    [5, "5s"],
    [0, "0s"],
    [-1.5, "-1.5s"],
  ];
  for (const [seconds, text] of spans) assertEquals(shortSpan(BigInt(Math.round(seconds * 1e6))), text);
});

Deno.test("shortRunLine() tells ended, running and cut off runs apart", () => {
  assertEquals(shortRunLine(ended, view()), "[0] 9m35s ago ... 8m18.8s (Faulted)");
  assertEquals(shortRunLine(open, view({ isLocked: true })), "[0] 9m35s ago ... ?");
  assertEquals(shortRunLine(open, view()), "[0] 9m35s ago ... ? (cut off)");
  assertEquals(runState(open, view({ isLocked: true, isLast: false })), "cut off");
});

Deno.test("longRunLine() has moments", () => {
  const text = ({ epochMicroseconds }: Instant) => `${epochMicroseconds - BEGIN}`;
  assertEquals(longRunLine(ended, view(), text), "0 ... 498870000 (8m18.8s) Faulted");
  assertEquals(longRunLine(open, view({ isLocked: true }), text), "0 ... ?");
});

Deno.test("returnedType() is as the original has it", () => {
  assertEquals([null, new Aborted(), castTo("x", Unicode)].map(returnedType), ["NoneType", "Aborted", "tuple"]);
});

Deno.test("runJson() has stable names", () => {
  assertEquals(runJson(ended, view({ index: 3 })), {
    index: 3,
    state: "ended",
    start: "2026-11-22T04:28:48.000Z",
    stop: "2026-11-22T04:37:06.870Z",
    type: "layer_cake.point_runtime.Faulted",
    fault: "bad",
  });
});
