// This module performs no I/O.

/** What has to be done to one folder so that it holds what another one does. */

import type { Attributes, Stored, StoredFile, StoredFolder } from "./stored.ts";

/** One step. Sources are copied, targets are changed, replaced or removed; `parent` is the folder that a target is in. */
export type Change =
  | { readonly kind: "AddFile"; readonly source: StoredFile; readonly parent: StoredFolder }
  | { readonly kind: "AddFolder"; readonly source: StoredFolder; readonly parent: StoredFolder }
  | {
    readonly kind: "UpdateFile";
    readonly source: StoredFile;
    readonly target: StoredFile;
    readonly parent: StoredFolder;
  }
  | { readonly kind: "RemoveFile"; readonly target: StoredFile }
  | { readonly kind: "RemoveFolder"; readonly target: StoredFolder }
  | {
    readonly kind: "ReplaceWithFile";
    readonly source: StoredFile;
    readonly target: StoredFolder;
    readonly parent: StoredFolder;
  }
  | {
    readonly kind: "ReplaceWithFolder";
    readonly source: StoredFolder;
    readonly target: StoredFile;
    readonly parent: StoredFolder;
  }
  | { readonly kind: "UpdateMode"; readonly target: Stored; readonly mode: number }
  | { readonly kind: "UpdateUser"; readonly target: Stored; readonly user: number }
  | { readonly kind: "UpdateGroup"; readonly target: Stored; readonly group: number };

/** A copy may be younger than its original by what platforms round. */
const SAME_AGE_MS = 2;

/**
 * The steps that make a target equal to a source, in the order of names: files are compared by the time of their last
 * change, where the newer source wins, then by owner and mode; a link makes way for what should be there; what the source
 * lacks is removed.
 */
export function* storageDelta(source: StoredFolder, target: StoredFolder): Generator<Change> {
  const names = [...new Set([...source.entries.keys(), ...target.entries.keys()])].sort();
  for (const name of names) {
    const wanted = source.entries.get(name);
    const present = target.entries.get(name);
    if (wanted === undefined) yield removal(present!);
    else if (present === undefined) yield* addition(wanted, target);
    else yield* comparison(wanted, present, target);
  }
}

function removal(target: Stored): Change {
  return target.kind === "folder" ? { kind: "RemoveFolder", target } : { kind: "RemoveFile", target };
}

function* addition(source: Stored, parent: StoredFolder): Generator<Change> {
  if (source.kind === "file") yield { kind: "AddFile", source, parent };
  // A folder can't be copied into itself: what holds the target stays out.
  else if (!holds(source.path, parent.path)) yield { kind: "AddFolder", source, parent };
}

/** True for a folder and everything below it. */
export function holds(folder: string, path: string): boolean {
  return path === folder || path.startsWith(`${folder}/`) || path.startsWith(`${folder}\\`);
}

function* comparison(source: Stored, target: Stored, parent: StoredFolder): Generator<Change> {
  if (source.kind === "folder" && target.kind === "folder") {
    yield* storageDelta(source, target);
  } else if (source.kind === "folder") {
    yield { kind: "ReplaceWithFolder", source, target: target as StoredFile, parent };
    return;
  } else if (target.kind === "folder") {
    yield { kind: "ReplaceWithFile", source, target, parent };
    return;
  } else if (target.isLink || isNewer(source.attributes, target.attributes)) {
    yield { kind: "UpdateFile", source, target, parent };
    return;
  }
  yield* attributeChanges(source.attributes, target);
}

function isNewer(source: Attributes, target: Attributes): boolean {
  return source.modified !== null && target.modified !== null && source.modified > target.modified + SAME_AGE_MS;
}

function* attributeChanges({ owner, mode }: Attributes, target: Stored): Generator<Change> {
  const { attributes } = target;
  if (owner !== null && attributes.owner !== null) {
    if (owner.user !== attributes.owner.user) yield { kind: "UpdateUser", target, user: owner.user };
    if (owner.group !== attributes.owner.group) yield { kind: "UpdateGroup", target, group: owner.group };
  }
  if (mode !== null && attributes.mode !== null && mode !== attributes.mode) {
    yield { kind: "UpdateMode", target, mode };
  }
}

/** A step as one line. */
export function changeText(change: Change): string {
  return `${change.kind}(${changeParts(change).map(([name, value]) => `${name}=${value}`).join(", ")})`;
}

function changeParts(change: Change): [string, string | number][] {
  switch (change.kind) {
    case "AddFile":
    case "AddFolder":
      return [["path", change.source.path], ["target", change.parent.path]];
    case "UpdateFile":
      return [["path", change.source.path], ["modified", modifiedText(change.source)], ["target", change.parent.path]];
    case "RemoveFile":
      return [["path", change.target.path], ["modified", modifiedText(change.target)]];
    case "RemoveFolder": {
      const { path, entries } = change.target;
      return [["path", path], ["modified", modifiedText(change.target)], ["contents", entries.size]];
    }
    case "ReplaceWithFile":
      return [["source", change.source.path], ["target", change.target.path]];
    case "ReplaceWithFolder":
      return [["path", change.source.path], ["target", change.target.path]];
    case "UpdateMode":
      return [["target", change.target.path], ["mode", change.mode]];
    case "UpdateUser":
      return [["target", change.target.path], ["user", change.user]];
    case "UpdateGroup":
      return [["target", change.target.path], ["group", change.group]];
  }
}

/** `2026-11-22 04:28:48.750000+00:00`, with no fraction where there is none. */
function modifiedText({ attributes: { modified } }: Stored): string {
  if (modified === null) return "None";
  const text = new Date(Math.floor(modified)).toISOString();
  const fraction = text.slice(20, 23);
  return `${text.slice(0, 10)} ${text.slice(11, 19)}${fraction === "000" ? "" : `.${fraction}000`}+00:00`;
}

/** Files and folders that are there before some steps, and are not after them; what is replaced is not counted. */
export function removals(changes: readonly Change[]): number {
  let count = 0;
  for (const change of changes) {
    if (change.kind === "RemoveFile") count++;
    else if (change.kind === "RemoveFolder") count += 1 + entriesBelow(change.target);
    else if (change.kind === "ReplaceWithFile") count += entriesBelow(change.target);
  }
  return count;
}

function entriesBelow(folder: StoredFolder): number {
  let count = 0;
  for (const entry of folder.entries.values()) count += 1 + (entry.kind === "folder" ? entriesBelow(entry) : 0);
  return count;
}
