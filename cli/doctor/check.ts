// This module performs no I/O.

/** What was found out about one thing that cake needs, and what follows from it. */

/** How bad it is: `warn` is in the way of something, `fail` of everything. */
export type Verdict = "ok" | "warn" | "fail";

/** The name of a check. These stay: programs go by them. */
export type CheckName =
  | "platform"
  | "folders"
  | "locks"
  | "modules"
  | "clock"
  | "ports"
  | "station"
  | "host-directory"
  | "lan-directory"
  | "home";

/** The outcome of a check; one name may have several. */
export interface Check {
  readonly check: CheckName;
  readonly verdict: Verdict;
  /** What is so. */
  readonly finding: string;
  /** What to do about it, or null where there is nothing to do. */
  readonly advice: string | null;
}

/** All is well, though there may be something to know. */
export function ok(check: CheckName, finding: string, advice: string | null = null): Check {
  return { check, verdict: "ok", finding, advice };
}

/** Something will not work. */
export function warn(check: CheckName, finding: string, advice: string): Check {
  return { check, verdict: "warn", finding, advice };
}

/** Nothing will work until that is mended. */
export function fail(check: CheckName, finding: string, advice: string): Check {
  return { check, verdict: "fail", finding, advice };
}
