// This module performs no I/O.

/** What the command ends with. */

import { Aborted, Faulted } from "../runtime/messages/faults.ts";
import { FAULT_EXIT_STATUS } from "../runtime/process/child.ts";
import { castBack } from "../runtime/types/cast.ts";

/** Roles of a run without a main role have failed. */
export const ROLE_FAILED_STATUS = 70;

/** Every exit status of the command itself, and what it says. */
export const EXIT_CODES: readonly { readonly code: number; readonly meaning: string }[] = [
  { code: 0, meaning: "all went well" },
  {
    code: ROLE_FAILED_STATUS,
    meaning: "run without a main role: all roles have ended, at least one of them with a fault; the table says which",
  },
  {
    code: FAULT_EXIT_STATUS,
    meaning: "something is wrong, and a line on stderr says what; also what an interrupted run, host or lan ends with",
  },
];

/** What else a command can end with. */
export const OTHER_EXIT_CODES =
  "A main role's fault, and the module of exec, may bring a status of their own; a signal counts as 128 and its number.";

/** True for a table of roles in which one ended with a fault, other than being stopped. */
export function hasFailedRole(value: unknown): boolean {
  const table = castBack(value);
  return table instanceof Map &&
    [...table.values()].some((role) => role instanceof Faulted && !(role instanceof Aborted));
}
