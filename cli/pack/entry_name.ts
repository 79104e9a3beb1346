// This module performs no I/O.

/** Names of what is in an archive: relative, with `/` between folders, the same on every platform. */

import { DEPTH_MAX, NAME_CHARACTERS_MAX } from "./limits.ts";

/** What file names can't hold on one platform or another, or would be taken for something else there. */
// deno-lint-ignore no-control-regex -- they are what is looked for
const STRANGE = /[\x00-\x1f\x7f\\:*?"<>|\ufffd]/;

/** Why a name can't be used; null when it can. */
export function nameProblem(name: string): string | null {
  if (name.length > NAME_CHARACTERS_MAX) return `longer than ${NAME_CHARACTERS_MAX} characters`;
  if (name.startsWith("/") || /^[A-Za-z]:/.test(name)) return "not below the folder";
  const parts = name.split("/");
  if (parts.includes("..")) return "leaves the folder";
  if (parts.some((part) => part === "" || part === ".")) return "no name of a file";
  if (parts.length > DEPTH_MAX) return `more than ${DEPTH_MAX} folders deep`;
  if (STRANGE.test(name)) return "has characters that not every platform takes";
  return null;
}

/** The folders that a name is in, outermost first: `a` and `a/b` for `a/b/c`. */
export function foldersOf(name: string): string[] {
  const parts = name.split("/");
  return parts.slice(1).map((_, at) => parts.slice(0, at + 1).join("/"));
}

/** The deepest folder that holds all of some absolute folders. @param separator Between folders. */
export function commonFolder(folders: readonly string[], separator: string): string {
  const [first = "", ...others] = folders.map((folder) => folder.split(separator));
  if (first === "") return separator;
  let length = first.length;
  for (const parts of others) {
    let same = 0;
    while (same < length && parts[same] === first[same]) same++;
    length = same;
  }
  const common = first.slice(0, length).join(separator);
  // What is left of "/a" and "/b", or of "C:\a" and "C:\b", is a root, which ends with its separator.
  return common === "" || /^[A-Za-z]:$/.test(common) ? `${common}${separator}` : common;
}
