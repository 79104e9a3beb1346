// This module performs no I/O.

/** What a role and the composite process that runs it tell each other, where both are of this project. */

import { Float8, Integer8, Message, registerAll, Unicode } from "../runtime/mod.ts";

/** A role to its composite process: its main object has begun. */
export class RoleRuns extends Message({
  /** Proves that the role was started by it. */
  token: Unicode.default(""),
  roleName: Unicode.default(""),
  pid: Integer8.default(0),
}) {}

/** Asks a role for its {@link RoleReport}. */
export class GetRoleReport extends Message({}) {}

/** What a role counts. */
export class RoleReport extends Message({
  roleName: Unicode.default(""),
  /** When it counted, in seconds since 1970. */
  at: Float8.default(0),
  /** Messages that actors and connections were handed so far. */
  delivered: Integer8.default(0),
  /** Messages that wait. */
  waiting: Integer8.default(0),
  /** Messages that were thrown away so far. */
  discarded: Integer8.default(0),
  /** Names that are published. */
  published: Integer8.default(0),
  /** Searches that are subscribed. */
  subscribed: Integer8.default(0),
  /** Open sessions, of subscribers and publishers. */
  sessions: Integer8.default(0),
}) {}

registerAll("composite_role", { RoleRuns, GetRoleReport, RoleReport });
