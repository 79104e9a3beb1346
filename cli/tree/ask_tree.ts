/** Asks every directory that can be reached what it knows. */

import {
  type DirectoryCursor,
  DirectoryListing,
  directoryOf,
  DirectoryOpened,
  DirectoryPart,
  type DirectoryPeer,
  GetDirectory,
  ListDirectory,
  OpenDirectory,
} from "../../directory/mod.ts";
import { type AddressValue, Faulted, type HostPort, type Routine, type Scope } from "../../runtime/mod.ts";
import type { DirectoryNode } from "./directory_tree.ts";

/** How long the connection upward may take, and the topmost directory's answer, as in the original. */
const OPEN_SECONDS = 30;
const LIST_SECONDS = 10;
/** How long any other directory may take for a page; what is below one that does not answer is not shown. */
const GET_SECONDS = 5;
/** Directories that are asked at the same time. */
const PARALLEL_MAX = 16;
/** Directories on top of each other, and in all: whatever is told, the questions come to an end. */
const LEVELS_MAX = 16;
const DIRECTORIES_MAX = 20_000;
/** Pages behind the first ones, of all directories together: about two million entries. */
const PAGES_MAX = 8_000;

/** The kinds of entries that a directory tells besides itself and those below it. */
export type WantedEntries = Partial<Pick<DirectoryPart, "published" | "subscribed" | "routed" | "connected">>;

/** Everything that there is. */
export const ALL_ENTRIES: WantedEntries = { published: true, subscribed: true, routed: true, connected: true };

/** How to ask. */
export interface TreeQuestion {
  /** How wide to look: a directory that nobody needed so far is connected to. */
  readonly scope: Scope;
  /** A name or search, where only what has to do with it is wanted, with its details; the original tells everything. */
  readonly about?: string;
  /** What is wanted, unless it is `about` something; the original tells everything. @default {nothing} */
  readonly wanted?: WantedEntries;
  /** What the ids of listings have to begin with; the original tells the others as well. */
  readonly identity?: string;
  /** True for the one directory that is looked for: nobody else is asked then. */
  readonly isFound?: (listing: DirectoryListing) => boolean;
  /** Pages behind the first ones, of all directories together. */
  readonly pagesMax?: number;
  readonly signal: AbortSignal;
}

/** Connects upward if that is needed, and asks from the topmost directory downwards. */
export async function askTree(self: Routine, question: TreeQuestion): Promise<DirectoryNode | Faulted> {
  const { signal, scope } = question;
  const own = directoryOf(self);
  const opened = await self.ask(new OpenDirectory({ scope }), own, {
    timeout: OPEN_SECONDS,
    type: DirectoryOpened,
    signal,
  });
  if (opened instanceof Faulted) return opened;
  const walk = new TreeWalk(self, question);
  const part = walk.isAbout ? null : walk.partFrom(null);
  const top = await self.ask(new ListDirectory({ part }), own, {
    timeout: LIST_SECONDS,
    type: DirectoryListing,
    signal,
  });
  return top instanceof Faulted ? top : await walk.from(top);
}

/** A node in the making. */
interface Draft {
  readonly at: string | null;
  /** Why it has not answered, until it has. */
  listing: DirectoryListing | string;
  readonly below: Draft[];
  leftOut: string | null;
  /** The one that it is below of. */
  readonly above: Draft | null;
  readonly level: number;
}

function draftAt(at: string | null, above: Draft | null): Draft {
  return { at, listing: "not asked", below: [], leftOut: null, above, level: (above?.level ?? 0) + 1 };
}

/** A directory to ask. */
interface Task {
  readonly draft: Draft;
  readonly address: AddressValue;
}

/** One way through all directories. */
class TreeWalk {
  readonly #self: Routine;
  readonly #question: TreeQuestion;
  /** Ends what is under way once the one is found that was looked for. */
  readonly #found = new AbortController();
  readonly #signal: AbortSignal;
  readonly #waiting: Task[] = [];
  /** Resolves when there are more directories to ask. */
  #expanded = Promise.withResolvers<void>();
  #count = 1;
  #pagesLeft: number;

  constructor(self: Routine, question: TreeQuestion) {
    this.#self = self;
    this.#question = question;
    this.#signal = AbortSignal.any([question.signal, this.#found.signal]);
    this.#pagesLeft = question.pagesMax ?? PAGES_MAX;
  }

  get isAbout(): boolean {
    return this.#question.about !== undefined;
  }

  /** The part that is wanted, from where the page before ended. */
  partFrom(from: DirectoryCursor | null): DirectoryPart {
    const { wanted = {}, identity = null } = this.#question;
    return new DirectoryPart({ ...wanted, identity, from });
  }

  /** All that is reached from the topmost directory, which has told of itself. */
  async from(top: DirectoryListing): Promise<DirectoryNode> {
    const root = draftAt(null, null);
    root.listing = top;
    const running = new Set<Promise<void>>();
    const begin = (steps: Promise<void>): void => {
      const work: Promise<void> = steps.finally(() => running.delete(work));
      running.add(work);
    };
    begin(this.#finishTop(root, top));
    while (running.size > 0) {
      while (!this.#signal.aborted && running.size < PARALLEL_MAX && this.#waiting.length > 0) {
        begin(this.#askOne(this.#waiting.shift()!));
      }
      await Promise.race([...running, this.#expanded.promise]);
      this.#expanded = Promise.withResolvers();
    }
    return root;
  }

  async #finishTop(root: Draft, top: DirectoryListing): Promise<void> {
    const address = top.directoryAddress;
    this.#look(top);
    if (address === null || this.#signal.aborted) return;
    // Directories on the way have passed the first question on as they know it: those of the original without what is wanted.
    const told = top.page === null ? await this.#ask(address, null) : top;
    if (typeof told === "string") root.leftOut = `has told only what is known on the way (${told})`;
    else if (told.page !== null || this.isAbout) root.listing = told;
    await this.#finish(root, address);
  }

  async #askOne({ draft, address }: Task): Promise<void> {
    draft.listing = await this.#ask(address, null);
    await this.#finish(draft, address);
  }

  /** Has those below a directory asked, and asks for its other pages meanwhile. */
  async #finish(draft: Draft, address: AddressValue): Promise<void> {
    const { listing } = draft;
    if (!(listing instanceof DirectoryListing)) return;
    if (isBelowItself(draft)) {
      draft.leftOut = "is above itself, what is below it is not shown again";
      return;
    }
    this.#look(listing);
    this.#expand(draft, listing);
    await this.#askForPages(draft, listing, address);
  }

  #look(listing: DirectoryListing): void {
    if (this.#question.isFound?.(listing)) this.#found.abort();
  }

  async #askForPages(draft: Draft, listing: DirectoryListing, address: AddressValue): Promise<void> {
    const entries = new Entries(listing);
    for (let from = listing.page?.next ?? null; from !== null && !this.#signal.aborted;) {
      if (this.#pagesLeft-- <= 0) {
        draft.leftOut = "has more entries than are asked for";
        return;
      }
      const page = await this.#ask(address, from);
      if (typeof page === "string" || page.page === null) {
        draft.leftOut = `has more entries than it told (${typeof page === "string" ? page : "unexpected answer"})`;
        return;
      }
      entries.add(page);
      this.#expand(draft, listing);
      from = page.page.next;
    }
  }

  /** Has those below a directory asked that were not known before. */
  #expand(draft: Draft, listing: DirectoryListing): void {
    const places = [...listing.subDirectory as Map<HostPort, AddressValue>].slice(draft.below.length);
    const room = draft.level < LEVELS_MAX ? DIRECTORIES_MAX - this.#count : 0;
    if (places.length > room) draft.leftOut ??= "has more directories below it than are asked";
    for (const [ipp, address] of places.slice(0, room)) {
      const below = draftAt(`${ipp}`, draft);
      draft.below.push(below);
      this.#waiting.push({ draft: below, address });
      this.#count++;
    }
    if (places.length > 0) this.#expanded.resolve();
  }

  async #ask(address: AddressValue, from: DirectoryCursor | null): Promise<DirectoryListing | string> {
    const { about = null } = this.#question;
    const question = about === null ? new GetDirectory({ part: this.partFrom(from) }) : new GetDirectory({ about });
    const options = { timeout: GET_SECONDS, type: DirectoryListing, signal: this.#signal };
    const answer = await this.#self.ask(question, address, options);
    return answer instanceof Faulted ? `${answer}` : answer;
  }
}

/** True for a directory that is told of by one below it. */
function isBelowItself({ listing, above }: Draft): boolean {
  if (typeof listing === "string" || listing.uniqueId === null) return false;
  for (let draft = above; draft !== null; draft = draft.above) {
    if (typeof draft.listing !== "string" && draft.listing.uniqueId === listing.uniqueId) return true;
  }
  return false;
}

/** What a directory has told on all pages; what comes twice, as something before it has gone meanwhile, is taken once. */
class Entries {
  readonly #listing: DirectoryListing;
  readonly #keys = new Set<string>();

  constructor(listing: DirectoryListing) {
    this.#listing = listing;
    this.#keysOf(listing);
  }

  /** Adds what a further page tells. */
  add(page: DirectoryListing): void {
    const { published, subscribed, routed, subDirectory } = this.#listing;
    for (const one of page.published) if (this.#isNew(one.publishedId)) published.push(one);
    for (const one of page.subscribed) if (this.#isNew(one.subscribedId)) subscribed.push(one);
    for (const one of page.routed) if (this.#isNew(`${one.subscribedId} ${one.publishedId}`)) routed.push(one);
    for (const [ipp, address] of page.subDirectory as Map<HostPort, AddressValue>) {
      if (this.#isNew(address)) subDirectory.set(ipp, address);
    }
    const peers = this.#listing.peer as Map<string, DirectoryPeer>;
    for (const [id, peer] of page.peer as Map<string, DirectoryPeer>) {
      const session = peer.session.filter(({ name }) => this.#isNew(`${id} ${name}`));
      const known = peers.get(id);
      if (known === undefined) peers.set(id, peer);
      else for (const one of session) known.session.push(one);
    }
  }

  #keysOf({ published, subscribed, routed, subDirectory, peer }: DirectoryListing): void {
    for (const { publishedId } of published) this.#isNew(publishedId);
    for (const { subscribedId } of subscribed) this.#isNew(subscribedId);
    for (const { subscribedId, publishedId } of routed) this.#isNew(`${subscribedId} ${publishedId}`);
    for (const address of (subDirectory as Map<HostPort, AddressValue>).values()) this.#isNew(address);
    for (const [id, { session }] of peer as Map<string, DirectoryPeer>) {
      for (const { name } of session) this.#isNew(`${id} ${name}`);
    }
  }

  #isNew(key: string | null): boolean {
    const { size } = this.#keys;
    return this.#keys.add(`${key}`).size > size;
  }
}
