/**
 * Measures matching and listing in a directory with very many names and searches, and prints one JSON line for each figure.
 *
 * Usage: deno run -A scripts/bench/directory_match.ts [names] [searches]
 */
// deno-lint-ignore-file no-console

import { DirectoryCore } from "../../directory/core.ts";
import { NameIndex } from "../../directory/match/name_index.ts";
import { SearchIndex } from "../../directory/match/search_index.ts";
import { SearchPattern } from "../../directory/match/search_pattern.ts";
import { Published, Subscribed } from "../../directory/messages.ts";
import { type AddressValue as Address, HostPort, Instant, localAddress } from "../../runtime/mod.ts";

const names = Number(Deno.args[0] ?? 100_000);
const searches = Number(Deno.args[1] ?? 10_000);

/** Searches of the kinds that applications use; one in a thousand has no literal start. */
function searchNumber(at: number): string {
  switch (at % 4) {
    case 0:
      return `svc:${at}`;
    case 1:
      return `svc:${at}.*`;
    case 2:
      return `work:${at}-[0-9a-f]+`;
    default:
      return at % 1000 === 3 ? `.*:${at}` : `group-${at}:\\w+`;
  }
}

function measure(what: string, count: number, work: () => number): void {
  const begun = performance.now();
  const result = work();
  const milliseconds = performance.now() - begun;
  const figures = {
    what,
    count,
    milliseconds: Math.round(milliseconds),
    perSecond: Math.round(count / milliseconds * 1000),
  };
  console.log(JSON.stringify({ ...figures, result }));
}

const patterns: SearchPattern[] = [];
measure("compile searches", searches, () => {
  for (let at = 0; at < searches; at++) patterns.push(new SearchPattern(searchNumber(at)));
  return patterns.length;
});

const searchIndex = new SearchIndex<SearchPattern>();
measure("file searches", searches, () => {
  for (const pattern of patterns) searchIndex.add(pattern, pattern);
  return searchIndex.size;
});

measure("match new names against all searches", names, () => {
  let found = 0;
  for (let at = 0; at < names; at++) found += searchIndex.matching(`svc:${at}`).length;
  return found;
});

const nameIndex = new NameIndex<{ name: string }>();
measure("file names", names, () => {
  for (let at = 0; at < names; at++) nameIndex.add({ name: `svc:${at}` });
  return nameIndex.size;
});

measure("match new searches against all names", searches, () => {
  let found = 0;
  for (const pattern of patterns) found += nameIndex.matching(pattern).length;
  return found;
});

const work = new SearchPattern("work:[-a-f0-9]+");
measure("match one search with a class", 500_000, () => {
  let found = 0;
  for (let at = 0; at < 500_000; at++) if (work.matches(`work:${(at * 7919).toString(16)}-af`)) found++;
  return found;
});

let drawn = 0;
const draw = {
  uuid: () => idNumber(++drawn),
  float: () => 0.5,
  wall: () => new Instant(0n),
  primaryAddress: () => null,
  primaryPrefixBits: () => null,
};

function idNumber(at: number): string {
  return `00000000-0000-4000-8000-${at.toString(16).padStart(12, "0")}`;
}

const core = new DirectoryCore({
  address: localAddress(16),
  scope: "HOST",
  connectTo: null,
  acceptAt: null,
  encrypted: false,
  uniqueId: idNumber(0),
  executable: "bench",
});
const [proxy, other] = [localAddress(20), localAddress(21)];
for (const child of [proxy, other]) {
  core.handle({ kind: "childAccepted", proxy: child, ipp: new HostPort("127.0.0.1", 1) }, 0, draw);
}

measure("subscriptions taken by a directory", searches, () => {
  let effects = 0;
  const homeAddress = `16,${other}` as Address;
  for (let at = 0; at < searches; at++) {
    const message = new Subscribed({
      search: searchNumber(at),
      scope: "HOST",
      subscribedId: idNumber(at),
      homeAddress,
    });
    effects += core.handle({ kind: "received", message, from: homeAddress }, 0, draw).length;
  }
  return effects;
});

measure("publications taken by a directory", names, () => {
  let effects = 0;
  const homeAddress = `16,${proxy}` as Address;
  for (let at = 0; at < names; at++) {
    const message = new Published({
      name: `svc:${at}`,
      scope: "HOST",
      publishedId: idNumber(1_000_000 + at),
      listeningIpp: new HostPort("127.0.0.1", 5000),
      homeAddress,
    });
    effects += core.handle({ kind: "received", message, from: homeAddress }, 0, draw).length;
  }
  return effects;
});

measure(
  "end of a connection with all of its listings",
  names,
  () => core.handle({ kind: "childClosed", proxy }, 0, draw).length,
);
