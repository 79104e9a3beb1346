/** Machines: classes that are actors, whose messages a table dispatches. */

import { Actor, cellOf } from "./actor.ts";
import { type MachineCell, StateCell, StatelessCell } from "./machine_cell.ts";

/**
 * What the two kinds of machine share. A handler may be an async function: the next message is then handled after it has
 * come to its end.
 */
export abstract class Machine extends Actor {
  /** @internal */
  constructor(cell: MachineCell) {
    super(cell);
    cell.hold(this);
  }
}

/** A machine with one row: what it does with a message does not depend on what came before, unless it remembers. */
export abstract class Stateless extends Machine {
  /** Makes the machine; its operations can be used from `Start` on. */
  constructor() {
    super(new StatelessCell());
  }
}

/** A machine with a row for each of its states; a handler returns the next state. */
export abstract class StateMachine<S extends string> extends Machine {
  /**
   * Begins in a state.
   *
   * @param initial The one in which `Start`, the first message, finds it.
   */
  constructor(initial: S) {
    super(new StateCell(initial));
  }

  /** The state that it is in. */
  get state(): S {
    return (cellOf(this) as StateCell).state as S;
  }
}
