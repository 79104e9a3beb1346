/** Reading trees of files and folders. */

import { basename, dirname, join } from "@std/path";
import type { FileInfo, World } from "../../runtime/mod.ts";
import type { Attributes, Stored, StoredFile, StoredFolder } from "./stored.ts";

/** Folders within folders that are looked into; deeper ones are refused. */
const DEPTH_MAX = 256;

/** Something that can't be copied as it was asked for; the message names it. */
export class SelectionError extends Error {
  override readonly name = "SelectionError";
}

/** How links are taken: as what they lead to, where something is copied; as themselves, where something is changed. */
export type LinkUse = "follow" | "keep";

/** Everything in a folder. Sockets, devices and links that lead nowhere are left out. */
export async function scanFolder(world: World, path: string, links: LinkUse): Promise<StoredFolder> {
  const info = await lookAt(world, path, links);
  if (info?.kind !== "folder") throw new SelectionError(`"${path}" is not a folder`);
  return await readFolder(world, path, { info, links, above: [] });
}

/** Files and folders from anywhere, as the entries of one folder. */
export async function scanSelection(world: World, paths: readonly string[]): Promise<StoredFolder> {
  const entries = new Map<string, Stored>();
  for (const path of paths) {
    const name = basename(path);
    if (entries.has(name)) throw new SelectionError(`multiple selections of "${name}"`);
    const found = await scan(world, path, { links: "follow", above: [] });
    if (found === null) throw new SelectionError(`"${path}" does not exist`);
    entries.set(name, found);
  }
  const path = paths.length === 0 ? world.files.currentFolder() : dirname(paths[0]!);
  return { kind: "folder", name: "", path, attributes: { modified: null, mode: null, owner: null }, entries };
}

interface Scan {
  readonly links: LinkUse;
  /** Real paths of the folders that are being read: a link back to one of them is a circle. */
  readonly above: readonly string[];
}

async function scan(world: World, path: string, { links, above }: Scan): Promise<Stored | null> {
  const info = await lookAt(world, path, links);
  if (info?.kind === "folder") return await readFolder(world, path, { info, links, above });
  // A link that is kept is a file to whoever removes it.
  if (info?.kind === "file" || info?.kind === "link") return storedFile(path, info);
  return null;
}

/** What is at a path; null for nothing, and for a link to nothing where links are followed. */
async function lookAt({ files }: World, path: string, links: LinkUse): Promise<FileInfo | null> {
  const info = await files.info(path);
  if (info?.kind !== "link" || links === "keep") return info;
  const real = await files.realPath(path);
  return real === null ? null : await files.info(real);
}

async function readFolder(
  world: World,
  path: string,
  { info, links, above }: Scan & { readonly info: FileInfo },
): Promise<StoredFolder> {
  const real = await world.files.realPath(path) ?? path;
  if (above.includes(real)) throw new SelectionError(`"${path}" is a link that leads back to a folder above it`);
  if (above.length >= DEPTH_MAX) throw new SelectionError(`"${path}" is more than ${DEPTH_MAX} folders deep`);
  const entries = new Map<string, Stored>();
  for (const name of await world.files.list(path)) {
    const found = await scan(world, join(path, name), { links, above: [...above, real] });
    if (found !== null) entries.set(name, found);
  }
  return { kind: "folder", name: basename(path), path, attributes: attributesOf(info), entries };
}

function storedFile(path: string, info: FileInfo): StoredFile {
  return { kind: "file", name: basename(path), path, attributes: attributesOf(info), isLink: info.kind === "link" };
}

function attributesOf({ modified, mode, owner }: FileInfo): Attributes {
  return { modified, mode, owner };
}
