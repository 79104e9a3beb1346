// This module performs no I/O.

/** What the checks make of the home at hand: whether it can be read, who runs in it, and what was left behind. */

import { GROUP_ROLE } from "../../runtime/process/role_records.ts";
import { type Check, fail, ok, warn } from "./check.ts";

/** A home as it was found. */
export interface HomeFacts {
  readonly path: string;
  /** The names of its roles, without that of the group. */
  readonly roles: readonly string[];
  /** What is wrong with roles, in words that name the file. */
  readonly damage: readonly string[];
  /** Which processes hold the locks of roles, by role. */
  readonly holders: ReadonlyMap<string, number>;
  /** The last run of the group has no recorded end. */
  readonly isGroupOpen: boolean;
  /** What commands left that were cut off: names in the folder of the home. */
  readonly leftOver: readonly string[];
  /** Why nothing can be written to it, or null. */
  readonly problem: string | null;
}

/** Whether a home can be used, and whether what runs in it is together. Several checks where there are several things. */
export function homeChecks(home: HomeFacts | null, path: string): Check[] {
  if (home === null) {
    return [ok("home", `none at ${path}`, "cake create makes one, and so does cake run beside a cake.yaml")];
  }
  const checks: Check[] = [];
  for (const damage of home.damage) {
    checks.push(fail("home", damage, "put the file back from a copy, or remove the role: cake delete ROLE"));
  }
  if (home.problem !== null) {
    checks.push(
      fail("home", home.problem, "run cake as the user who owns the home, or give it to this one (chown -R)"),
    );
  }
  const orphans = orphansOf(home);
  if (orphans.length > 0) {
    const text = orphans.map(([role, pid]) => `${role} (pid ${pid})`).join(", ");
    checks.push(warn("home", `roles run without their group: ${text}`, "cake stop ends them"));
  }
  if (home.leftOver.length > 0) {
    checks.push(warn(
      "home",
      `commands that were cut off left ${home.leftOver.join(", ")}`,
      `they are in nobody's way, and can be removed from ${path} while no command runs`,
    ));
  }
  return checks.length > 0 ? [...checks, ...running(home)] : [summary(home)];
}

/**
 * Roles that run though the process that starts and ends them does not: it has begun and never ended, and is gone. Otherwise
 * another program runs them, such as the command of the original, which holds their locks itself.
 */
function orphansOf({ holders, isGroupOpen }: HomeFacts): [string, number][] {
  return holders.has(GROUP_ROLE) || !isGroupOpen ? [] : [...holders];
}

function summary(home: HomeFacts): Check {
  const count = home.roles.length === 1 ? "1 role" : `${home.roles.length} roles`;
  const [state] = running(home);
  const others = [...home.holders].map(([role, pid]) => `${role} runs as pid ${pid}`).join(", ");
  return ok("home", `${home.path}: ${count}, ${state?.finding ?? (others || "nothing running")}`);
}

/** What runs as it should, as a line of its own where there is trouble beside it. */
function running({ holders }: HomeFacts): Check[] {
  const leader = holders.get(GROUP_ROLE);
  if (leader === undefined) return [];
  const count = holders.size - 1;
  return [ok("home", `the group runs as pid ${leader}, with ${count} of its roles`)];
}
