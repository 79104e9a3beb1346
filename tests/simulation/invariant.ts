/**
 * What must hold of a village at rest.
 *
 * What ought to be is computed from what the living actors have published and subscribed, directory by directory from
 * the processes up: which listings reach it, in its order of arrival; which instance of a name is met there, the first
 * of them; which sessions follow, each at the nearest directory that has the name within the subscription's scope. What
 * there is must be equal to that: sessions at both ends, listings, routes, counts, connections, receivers.
 */

import { SearchPattern } from "../../directory/match/search_pattern.ts";
import type { DirectoryListing, Published, Subscribed } from "../../directory/messages.ts";
import { isWider } from "../../directory/scope.ts";
import type { Scope } from "../../runtime/mod.ts";
import type { Tenant } from "./tenant.ts";
import type { Seat, Village } from "./village.ts";
import { sessionKey, type Witness } from "./witness.ts";

/** A living process. */
interface Home {
  readonly seat: Seat;
  readonly tenant: Tenant;
  readonly listing: DirectoryListing;
}

/** What one directory ought to know. */
interface Expected {
  readonly home: Home;
  /** In the order of arrival. */
  readonly publications: readonly Published[];
  readonly subscriptions: readonly Subscribed[];
  /** What subscribers of a name meet here. */
  readonly winners: ReadonlyMap<string, Published>;
  /** What the directory above is to know. */
  readonly upward: { readonly publications: readonly Published[]; readonly subscriptions: readonly Subscribed[] };
}

/** A session that ought to be. */
interface Meeting {
  readonly subscribedId: string;
  readonly name: string;
  readonly publishedId: string;
  readonly scope: Scope;
}

/** Everything that is not as it ought to be, as text. The village must have been probed. */
export function violations(village: Village): string[] {
  const problems: string[] = [];
  const homes = new Map<Seat, Home>();
  for (const seat of village.seats) {
    const { tenant } = seat;
    const listing = tenant?.witnesses[0]?.listing ?? null;
    if (tenant !== null && listing !== null) homes.set(seat, { seat, tenant, listing });
    else if (tenant !== null) problems.push(`${seat.name}: the directory does not say what it knows`);
  }
  const directories = new Map<Seat, Expected>();
  for (const seat of village.seats.toReversed()) {
    const home = homes.get(seat);
    if (home !== undefined) directories.set(seat, expectedOf(home, [...directories.values()], problems));
  }
  const meetings = new Map<Seat, Meeting[]>();
  for (const seat of homes.keys()) meetings.set(seat, meetingsOf(seat, directories));
  for (const [seat, home] of homes) {
    for (const witness of home.tenant.witnesses) checkWitness(witness, meetings.get(seat)!, problems);
    checkRoutes(directories.get(seat)!, problems);
  }
  const sessions = checkEnds([...homes.values()], problems);
  for (const directory of directories.values()) checkCounts(directory, { directories, meetings, sessions, problems });
  return problems;
}

// What ought to be.

function expectedOf(home: Home, others: readonly Expected[], problems: string[]): Expected {
  const { seat, tenant, listing } = home;
  const { scope } = seat;
  const below = others.filter((other) => other.home.seat.parent === seat);
  const reaches = (listed: Published | Subscribed) => !isWider(scope, listed.scope!);
  const publications = seat.scope === "PROCESS"
    ? tenant.witnesses.flatMap(({ published }) => [...published.values()])
    : below.flatMap(({ upward }) => upward.publications).filter(reaches);
  const subscriptions = seat.scope === "PROCESS"
    ? tenant.witnesses.flatMap(({ subscribed }) => [...subscribed.values()])
    : below.flatMap(({ upward }) => upward.subscriptions).filter(reaches);
  checkListed(`${seat.name}: publication`, publications.map(idOf), listing.published.map(idOf), problems);
  checkListed(`${seat.name}: subscription`, subscriptions.map(idOf), listing.subscribed.map(idOf), problems);
  const arrival = new Map(listing.published.map(({ publishedId }, at) => [publishedId, at]));
  const ordered = publications.toSorted((one, other) =>
    (arrival.get(one.publishedId) ?? Infinity) - (arrival.get(other.publishedId) ?? Infinity)
  );
  const winners = new Map<string, Published>();
  for (const publication of ordered) if (!winners.has(publication.name!)) winners.set(publication.name!, publication);
  const upward = {
    publications: stepsAmong(ordered, scope),
    subscriptions: subscriptions.filter((listed) => isWider(listed.scope!, scope)),
  };
  return { home, publications: ordered, subscriptions, winners, upward };
}

/** Of each name the first that reaches further than the directory, and each later one that reaches further than it. */
function stepsAmong(ordered: readonly Published[], scope: Scope): Published[] {
  const widest = new Map<string, Scope>();
  return ordered.filter((publication) => {
    const isStep = isWider(publication.scope!, widest.get(publication.name!) ?? scope);
    if (isStep) widest.set(publication.name!, publication.scope!);
    return isStep;
  });
}

/** The sessions that the subscribers of a process ought to have. */
function meetingsOf(seat: Seat, directories: ReadonlyMap<Seat, Expected>): Meeting[] {
  const meetings = new Map<string, Meeting>();
  if (seat.scope !== "PROCESS") return [];
  for (const place of seat.chain) {
    // A subscriber under a directory that is gone meets nobody further up.
    const directory = directories.get(place);
    if (directory === undefined) break;
    const { scope } = place;
    for (const subscription of directories.get(seat)!.subscriptions) {
      if (isWider(scope, subscription.scope!)) continue;
      const pattern = new SearchPattern(subscription.search!);
      for (const [name, { publishedId }] of directory.winners) {
        const key = sessionKey(subscription.subscribedId!, name);
        if (meetings.has(key) || !pattern.matches(name)) continue;
        meetings.set(key, { subscribedId: subscription.subscribedId!, name, publishedId: publishedId!, scope });
      }
    }
  }
  return [...meetings.values()];
}

// Whether it is.

function checkListed(what: string, expected: readonly string[], found: readonly string[], problems: string[]): void {
  for (const id of expected) if (!found.includes(id)) problems.push(`${what} ${id} is not listed`);
  for (const id of found) if (!expected.includes(id)) problems.push(`${what} ${id} is left over`);
  if (new Set(found).size !== found.length) problems.push(`${what}s are listed twice`);
}

function checkWitness(witness: Witness, meetings: readonly Meeting[], problems: string[]): void {
  problems.push(...witness.problems);
  const { name, unanswered, sessions, subscribed, answered } = witness;
  if (unanswered !== 0) problems.push(`${name}: ${unanswered} requests without an answer`);
  const own = meetings.filter(({ subscribedId }) => subscribed.has(subscribedId));
  const expected = new Map(own.map((meeting) => [sessionKey(meeting.subscribedId, meeting.name), meeting]));
  for (const [key, meeting] of expected) {
    const who = `${name} "${subscribed.get(meeting.subscribedId)!.search}"`;
    const session = sessions.get(key);
    const wanted = `${meeting.publishedId} at ${meeting.scope}`;
    if (session === undefined) problems.push(`${who}: no session with "${meeting.name}" (${wanted})`);
    else if (session.publishedId !== meeting.publishedId || session.scope !== meeting.scope) {
      problems.push(`${who}: session with "${meeting.name}" ${session.publishedId} at ${session.scope}, not ${wanted}`);
    }
  }
  for (const [key, session] of sessions) {
    if (!expected.has(key)) problems.push(`${name}: session with "${session.name}" that should not be`);
    if (!answered.has(session.publisherAddress!)) problems.push(`${name}: "${session.name}" does not answer`);
  }
}

/** Each directory has told of the instances that are met there, and of no others. */
function checkRoutes({ home, subscriptions, winners }: Expected, problems: string[]): void {
  const expected = subscriptions.flatMap(({ search, subscribedId }) => {
    const pattern = new SearchPattern(search!);
    return [...winners.values()].filter(({ name }) => pattern.matches(name!)).map(({ publishedId }) =>
      `${subscribedId} > ${publishedId}`
    );
  });
  const found = home.listing.routed.map(({ subscribedId, publishedId }) => `${subscribedId} > ${publishedId}`);
  checkListed(`${home.seat.name}: route`, expected, found, problems);
}

/** Every session has two ends; returns how many there are over transports, by publication. */
function checkEnds(homes: readonly Home[], problems: string[]): ReadonlyMap<string, number> {
  const overLoops = new Map<string, number>();
  const witnesses = homes.flatMap(({ tenant }) => tenant.witnesses);
  const available = witnesses.flatMap(({ sessions }) => [...sessions.values()]);
  const delivered = witnesses.flatMap((witness) => [...witness.delivered.values()]);
  const near = available.map((session) => endOf(session));
  const far = delivered.map((session) => endOf(session));
  checkListed("end of session at the publisher", near, far, problems);
  for (const { publishedId, scope } of available) {
    if (scope !== "PROCESS") overLoops.set(publishedId!, (overLoops.get(publishedId!) ?? 0) + 1);
  }
  return overLoops;
}

interface Ended {
  readonly subscribedId: string | null;
  readonly publishedId: string | null;
  readonly routeId: string | null;
  readonly name: string | null;
  readonly scope: Scope | null;
}

function endOf({ subscribedId, publishedId, routeId, name, scope }: Ended): string {
  return `${subscribedId} > ${publishedId} (${routeId} "${name}" ${scope})`;
}

function idOf(listed: Published | Subscribed): string {
  return ("publishedId" in listed ? listed.publishedId : listed.subscribedId)!;
}

/** What the counts are compared with. */
interface Surroundings {
  readonly directories: ReadonlyMap<Seat, Expected>;
  readonly meetings: ReadonlyMap<Seat, readonly Meeting[]>;
  /** Sessions over transports by publication. */
  readonly sessions: ReadonlyMap<string, number>;
  readonly problems: string[];
}

/** Nothing is left over: each count is what the living justify. */
function checkCounts(directory: Expected, { directories, meetings, sessions, problems }: Surroundings): void {
  const { home: { seat, tenant }, publications, subscriptions, upward } = directory;
  const counts = tenant.directoryCounts;
  const children =
    [...directories.values()].filter(({ home }) => home.seat.parent === seat && home.tenant.isLinked).length;
  const hasParent = seat.parent !== null && directories.has(seat.parent) && tenant.isLinked;
  const own = meetings.get(seat)!;
  const isProcess = seat.scope === "PROCESS";
  expect(seat, "publications", counts.publications, publications.length, problems);
  expect(seat, "subscriptions", counts.subscriptions, subscriptions.length, problems);
  expect(seat, "searches", counts.searches, new Set(subscriptions.map(({ search }) => search)).size, problems);
  expect(seat, "children", counts.children, children, problems);
  expect(
    seat,
    "known",
    counts.known,
    hasParent ? upward.publications.length + upward.subscriptions.length : 0,
    problems,
  );
  expect(seat, "pairings", counts.pairings, isProcess ? own.length : 0, problems);
  checkTransports(seat, counts.transports, own, problems);
  checkPeers(directory, counts.peers, { sessions, problems });
  const listeners = publications.filter(({ scope }) => isProcess && isWider(scope!, "PROCESS")).length;
  const ports = listeners + (seat.acceptAt === null ? 0 : 1);
  const connections = children + counts.peers + counts.transports + (hasParent ? 1 : 0);
  const network = tenant.networkCounts;
  expect(seat, "connections", network.connections, connections, problems);
  expect(seat, "ports", network.listeners, ports, problems);
  // A proxy and, at the end that connected, a controller for each connection; a controller for each port; and the
  // directory and the two actors with what stands for their parents.
  const controllers = counts.transports + (hasParent ? 1 : 0) + ports;
  const keepers = tenant.receiverCount - (2 * 3 + connections + controllers);
  checkKeepers(directory, keepers, { directories, meetings, sessions, problems });
}

/** Each end of a connection that crosses machines has a keeper; sessions at LAN scope may share connections. */
function checkKeepers({ home: { seat }, publications }: Expected, keepers: number, surroundings: Surroundings): void {
  const { directories, meetings, problems } = surroundings;
  const links = [...directories.keys()].filter(({ parent }) => parent?.scope === "LAN");
  const own = links.filter((link) => link === seat || link.parent === seat).length;
  const ids = new Set(seat.scope === "PROCESS" ? publications.map(idOf) : []);
  const there = [...meetings].flatMap(([, all]) => all).filter(({ scope, publishedId }) =>
    scope === "LAN" && ids.has(publishedId)
  );
  const here = meetings.get(seat)!.filter(({ scope }) => scope === "LAN");
  const publicationCount = (all: readonly Meeting[]) => new Set(all.map(({ publishedId }) => publishedId)).size;
  const least = own + publicationCount(here) + publicationCount(there);
  const most = own + here.length + there.length;
  if (keepers < least || keepers > most) {
    problems.push(`${seat.name}: ${keepers} receivers too many, not ${least} to ${most}`);
  }
}

/** Subscribers of a process may share transports, but no transport has two sessions of one of them. */
function checkTransports(seat: Seat, transports: number, meetings: readonly Meeting[], problems: string[]): void {
  const over = meetings.filter(({ scope }) => scope !== "PROCESS");
  const publications = new Set(over.map(({ publishedId }) => publishedId));
  if (transports >= publications.size && transports <= over.length) return;
  problems.push(
    `${seat.name}: ${transports} transports for ${over.length} sessions with ${publications.size} publications`,
  );
}

function checkPeers(
  { home: { seat }, publications }: Expected,
  peers: number,
  { sessions, problems }: Pick<Surroundings, "sessions" | "problems">,
): void {
  const own = seat.scope === "PROCESS" ? publications : [];
  const counts = own.map(({ publishedId }) => sessions.get(publishedId!) ?? 0);
  const most = counts.reduce((sum, count) => sum + count, 0);
  const least = counts.filter((count) => count > 0).length;
  if (peers < least || peers > most) problems.push(`${seat.name}: ${peers} peers for ${most} sessions`);
}

function expect(seat: Seat, what: string, found: number, expected: number, problems: string[]): void {
  if (found !== expected) problems.push(`${seat.name}: ${found} ${what}, not ${expected}`);
}
