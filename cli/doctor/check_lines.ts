// This module performs no I/O.

/** Checks as lines for people. */

import type { Paint, Style } from "../view/ansi.ts";
import type { Check, Verdict } from "./check.ts";

const STYLES: Readonly<Record<Verdict, Style>> = { ok: "green", warn: "yellow", fail: "red" };
const VERDICT_WIDTH = 4;

/** Each check, its advice below, and how many there are of each kind. */
export function checkLines(checks: readonly Check[], paint: Paint): string[] {
  const width = Math.max(...checks.map(({ check }) => check.length));
  const indent = " ".repeat(VERDICT_WIDTH + width + 4);
  const lines = checks.flatMap(({ check, verdict, finding, advice }) => {
    const mark = paint(verdict.padEnd(VERDICT_WIDTH), STYLES[verdict]);
    const first = `${mark}  ${check.padEnd(width)}  ${finding}`;
    return advice === null ? [first] : [first, paint(`${indent}${advice}`, "dim")];
  });
  return [...lines, "", countText(checks)];
}

/** The counts as one sentence. */
function countText(checks: readonly Check[]): string {
  const count = (verdict: Verdict) => checks.filter((one) => one.verdict === verdict).length;
  const [failed, warned] = [count("fail"), count("warn")];
  if (failed + warned === 0) return "All is well";
  const parts = [
    failed === 0 ? null : failed === 1 ? "1 check failed" : `${failed} checks failed`,
    warned === 0 ? null : warned === 1 ? "1 warning" : `${warned} warnings`,
  ];
  return parts.filter((part) => part !== null).join(", ");
}
