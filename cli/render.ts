// This module performs no I/O.

/** Values as lines for people. */

/** Width of the column of names. */
const NAME_WIDTH = 24;

/** What is in a folder, with everything below. */
export interface FolderCounts {
  readonly folders: number;
  readonly files: number;
  readonly bytes: number;
}

/** One role of a list, with what runs it and how much is in its folder. */
export function roleLine(name: string, executable: string, counts: FolderCounts): string {
  return `${name.padEnd(NAME_WIDTH)} ${executable} ${counts.folders}/${counts.files}/${counts.bytes}`;
}
