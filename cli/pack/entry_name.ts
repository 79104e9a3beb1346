// This module performs no I/O.

/** Names of what is in an archive: relative, with `/` between folders, the same on every platform. */

import { DEPTH_MAX, NAME_CHARACTERS_MAX } from "./limits.ts";

/** What no name may hold: characters that end lines, are no characters, or divide folders on another platform. */
// deno-lint-ignore no-control-regex -- they are what is looked for
const STRANGE = /[\x00-\x1f\x7f\\\ufffd]/;

/** Names that Windows takes for something else than a file of that name. */
const STRANGE_ON_WINDOWS = /[:*?"<>|]|[. ](?:\/|$)|(?:^|\/)(?:con|prn|aux|nul|com\d|lpt\d)(?:\.[^/]*)?(?:\/|$)/i;

/** Why a name can't be used; null when it can. @param platform The operating system that it is to be used on. */
export function nameProblem(name: string, platform = "linux"): string | null {
  if (name.length > NAME_CHARACTERS_MAX) return `longer than ${NAME_CHARACTERS_MAX} characters`;
  if (name.startsWith("/")) return "not below the folder";
  const parts = name.split("/");
  if (parts.includes("..")) return "leaves the folder";
  if (parts.some((part) => part === "" || part === ".")) return "no name of a file";
  if (parts.length > DEPTH_MAX) return `more than ${DEPTH_MAX} folders deep`;
  if (STRANGE.test(name)) return "has characters that no name may have";
  return platform === "windows" && STRANGE_ON_WINDOWS.test(name) ? "has characters that Windows does not take" : null;
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
