/** One simulation from one seed: what happens, how it comes to rest, and what is wrong then. */

import { violations } from "./invariant.ts";
import { planOf, playRound } from "./course.ts";
import { comeToRest } from "./rest.ts";
import { makeVillage, type Village } from "./village.ts";

/** A world and its course, or a part of them. */
export interface Case {
  readonly seed: number;
  /** Places of the world that are left out. */
  readonly without?: ReadonlySet<number>;
  /** The steps that are played; all of them if nothing is said. */
  readonly only?: ReadonlySet<number>;
}

/** What a case gave. */
export interface SeedResult {
  /** Empty when all is well. */
  readonly problems: readonly string[];
  /** Stands for all that happened. */
  readonly digest: string;
  readonly events: number;
  /** The latest lines of what happened. */
  readonly history: readonly string[];
  /** How long it took after the last fault of a round until all sessions were as they ought to be, at the most; virtual. */
  readonly sessionsMs: number;
  /** The same, until nothing was left over. */
  readonly restMs: number;
}

/** How long the last ones may take to leave. */
const LEAVING_MS = 30_000;

/** Runs one case, and says what is wrong. */
export async function runCase(what: Case): Promise<SeedResult> {
  const village = makeVillage(what.seed, what.without);
  const problems: string[] = [];
  let [sessionsMs, restMs] = [0, 0];
  try {
    for (const steps of planOf(village.shape)) {
      const since = await playRound(village, steps, ({ index }) => what.only?.has(index) ?? true);
      const rest = await comeToRest(village, since);
      sessionsMs = Math.max(sessionsMs, rest.sessionsMs);
      restMs = Math.max(restMs, rest.restMs);
      problems.push(...rest.problems);
      if (problems.length > 0) break;
    }
    if (problems.length === 0 && village.shape.endsEmpty) problems.push(...await leaveAll(village));
  } catch (error) {
    problems.push(error instanceof Error ? error.stack ?? error.message : String(error));
  }
  const { history, events } = village.simulation;
  return { problems, digest: history.digest, events, history: history.lines, sessionsMs, restMs };
}

/** Lets all processes go, then all directories, from below; says what they left behind. */
async function leaveAll(village: Village): Promise<string[]> {
  const { simulation, seats } = village;
  const [homes, directories] = [seats.filter(({ isHome }) => isHome), seats.filter(({ isHome }) => !isHome)];
  for (const { tenant } of homes.toReversed()) tenant?.leave();
  await simulation.runFor(LEAVING_MS);
  for (const { tenant } of directories) tenant?.probe();
  await simulation.runFor(1_000);
  const problems = violations(village);
  for (const { tenant } of directories.toReversed()) tenant?.leave();
  await simulation.runFor(LEAVING_MS);
  const stayed = seats.filter(({ process }) => process.isAlive).map(({ name }) => `${name} does not leave`);
  return [...problems, ...stayed, ...seats.flatMap(({ leftovers }) => leftovers)];
}
