// This module performs no I/O.

/** Why subscribers are joined to the publications that they are joined to: read from what all directories know. */

import { type DirectoryListing, type PeerSession, RouteOverLoop, RouteToAddress } from "../../directory/messages.ts";
import { compileSearch, type SearchPattern } from "../../directory/match/search_pattern.ts";
import { SearchError } from "../../directory/match/search_error.ts";
import { isNearer } from "../../directory/scope.ts";
import { Connected } from "../../net/messages.ts";
import type { HostPort, Scope } from "../../runtime/messages/host_port.ts";
import {
  directoryLabel,
  type DirectoryNode,
  identity,
  knownDirectories,
  type KnownDirectory,
  lostParent,
  silentDirectories,
} from "./directory_tree.ts";
import { ListingIndex } from "./listing_index.ts";
import { type Gap, gapOf } from "./listing_place.ts";
import { connectionText } from "./tree_lines.ts";

/** A publication somewhere in the tree. */
export interface Candidate {
  readonly id: string;
  readonly name: string;
  readonly scope: Scope;
  /** Where others reach it. */
  readonly listening: HostPort | null;
  readonly isEncrypted: boolean;
  /** The directory of its process, or the lowest that tells of it. */
  readonly home: KnownDirectory;
  /** Why that is not the directory of its process. */
  readonly gap: Gap | null;
  readonly age: Age | null;
}

/** How long a listing has been there, as far as directories tell: those of the original don't. */
export interface Age {
  readonly seconds: number;
  /** True when its own directory does not tell, and it may be older than any other one knows. */
  readonly isLeast: boolean;
}

/** A subscription somewhere in the tree. */
export interface Subscriber {
  readonly id: string;
  readonly search: string;
  readonly scope: Scope;
  /** As of a {@link Candidate}. */
  readonly home: KnownDirectory;
  readonly gap: Gap | null;
  readonly age: Age | null;
  /** Why its search matches nothing, where it can't be used: directories of the original keep such ones. */
  readonly problem: string | null;
}

/** How a subscriber and a candidate stand to each other. */
export interface Relation {
  readonly subscriber: Subscriber;
  /** Null where the directories that answered do not tell. */
  readonly isJoined: boolean | null;
  /** The scope of the directory that found the match, where there is one. */
  readonly scope: Scope | null;
  /** How they are joined, or why they are not, or why that can't be told. */
  readonly reason: string;
}

/** One name with all who publish it and all who look for it. */
export interface NameExplanation {
  readonly name: string;
  readonly candidates: readonly { readonly candidate: Candidate; readonly relations: readonly Relation[] }[];
  /** Those who look for it while nobody publishes it. */
  readonly unserved: readonly Subscriber[];
  /** False where some directory is missing, or its answer is not all that it knows. */
  readonly isWhole: boolean;
}

/** True when every directory has told all that it knows. */
export function haveAllTold(top: DirectoryNode): boolean {
  return silentDirectories(top).length === 0 && lostParent(top) === null && partialDirectories(top).length === 0;
}

/**
 * Explains names.
 *
 * @param word A name, a search that names match, or a search as somebody has subscribed it.
 */
export function explain(top: DirectoryNode, word: string): NameExplanation[] {
  const directories = knownDirectories(top);
  const ages = new Ages(directories);
  const candidates = candidatesOf(directories, ages);
  const patterns = new Patterns();
  const subscribers = subscribersOf(directories, ages, patterns);
  const byName = Map.groupBy(candidates.values(), ({ name }) => name);
  const chosen = byName.has(word) ? [word] : [...byName.keys()].filter((name) => patterns.matches(word, name)).sort();
  const isWhole = haveAllTold(top);
  const explanations = chosen.map((name): NameExplanation => {
    const seekers = [...subscribers.values()].filter(({ search }) => patterns.matches(search, name));
    return {
      name,
      candidates: byName.get(name)!.map((candidate) => ({
        candidate,
        relations: seekers.map((subscriber) => relate(subscriber, candidate, candidates)),
      })),
      unserved: [],
      isWhole,
    };
  });
  if (explanations.length > 0) return explanations;
  const unserved = [...subscribers.values()].filter(({ search }) => search === word || patterns.matches(search, word));
  return unserved.length === 0 ? [] : [{ name: word, candidates: [], unserved, isWhole }];
}

/** Searches made ready once. */
class Patterns {
  readonly #known = new Map<string, SearchPattern | SearchError>();

  matches(search: string, name: string): boolean {
    const pattern = this.#of(search);
    return !(pattern instanceof SearchError) && pattern.matches(name);
  }

  problemOf(search: string): string | null {
    const pattern = this.#of(search);
    return pattern instanceof SearchError ? pattern.message : null;
  }

  #of(search: string): SearchPattern | SearchError {
    const known = this.#known.get(search);
    if (known !== undefined) return known;
    const compiled = compileSearch(search);
    this.#known.set(search, compiled);
    return compiled;
  }
}

/** How long listings have been there. */
class Ages {
  readonly #greatest = new Map<string, number>();

  constructor(directories: readonly KnownDirectory[]) {
    for (const { listing } of directories) {
      for (const [id, seconds] of agesIn(listing)) {
        this.#greatest.set(id, Math.max(seconds, this.#greatest.get(id) ?? 0));
      }
    }
  }

  of(id: string, home: KnownDirectory, gap: Gap | null): Age | null {
    const told = gap === null ? agesIn(home.listing).get(id) : undefined;
    if (told !== undefined) return { seconds: told, isLeast: false };
    const seconds = this.#greatest.get(id);
    return seconds === undefined ? null : { seconds, isLeast: true };
  }
}

function agesIn({ details }: DirectoryListing): ReadonlyMap<string, number> {
  return details === null ? new Map() : details.ages as Map<string, number>;
}

/** The directories that know more than they could tell. */
export function partialDirectories(top: DirectoryNode): DirectoryListing[] {
  return knownDirectories(top).filter(isPartial).map(({ listing }) => listing);
}

function isPartial({ listing }: KnownDirectory): boolean {
  return listing.details?.isPartial === true;
}

/** Every publication once, with the lowest directory that lists it. */
function candidatesOf(directories: readonly KnownDirectory[], ages: Ages): Map<string, Candidate> {
  const found = new Map<string, Candidate>();
  for (const home of directories) {
    for (const { publishedId, name, scope, encrypted, listeningIpp, homeAddress } of home.listing.published) {
      if (publishedId === null || name === null || scope === null) continue;
      const known = found.get(publishedId);
      if (known !== undefined && known.home.path.length >= home.path.length) continue;
      // The topmost directory that tells of it has the address that all can use.
      const listening = known?.listening ?? (listeningIpp?.host ? listeningIpp : null);
      const gap = gapOf(home, homeAddress);
      const age = ages.of(publishedId, home, gap);
      const isEncrypted = encrypted === true;
      found.set(publishedId, { id: publishedId, name, scope, listening, isEncrypted, home, gap, age });
    }
  }
  return found;
}

function subscribersOf(
  directories: readonly KnownDirectory[],
  ages: Ages,
  patterns: Patterns,
): Map<string, Subscriber> {
  const found = new Map<string, Subscriber>();
  for (const home of directories) {
    for (const { subscribedId, search, scope, homeAddress } of home.listing.subscribed) {
      if (subscribedId === null || search === null || scope === null) continue;
      const known = found.get(subscribedId);
      if (known !== undefined && known.home.path.length >= home.path.length) continue;
      const gap = gapOf(home, homeAddress);
      const age = ages.of(subscribedId, home, gap);
      const problem = patterns.problemOf(search);
      found.set(subscribedId, { id: subscribedId, search, scope, home, gap, age, problem });
    }
  }
  return found;
}

/** A session of a subscriber for a name, as its home tells of it. */
interface SessionView {
  readonly publishedId: string | null;
  readonly scope: Scope;
  readonly isOpen: boolean;
  readonly text: string;
}

function sessionOf({ home, id }: Subscriber, name: string): SessionView | null {
  const session = ListingIndex.of(home).session(id, name);
  return session === undefined ? null : viewOf(session);
}

function viewOf({ route, status }: PeerSession): SessionView | null {
  if (route instanceof RouteOverLoop) {
    const { publishedId, scope, encrypted } = route;
    const isOpen = status instanceof Connected;
    const way = isOpen ? `${connectionText(status)}${encrypted === true ? ", encrypted" : ""}` : `${status}`;
    return { publishedId, scope: scope!, isOpen, text: way };
  }
  if (!(route instanceof RouteToAddress)) return null;
  return { publishedId: route.publishedId, scope: route.scope!, isOpen: true, text: "in one process" };
}

function relate(
  subscriber: Subscriber,
  candidate: Candidate,
  candidates: ReadonlyMap<string, Candidate>,
): Relation {
  const session = sessionOf(subscriber, candidate.name);
  if (session?.isOpen && session.publishedId === candidate.id) {
    return { subscriber, isJoined: true, scope: session.scope, reason: session.text };
  }
  const verdict = (isJoined: false | null) => (reason: string, scope: Scope | null = null): Relation => ({
    subscriber,
    isJoined,
    scope,
    reason,
  });
  const [not, unknown] = [verdict(false), verdict(null)];
  // Below a directory that did not answer they may have met without anybody else knowing.
  if (isSameGap(subscriber, candidate)) return unknown(`both are in a directory that ${lackText(subscriber.gap!)}`);
  const meeting = meetingOf(subscriber.home, candidate.home);
  const problem = reachProblem(subscriber, candidate, meeting);
  if (problem !== null) return problem.isSure ? not(problem.reason) : unknown(problem.reason);
  const scope = meeting.listing.scope as Scope;
  const lack = lackOf(subscriber);
  const rival = rivalAt(meeting, subscriber, candidate, candidates);
  if (rival !== null) {
    const reason = `${label(meeting)} has another one of that name, (${identity(rival.id, false)})`;
    return lack === null ? not(reason) : unknown(`${lack}; ${reason}`);
  }
  const waiting = ListingIndex.of(subscriber.home).waitingReason(subscriber.id, candidate.id);
  if (waiting !== null) return not(`matched at ${scope}, but ${waiting}`, scope);
  if (session === null) {
    if (!isRouted(meeting, subscriber, candidate)) {
      const reason = `${label(meeting)} has not matched them`;
      if (isPartial(meeting)) return unknown(`${label(meeting)} ${PARTIAL_TEXT}`);
      return lack === null ? not(reason) : unknown(`${lack}; ${reason}`);
    }
    if (lack !== null) return unknown(`${lack}; matched at ${scope}`, scope);
    return not(`matched at ${scope}, but there is no session`, scope);
  }
  if (session.publishedId === candidate.id) return not(`no session: ${session.text}`, scope);
  const other = identity(session.publishedId, false);
  if (isNearer(session.scope, scope)) return not(`(${other}) is nearer, at ${session.scope}`, scope);
  return not(`joined to (${other}) at ${session.scope}`, scope);
}

function isSameGap(one: Subscriber, other: Candidate): boolean {
  return one.gap !== null && other.gap !== null && one.home === other.home && one.gap.at === other.gap.at;
}

/** What keeps the sessions of a subscriber from being known; null if they are. */
function lackOf({ home, gap }: Subscriber): string | null {
  if (gap !== null) return `its directory ${lackText(gap)}`;
  return isPartial(home) ? `its directory ${PARTIAL_TEXT}` : null;
}

function lackText({ isSilent }: Gap): string {
  return isSilent ? "did not answer" : "does not tell of it";
}

const PARTIAL_TEXT = "could not tell all that it knows";

/** The lowest directory above both, which is where they can be matched. */
function meetingOf(one: KnownDirectory, other: KnownDirectory): KnownDirectory {
  let meeting = one.path[0]!;
  for (const [index, directory] of one.path.entries()) if (other.path[index] === directory) meeting = directory;
  return meeting;
}

/** Why two can't meet where they could; not for sure, where that directory knows more than it told. */
interface ReachProblem {
  readonly reason: string;
  readonly isSure: boolean;
}

/** Why the directory where they could meet does not know both; null if it does. */
function reachProblem(subscriber: Subscriber, candidate: Candidate, meeting: KnownDirectory): ReachProblem | null {
  const index = ListingIndex.of(meeting);
  const scope = meeting.listing.scope as Scope;
  const at = label(meeting);
  const beyond = (verb: string, reach: Scope) => ({
    reason: `${verb} at ${reach}, which does not reach ${at}`,
    isSure: true,
  });
  const unlisted = (what: string) =>
    isPartial(meeting)
      ? { reason: `${at} ${PARTIAL_TEXT}`, isSure: false }
      : { reason: `${at} does not list the ${what}`, isSure: true };
  if (!index.publishes(candidate.id)) {
    return isNearer(candidate.scope, scope) ? beyond("published", candidate.scope) : unlisted("name");
  }
  if (index.subscribes(subscriber.id)) return null;
  return isNearer(subscriber.scope, scope) ? beyond("subscribed", subscriber.scope) : unlisted("search");
}

function isRouted(directory: KnownDirectory, { id }: Subscriber, candidate: Candidate): boolean {
  const routes = ListingIndex.of(directory).routes(id, candidate.name);
  return routes.some(({ publishedId }) => publishedId === candidate.id);
}

/** The publication that a directory matches with a subscription in place of this one. */
function rivalAt(
  directory: KnownDirectory,
  subscriber: Subscriber,
  candidate: Candidate,
  candidates: ReadonlyMap<string, Candidate>,
): Candidate | null {
  const routes = ListingIndex.of(directory).routes(subscriber.id, candidate.name);
  if (routes.some(({ publishedId }) => publishedId === candidate.id)) return null;
  const rival = routes.map(({ publishedId }) => candidates.get(publishedId!)).find((one) => one !== undefined);
  return rival ?? null;
}

function label({ listing }: { readonly listing: DirectoryListing }): string {
  return directoryLabel(listing, false);
}
