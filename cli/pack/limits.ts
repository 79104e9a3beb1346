// This module performs no I/O.

/** What an archive may hold at most: what goes beyond is refused by whoever makes it, and by whoever restores it. */

/** Files and folders. */
export const ENTRIES_MAX = 100_000;

/** Bytes of all that is in it, unpacked. */
export const CONTENT_BYTES_MAX = 4 * 1024 ** 3;

/** Characters of a name with its folders. */
export const NAME_CHARACTERS_MAX = 1024;

/** Folders within folders. */
export const DEPTH_MAX = 64;

/** An archive that can't be made or restored; the message says what is in the way. */
export class ArchiveError extends Error {
  override readonly name = "ArchiveError";
}
