/**
 * What must hold of a world at rest: what there is, is what ought to be ({@link expectationOf}). Sessions are compared at both
 * ends, with what was said in them; listings and routes in every directory; and all that could be left over is counted.
 */

import type { DirectoryListing } from "../../directory/messages.ts";
import type { Scope } from "../../runtime/mod.ts";
import { expectationOf, type Expected, type Home, idOf, type Meeting, metBy } from "./expectation.ts";
import { leftoversOf } from "./leftovers.ts";
import type { Village } from "./village.ts";
import { sessionKey, type Witness } from "./witness.ts";

/** Everything that is not as it ought to be, as text. The world must have been probed. */
export function violations({ seats }: Village): string[] {
  const problems: string[] = seats.flatMap(({ leftovers }) => leftovers);
  const homes: Home[] = [];
  for (const seat of seats) {
    const { tenant } = seat;
    const listing: DirectoryListing | null = tenant?.witnesses[0]?.listing ?? null;
    if (tenant !== null && listing !== null) homes.push({ seat, tenant, listing });
    else if (tenant !== null) problems.push(`${seat.name}: the directory does not say what it knows`);
  }
  const expectation = expectationOf(homes);
  for (const directory of expectation.directories.values()) {
    checkListings(directory, problems);
    checkRoutes(directory, problems);
    const { seat, tenant } = directory.home;
    for (const witness of tenant.witnesses) checkWitness(witness, expectation.meetings.get(seat)!, problems);
  }
  const witnesses = homes.flatMap(({ tenant }) => tenant.witnesses);
  checkEnds(witnesses, problems);
  checkWords(witnesses, problems);
  for (const home of homes) problems.push(...leftoversOf(home, expectation));
  return problems;
}

// Directories.

function checkListings({ home: { seat, listing }, publications, subscriptions }: Expected, problems: string[]): void {
  compare(`${seat.name}: publication`, publications.map(idOf), listing.published.map(idOf), problems);
  compare(`${seat.name}: subscription`, subscriptions.map(idOf), listing.subscribed.map(idOf), problems);
}

/** Each directory has told of the instances that are met there, and of no others. */
function checkRoutes(directory: Expected, problems: string[]): void {
  const { home: { seat, listing }, subscriptions } = directory;
  const expected = subscriptions.flatMap((subscription) =>
    metBy(subscription, directory).map(({ publishedId }) => `${subscription.subscribedId} > ${publishedId}`)
  );
  const found = listing.routed.map(({ subscribedId, publishedId }) => `${subscribedId} > ${publishedId}`);
  compare(`${seat.name}: route`, expected, found, problems);
}

/** Says what is missing, left over, or there twice. */
function compare(what: string, expected: readonly string[], found: readonly string[], problems: string[]): void {
  const [wanted, there] = [new Set(expected), new Set(found)];
  for (const id of wanted) if (!there.has(id)) problems.push(`${what} ${id} is missing`);
  for (const id of there) if (!wanted.has(id)) problems.push(`${what} ${id} is left over`);
  if (there.size !== found.length) problems.push(`${what} is there twice`);
}

// Sessions.

function checkWitness(witness: Witness, meetings: readonly Meeting[], problems: string[]): void {
  problems.push(...witness.problems);
  const { name, unanswered, sessions, subscribed } = witness;
  if (unanswered !== 0) problems.push(`${name}: ${unanswered} requests without an answer`);
  const own = meetings.filter(({ subscribedId }) => subscribed.has(subscribedId));
  const expected = new Map(own.map((meeting) => [sessionKey(meeting.subscribedId, meeting.name), meeting]));
  for (const [key, meeting] of expected) {
    const who = `${name} "${subscribed.get(meeting.subscribedId)!.search}"`;
    const session = sessions.get(key)?.available;
    const wanted = `${meeting.publishedId} at ${meeting.scope}`;
    if (session === undefined) problems.push(`${who}: no session with "${meeting.name}" (${wanted})`);
    else if (session.publishedId !== meeting.publishedId || session.scope !== meeting.scope) {
      problems.push(`${who}: session with "${meeting.name}" ${session.publishedId} at ${session.scope}, not ${wanted}`);
    }
  }
  for (const [key, { available }] of sessions) {
    if (!expected.has(key)) problems.push(`${name}: session with "${available.name}" that should not be`);
  }
}

/** Every session has two ends, and its publisher is the one that published. */
function checkEnds(witnesses: readonly Witness[], problems: string[]): void {
  const available = witnesses.flatMap(({ sessions }) => [...sessions.values()].map((session) => session.available));
  const near = available.map(endOf);
  const far = witnesses.flatMap(({ visits }) => [...visits.values()].map((visit) => endOf(visit.delivered)));
  compare("end of session at the publisher", near, far, problems);
  for (const { name, published, visits } of witnesses) {
    for (const { delivered } of visits.values()) {
      const own = published.get(delivered.publishedId!);
      if (own?.name !== delivered.name) {
        problems.push(`${name}: visited for "${delivered.name}", which is not published`);
      }
    }
  }
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

/** In a session that is open, all that was said has come. */
function checkWords(witnesses: readonly Witness[], problems: string[]): void {
  const received = new Map<string, number>();
  for (const witness of witnesses) for (const [token, number] of witness.received) received.set(token, number);
  for (const { name, sessions, visits } of witnesses) {
    for (const { available, said, heard } of sessions.values()) {
      if (said !== heard) problems.push(`${name}: said ${said} to "${available.name}", which answered ${heard}`);
    }
    for (const { delivered, token, told } of visits.values()) {
      const came = received.get(token) ?? 0;
      if (came !== told) {
        problems.push(`${name}: told a subscriber of "${delivered.name}" ${told}, of which ${came} came`);
      }
    }
  }
}
