// This module performs no I/O.

/** Where the files of a mirror lie, and which mirrors have served their time. */

/**
 * The places of files in a mirror: their own paths below the last folder that they have in common, so that imports from one to
 * another stay as they are. The name of a file is never changed.
 *
 * @param urls URLs of files.
 * @returns Relative paths by URL, encoded as in URLs.
 */
export function mirrorPlaces(urls: readonly string[]): Map<string, string> {
  let common: string[] | null = null;
  for (const url of urls) {
    const folders = url.split("/").slice(0, -1);
    if (common === null) common = folders;
    else {
      const end = common.findIndex((folder, i) => folders[i] !== folder);
      if (end >= 0) common.length = end;
    }
  }
  const start = (common ?? []).join("/").length + 1;
  return new Map(urls.map((url) => [url, url.slice(start)]));
}

/** Stands for the folder of a mirror. */
const MIRROR = "file:///layer-cake-mirror/";

/** The specifier that leads from one place of a mirror to another: the user's own, where it does. */
export function mirrorSpecifier(specifier: string, from: string, to: string): string {
  if (specifier.startsWith(".") && new URL(specifier, MIRROR + from).href === MIRROR + to) return specifier;
  const up = from.split("/").length - 1;
  return up === 0 ? `./${to}` : `${"../".repeat(up)}${to}`;
}

/** Something in the cache, with when it was made or used last, in milliseconds since 1970. */
export interface CacheEntry {
  readonly name: string;
  readonly modified: number;
}

/** An index of the cache: which mirror a module had last. */
export interface CacheIndex extends CacheEntry {
  /** Null where it can't be read. */
  readonly mirror: string | null;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** How old an index may get without use. Those in use are renewed daily. */
export const INDEX_AGE_MS_MAX = 30 * DAY_MS;
/** After this time an index that is used is renewed, so that its age says when it was used last. */
export const INDEX_RENEWAL_MS = DAY_MS;
/** Most modules that are remembered. */
export const INDEXES_MAX = 500;
/** How long something stays that nobody names, or that can't be read: whoever reads or writes it now is done by then. */
export const GRACE_MS = HOUR_MS;

/** What can go: indexes out of use, and mirrors that no other index names. */
export function outdated(
  now: number,
  indexes: readonly CacheIndex[],
  mirrors: readonly CacheEntry[],
): { readonly indexes: string[]; readonly mirrors: string[] } {
  const newestFirst = indexes.toSorted((a, b) => b.modified - a.modified);
  const kept = newestFirst.filter(({ modified, mirror }, i) =>
    mirror !== null && i < INDEXES_MAX && now - modified <= INDEX_AGE_MS_MAX
  );
  const named = new Set(kept.map(({ mirror }) => mirror));
  // What can't be read may be another's draft.
  const isWritten = ({ mirror, modified }: CacheIndex) => mirror === null && now - modified <= GRACE_MS;
  return {
    indexes: indexes.filter((index) => !kept.includes(index) && !isWritten(index)).map(({ name }) => name),
    mirrors: mirrors.filter(({ name, modified }) => !named.has(name) && now - modified > GRACE_MS)
      .map(({ name }) => name),
  };
}
