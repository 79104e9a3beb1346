// This module performs no I/O.

/** Trees of files and folders as they were found, to be compared and copied. */

/** What is known of a file or folder besides its content. */
export interface Attributes {
  /** Milliseconds since 1970; null where nobody knows. */
  readonly modified: number | null;
  /** As POSIX has it; null where the platform has none. */
  readonly mode: number | null;
  readonly owner: { readonly user: number; readonly group: number } | null;
}

/** A file that was found. */
export interface StoredFile {
  readonly kind: "file";
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  readonly attributes: Attributes;
  /** It is a link, whatever it leads to. */
  readonly isLink: boolean;
}

/** A folder that was found, with everything below. */
export interface StoredFolder {
  readonly kind: "folder";
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  readonly attributes: Attributes;
  /** By name, sorted. */
  readonly entries: ReadonlyMap<string, Stored>;
}

/** A file or a folder. */
export type Stored = StoredFile | StoredFolder;

/** Everything below a folder, each folder before what is in it. */
export function* below(folder: StoredFolder): Generator<Stored> {
  for (const entry of folder.entries.values()) {
    yield entry;
    if (entry.kind === "folder") yield* below(entry);
  }
}

/** Files in and below something. */
export function fileCount(stored: Stored): number {
  if (stored.kind === "file") return 1;
  let count = 0;
  for (const { kind } of below(stored)) if (kind === "file") count++;
  return count;
}
