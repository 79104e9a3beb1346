// This module performs no I/O.

/** Why subscribers are joined to the publications that they are joined to: read from what all directories know. */

import {
  type DirectoryListing,
  type DirectoryPeer,
  type PeerSession,
  RouteOverLoop,
  RouteToAddress,
} from "../../directory/messages.ts";
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
} from "./directory_tree.ts";
import { shortSpan } from "../spans.ts";
import { atLevel, connectionText } from "./tree_lines.ts";

/** A publication somewhere in the tree. */
export interface Candidate {
  readonly id: string;
  readonly name: string;
  readonly scope: Scope;
  readonly listening: HostPort | null;
  /** The directory of its process. */
  readonly home: KnownDirectory;
  readonly age: Age | null;
}

/** How long a listing has been there, as far as directories tell: those of the original don't. */
export interface Age {
  readonly seconds: number;
  /** True when its home does not tell, and it may be older than any other directory knows. */
  readonly isLeast: boolean;
}

/** A subscription somewhere in the tree. */
export interface Subscriber {
  readonly id: string;
  readonly search: string;
  readonly scope: Scope;
  readonly home: KnownDirectory;
  readonly age: Age | null;
}

/** How a subscriber and a candidate stand to each other. */
export interface Relation {
  readonly subscriber: Subscriber;
  readonly isJoined: boolean;
  /** The scope of the directory that found the match, where there is one. */
  readonly scope: Scope | null;
  /** How they are joined, or why they are not. */
  readonly reason: string;
}

/** One name with all who publish it and all who look for it. */
export interface NameExplanation {
  readonly name: string;
  readonly candidates: readonly { readonly candidate: Candidate; readonly relations: readonly Relation[] }[];
  /** Those who look for it while nobody publishes it. */
  readonly unserved: readonly Subscriber[];
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
  const subscribers = subscribersOf(directories, ages);
  const patterns = new Patterns();
  const names = new Set([...candidates.values()].map(({ name }) => name));
  const chosen = names.has(word) ? [word] : [...names].filter((name) => patterns.matches(word, name)).sort();
  const explanations = chosen.map((name): NameExplanation => {
    const seekers = [...subscribers.values()].filter(({ search }) => patterns.matches(search, name));
    const rivals = [...candidates.values()].filter((candidate) => candidate.name === name);
    return {
      name,
      candidates: rivals.map((candidate) => ({
        candidate,
        relations: seekers.map((subscriber) => relate(subscriber, candidate, candidates)),
      })),
      unserved: [],
    };
  });
  if (explanations.length > 0) return explanations;
  const unserved = [...subscribers.values()].filter(({ search }) => search === word || patterns.matches(search, word));
  return unserved.length === 0 ? [] : [{ name: word, candidates: [], unserved }];
}

/** Searches made ready once. */
class Patterns {
  readonly #known = new Map<string, SearchPattern | null>();

  matches(search: string, name: string): boolean {
    let pattern = this.#known.get(search);
    if (pattern === undefined) {
      const compiled = compileSearch(search);
      this.#known.set(search, pattern = compiled instanceof SearchError ? null : compiled);
    }
    return pattern?.matches(name) ?? false;
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

  of(id: string, home: KnownDirectory): Age | null {
    const told = agesIn(home.listing).get(id);
    if (told !== undefined) return { seconds: told, isLeast: false };
    const seconds = this.#greatest.get(id);
    return seconds === undefined ? null : { seconds, isLeast: true };
  }
}

function agesIn({ details }: DirectoryListing): ReadonlyMap<string, number> {
  return details === null ? new Map() : details.ages as Map<string, number>;
}

/** The directories that know more than they could tell. */
export function partialDirectories(top: DirectoryNode): string[] {
  const partial = knownDirectories(top).filter(({ listing }) => listing.details?.isPartial);
  return partial.map((directory) => label(directory));
}

/** Every publication once, with the lowest directory that lists it. */
function candidatesOf(directories: readonly KnownDirectory[], ages: Ages): Map<string, Candidate> {
  const found = new Map<string, Candidate>();
  for (const home of directories) {
    for (const { publishedId, name, scope, listeningIpp } of home.listing.published) {
      if (publishedId === null || name === null || scope === null) continue;
      const known = found.get(publishedId);
      if (known !== undefined && known.home.path.length >= home.path.length) continue;
      const listening = listeningIpp?.host ? listeningIpp : null;
      found.set(publishedId, { id: publishedId, name, scope, listening, home, age: ages.of(publishedId, home) });
    }
  }
  return found;
}

function subscribersOf(directories: readonly KnownDirectory[], ages: Ages): Map<string, Subscriber> {
  const found = new Map<string, Subscriber>();
  for (const home of directories) {
    for (const { subscribedId, search, scope } of home.listing.subscribed) {
      if (subscribedId === null || search === null || scope === null) continue;
      const known = found.get(subscribedId);
      if (known !== undefined && known.home.path.length >= home.path.length) continue;
      found.set(subscribedId, { id: subscribedId, search, scope, home, age: ages.of(subscribedId, home) });
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
  const peer = (home.listing.peer as Map<string, DirectoryPeer>).get(id);
  const session = peer?.session.find((one) => one.name === name && one.route !== null);
  return session === undefined ? null : viewOf(session);
}

function viewOf({ route, status }: PeerSession): SessionView | null {
  if (route instanceof RouteOverLoop) {
    const { publishedId, scope } = route;
    const isOpen = status instanceof Connected;
    return { publishedId, scope: scope!, isOpen, text: isOpen ? connectionText(status) : `${status}` };
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
  const not = (reason: string, scope: Scope | null = null): Relation => ({
    subscriber,
    isJoined: false,
    scope,
    reason,
  });
  const meeting = meetingOf(subscriber.home, candidate.home);
  const problem = reachProblem(subscriber, candidate, meeting);
  if (problem !== null) return not(problem);
  const scope = meeting.listing.scope as Scope;
  const rival = rivalAt(meeting, subscriber, candidate, candidates);
  if (rival !== null) return not(`${label(meeting)} has another one of that name, (${identity(rival.id, false)})`);
  const waiting = waitingReason(subscriber, candidate);
  if (waiting !== null) return not(`matched at ${scope}, but ${waiting}`, scope);
  if (session === null) return not(`matched at ${scope}, but there is no session`, scope);
  if (session.publishedId === candidate.id) return not(`no session: ${session.text}`, scope);
  const other = identity(session.publishedId, false);
  if (isNearer(session.scope, scope)) return not(`(${other}) is nearer, at ${session.scope}`, scope);
  return not(`joined to (${other}) at ${session.scope}`, scope);
}

/** Why the home of a subscriber does not use its route to a candidate, where it would like to. */
function waitingReason({ home, id }: Subscriber, candidate: Candidate): string | null {
  const routes = home.listing.details?.waiting ?? [];
  const own = routes.find(({ subscribedId, publishedId }) => subscribedId === id && publishedId === candidate.id);
  return own?.reason ?? null;
}

/** The lowest directory above both, which is where they can be matched. */
function meetingOf(one: KnownDirectory, other: KnownDirectory): KnownDirectory {
  let meeting = one.path[0]!;
  for (const [index, directory] of one.path.entries()) if (other.path[index] === directory) meeting = directory;
  return meeting;
}

/** Why the directory where they could meet does not know both; null if it does. */
function reachProblem(subscriber: Subscriber, candidate: Candidate, meeting: KnownDirectory): string | null {
  const { listing } = meeting;
  const scope = listing.scope as Scope;
  const at = label(meeting);
  if (!listing.published.some(({ publishedId }) => publishedId === candidate.id)) {
    return isNearer(candidate.scope, scope)
      ? `published at ${candidate.scope}, which does not reach ${at}`
      : `${at} does not list the name`;
  }
  if (listing.subscribed.some(({ subscribedId }) => subscribedId === subscriber.id)) return null;
  return isNearer(subscriber.scope, scope)
    ? `subscribed at ${subscriber.scope}, which does not reach ${at}`
    : `${at} does not list the search`;
}

/** The publication that a directory matches with a subscription in place of this one. */
function rivalAt(
  { listing }: KnownDirectory,
  subscriber: Subscriber,
  candidate: Candidate,
  candidates: ReadonlyMap<string, Candidate>,
): Candidate | null {
  const routes = listing.routed.filter(({ name, subscribedId }) =>
    name === candidate.name && subscribedId === subscriber.id
  );
  if (routes.some(({ publishedId }) => publishedId === candidate.id)) return null;
  const rival = routes.map(({ publishedId }) => candidates.get(publishedId!)).find((one) => one !== undefined);
  return rival ?? null;
}

function label({ listing }: { readonly listing: DirectoryListing }): string {
  return directoryLabel(listing, false);
}

/** An explanation as lines for people. */
export function explanationLines({ name, candidates, unserved }: NameExplanation, isFull: boolean): string[] {
  const lines = [`"${name}"`];
  for (const { candidate, relations } of candidates) {
    const { id, scope, listening, home, age } = candidate;
    const place = listening === null ? "" : ` ${listening}`;
    const at = directoryLabel(home.listing, isFull);
    lines.push(atLevel(1, `# (${identity(id, isFull)}) ${scope}${place} in ${at}${ageText(age)}`));
    for (const { subscriber, isJoined, scope, reason } of relations) {
      const verdict = isJoined ? `joined at ${scope} (${reason})` : `not joined: ${reason}`;
      lines.push(atLevel(2, `${subscriberText(subscriber, isFull)}: ${verdict}`));
    }
    if (relations.length === 0) lines.push(atLevel(2, "(no subscribers)"));
  }
  if (candidates.length === 0) lines.push(atLevel(1, "(not published)"));
  for (const subscriber of unserved) lines.push(atLevel(1, subscriberText(subscriber, isFull)));
  return lines;
}

function ageText(age: Age | null): string {
  if (age === null) return "";
  const span = shortSpan(BigInt(Math.floor(age.seconds)) * 1_000_000n);
  return age.isLeast ? `, for ${span} at least` : `, for ${span}`;
}

function subscriberText({ id, search, scope, home }: Subscriber, isFull: boolean): string {
  return `? "${search}" (${identity(id, isFull)}) ${scope} in ${directoryLabel(home.listing, isFull)}`;
}

/** An explanation as plain JSON values. */
export function explanationJson({ name, candidates, unserved }: NameExplanation): unknown {
  return {
    name,
    candidates: candidates.map(({ candidate: { id, scope, listening, home, age }, relations }) => ({
      published_id: id,
      scope,
      ...ageJson(age),
      listening_ipp: listening === null ? null : { host: listening.host, port: listening.port },
      ...homeJson(home),
      subscribers: relations.map(({ subscriber, isJoined, scope, reason }) => ({
        ...subscriberJson(subscriber),
        joined: isJoined,
        matched_at: scope,
        reason,
      })),
    })),
    unserved: unserved.map(subscriberJson),
  };
}

function subscriberJson({ id, search, scope, home, age }: Subscriber) {
  return { subscribed_id: id, search, scope, ...ageJson(age), ...homeJson(home) };
}

/** Seconds, or null where nobody tells. */
function ageJson(age: Age | null) {
  return { age: age === null ? null : age.seconds, age_is_least: age?.isLeast ?? false };
}

function homeJson({ listing: { scope, executable, uniqueId } }: KnownDirectory) {
  return { home: { scope, executable, unique_id: uniqueId } };
}
