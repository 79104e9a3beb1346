/** One simulation from one seed: mischief, rest, and what is wrong then. */

import { violations } from "./invariant.ts";
import { Script } from "./mischief.ts";
import { hostVillage, lanVillage, type Village } from "./village.ts";

/** The two villages there are. */
export const VILLAGES = { host: hostVillage, lan: lanVillage } as const;

/** What a village is called. */
export type VillageName = keyof typeof VILLAGES;

/** How long a seed may go on. */
export interface SeedOptions {
  /** @default {"host"} */
  readonly village?: VillageName;
  /** Things that happen; by default 15 to 59, as the seed has it. */
  readonly steps?: number;
}

/** What a seed gave. */
export interface SeedResult {
  /** Empty when all is well. */
  readonly problems: readonly string[];
  /** Stands for all that happened. */
  readonly digest: string;
  readonly events: number;
  /** The latest lines of what happened. */
  readonly history: readonly string[];
}

/**
 * How long the village has until it must be at rest. The longest way there: a route that nobody clears fails until its
 * home asks for it again, which takes two minutes at most (`ROUTE_AGAIN_MS`, `RENEWAL_INTERVAL_MS`).
 */
const REST_MS = 180_000;
/** How long the village must be quiet. */
const QUIET_MS = 60_000;
const STEPS_MIN = 15;
const STEPS_RANGE = 45;
/** Time for questions and answers. */
const PROBE_MS = 10_000;

/** Runs one seed, and says what is wrong at its end. */
export async function runSeed(seed: number, options: SeedOptions = {}): Promise<SeedResult> {
  const village = VILLAGES[options.village ?? "host"](seed);
  const problems: string[] = [];
  try {
    problems.push(...await play(village, options.steps ?? STEPS_MIN + seed % STEPS_RANGE), ...violations(village));
  } catch (error) {
    problems.push(error instanceof Error ? error.stack ?? error.message : String(error));
  }
  const { history, events } = village.simulation;
  return { problems, digest: history.digest, events, history: history.lines };
}

/** Lets things happen in a village, brings it to rest and probes it. Returns what kept it from resting. */
export async function play(village: Village, steps: number): Promise<string[]> {
  const { simulation, seats } = village;
  const script = new Script(village);
  await script.play(steps);
  simulation.note("calm", "script");
  script.calm();
  await simulation.runFor(REST_MS);
  const frames = framesOf(village);
  await simulation.runFor(QUIET_MS);
  // Between machines there are signs of life all the time.
  const isQuiet = simulation.hosts.length > 1 || framesOf(village) === frames;
  for (const { tenant } of seats) tenant?.probe();
  await simulation.runFor(PROBE_MS);
  return isQuiet ? [] : ["the village does not come to rest"];
}

/** Frames that were sent by the living so far. */
function framesOf({ seats }: Village): number {
  return seats.reduce((sum, { tenant }) => sum + (tenant?.networkCounts.framesOut ?? 0), 0);
}
