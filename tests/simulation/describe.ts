// This module performs no I/O.

/** Worlds, faults and cases as text. */

import type { SeedResult } from "./run_seed.ts";
import { FAULTS } from "./faults.ts";
import { planOf } from "./course.ts";
import { type SeatShape, shapeOf } from "./shape.ts";
import type { Case } from "./run_seed.ts";
import type { Wish } from "./wishes.ts";

/** All that can happen, with its rate. */
export function faultTable(): string[] {
  const width = Math.max(...FAULTS.map(({ kind }) => kind.length));
  return FAULTS.map(({ kind, rate, isUsual, needs }) => {
    const where = needs === undefined
      ? ""
      : needs === "machines"
      ? "with several machines"
      : `with a ${needs} directory`;
    return `${kind.padEnd(width)} ${String(rate).padStart(3)}  ${isUsual ? "in every world" : where}`.trimEnd();
  });
}

/** The seats of a world and what their programs ask for. */
export function describeWorld(seed: number, without: ReadonlySet<number> = new Set()): string[] {
  const { seats, hosts } = shapeOf(seed);
  const isThere = (index: number | null): boolean =>
    index === null || (!without.has(index) && isThere(seats[index]!.parent));
  return seats.flatMap((seat, index) =>
    isThere(index) ? [`${index}. ${describeSeat(seat, hosts[seat.host]!.name)}`] : []
  );
}

function describeSeat({ name, scope, program, isLazy, isEncrypted }: SeatShape, host: string): string {
  const marks = [isLazy ? "finds its parent" : "", isEncrypted ? "encrypted" : ""].filter((mark) => mark !== "");
  const asks = program.map(describeWish).join(", ");
  return [`${name} (${scope} on ${host})`, ...marks, asks].filter((part) => part !== "").join(" · ");
}

function describeWish({ kind, actor, text, scope, isEncrypted }: Wish): string {
  return `${"xy"[actor]} ${kind} "${text}" ${scope}${isEncrypted ? " encrypted" : ""}`;
}

/** The options that run a case again. */
export function optionsOf({ seed, only, without }: Case): string {
  const parts = [`--seed=${seed}`];
  if (only !== undefined) parts.push(`--only=${[...only].join(",") || "none"}`);
  if (without !== undefined && without.size > 0) parts.push(`--without=${[...without].join(",")}`);
  return parts.join(" ");
}

/** What a case has come to, and what was left of it. */
export function describeFailure(found: Case, result: SeedResult, linesMax: number): string[] {
  const { seats, steps } = sizeOf(found.seed);
  const kept = found.only?.size ?? steps;
  const left = describeWorld(found.seed, found.without);
  const problems = result.problems.slice(0, linesMax).map((problem) => `  ${problem}`);
  const more = result.problems.length - problems.length;
  if (more > 0) problems.push(`  and ${more} more`);
  const played = planOf(shapeOf(found.seed)).flat().filter(({ index }) => found.only?.has(index) ?? true);
  return [
    `${kept} of ${steps} steps and ${left.length} of ${seats} seats: ${optionsOf(found)}`,
    ...left.map((line) => `  ${line}`),
    ...played.map(({ index, fault }) => `  step ${index}: ${fault.kind}`),
    ...problems,
  ];
}

function sizeOf(seed: number): { readonly seats: number; readonly steps: number } {
  const shape = shapeOf(seed);
  return { seats: shape.seats.length, steps: planOf(shape).flat().length };
}
