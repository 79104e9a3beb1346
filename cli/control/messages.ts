// This module performs no I/O.

/** What is said between a composite process and whoever looks at it from outside. */

import { Enumeration, Float8, Integer8, Message, registerAll, Unicode, VectorOf } from "../../runtime/mod.ts";
import { RoleReport } from "../../directory/mod.ts";

/**
 * How a role stands. `STARTING`: its process was started; for a program that is not of this project, that is all that
 * can be known. `UP`: its main object runs. `WAITING`: it ended, and will be started again. `STOPPED`: somebody stopped it.
 */
export const RoleStates = Enumeration({ STARTING: 0, UP: 1, STOPPING: 2, WAITING: 3, ENDED: 4, STOPPED: 5 });

/** What can be done to one role. */
export const RoleActions = Enumeration({ START: 0, STOP: 1, RESTART: 2 });

registerAll("composite_control", { RoleStates, RoleActions });

/** One role of a composite process. */
export class RoleStatus extends Message({
  role: Unicode.default(""),
  state: RoleStates.default("STARTING"),
  /** Its process; 0 where none runs. */
  pid: Integer8.default(0),
  /** Seconds since 1970 since when it is in this state. */
  since: Float8.default(0),
  /** How often it was started again. */
  restarts: Integer8.default(0),
  /** What it ended with last; empty where it has not. */
  ending: Unicode.default(""),
  /** The last line that it wrote to stderr, where that is known. */
  lastLine: Unicode.default(""),
}) {}

/** Asks for a {@link CompositeStatus}. The token is in the home: who can read that may ask. */
export class GetCompositeStatus extends Message({ token: Unicode.default("") }) {}

/** The roles of a composite process, and what those of them that report last counted. */
export class CompositeStatus extends Message({
  roles: VectorOf(RoleStatus),
  reports: VectorOf(RoleReport),
}) {}

/** Asks that something is done to a role. The answer is `Ack`, or a fault. */
export class RoleWish extends Message({
  token: Unicode.default(""),
  role: Unicode.default(""),
  action: RoleActions.default("RESTART"),
}) {}

registerAll("composite_control", { RoleStatus, GetCompositeStatus, CompositeStatus, RoleWish });
