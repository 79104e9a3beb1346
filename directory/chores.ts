// This module performs no I/O.

/**
 * Work that is too much for one turn, such as trying a hundred thousand names with a new search. It is done in slices, in turns
 * of its own between those of events, so that nobody has to wait for what somebody else asked for. Each child has lanes of
 * its own and all lanes get the same: who asks for much waits for it alone.
 */

import type { Moment } from "./effects.ts";
import { Effort } from "./match/effort.ts";

/** Units of work in one turn: a few milliseconds on a small machine. */
export const TURN_UNITS = 2000;
/** Units that one lane gets before the next one has its turn. */
const SLICE_UNITS = 250;
/** Units that a step counts for besides what it does. */
const STEP_UNITS = 1;

/** Steps of a piece of work. Each ends with the piece, or once the effort is spent. */
export type Steps = Generator<void, void>;

/** A piece of work that waits for its turns. */
export interface Chore {
  readonly lane: string;
  readonly steps: Steps;
}

/** All work that waits. */
export class Chores {
  /** What may be done in this turn, by whatever is done in it. */
  readonly effort = new Effort(0);
  readonly #lanes = new Map<string, Set<Chore>>();
  readonly #turnUnits: number;
  #moment: Moment | null = null;

  /** @param turnUnits Units of work in one turn. */
  constructor(turnUnits: number = TURN_UNITS) {
    this.#turnUnits = turnUnits;
  }

  /** True when something waits. */
  get isWaiting(): boolean {
    return this.#lanes.size > 0;
  }

  /** How many pieces of work wait. */
  get size(): number {
    let size = 0;
    for (const lane of this.#lanes.values()) size += lane.size;
    return size;
  }

  /** The turn in which a step runs. */
  get moment(): Moment {
    if (this.#moment === null) throw new TypeError("No step runs outside of a turn");
    return this.#moment;
  }

  /** Begins the turn of an event. */
  beginTurn(moment: Moment): void {
    this.#moment = moment;
    this.effort.renew(this.#turnUnits);
  }

  /**
   * Does a piece of work, as far as this turn reaches.
   *
   * @returns What is left of it and waits, or null.
   */
  begin(lane: string, steps: Steps): Chore | null {
    if (!this.effort.isSpent && this.#step(steps)) return null;
    const chore: Chore = { lane, steps };
    const others = this.#lanes.get(lane);
    if (others === undefined) this.#lanes.set(lane, new Set([chore]));
    else others.add(chore);
    return chore;
  }

  /** Takes back a piece of work that waits. */
  cancel(chore: Chore): void {
    const lane = this.#lanes.get(chore.lane);
    if (lane !== undefined && lane.delete(chore) && lane.size === 0) this.#lanes.delete(chore.lane);
  }

  /** Goes on with what waits, for the rest of this turn. */
  work(): void {
    let left = this.#turnUnits;
    while (left > 0 && this.#lanes.size > 0) {
      const slice = Math.min(SLICE_UNITS, left);
      this.effort.renew(slice);
      const [next] = this.#lanes;
      this.#workOn(...next!);
      left -= slice - this.effort.left;
    }
    this.effort.renew(left);
  }

  /** Gives a lane its slice, and the last place in the order of lanes. */
  #workOn(lane: string, chores: Set<Chore>): void {
    this.#lanes.delete(lane);
    this.#lanes.set(lane, chores);
    for (const chore of chores) {
      if (this.effort.isSpent) return;
      if (this.#step(chore.steps)) this.cancel(chore);
    }
  }

  #step(steps: Steps): boolean {
    this.effort.spend(STEP_UNITS);
    return steps.next().done === true;
  }
}
