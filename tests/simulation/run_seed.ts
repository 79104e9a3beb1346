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
  /** Things that happen. @default {30} */
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

/** Longer than any wait in the directories, and what follows. */
const REST_MS = 180_000;
/** How long the village must be quiet. */
const QUIET_MS = 60_000;
const PROBE_MS = 10_000;

/** Runs one seed. */
export async function runSeed(seed: number, options: SeedOptions = {}): Promise<SeedResult> {
  const village = VILLAGES[options.village ?? "host"](seed);
  const { simulation } = village;
  const problems: string[] = [];
  try {
    const script = new Script(village);
    await script.play(options.steps ?? 30);
    simulation.note("calm", "script");
    script.calm();
    await simulation.runFor(REST_MS);
    const frames = framesOf(village);
    await simulation.runFor(QUIET_MS);
    if (options.village !== "lan" && framesOf(village) !== frames) problems.push("the village does not come to rest");
    for (const { tenant } of village.seats) tenant?.probe();
    await simulation.runFor(PROBE_MS);
    problems.push(...violations(village));
  } catch (error) {
    problems.push(error instanceof Error ? error.stack ?? error.message : String(error));
  }
  const { history, events } = simulation;
  return { problems, digest: history.digest, events, history: history.lines };
}

/** Frames that were sent by the living so far. */
function framesOf({ seats }: Village): number {
  return seats.reduce((sum, { tenant }) => sum + (tenant?.networkCounts.framesOut ?? 0), 0);
}
