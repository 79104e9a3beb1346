// This module performs no I/O.

/** Explanations for people and for programs. */

import type { DirectoryListing } from "../../directory/messages.ts";
import {
  directoryLabel,
  type DirectoryNode,
  identity,
  lostParent,
  silentDirectories,
  type SilentDirectory,
} from "./directory_tree.ts";
import {
  type Age,
  type Candidate,
  haveAllTold,
  type NameExplanation,
  partialDirectories,
  type Relation,
  type Subscriber,
} from "./explanation.ts";
import { SearchError } from "../../directory/match/search_error.ts";
import { compileSearch } from "../../directory/match/search_pattern.ts";
import { shortSpan } from "../spans.ts";
import { atLevel } from "./tree_lines.ts";

/** What is not there may be in a directory that is missing. */
const IN_PART = " in the directories that answered";

/** An explanation as lines for people. */
export function explanationLines({ name, candidates, unserved, isWhole }: NameExplanation, isFull: boolean): string[] {
  const lines = [`"${name}"`];
  for (const { candidate, relations } of candidates) {
    const { id, scope, listening, isEncrypted, age } = candidate;
    const place = `${listening === null ? "" : ` ${listening}`}${isEncrypted ? " encrypted" : ""}`;
    const at = placeText(candidate, isFull);
    lines.push(atLevel(1, `# (${identity(id, isFull)}) ${scope}${place} in ${at}${ageText(age)}`));
    for (const relation of relations) {
      lines.push(atLevel(2, `${subscriberText(relation.subscriber, isFull)}: ${verdictText(relation)}`));
    }
    if (relations.length === 0) lines.push(atLevel(2, `(no subscribers${isWhole ? "" : IN_PART})`));
  }
  if (candidates.length === 0) lines.push(atLevel(1, `(not published${isWhole ? "" : IN_PART})`));
  for (const subscriber of unserved) {
    const { problem } = subscriber;
    lines.push(
      atLevel(1, `${subscriberText(subscriber, isFull)}${problem === null ? "" : `: matches nothing: ${problem}`}`),
    );
  }
  return lines;
}

function verdictText({ isJoined, scope, reason }: Relation): string {
  if (isJoined === null) return `session unknown: ${reason}`;
  return isJoined ? `joined at ${scope} (${reason})` : `not joined: ${reason}`;
}

/** The directory that a listing is in, or where one is that does not tell. */
function placeText({ home, gap }: Candidate | Subscriber, isFull: boolean): string {
  const label = directoryLabel(home.listing, isFull);
  return gap === null ? label : `[?]${gap.at === null ? "" : ` ${gap.at}`} below ${label}`;
}

function ageText(age: Age | null): string {
  if (age === null) return "";
  const span = shortSpan(BigInt(Math.floor(age.seconds)) * 1_000_000n);
  return age.isLeast ? `, for ${span} at least` : `, for ${span}`;
}

function subscriberText(subscriber: Subscriber, isFull: boolean): string {
  const { id, search, scope } = subscriber;
  return `? "${search}" (${identity(id, isFull)}) ${scope} in ${placeText(subscriber, isFull)}`;
}

/** That a directory did not answer, and why; which timer ran out is of no interest. */
export function answerText(fault: string): string {
  return fault.startsWith("timed out") ? " did not answer in time" : ` did not answer: ${fault}`;
}

/** What is missing from explanations, a line each: directories that did not answer, and such as could not tell all. */
export function missingLines(top: DirectoryNode, word: string): string[] {
  const lost = lostParent(top);
  const above = lost === null
    ? []
    : [`${directoryLabel(lost.below, false)} is not connected to a directory above it at ${lost.at}`];
  const silent = silentDirectories(top).map(({ at, above, fault }) =>
    `the directory at ${at}, below ${directoryLabel(above, false)},${answerText(fault)}`
  );
  const partial = partialDirectories(top).map((directory) =>
    `${directoryLabel(directory, false)} has more about "${word}" than it could tell`
  );
  return [...above, ...silent, ...partial];
}

/** Why there is nothing to explain. */
export function absenceText(top: DirectoryNode, word: string): string {
  const place = haveAllTold(top) ? "not present in directory" : `not present${IN_PART}`;
  const search = compileSearch(word);
  return search instanceof SearchError ? `${place}; as a search it is refused: ${search.message}` : place;
}

/** An explanation as plain JSON values, with what is missing from it. */
export function explanationJson({ name, candidates, unserved }: NameExplanation, top: DirectoryNode): unknown {
  return {
    name,
    candidates: candidates.map(({ candidate, relations }) => ({
      published_id: candidate.id,
      scope: candidate.scope,
      encrypted: candidate.isEncrypted,
      ...ageJson(candidate.age),
      listening_ipp: candidate.listening === null
        ? null
        : { host: candidate.listening.host, port: candidate.listening.port },
      ...placeJson(candidate),
      subscribers: relations.map(({ subscriber, isJoined, scope, reason }) => ({
        ...subscriberJson(subscriber),
        joined: isJoined,
        matched_at: scope,
        reason,
      })),
    })),
    unserved: unserved.map((subscriber) => ({ ...subscriberJson(subscriber), problem: subscriber.problem })),
    silent: silentDirectories(top).map(silentJson),
    lost: lostJson(top),
    partial: partialDirectories(top).map(directoryJson),
  };
}

function subscriberJson(subscriber: Subscriber) {
  const { id, search, scope, age } = subscriber;
  return { subscribed_id: id, search, scope, ...ageJson(age), ...placeJson(subscriber) };
}

/** Seconds, or null where nobody tells. */
function ageJson(age: Age | null) {
  return { age: age === null ? null : age.seconds, age_is_least: age?.isLeast ?? false };
}

/** The directory of its process, or null and the directory that it is below of, with its end of the connection there. */
function placeJson({ home: { listing }, gap }: Candidate | Subscriber) {
  if (gap === null) return { home: directoryJson(listing), below: null };
  return { home: null, below: { ...directoryJson(listing), at: gap.at } };
}

function silentJson({ at, above, fault }: SilentDirectory) {
  return { at, above: directoryJson(above), fault };
}

function lostJson(top: DirectoryNode) {
  const lost = lostParent(top);
  return lost === null ? null : { at: lost.at, below: directoryJson(lost.below) };
}

function directoryJson({ scope, executable, uniqueId }: DirectoryListing) {
  return { scope, executable, unique_id: uniqueId };
}
