// This module performs no I/O.

/** Ending what runs in a home: who is asked first, and who is made to when that does not help. */

import type { SignalName } from "../runtime/world.ts";

/** How long the group has to end its roles, which has a ladder of its own, and a role on its own to end. */
export const INTERRUPT_GRACE_MS = 10_000;
/** How long after that a terminated process has before it is killed. */
export const TERMINATE_GRACE_MS = 10_000;
/** How long the group may take after its last role has gone. */
const GROUP_GRACE_MS = 10_000;

/** How far this has come. Times are monotonic milliseconds. */
export interface StopProgress {
  /** When it began. */
  readonly begun: number;
  /** What was sent to a process last. */
  readonly sent: ReadonlyMap<number, SignalName>;
}

/** A signal that is due. */
export interface StopSignal {
  readonly pid: number;
  readonly name: SignalName;
  /** The roles whose locks the process holds. */
  readonly roles: readonly string[];
}

/**
 * The signals that are due at a moment, given who holds the locks then. The group is interrupted, as it ends its roles
 * in order; without it each role is. What still runs after 10 s is terminated, after 20 s killed; the group, which must
 * not go before its roles, 10 s later each.
 *
 * @param holders Processes that hold locks of roles, by role.
 * @param group The role of the group.
 */
export function dueSignals(
  holders: ReadonlyMap<string, number>,
  group: string,
  progress: StopProgress,
  now: number,
): StopSignal[] {
  const leader = holders.get(group);
  const roles = new Map<number, string[]>();
  for (const [role, pid] of holders) roles.set(pid, [...roles.get(pid) ?? [], role]);
  const due: StopSignal[] = [];
  for (const [pid, names] of roles) {
    const isLeader = pid === leader;
    const elapsed = now - progress.begun - (isLeader ? GROUP_GRACE_MS : 0);
    const name = dueSignal(elapsed, isLeader || leader === undefined);
    if (name !== null && rank(name) > rank(progress.sent.get(pid))) due.push({ pid, name, roles: names });
  }
  return due;
}

function dueSignal(elapsed: number, isFirst: boolean): SignalName | null {
  if (elapsed >= INTERRUPT_GRACE_MS + TERMINATE_GRACE_MS) return "SIGKILL";
  if (elapsed >= INTERRUPT_GRACE_MS) return "SIGTERM";
  return isFirst ? "SIGINT" : null;
}

function rank(name: SignalName | undefined): number {
  return name === undefined ? 0 : name === "SIGINT" ? 1 : name === "SIGTERM" ? 2 : 3;
}
