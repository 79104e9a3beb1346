/**
 * Measures matching and listing in a directory with very many names and searches, and prints one JSON line for each figure.
 *
 * Usage: deno run -A scripts/bench/directory_match.ts [names] [searches]
 */
// deno-lint-ignore-file no-console

import { DirectoryCore } from "../../directory/core.ts";
import type { DirectoryEvent, Effect } from "../../directory/effects.ts";
import { Effort } from "../../directory/match/effort.ts";
import { NameIndex } from "../../directory/match/name_index.ts";
import { SearchIndex } from "../../directory/match/search_index.ts";
import { SearchPattern } from "../../directory/match/search_pattern.ts";
import { Published, Subscribed } from "../../directory/messages.ts";
import { type AddressValue as Address, HostPort, Instant, localAddress } from "../../runtime/mod.ts";

const UNBOUNDED = new Effort();
/** Searches that are registered while names are published, and names that one new search finds. */
const REGISTERED = 1000;
const FOUND = [1, 1000, 10_000];

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
  for (let at = 0; at < names; at++) searchIndex.matching(`svc:${at}`, UNBOUNDED, () => found++).next();
  return found;
});

const nameIndex = new NameIndex<{ name: string }>();
measure("file names", names, () => {
  for (let at = 0; at < names; at++) nameIndex.add({ name: `svc:${at}` });
  return nameIndex.size;
});

measure("match new searches against all names", searches, () => {
  let found = 0;
  for (const pattern of patterns) nameIndex.matching(pattern, UNBOUNDED, () => found++).next();
  return found;
});

const work = new SearchPattern("work:[-a-f0-9]+");
measure("match one search with a class", 500_000, () => {
  let found = 0;
  for (let at = 0; at < 500_000; at++) if (work.matches(`work:${(at * 7919).toString(16)}-af`)) found++;
  return found;
});

const [PUBLISHING, SUBSCRIBING] = [localAddress(20), localAddress(21)];
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

/** A host directory with two children: one that publishes and one that subscribes. */
class Bench {
  readonly #core = new DirectoryCore({
    address: localAddress(16),
    scope: "HOST",
    connectTo: null,
    acceptAt: null,
    encrypted: false,
    uniqueId: idNumber(0),
    executable: "bench",
  });
  /** Longest turn so far, in milliseconds. */
  longest = 0;

  constructor() {
    for (const proxy of [PUBLISHING, SUBSCRIBING]) {
      this.#handle({ kind: "childAccepted", proxy, ipp: new HostPort("127.0.0.1", 1) });
    }
  }

  /** Gives an event, and the turns that it asks for; returns the count of messages that went out. */
  #handle(event: DirectoryEvent): number {
    let sent = 0;
    for (let next: DirectoryEvent | null = event; next !== null;) {
      const begun = performance.now();
      const effects: Effect[] = this.#core.handle(next, 0, draw);
      this.longest = Math.max(this.longest, performance.now() - begun);
      next = null;
      for (const { kind } of effects) {
        if (kind === "send") sent++;
        else if (kind === "again") next = { kind };
      }
    }
    return sent;
  }

  subscribe(search: string): number {
    const homeAddress = `16,${SUBSCRIBING}` as Address;
    const message = new Subscribed({ search, scope: "HOST", subscribedId: draw.uuid(), homeAddress });
    return this.#handle({ kind: "received", message, from: homeAddress });
  }

  publish(name: string): number {
    const homeAddress = `16,${PUBLISHING}` as Address;
    const listeningIpp = new HostPort("127.0.0.1", 5000);
    const message = new Published({ name, scope: "HOST", publishedId: draw.uuid(), listeningIpp, homeAddress });
    return this.#handle({ kind: "received", message, from: homeAddress });
  }

  closePublishing(): number {
    return this.#handle({ kind: "childClosed", proxy: PUBLISHING });
  }

  takeLongest(): number {
    const { longest } = this;
    this.longest = 0;
    return Number(longest.toFixed(2));
  }
}

function sum(count: number, work: (at: number) => number): number {
  let total = 0;
  for (let at = 0; at < count; at++) total += work(at);
  return total;
}

/** A connection in a directory that has seen some, as code is compiled when it has run a while. */
function warm(): void {
  const bench = new Bench();
  for (let at = 0; at < 5000; at++) bench.subscribe(searchNumber(at));
  for (let at = 0; at < 20_000; at++) bench.publish(`svc:${at}`);
  bench.closePublishing();
}

warm();
const bench = new Bench();
measure("subscriptions taken by a directory", searches, () => sum(searches, (at) => bench.subscribe(searchNumber(at))));
measure("publications taken by a directory", names, () => sum(names, (at) => bench.publish(`svc:${at}`)));
measure("end of a connection with all of its listings", names, () => bench.closePublishing());
console.log(JSON.stringify({ what: "longest turn so far", milliseconds: bench.takeLongest() }));

const registered = new Bench();
for (let at = 0; at < REGISTERED; at++) registered.subscribe(searchNumber(at));
measure(
  `names published one after another with ${REGISTERED} searches registered`,
  names,
  () => sum(names, (at) => registered.publish(`svc:${at}`)),
);

for (const found of FOUND) {
  const many = new Bench();
  for (let at = 0; at < names; at++) many.publish(`kind${Math.floor(at / found)}:${at}`);
  many.takeLongest();
  const times: number[] = [];
  for (let at = 0; at < 30; at++) {
    const begun = performance.now();
    const routes = many.subscribe(`kind${at % Math.floor(names / found)}:.*`);
    times.push(performance.now() - begun);
    if (routes !== found) throw new Error(`${routes} routes, expected ${found}`);
  }
  times.sort((a, b) => a - b);
  const milliseconds = Number(times[times.length >> 1]!.toFixed(3));
  console.log(JSON.stringify({
    what: `one new subscriber among ${names} names by literal prefix, ${found} of them found`,
    milliseconds,
    aim: 1 + found / 1000,
    longestTurn: many.takeLongest(),
  }));
}
