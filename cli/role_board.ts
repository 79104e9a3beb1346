// This module performs no I/O.

/** How the roles of a composite process stand, from what happened to them. */

import { Faulted } from "../runtime/messages/faults.ts";
import { typeNameOf } from "../runtime/process/typed_text.ts";
import { RoleStatus } from "./control/messages.ts";
import { LineSplitter } from "./line_splitter.ts";
import type { RoleEvent, RoleWatcher } from "./role_events.ts";

/** Characters of a line that are kept. */
const LINE_CHARACTERS_MAX = 512;

interface Entry {
  readonly status: RoleStatus;
  readonly lines: LineSplitter;
}

/** Keeps the state of each role. */
export class RoleBoard implements RoleWatcher {
  readonly #entries = new Map<string, Entry>();
  readonly #seconds: () => number;

  /** @param seconds The time, in seconds since 1970. */
  constructor(roles: Iterable<string>, seconds: () => number) {
    this.#seconds = seconds;
    for (const role of roles) {
      const status = new RoleStatus({ role, since: seconds() });
      const lines = new LineSplitter((line) => status.lastLine = line.slice(0, LINE_CHARACTERS_MAX));
      this.#entries.set(role, { status, lines });
    }
  }

  /** The state of each role, in the order of their names. */
  get roles(): RoleStatus[] {
    return [...this.#entries.values()].map(({ status }) => new RoleStatus({ ...status }));
  }

  has(role: string): boolean {
    return this.#entries.has(role);
  }

  note(role: string, event: RoleEvent): void {
    const entry = this.#entries.get(role);
    if (entry === undefined) return;
    const { status } = entry;
    switch (event.kind) {
      case "wrote":
        return entry.lines.take(event.bytes);
      case "starting":
        // Its first start is none that was made again.
        if (status.state !== "STARTING") status.restarts++;
        return this.#enter(status, "STARTING");
      case "process":
        status.pid = event.pid;
        return;
      case "up":
        return this.#enter(status, "UP");
      case "stopping":
        return this.#enter(status, "STOPPING");
      case "ended":
        status.pid = 0;
        status.ending = endingText(event.value);
        return this.#enter(status, "ENDED");
      case "waiting":
        return this.#enter(status, "WAITING");
      case "stopped":
        return this.#enter(status, "STOPPED");
      case "changed":
        return;
    }
  }

  #enter(status: RoleStatus, state: RoleStatus["state"]): void {
    status.state = state;
    status.since = this.#seconds();
  }
}

/** What a role ended with, in a few words. */
export function endingText(value: unknown): string {
  return value instanceof Faulted ? String(value) : typeNameOf(value);
}
