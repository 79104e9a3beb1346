// This module performs no I/O.

/** Values as lines for people. */

import { shortSpan } from "./spans.ts";

/** Width of the column of names. */
const NAME_WIDTH = 24;

/** What is in a folder, with everything below. */
export interface FolderCounts {
  readonly folders: number;
  readonly files: number;
  readonly bytes: number;
}

/** One running role of a list. Units: microseconds; null where nothing was recorded. */
export function statusLine(name: string, pid: number, running: bigint | null): string {
  return `${name.padEnd(NAME_WIDTH)} <${pid}> ${running === null ? "?" : shortSpan(running)}`;
}

/** One role of a list, with what runs it and how much is in its folder. */
export function roleLine(name: string, executable: string, counts: FolderCounts): string {
  return `${name.padEnd(NAME_WIDTH)} ${executable} ${counts.folders}/${counts.files}/${counts.bytes}`;
}
