/**
 * The course of a simulated world: rounds of things that happen, each planned from the seed alone, so that one of them can be
 * left out and the others happen as before.
 */

import { SeededRandom } from "../../runtime/simulation/mod.ts";
import { type Fault, faultsFor } from "./faults.ts";
import type { WorldShape } from "./shape.ts";
import { Stage } from "./stage.ts";
import type { Village } from "./village.ts";

/** One thing that happens. */
export interface Step {
  /** Counts all steps of all rounds, from 0. */
  readonly index: number;
  /** Milliseconds since the step before. */
  readonly pauseMs: number;
  readonly fault: Fault;
}

const PAUSES_MS = [0, 0, 0, 0.3, 3, 50, 400, 2_000, 5_000, 12_000] as const;
const STEPS_MIN = 6;
const STEPS_RANGE = 30;
/** How many of the faults each world knows: with fewer kinds, each of them goes further. */
const FAULT_SHARES = [0.15, 0.3, 0.6, 1] as const;
/** How many of those that have ended start again at the end of a round. */
const RETURN_SHARE = 0.75;

/** All rounds of a world. */
export function planOf(shape: WorldShape): readonly (readonly Step[])[] {
  const random = new SeededRandom(`plan ${shape.seed}`);
  const share = random.pick(FAULT_SHARES);
  const faults = faultsFor(shape).filter(({ isUsual }) => isUsual === true || random.chance(share));
  const total = faults.reduce((sum, { rate }) => sum + rate, 0);
  const rounds = random.pick([1, 1, 1, 1, 1, 2, 2, 3]);
  let index = 0;
  return Array.from(
    { length: rounds },
    () =>
      Array.from({ length: Math.ceil((STEPS_MIN + random.integer(STEPS_RANGE)) / rounds) }, () => {
        let at = random.integer(total);
        const fault = faults.find(({ rate }) => (at -= rate) < 0)!;
        return { index: index++, pauseMs: random.pick(PAUSES_MS), fault };
      }),
  );
}

/**
 * Plays a round and ends it.
 *
 * @param isPlayed Which steps happen; time passes for all of them
 * @returns The moment from which on nothing more happens to the world
 */
export async function playRound(
  village: Village,
  steps: readonly Step[],
  isPlayed: (step: Step) => boolean,
): Promise<number> {
  const { simulation, shape } = village;
  const stage = new Stage(village);
  for (const step of steps) {
    await simulation.runFor(step.pauseMs);
    if (!isPlayed(step)) continue;
    simulation.note(`step ${step.index}: ${step.fault.kind}`, "script");
    step.fault.happen(stage, new SeededRandom(`step ${shape.seed} ${step.index}`));
  }
  calm(stage, new SeededRandom(`calm ${shape.seed} ${steps[0]?.index}`));
  return Math.max(stage.lastsUntil, simulation.now);
}

/** Ends everything that keeps a world from its rest; most of those who have ended start again. */
function calm(stage: Stage, random: SeededRandom): void {
  const { village: { shape, seatAt }, simulation } = stage;
  stage.note("calm");
  stage.end();
  simulation.healAll();
  for (const host of simulation.hosts) host.powerOn();
  for (const [index, { scope }] of shape.seats.entries()) {
    const returns = random.chance(RETURN_SHARE) || (scope !== "PROCESS" && scope !== "LIBRARY");
    const seat = seatAt(index);
    // Who is leaving just now would otherwise be gone a moment later.
    if (seat?.tenant?.isLeaving) seat?.process.crash();
    if (returns) seat?.start();
  }
}
