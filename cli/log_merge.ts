// This module performs no I/O.

/** Logs of several roles as one, in the order of time. */

import type { LogEntry } from "./log_selection.ts";

/** A record, and the role that it is of. */
export interface RoleEntry extends LogEntry {
  readonly role: string;
}

/** Merges records that each come in the order of time. */
export async function* mergedLogs(
  sources: ReadonlyMap<string, AsyncIterable<LogEntry> | Iterable<LogEntry>>,
): AsyncGenerator<RoleEntry> {
  const heads: { role: string; entry: LogEntry; rest: AsyncIterator<LogEntry> }[] = [];
  for (const [role, source] of sources) {
    const rest = iterator(source);
    const first = await rest.next();
    if (first.done !== true) heads.push({ role, entry: first.value, rest });
  }
  while (heads.length > 0) {
    const head = heads.reduce((least, one) => one.entry.stamp < least.entry.stamp ? one : least);
    yield { role: head.role, ...head.entry };
    const next = await head.rest.next();
    if (next.done === true) heads.splice(heads.indexOf(head), 1);
    else head.entry = next.value;
  }
}

async function* iterator(source: AsyncIterable<LogEntry> | Iterable<LogEntry>): AsyncGenerator<LogEntry> {
  yield* source;
}
