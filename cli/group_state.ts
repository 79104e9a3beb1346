// This module performs no I/O.

/** Which roles of a composite process run, wait or are done, and what follows when one ends. */

import { Aborted } from "../runtime/messages/faults.ts";
import type { RetryIntervals } from "../runtime/process/retry.ts";
import { RestartPolicy } from "../runtime/restart_policy.ts";

/** How a composite process is to behave. */
export interface GroupPolicy {
  /** Its end is the end of all, and its value that of the whole. */
  readonly mainRole: string | null;
  /** Without a main role: a role that ended and is not started again ends all. */
  readonly stopOnExit?: boolean;
  /** Goes on until it is stopped, whatever ends: somebody may want roles to run again. */
  readonly isLasting?: boolean;
  /** Pauses before a role that ended is started again; null: it is not. */
  readonly retry: RetryIntervals | null;
  /** A whole number in [0, bound). */
  readonly random: (bound: number) => number;
}

/** What is to be done. Units: seconds. */
export type GroupEffect =
  | { readonly kind: "start"; readonly role: string }
  | { readonly kind: "pause"; readonly role: string; readonly seconds: number }
  | { readonly kind: "stop"; readonly roles: readonly string[] }
  /** The table of what roles returned, by name. */
  | { readonly kind: "returnTable"; readonly table: ReadonlyMap<string, unknown> }
  | { readonly kind: "return"; readonly value: unknown };

/** Stands for the table of what the roles returned, where that is what will be returned. */
const TABLE = Symbol("table");

/**
 * A composite process. Roles that end are started again as long as the policy has pauses for them; the main role is not.
 * Without a main role the whole goes on while a role runs or waits.
 */
export class GroupState {
  readonly #policy: GroupPolicy;
  readonly #running = new Set<string>();
  readonly #waiting = new Set<string>();
  readonly #returned = new Map<string, unknown>();
  readonly #restarts = new Map<string, RestartPolicy>();
  /** What somebody wants of roles that are about to end. */
  readonly #wanted = new Map<string, "stopped" | "running">();
  /** What will be returned once all have ended. */
  #ending: { readonly value: unknown } | null = null;

  constructor(policy: GroupPolicy) {
    this.#policy = policy;
  }

  /** The roles that run. */
  get running(): readonly string[] {
    return [...this.#running];
  }

  get isEnding(): boolean {
    return this.#ending !== null;
  }

  /** All roles begin. */
  begin(roles: readonly string[]): GroupEffect[] {
    for (const role of roles) this.#running.add(role);
    return roles.map((role) => ({ kind: "start", role }));
  }

  /** A role has ended with a value. */
  ended(role: string, value: unknown): GroupEffect[] {
    this.#running.delete(role);
    if (this.#ending !== null) {
      if (this.#ending.value === TABLE) this.#returned.set(role, value);
      return this.#settle();
    }
    const wanted = this.#wanted.get(role);
    this.#wanted.delete(role);
    if (wanted === "running") return this.#begin(role);
    if (role === this.#policy.mainRole && this.#policy.isLasting !== true) return this.#end(value);
    this.#returned.set(role, value);
    if (wanted === "stopped") return this.#settle();
    const seconds = this.#nextPause(role);
    if (seconds === null) {
      const endsAll = this.#policy.stopOnExit === true && this.#policy.mainRole === null && this.#running.size > 0;
      return endsAll ? this.#end(TABLE) : this.#settle();
    }
    this.#waiting.add(role);
    return [{ kind: "pause", role, seconds }];
  }

  #nextPause(role: string): number | null {
    const { retry, random } = this.#policy;
    if (retry === null) return null;
    let restarts = this.#restarts.get(role);
    if (restarts === undefined) this.#restarts.set(role, restarts = new RestartPolicy(retry, {}, random));
    // Without limits of intensity it does not matter when.
    return restarts.next(0, 0);
  }

  /** The pause of a role is over. */
  pauseOver(role: string): GroupEffect[] {
    return this.#waiting.has(role) ? this.#begin(role) : [];
  }

  #begin(role: string): GroupEffect[] {
    this.#waiting.delete(role);
    this.#running.add(role);
    return [{ kind: "start", role }];
  }

  /** Somebody wants a role to run: now, if it doesn't. */
  startRole(role: string): GroupEffect[] {
    if (this.isEnding) return [];
    if (!this.#running.has(role)) return this.#begin(role);
    // One that was about to end for good begins once more.
    if (this.#wanted.get(role) === "stopped") this.#wanted.set(role, "running");
    return [];
  }

  /** Somebody wants a role to end, and not to be started again. The end of the main role is still the end of all. */
  stopRole(role: string): GroupEffect[] {
    if (this.isEnding) return [];
    if (this.#waiting.delete(role)) return this.#settle();
    return this.#endRole(role, "stopped");
  }

  /** Somebody wants a role to begin anew, whether it runs or not. It costs none of the pauses that it has. */
  restartRole(role: string): GroupEffect[] {
    return this.#running.has(role) ? this.#endRole(role, "running") : this.startRole(role);
  }

  #endRole(role: string, then: "stopped" | "running"): GroupEffect[] {
    if (this.isEnding || !this.#running.has(role)) return [];
    const isTold = this.#wanted.has(role);
    this.#wanted.set(role, then);
    return isTold ? [] : [{ kind: "stop", roles: [role] }];
  }

  /** The whole is to stop. */
  stop(): GroupEffect[] {
    return this.#ending === null ? this.#end(new Aborted()) : [];
  }

  #end(value: unknown): GroupEffect[] {
    this.#ending = { value };
    this.#waiting.clear();
    return this.#running.size === 0 ? this.#settle() : [{ kind: "stop", roles: this.running }];
  }

  #settle(): GroupEffect[] {
    if (this.#running.size > 0 || this.#waiting.size > 0) return [];
    if (this.#ending === null && this.#policy.isLasting === true) return [];
    if (this.#ending !== null && this.#ending.value !== TABLE) return [{ kind: "return", value: this.#ending.value }];
    return [{ kind: "returnTable", table: this.#returned }];
  }
}
