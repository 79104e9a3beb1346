// This module performs no I/O.

/** What the checks make of the machine itself: platform, folders, locks, modules, clock. */

import type { ProgramInfo } from "../../runtime/world.ts";
import { type Check, fail, ok, warn } from "./check.ts";

/** The libraries of C that programs of a Linux are made for. */
export type LibraryOfC = "glibc" | "musl";

/** The platform as the checks need to know it. */
export interface PlatformFacts extends Pick<ProgramInfo, "platform" | "architecture"> {
  /** The C library of this process; null where that can't be told. */
  readonly libc: LibraryOfC | null;
}

const SYSTEMS: Readonly<Record<string, string>> = { linux: "Linux", darwin: "macOS", windows: "Windows" };
const ARCHITECTURES: readonly string[] = ["x86_64", "aarch64"];

/** The C library in the list of what is mapped into a process, `/proc/self/maps` of Linux. */
export function libcOf(maps: string): LibraryOfC | null {
  if (/\/libc(?:-[\d.]+)?\.so(?:\.6)?$/m.test(maps)) return "glibc";
  return /\/(?:ld-musl-\S+|libc\.musl-\S+)$/m.test(maps) ? "musl" : null;
}

/** Whether there is a cake for this system. */
export function platformCheck({ platform, architecture, libc }: PlatformFacts): Check {
  const found = `${SYSTEMS[platform] ?? platform} on ${architecture}${libc === null ? "" : `, ${libc}`}`;
  if (!ARCHITECTURES.includes(architecture)) {
    return fail(
      "platform",
      `${found}: cake needs a 64-bit system on x86-64 or arm64`,
      "on a 32-bit system of a 64-bit board, install its 64-bit system (a Raspberry Pi 3 or later has one)",
    );
  }
  if (libc === "musl") {
    return fail(
      "platform",
      `${found}: cake needs glibc, as Debian, Ubuntu, Fedora and Raspberry Pi OS have it`,
      "run cake on such a system, or in a container of one",
    );
  }
  if (platform === "windows") {
    return warn("platform", found, "only foreground runs are complete there: roles are ended without a Stop");
  }
  return SYSTEMS[platform] === undefined
    ? warn("platform", `${found}, which nobody has tried`, "Linux and macOS are known to work")
    : ok("platform", found);
}

/** A folder that cake writes to. */
export interface FolderFacts {
  /** What it is for: `the cache of modules`. */
  readonly use: string;
  /** Null where the environment names none. */
  readonly path: string | null;
  /** Why nothing can be written there, or null. */
  readonly problem: string | null;
}

/** Whether what cake keeps outside of homes can be kept. */
export function foldersCheck(home: string | null, folders: readonly FolderFacts[]): Check {
  const bad = folders.filter(({ path, problem }) => path === null || problem !== null);
  if (bad.length > 0) {
    const found = bad.map(({ use, path, problem }) => path === null ? `no place for ${use}` : `${use}: ${problem}`);
    const places = bad.map(({ path }) => path).filter((path) => path !== null);
    return warn(
      "folders",
      found.join("; "),
      home === null
        ? "set HOME to a folder that can be written, or XDG_CACHE_HOME for the cache alone"
        : `make ${places.join(" and ")} writable for this user, or name other folders by XDG_CACHE_HOME and TMPDIR`,
    );
  }
  const written = folders.map(({ path }) => path).join(" and ");
  return home === null
    ? warn("folders", `HOME is not set; ${written} can be written`, "set HOME, as services of the system have to")
    : ok("folders", `${written} can be written`);
}

/** Whether the locks are those that programs of the original see. */
export function locksCheck(kind: "record" | "file"): Check {
  if (kind === "record") return ok("locks", "record locks, which layer-cake of Python sees, too");
  return warn(
    "locks",
    "no record locks through FFI: cakes exclude each other, but layer-cake of Python does not see that a role runs, " +
      "and nobody sees which process runs it",
    "don't use this machine's homes with both; with Deno, allow FFI (-A or --allow-ffi)",
  );
}

/** How running a module went. */
export type ModuleOutcome =
  | { readonly kind: "ran"; readonly seconds: number }
  | { readonly kind: "failed"; readonly why: string }
  | { readonly kind: "late"; readonly seconds: number };

/** A start that takes longer than that is told as slow. */
const SLOW_START_SECONDS = 2;

/** Whether a TypeScript module runs that imports cake. */
export function modulesCheck(outcome: ModuleOutcome): Check {
  switch (outcome.kind) {
    case "failed":
      return fail(
        "modules",
        `a module of TypeScript does not run: ${outcome.why}`,
        "what it says is the place to begin",
      );
    case "late":
      return warn(
        "modules",
        `a module of TypeScript was not done after ${outcome.seconds} s`,
        "try again when the machine is idle; cake exec FILE shows what takes so long",
      );
    case "ran": {
      const took = `a module of TypeScript ran in ${outcome.seconds.toFixed(2)} s`;
      if (outcome.seconds < SLOW_START_SECONDS) return ok("modules", took);
      return ok("modules", took, "the first start of a module is the slowest; roles of a composite start one per core");
    }
  }
}

/** What is known about the time of day. Units as named; wall clocks are microseconds since 1970. */
export interface ClockFacts {
  readonly wall: bigint;
  /** When this version was made. */
  readonly made: bigint;
  /** When the program file was put in place, or null. */
  readonly placed: bigint | null;
  /** How far the wall clock ran ahead of the monotonic one while the checks ran. */
  readonly jumpMs: number;
  /** The latest moment that the home has on record, or null. */
  readonly recorded: bigint | null;
  /** Clocks of other machines, by who told it, and how far they are ahead. */
  readonly peers: readonly { readonly who: string; readonly aheadMs: number }[];
}

const SECOND = 1_000_000n;
const MINUTE = 60n * SECOND;
const DAY = 24n * 60n * MINUTE;
/** What a clock may jump while it is set right little by little. */
const JUMP_MS_MAX = 250;
/** How far machines may be apart before their logs mislead. */
const APART_MS_MAX = 5_000;

/** Whether the time of day is one that records and logs can be told by. */
export function clockCheck(facts: ClockFacts): Check {
  const { wall, made, placed, jumpMs, recorded } = facts;
  const now = timeText(wall);
  const set = "set the clock, and keep it: timedatectl set-ntp true";
  // A day for zones and for files that were brought from elsewhere.
  if (wall < made - DAY) return fail("clock", `${now} is before this cake was made (${timeText(made)})`, set);
  if (placed !== null && wall < placed - DAY) {
    return fail("clock", `${now} is before this cake was put in place (${timeText(placed)})`, set);
  }
  if (Math.abs(jumpMs) > JUMP_MS_MAX) {
    const way = jumpMs > 0 ? "forward" : "back";
    return warn(
      "clock",
      `jumped ${way} by ${(Math.abs(jumpMs) / 1000).toFixed(1)} s while it was watched, now ${now}`,
      "look for two programs that set it, such as an NTP service and the tools of a virtual machine",
    );
  }
  if (recorded !== null && recorded > wall + MINUTE) {
    return warn(
      "clock",
      `${now}, but the home has a record of ${timeText(recorded)}: the clock has gone back`,
      "history and log show times as they were recorded; a board without a battery needs NTP before cake starts",
    );
  }
  const far = facts.peers.find(({ aheadMs }) => Math.abs(aheadMs) > APART_MS_MAX);
  if (far !== undefined) {
    const side = far.aheadMs > 0 ? "behind" : "ahead of";
    const apart = (Math.abs(far.aheadMs) / 1000).toFixed(0);
    return warn("clock", `${now} is ${apart} s ${side} ${far.who}`, "let both machines follow the same NTP server");
  }
  const agrees = facts.peers.length === 0 ? "" : `, as ${facts.peers.map(({ who }) => who).join(" and ")} has it`;
  return ok("clock", `${now}${agrees}`);
}

/** A moment to the second. */
function timeText(wall: bigint): string {
  return new Date(Number(wall / 1000n)).toISOString().replace(/\.\d+Z$/, "Z");
}
