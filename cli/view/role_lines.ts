// This module performs no I/O.

/** The lines of a run for people: each begins with the name of its role, in the role's colour. */

import { Faulted } from "../../runtime/messages/faults.ts";
import { Aborted } from "../../runtime/messages/faults.ts";
import { endingText } from "../role_board.ts";
import type { RoleEvent } from "../role_events.ts";
import { shortSpan } from "../spans.ts";
import { type Paint, roleStyle, type Style } from "./ansi.ts";

/** The widest column of names. */
const NAME_CHARACTERS_MAX = 24;

/** A record of a log as processes write it to stderr: process id, date, time, tag, address, name, text. */
const RECORD = /^\[\d{8}\] (\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d\.\d{3}) ([-+X><()!?^~_&=]) <[0-9a-f]{8}>(\S*) - (.*)$/s;

/** How records of a tag look. */
const TAG_STYLES: Readonly<Record<string, readonly Style[]>> = {
  "!": ["red", "bold"],
  "?": ["yellow"],
  "=": ["yellow"],
  "^": [],
};

/** What the lines of a run look like. */
export interface RoleLineOptions {
  /** The names of all roles. */
  readonly roles: readonly string[];
  readonly paint: Paint;
  /** The name for what the command itself says. */
  readonly ownName: string;
  /** UTC, `2026-11-22` and `04:28:48.568`, as local time of day. */
  readonly timeOfDay: (date: string, time: string) => string;
}

/** Makes lines. */
export class RoleLines {
  readonly #options: RoleLineOptions;
  readonly #heads: ReadonlyMap<string, string>;

  constructor(options: RoleLineOptions) {
    this.#options = options;
    const { roles, ownName, paint } = options;
    const width = Math.min(NAME_CHARACTERS_MAX, Math.max(...[...roles, ownName].map((name) => name.length)));
    const head = (name: string, ...styles: Style[]) => `${paint(fitted(name, width), ...styles)} ${paint("|", "dim")} `;
    this.#heads = new Map([
      [ownName, head(ownName, "bold")],
      ...roles.map((role, index) => [role, head(role, roleStyle(index))] as const),
    ]);
  }

  /** A line that a role wrote to stderr. */
  written(role: string, line: string): string {
    return `${this.#heads.get(role) ?? ""}${this.#shown(line)}`;
  }

  #shown(line: string): string {
    const { paint, timeOfDay } = this.#options;
    const record = RECORD.exec(line);
    // A program may leave its colour on.
    if (record === null) return line.includes("\x1b") ? `${line}\x1b[0m` : line;
    const [, date, time, tag, name, text] = record as unknown as readonly string[];
    const styles = TAG_STYLES[tag!] ?? ["dim"];
    return `${paint(timeOfDay(date!, time!), "dim")} ${paint(`${tag} ${name} - ${text}`, ...styles)}`;
  }

  /**
   * What happened to a role, or null where that needs no line.
   *
   * @param seconds How long the role has been in the state before.
   */
  happened(role: string, event: RoleEvent, seconds: number): string | null {
    const { paint } = this.#options;
    const words = (text: string, ...styles: Style[]) => `${this.#heads.get(role) ?? ""}${paint(text, ...styles)}`;
    switch (event.kind) {
      case "process":
        return words(`started, pid ${event.pid}`, "dim");
      case "up":
        return words(`up after ${span(seconds)}`, "green", "bold");
      case "ended":
        return words(`ended after ${span(seconds)}: ${endingText(event.value)}`, ...endStyles(event.value));
      case "waiting":
        return words(`starts again in ${span(event.seconds)}`, "yellow", "bold");
      case "changed":
        return words(`${event.path} has changed`, "yellow", "bold");
      case "stopped":
        return words("stays stopped", "yellow");
      default:
        return null;
    }
  }
}

function endStyles(value: unknown): readonly Style[] {
  if (value instanceof Aborted) return ["dim"];
  return value instanceof Faulted ? ["red", "bold"] : ["yellow", "bold"];
}

function span(seconds: number): string {
  return shortSpan(BigInt(Math.round(seconds * 1e6)));
}

function fitted(name: string, width: number): string {
  return name.length > width ? `${name.slice(0, width - 1)}~` : name.padEnd(width);
}
