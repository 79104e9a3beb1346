/** How a world comes to its rest after a round, and how long that may take. */

import { violations } from "./invariant.ts";
import type { Village } from "./village.ts";

/** How often it is looked whether anything has happened. */
const LOOK_MS = 1_500;
/** How long nothing must have happened: longer than transports without sessions are kept. */
const QUIET_MS = 9_500;
/** Time for questions and answers. */
const PROBE_MS = 400;
const PROBE_MS_SLOW = 4_000;
const WORDS = 2;
/** After a look that found something wrong, time for it to be mended. */
const MENDING_MS = 6_000;
/**
 * How long all sessions may take to be what they ought to be, after the last fault. Between machines, a link to a directory that
 * died before it said its first word is given up after 29 seconds, with an original as well (`FIRST_IDLE_SECONDS` and
 * `FIRST_GRACE_SECONDS` of the transport): until then it may be one.
 */
export const SESSIONS_MS_MAX = 45_000;
/**
 * How long it may take until nothing is left over: between machines, a connection that never said a word is closed after 90
 * seconds (`SILENT_CONNECTION_MS`); within one, routes that were not told again are forgotten after 16.
 */
export const REST_MS_MAX = { machines: 110_000, alone: 70_000 } as const;

/** How a round has ended. */
export interface Rest {
  readonly problems: readonly string[];
  /** How long after the last fault a session last began or ended, in virtual milliseconds. */
  readonly sessionsMs: number;
  /** How long after it nothing was left over. */
  readonly restMs: number;
}

/**
 * Lets time pass until all is as it ought to be, or until that has taken too long.
 *
 * @param since The moment of the last fault.
 */
export async function comeToRest(village: Village, since: number): Promise<Rest> {
  const { simulation } = village;
  const watch = new Watch(village);
  for (;;) {
    await watch.untilQuiet(since);
    const problems = await look(village);
    const sessionsMs = Math.max(0, watch.sessionsChangedAt - since);
    const restMs = simulation.now - since;
    watch.forget();
    if (problems.length === 0) {
      const late = `sessions still changed ${Math.round(sessionsMs)} ms after the last fault`;
      const isLate = sessionsMs > SESSIONS_MS_MAX;
      return { problems: isLate ? [late] : [], sessionsMs, restMs };
    }
    if (restMs > restMax(village)) return { problems, sessionsMs, restMs };
    await simulation.runFor(MENDING_MS);
  }
}

function restMax(village: Village): number {
  return REST_MS_MAX[placeOf(village)];
}

function placeOf({ shape }: Village): "machines" | "alone" {
  return shape.hosts.length > 1 ? "machines" : "alone";
}

/** Lets everybody speak, asks everybody, and says what is wrong. */
async function look(village: Village): Promise<string[]> {
  const { simulation, seats, shape } = village;
  for (const { tenant } of seats) {
    tenant?.probe();
    tenant?.talk(WORDS);
  }
  const isSlow = (shape.network.loopbackLatencyMeanMs ?? 0) > 10;
  await simulation.runFor(isSlow ? PROBE_MS_SLOW : PROBE_MS);
  return violations(village);
}

/** Notices when anything happens. */
class Watch {
  readonly #village: Village;
  #activity = -1;
  #sessions = -1;
  #activeAt = 0;
  /** When a session was last seen to have begun or ended. */
  sessionsChangedAt = 0;

  constructor(village: Village) {
    this.#village = village;
  }

  /** What happened up to now is of no interest, such as questions. */
  forget(): void {
    this.#activity = this.#sum(({ activity }) => activity);
  }

  async untilQuiet(since: number): Promise<void> {
    const { simulation } = this.#village;
    this.#activeAt = simulation.now;
    this.#look();
    while (simulation.now - this.#activeAt < QUIET_MS && simulation.now - since <= restMax(this.#village)) {
      await simulation.runFor(LOOK_MS);
      this.#look();
    }
  }

  #look(): void {
    const { now } = this.#village.simulation;
    const activity = this.#sum(({ activity }) => activity);
    const sessions = this.#sum(({ sessionChanges }) => sessionChanges);
    if (activity !== this.#activity) this.#activeAt = now;
    if (sessions !== this.#sessions) this.sessionsChangedAt = now;
    this.#activity = activity;
    this.#sessions = sessions;
  }

  #sum(of: (tenant: NonNullable<Village["seats"][number]["tenant"]>) => number): number {
    return this.#village.seats.reduce((sum, { tenant }) => sum + (tenant === null ? 0 : of(tenant)), 0);
  }
}
