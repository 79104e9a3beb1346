// This module performs no I/O.

/**
 * How often a subscriber is told of sessions with one name: at each scope a few times in a row, and then once in a while,
 * however often publishers come and go. Whoever was left for a nearer one, and is met again when that has gone, is not counted:
 * how often that may happen follows from what holds at the nearer scope.
 */

import { LOSS_INTERVAL_MS, LOSSES_AT_ONCE_MAX } from "../../directory/bounds.ts";
import { isNearer } from "../../directory/scope.ts";
import type { Available, Dropped } from "../../directory/mod.ts";
import type { Scope } from "../../runtime/mod.ts";

/** In a row: the first one, those after the losses that cost nothing, and one that was waiting already when another was lost. */
const JOINS_AT_ONCE_MAX = 1 + LOSSES_AT_ONCE_MAX + 1;

/** Joins with one name at one scope. */
interface Joins {
  /** Those that still count, and since when they have been worn away. */
  count: number;
  at: number;
  /** The last one was left for a nearer one. */
  wasLeft: boolean;
}

/** Sessions of one subscription with one name. */
interface Course {
  readonly byScope: Map<Scope, Joins>;
  /** The last end of one. */
  ended: { readonly scope: Scope; readonly at: number } | null;
}

/** What one subscriber is told, in the course of time. */
export class Pace {
  readonly #now: () => number;
  readonly #courses = new Map<string, Course>();

  /** @param now Virtual milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  #courseOf({ subscribedId, name }: Available | Dropped): Course {
    const key = `${subscribedId} ${name}`;
    const known = this.#courses.get(key);
    if (known !== undefined) return known;
    const course: Course = { byScope: new Map(), ended: null };
    this.#courses.set(key, course);
    return course;
  }

  /** A session has begun; false if there were too many before it. */
  joined(message: Available): boolean {
    const { byScope, ended } = this.#courseOf(message);
    const scope = message.scope!;
    const now = this.#now();
    const left = ended?.at === now && isNearer(scope, ended.scope) ? byScope.get(ended.scope) : undefined;
    if (left !== undefined) left.wasLeft = true;
    const joins = byScope.get(scope) ?? { count: 0, at: now, wasLeft: false };
    byScope.set(scope, joins);
    joins.count = Math.max(0, joins.count - (now - joins.at) / LOSS_INTERVAL_MS) + (joins.wasLeft ? 0 : 1);
    joins.at = now;
    joins.wasLeft = false;
    return joins.count <= JOINS_AT_ONCE_MAX;
  }

  /** A session has ended. */
  dropped(message: Dropped): void {
    this.#courseOf(message).ended = { scope: message.scope!, at: this.#now() };
  }
}
