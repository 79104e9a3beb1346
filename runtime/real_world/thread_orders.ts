// This module performs no I/O.

/** What a process and its threads that stand for processes tell each other. */

import type { SignalName } from "../world.ts";

/** To a thread. The first is that it begin. */
export type ToThread =
  | {
    readonly kind: "begin";
    /** The module to run, as a URL. */
    readonly module: string;
    readonly arguments: readonly string[];
    /** Variables besides those of the process. */
    readonly environment: Readonly<Record<string, string>>;
    /** What it writes to stderr is taken by its parent. */
    readonly takesErrors: boolean;
  }
  | { readonly kind: "signal"; readonly name: SignalName }
  | { readonly kind: "answer"; readonly question: number; readonly value: LockAnswer };

/** What came of a question about a lock: a number of the lock or of its holder, or null; or the text of what failed. */
export type LockAnswer = { readonly done: number | null } | { readonly failed: string };

/** From a thread. */
export type FromThread =
  | { readonly kind: "output" | "error"; readonly bytes: Uint8Array }
  | { readonly kind: "lock" | "lockHolder"; readonly question: number; readonly path: string }
  | { readonly kind: "unlock"; readonly lock: number }
  | { readonly kind: "exit"; readonly status: number };
