/** What must hold of a whole tree of directories once nothing happens any more. */

import { SearchPattern } from "../../directory/match/search_pattern.ts";
import type { Published, Subscribed } from "../../directory/messages.ts";
import { reachOf } from "../../directory/scope.ts";
import type { Scope } from "../../runtime/mod.ts";
import type { AppObject, Process, SimulatedTree } from "./simulated_tree.ts";

/** Where a process stands in the tree: the directories above it, nearest first. */
export interface Place {
  readonly process: Process;
  /** The process itself and the roles above it. */
  readonly above: readonly Process[];
  readonly objects: readonly AppObject[];
}

interface Listed<T> {
  readonly place: Place;
  readonly object: AppObject;
  readonly listing: T;
}

/** Scope of a directory by the number of it in `above`, as each process knows. */
function scopeOf(process: Process): Scope {
  return process.report().scope!;
}

/**
 * Everything that is not as it should be: subscribers without the nearest live instance of a name they match, sessions
 * that are wrong or double, and anything left over in a directory.
 */
export function violations(tree: SimulatedTree, places: readonly Place[]): string[] {
  const found = [...tree.problems];
  const publications = places.flatMap((place) =>
    place.objects.flatMap((object) => [...object.published.values()].map((listing) => ({ place, object, listing })))
  );
  const subscriptions = places.flatMap((place) =>
    place.objects.flatMap((object) => [...object.subscribed.values()].map((listing) => ({ place, object, listing })))
  );
  for (const subscription of subscriptions) found.push(...wrongSessions(subscription, publications));
  for (const { object } of subscriptions) found.push(...forgottenSessions(object));
  found.push(...openEnds(places));
  for (const process of tree.processes) found.push(...leftOver(process, places, publications, subscriptions));
  return found;
}

/** The nearest scope at which two listings meet, or null. */
function meeting(one: Listed<Subscribed>, other: Listed<Published>): Scope | null {
  for (const process of one.place.above) {
    if (!other.place.above.includes(process)) continue;
    const scope = scopeOf(process);
    const isListed = process === one.place.process ||
      (reachOf(one.listing.scope!) <= reachOf(scope) && reachOf(other.listing.scope!) <= reachOf(scope));
    if (isListed) return scope;
  }
  return null;
}

function wrongSessions(subscription: Listed<Subscribed>, publications: readonly Listed<Published>[]): string[] {
  const found: string[] = [];
  const { object, listing } = subscription;
  const pattern = new SearchPattern(listing.search!);
  const expected = new Map<string, { scope: Scope; ids: Set<string> }>();
  for (const publication of publications) {
    const name = publication.listing.name!;
    if (!pattern.matches(name)) continue;
    const scope = meeting(subscription, publication);
    if (scope === null) continue;
    const best = expected.get(name);
    const id = publication.listing.publishedId!;
    if (best === undefined || reachOf(scope) > reachOf(best.scope)) expected.set(name, { scope, ids: new Set([id]) });
    else if (best.scope === scope) best.ids.add(id);
  }
  const who = `${object.process.name}/${object.name} "${listing.search}"`;
  for (const [name, { scope, ids }] of expected) {
    const session = object.sessions.get(`${listing.subscribedId} ${name}`);
    if (session === undefined) found.push(`${who}: no session with "${name}", expected one at ${scope}`);
    else if (!ids.has(session.publishedId!)) {
      found.push(`${who}: session with "${name}" is not with the nearest (${scope})`);
    } else if (session.scope !== scope) {
      found.push(`${who}: session with "${name}" at ${session.scope}, expected ${scope}`);
    }
  }
  for (const session of object.sessions.values()) {
    if (session.subscribedId === listing.subscribedId && !expected.has(session.name!)) {
      found.push(`${who}: session with "${session.name}" that should not be`);
    }
  }
  return found;
}

function forgottenSessions(object: AppObject): string[] {
  return [...object.sessions.values()].filter((session) => !object.subscribed.has(session.subscribedId!))
    .map((session) => `${object.process.name}/${object.name}: session with "${session.name}" after its subscription`);
}

/** Every session has two ends. */
function openEnds(places: readonly Place[]): string[] {
  const objects = places.flatMap((place) => place.objects);
  const available = objects.flatMap((object) =>
    [...object.sessions.values()].map((session) => `${session.publishedId} ${session.subscribedId} ${session.name}`)
  );
  const delivered = objects.flatMap((object) =>
    [...object.delivered.values()].map((session) => `${session.publishedId} ${session.subscribedId} ${session.name}`)
  );
  return [
    ...available.filter((session) => !delivered.includes(session)).map((session) => `Available only: ${session}`),
    ...delivered.filter((session) => !available.includes(session)).map((session) => `Delivered only: ${session}`),
    ...delivered.filter((session, at) => delivered.indexOf(session) !== at).map((session) =>
      `Delivered twice: ${session}`
    ),
  ];
}

function leftOver(
  process: Process,
  places: readonly Place[],
  publications: readonly Listed<Published>[],
  subscriptions: readonly Listed<Subscribed>[],
): string[] {
  const found: string[] = [];
  const report = process.report();
  const isHere = (listed: Listed<Published> | Listed<Subscribed>) =>
    listed.place.above.includes(process) &&
    (listed.place.process === process || reachOf(listed.listing.scope!) <= reachOf(report.scope!));
  const live = new Set(publications.filter(isHere).map(({ listing }) => listing.publishedId));
  const wanted = new Set(subscriptions.filter(isHere).map(({ listing }) => listing.subscribedId));
  for (const { publishedId, name } of report.published) {
    if (!live.has(publishedId)) found.push(`${process.name}: "${name}" is left over`);
  }
  const listedNames = new Set(report.published.map(({ name }) => name));
  for (const { listing: { name } } of publications.filter(isHere)) {
    if (!listedNames.has(name)) found.push(`${process.name}: "${name}" is not listed`);
  }
  const listed = new Set(report.subscribed.map(({ subscribedId }) => subscribedId));
  for (const id of listed) if (!wanted.has(id)) found.push(`${process.name}: a subscription is left over`);
  for (const id of wanted) if (!listed.has(id)) found.push(`${process.name}: a subscription is not listed`);
  const place = places.find((other) => other.process === process);
  const sessions = (place?.objects ?? []).flatMap((object) => [...object.sessions.values()]);
  const names = new Set(sessions.map(({ subscribedId, name }) => `${subscribedId} ${name}`));
  const { pairings, transports } = process.core.counts;
  if (pairings !== names.size) found.push(`${process.name}: ${pairings} routing entries, expected ${names.size}`);
  const over = sessions.filter(({ scope }) => reachOf(scope!) < reachOf("PROCESS")).length;
  if (transports > over) found.push(`${process.name}: ${transports} transports for ${over} sessions`);
  return found;
}
