/** A simulated world made from its shape: hosts, and seats with their processes. */

import { Simulation } from "../../runtime/simulation/mod.ts";
import { Seat } from "./seat.ts";
import { shapeOf, type WorldShape } from "./shape.ts";

/** Lines of history that are kept. */
const HISTORY_LINES = 20_000;

/** A whole simulation. */
export interface Village {
  readonly shape: WorldShape;
  readonly simulation: Simulation;
  /** Directories before those below them. */
  readonly seats: readonly Seat[];
  /** The seat at a place of the shape; null for one that was left out. */
  readonly seatAt: (index: number) => Seat | null;
}

/**
 * Makes the world of a seed.
 *
 * @param without Places of the shape that are left out, with all below them.
 */
export function makeVillage(seed: number, without: ReadonlySet<number> = new Set()): Village {
  const shape = shapeOf(seed);
  const simulation = new Simulation({ seed, historyLinesMax: HISTORY_LINES, network: shape.network });
  const hosts = shape.hosts.map(({ name, address, portCount }) =>
    simulation.host(name, { address, ...(portCount === undefined ? {} : { portCount }) })
  );
  const seats = new Map<number, Seat>();
  for (const [index, seat] of shape.seats.entries()) {
    const parent = seat.parent === null ? null : seats.get(seat.parent) ?? null;
    if (without.has(index) || (seat.parent !== null && parent === null)) continue;
    seats.set(index, new Seat(index, { shape: seat, host: hosts[seat.host]!, parent, conditions: shape }));
  }
  return { shape, simulation, seats: [...seats.values()], seatAt: (index) => seats.get(index) ?? null };
}
