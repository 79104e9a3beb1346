// This module performs no I/O.

/** All directories that can be reached, as a tree, and ways to go through it. */

import type { DirectoryListing } from "../../directory/messages.ts";

/** One directory. */
export interface DirectoryNode {
  /** The end of its connection as its parent sees it; null for the topmost directory. */
  readonly at: string | null;
  /** What it told, or why it did not. */
  readonly listing: DirectoryListing | string;
  readonly below: readonly DirectoryNode[];
  /** Why there is more of it than is told here, as the end of a sentence; null or unset where there is not. */
  readonly leftOut?: string | null;
}

/** A directory that answered, with those that it belongs to. */
export interface KnownDirectory {
  readonly listing: DirectoryListing;
  /** Those below it, whether they answered or not. */
  readonly below: readonly DirectoryNode[];
  /** From the topmost directory to this one, inclusive. */
  readonly path: readonly KnownDirectory[];
}

/** Digits of an identity that are shown, where not all are. */
const SHORT_IDENTITY_LENGTH = 8;

/** The directories that answered, each before those below it. */
export function knownDirectories(top: DirectoryNode): KnownDirectory[] {
  const known: KnownDirectory[] = [];
  const visit = (node: DirectoryNode, above: readonly KnownDirectory[]): void => {
    if (typeof node.listing === "string") return;
    const path: KnownDirectory[] = [...above];
    const directory: KnownDirectory = { listing: node.listing, below: node.below, path };
    path.push(directory);
    known.push(directory);
    for (const below of node.below) visit(below, path);
  };
  visit(top, []);
  return known;
}

/** A directory that did not answer: what it and those below it know is missing. */
export interface SilentDirectory {
  /** The end of its connection, as the directory above sees it. */
  readonly at: string | null;
  /** The directory above. */
  readonly above: DirectoryListing;
  readonly fault: string;
}

/** The directories that did not answer. */
export function silentDirectories(top: DirectoryNode): SilentDirectory[] {
  return knownDirectories(top).flatMap(({ listing: above, below }) =>
    below.flatMap(({ at, listing }) => typeof listing === "string" ? [{ at, above, fault: listing }] : [])
  );
}

/** A directory that the topmost one has been looking for. */
export interface LostParent {
  /** Where it is expected. */
  readonly at: string;
  readonly below: DirectoryListing;
}

/** The directory that should be above all, where there is no connection to it; null if nobody looks for one. */
export function lostParent({ listing }: DirectoryNode): LostParent | null {
  if (typeof listing === "string" || !listing.connectToDirectory?.host) return null;
  return { at: `${listing.connectToDirectory}`, below: listing };
}

/** An identity for people: its first digits, or all of it. */
export function identity(id: string | null, isFull: boolean): string {
  const text = id ?? "?";
  return isFull ? text : text.slice(0, SHORT_IDENTITY_LENGTH);
}

/** A directory for people: `[HOST] host-cake (540e4147)`. */
export function directoryLabel({ scope, executable, uniqueId }: DirectoryListing, isFull: boolean): string {
  return `[${scope}] ${executable} (${identity(uniqueId, isFull)})`;
}

/** What an identity begins with means: a directory, or that it belongs to a listing; null for nothing. */
export function findIdentity(top: DirectoryNode, prefix: string): DirectoryListing | "listing" | null {
  const listings = knownDirectories(top).map(({ listing }) => listing);
  const found = listings.find(({ uniqueId }) => uniqueId?.startsWith(prefix));
  if (found !== undefined) return found;
  const isMeant = (id: string | null) => id?.startsWith(prefix) === true;
  const isListed = listings.some(({ published, subscribed }) =>
    published.some(({ publishedId }) => isMeant(publishedId)) ||
    subscribed.some(({ subscribedId }) => isMeant(subscribedId))
  );
  return isListed ? "listing" : null;
}

/** How many directories did not answer. */
export function silentCount({ listing, below }: DirectoryNode): number {
  return below.reduce((sum, node) => sum + silentCount(node), typeof listing === "string" ? 1 : 0);
}

/** A sentence for each directory that there is more of than is told. */
export function omissions({ listing, below, leftOut }: DirectoryNode): string[] {
  const own = typeof listing === "string" || leftOut === null || leftOut === undefined
    ? []
    : [`${directoryLabel(listing, false)} ${leftOut}`];
  return [...own, ...below.flatMap(omissions)];
}
