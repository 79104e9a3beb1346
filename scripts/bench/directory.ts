/** Rows for directories with very many names and searches. Run all with `deno task bench directory`. */

import { DirectoryBench, searchNumber, subscribeTime, warmUp, withNames, withSearches } from "./directory_bench.ts";
import { grouped, type Row, runRows } from "./rows.ts";

const NAMES = 100_000;
const SEARCHES = 1000;
const FOUND = [1, 1000, 10_000];

/** How many a second of something that is done one after another. */
function perSecond(count: number, work: (at: number) => number): number {
  const begun = performance.now();
  for (let at = 0; at < count; at++) work(at);
  return 1000 * count / (performance.now() - begun);
}

function publishAll(): Promise<number> {
  const bench = withSearches(SEARCHES);
  return Promise.resolve(perSecond(NAMES, (at) => bench.publish(`svc:${at}`)));
}

function subscribeAll(): Promise<number> {
  const bench = new DirectoryBench();
  return Promise.resolve(perSecond(10 * SEARCHES, (at) => bench.subscribe(searchNumber(at))));
}

function match(found: number): Promise<number> {
  return Promise.resolve(subscribeTime(withNames(NAMES, found), NAMES, found));
}

function endOfConnection(): Promise<number> {
  const bench = withNames(NAMES, 1);
  const begun = performance.now();
  bench.closePublishing();
  return Promise.resolve((performance.now() - begun) / 1000);
}

/** Rows for directories. */
export const DIRECTORY_ROWS: readonly Row[] = [
  {
    name: "directory: publish 100 000 names one after another, 1000 patterns registered",
    unit: "1/s",
    measure: publishAll,
  },
  { name: "directory: subscribe 10 000 patterns one after another", unit: "1/s", measure: subscribeAll },
  ...FOUND.map((found): Row => ({
    name: `directory: match of one new subscriber among 100 000 names, ${grouped(found)} found`,
    unit: "ms",
    measure: () => match(found),
  })),
  { name: "directory: end of a connection with 100 000 names", unit: "s", measure: endOfConnection },
];

if (import.meta.main) {
  warmUp();
  await runRows(DIRECTORY_ROWS);
}
