// This module performs no I/O.

/** What is in a folder, as lines. */

import { below, type Stored, type StoredFolder } from "./stored.ts";

/** What is listed, and how. */
export interface ListingForm {
  /** Paths from the root, not from the folder. */
  readonly isFull: boolean;
  /** With mode and owner. */
  readonly isLong: boolean;
  /** With what is in folders. */
  readonly isRecursive: boolean;
}

/** The lines of a listing. */
export function listingLines(folder: StoredFolder, form: ListingForm): string[] {
  const entries = form.isRecursive ? [...below(folder)] : [...folder.entries.values()];
  return entries.map((entry) => {
    const shown = form.isFull ? entry.path : entry.path.slice(folder.path.length + 1);
    return form.isLong ? `${modeText(entry)} ${ownerText(entry)} ${shown}` : shown;
  });
}

function ownerText({ attributes: { owner } }: Stored): string {
  return owner === null ? "?/?" : `${owner.user}/${owner.group}`;
}

const SET_USER = 0o4000;
const SET_GROUP = 0o2000;
const STICKY = 0o1000;

/** `drwxr-xr-x`, as `ls` has it. */
export function modeText(stored: Stored): string {
  const { mode } = stored.attributes;
  const type = stored.kind === "folder" ? "d" : stored.isLink ? "l" : "-";
  if (mode === null) return `${type}?????????`;
  return type + triple(mode >> 6, (mode & SET_USER) !== 0, "s") + triple(mode >> 3, (mode & SET_GROUP) !== 0, "s") +
    triple(mode, (mode & STICKY) !== 0, "t");
}

/** Read, write, execute; a special bit takes the place of the last, as a capital where that is not set. */
function triple(bits: number, isSpecial: boolean, letter: string): string {
  const executes = (bits & 1) !== 0;
  const last = isSpecial ? (executes ? letter : letter.toUpperCase()) : executes ? "x" : "-";
  return `${(bits & 4) === 0 ? "-" : "r"}${(bits & 2) === 0 ? "-" : "w"}${last}`;
}
