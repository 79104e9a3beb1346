/** Asks every directory that can be reached what it knows. */

import {
  DirectoryListing,
  directoryOf,
  DirectoryOpened,
  GetDirectory,
  ListDirectory,
  OpenDirectory,
} from "../../directory/mod.ts";
import { type AddressValue, Faulted, type HostPort, type Routine, type Scope } from "../../runtime/mod.ts";
import type { DirectoryNode } from "./directory_tree.ts";

/** How long the connection upward may take, and the topmost directory's answer, as in the original. */
const OPEN_SECONDS = 30;
const LIST_SECONDS = 10;
/** How long any other directory may take; what is below one that does not answer is not shown. */
const GET_SECONDS = 5;
/** Directories that are asked at the same time. */
const PARALLEL_MAX = 16;
/** Directories on top of each other, and in all: whatever is told, the questions come to an end. */
const LEVELS_MAX = 16;
const DIRECTORIES_MAX = 20_000;

/** How to ask. */
export interface TreeQuestion {
  /** How wide to look: a directory that nobody needed so far is connected to. */
  readonly scope: Scope;
  /** A name or search, where only what has to do with it is wanted, with its details; the original tells everything. */
  readonly about?: string;
  readonly signal: AbortSignal;
}

/** Connects upward if that is needed, and asks from the topmost directory downwards. */
export async function askTree(self: Routine, question: TreeQuestion): Promise<DirectoryNode | Faulted> {
  const { signal, scope, about = null } = question;
  const own = directoryOf(self);
  const opened = await self.ask(new OpenDirectory({ scope }), own, {
    timeout: OPEN_SECONDS,
    type: DirectoryOpened,
    signal,
  });
  if (opened instanceof Faulted) return opened;
  const top = await self.ask(new ListDirectory(), own, { timeout: LIST_SECONDS, type: DirectoryListing, signal });
  if (top instanceof Faulted) return top;
  const ask = (address: AddressValue) => askOne(self, new GetDirectory({ about }), address, signal);
  // Directories on the way have passed the first question on as they know it.
  const told = about === null || top.directoryAddress === null ? top : await ask(top.directoryAddress);
  return await askBelow(typeof told === "string" ? top : told, ask);
}

/** A node in the making. */
interface Draft {
  readonly at: string | null;
  listing: DirectoryListing | string;
  readonly below: Draft[];
}

/** A directory to ask. */
interface Task {
  readonly draft: Draft;
  readonly address: AddressValue;
  readonly level: number;
}

async function askBelow(
  top: DirectoryListing,
  ask: (address: AddressValue) => Promise<DirectoryListing | string>,
): Promise<DirectoryNode> {
  const root: Draft = { at: null, listing: top, below: [] };
  const waiting: Task[] = [];
  let count = 1;
  const expand = (draft: Draft, level: number): void => {
    if (!(draft.listing instanceof DirectoryListing) || level >= LEVELS_MAX) return;
    for (const [ipp, address] of draft.listing.subDirectory as Map<HostPort, AddressValue>) {
      if (count++ >= DIRECTORIES_MAX) return;
      const below: Draft = { at: `${ipp}`, listing: "", below: [] };
      draft.below.push(below);
      waiting.push({ draft: below, address, level: level + 1 });
    }
  };
  expand(root, 1);
  while (waiting.length > 0) {
    const batch = waiting.splice(0, PARALLEL_MAX);
    const answers = await Promise.all(batch.map(({ address }) => ask(address)));
    for (const [index, { draft, level }] of batch.entries()) {
      draft.listing = answers[index]!;
      expand(draft, level);
    }
  }
  return root;
}

async function askOne(
  self: Routine,
  question: GetDirectory,
  address: AddressValue,
  signal: AbortSignal,
): Promise<DirectoryListing | string> {
  const options = { timeout: GET_SECONDS, type: DirectoryListing, signal };
  const answer = await self.ask(question, address, options);
  return answer instanceof Faulted ? `${answer}` : answer;
}
