// This module performs no I/O.

/** How far names reach, and which of two scopes is nearer. */

import type { Scope } from "../runtime/mod.ts";

/** The numbers of scopes in the original's order: smaller is wider. */
const REACH: Readonly<Record<Scope, number>> = { WAN: 1, LAN: 2, HOST: 3, GROUP: 4, PROCESS: 5, LIBRARY: 6 };

/** The number of a scope: 1 for WAN, the widest, to 6 for LIBRARY, the nearest. */
export function reachOf(scope: Scope): number {
  return REACH[scope];
}

/** True when `scope` reaches further than `other`. */
export function isWider(scope: Scope, other: Scope): boolean {
  return REACH[scope] < REACH[other];
}

/** True when `scope` is closer to the process than `other`. */
export function isNearer(scope: Scope, other: Scope): boolean {
  return REACH[scope] > REACH[other];
}

/** True for the name of a scope, as opposed to anything else. */
export function isScope(value: unknown): value is Scope {
  return typeof value === "string" && Object.hasOwn(REACH, value);
}
