// This module performs no I/O.

/** Recorded runs of a role, as lines and for programs. */

import { Faulted } from "../runtime/messages/faults.ts";
import { Incognito } from "../runtime/messages/incognito.ts";
import type { StartStop } from "../runtime/process/role_records.ts";
import { Cast } from "../runtime/types/cast.ts";
import { MessageBase } from "../runtime/types/message.ts";
import type { MessageClass } from "../runtime/types/message.ts";
import { shortSpan } from "./spans.ts";

/** The type of a returned value as lists of the original have it: a class without its module, `tuple` for plain values. */
export function returnedType(value: unknown): string {
  if (value === null || value === undefined) return "NoneType";
  if (value instanceof Incognito) return value.typeName ?? "Incognito";
  if (value instanceof Cast) return "tuple";
  if (value instanceof MessageBase) {
    const { wireName } = value.constructor as MessageClass;
    return wireName.slice(wireName.lastIndexOf(".") + 1);
  }
  return typeof value;
}

/** What is known of a run besides its record. Units: microseconds since 1970. */
export interface RunView {
  readonly index: number;
  readonly now: bigint;
  /** Somebody holds the lock of the role, so that the last run may be going on. */
  readonly isLocked: boolean;
  /** It is the last one. */
  readonly isLast: boolean;
}

/** How a run stands: `cut off` is one whose end was never recorded, and that nobody runs any more. */
export function runState(run: StartStop, view: RunView): "ended" | "running" | "cut off" {
  if (run.stop !== null) return "ended";
  return view.isLast && view.isLocked ? "running" : "cut off";
}

/** One line: `[0] 9m35.0s ago ... 8m18.8s (Faulted)`. */
export function shortRunLine(run: StartStop, view: RunView): string {
  const start = run.start === null ? "?" : `${shortSpan(view.now - run.start.epochMicroseconds)} ago`;
  return `[${view.index}] ${start} ... ${ending(run, view)}`;
}

function ending(run: StartStop, view: RunView): string {
  const state = runState(run, view);
  if (state !== "ended") return state === "running" ? "?" : "? (cut off)";
  return `${runSpan(run)} (${returnedType(run.returned)})`;
}

function runSpan({ start, stop }: StartStop): string {
  return start === null || stop === null ? "?" : shortSpan(stop.epochMicroseconds - start.epochMicroseconds);
}

/** How moments are written. */
export type MomentText = (moment: NonNullable<StartStop["start"]>) => string;

/** One line with the moments of start and end. */
export function longRunLine(run: StartStop, view: RunView, text: MomentText): string {
  const start = run.start === null ? "?" : text(run.start);
  if (run.stop === null) return `${start} ... ${ending(run, view)}`;
  return `${start} ... ${text(run.stop)} (${runSpan(run)}) ${returnedType(run.returned)}`;
}

/** A run for programs. Times are UTC as ISO 8601. */
export function runJson(run: StartStop, view: RunView): object {
  const iso = (moment: StartStop["start"]) => moment === null ? null : moment.toDate().toISOString();
  const { returned } = run;
  return {
    index: view.index,
    state: runState(run, view),
    start: iso(run.start),
    stop: iso(run.stop),
    type: returned instanceof Cast ? returned.type.signature : returnedWireName(returned),
    fault: returned instanceof Faulted ? String(returned) : null,
  };
}

function returnedWireName(value: unknown): string | null {
  if (value instanceof Incognito) return value.typeName;
  return value instanceof MessageBase ? (value.constructor as MessageClass).wireName : null;
}
