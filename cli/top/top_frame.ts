// This module performs no I/O.

/** The screen of `cake top`, line by line. */

import stringWidth from "string-width";
import { type Paint, plainText, roleStyle, type Style } from "../view/ansi.ts";
import { shortSpan } from "../spans.ts";
import type { TopModel, TopRole } from "./top_model.ts";

/** How a screen is drawn. */
export interface FrameOptions {
  readonly columns: number;
  readonly lines: number;
  readonly paint: Paint;
  /** Seconds since 1970. */
  readonly now: number;
}

/** Lines that are not of roles, log or network: title and headings above, note and keys below. */
const FRAME_LINES = 4;

/** The widest column of names. */
const NAME_COLUMNS_MAX = 20;

/** Lines of a page on a screen of this height. */
export function pageLines(lines: number): number {
  return Math.max(1, lines - FRAME_LINES);
}

/** All lines of the screen, none of them wider than it. */
export function frameOf(model: TopModel, options: FrameOptions): string[] {
  const { columns, lines, paint } = options;
  const body = bodyOf(model, options).slice(0, lines - 3);
  while (body.length < lines - 3) body.push("");
  return [
    paint(fit(titleOf(model), columns), "bold"),
    ...body,
    noteOf(model, options),
    paint(fit(KEYS[model.screen], columns), "reverse"),
  ].slice(0, lines);
}

const KEYS = {
  roles: "up/down choose  s stop  r restart  u start  enter log  n network  ? help  q quit",
  log: "up/down scroll  esc back  q quit",
  network: "up/down scroll  esc back  q quit",
  help: "esc back  q quit",
};

function titleOf({ title, roles, screen, chosen, isConnected }: TopModel): string {
  if (screen === "log") return `cake top - log of ${chosen}`;
  if (screen === "network") return "cake top - network";
  const running = roles.filter(({ pid }) => pid !== null).length;
  const how = isConnected
    ? ""
    : running > 0
    ? " - not run by this command: only what the home tells"
    : " - not running";
  return `cake top - ${running} of ${roles.length} roles run - ${title}${how}`;
}

function noteOf({ asking, note }: TopModel, { columns, paint }: FrameOptions): string {
  if (asking === null) return fit(note, columns);
  return paint(
    fit(`${asking.action.toLowerCase()} "${asking.role}"? y for yes, any other key for no`, columns),
    "yellow",
    "bold",
  );
}

function bodyOf(model: TopModel, options: FrameOptions): string[] {
  const { columns } = options;
  const page = pageLines(options.lines);
  if (model.screen === "help") return ["", ...HELP.map((line) => fit(line, columns))];
  if (model.screen === "network") {
    return [
      "",
      ...model.network.slice(model.scrolled, model.scrolled + page).map((line) => fit(plainText(line), columns)),
    ];
  }
  if (model.screen === "log") {
    const end = model.log.length - model.scrolled;
    return ["", ...model.log.slice(Math.max(0, end - page), end).map((line) => logLine(line, options))];
  }
  return rolesOf(model, options);
}

const HELP = [
  "STATE     starting: its process was started    up: its main object runs",
  "          waiting: it ended, and will be started again    ended, stopped: it stays so",
  "SINCE     how long it is in this state",
  "RUNS      how often it was started again",
  "MEMORY    what its process has in memory; shared parts count fully",
  "MSG/S     messages that its actors and connections were handed, a second",
  "SESS      open sessions, of subscribers and publishers",
  "LOST      messages that were thrown away, as a queue was full or its owner ended",
  "",
  "Roles that are no programs of this project tell neither messages nor sessions.",
];

/** From this width of the screen on, all columns are shown. */
const WIDE_COLUMNS = 100;

/** A column of figures: a heading, its width, and what stands there. */
type Column = readonly [heading: string, width: number, text: (role: TopRole, now: number) => string];

const COLUMNS: readonly Column[] = [
  ["STATE", -8, ({ state }) => state],
  ["PID", 7, ({ pid }) => pid === null ? "" : String(pid)],
  ["SINCE", 7, ({ since }, now) => since === null ? "" : span(now - since)],
  ["RUNS", 4, ({ restarts }) => restarts === null ? "" : String(restarts)],
  ["MEMORY", 6, ({ memory }) => memory === null ? "" : bytesText(memory)],
  ["MSG/S", 6, ({ rate }) => rate === null ? "" : countText(rate)],
  ["SESS", 4, ({ sessions }) => sessions === null ? "" : countText(sessions)],
  ["LOST", 4, ({ discarded }) => discarded === null ? "" : countText(discarded)],
];

/** Columns that the last line needs more on a narrow screen. */
const SPARE = new Set(["PID", "LOST"]);

function columnsFor(screen: number): readonly Column[] {
  return screen >= WIDE_COLUMNS ? COLUMNS : COLUMNS.filter(([heading]) => !SPARE.has(heading));
}

const STATE_STYLES: Readonly<Record<string, readonly Style[]>> = {
  up: ["green"],
  running: ["green"],
  starting: ["yellow"],
  stopping: ["yellow"],
  waiting: ["yellow"],
  ended: ["red"],
};

function rolesOf(model: TopModel, options: FrameOptions): string[] {
  const { roles, chosen } = model;
  const { columns, paint, lines } = options;
  const width = Math.min(NAME_COLUMNS_MAX, Math.max(4, ...roles.map(({ name }) => stringWidth(name))));
  const headings = columnsFor(columns).map(([heading, size]) => cell(heading, size)).join(" ");
  const head = paint(fit(`  ${fit("ROLE", width)} ${headings} LAST LINE`, columns), "dim");
  const page = pageLines(lines);
  const at = Math.max(0, roles.findIndex(({ name }) => name === chosen));
  // The chosen role is always in sight.
  const first = Math.max(0, Math.min(roles.length - page, at - Math.floor(page / 2)));
  const rows = roles.slice(first, first + page).map((role, index) => {
    const isChosen = role.name === chosen;
    return roleRow(role, { ...options, width, style: roleStyle(first + index), isChosen });
  });
  return [head, ...rows];
}

interface RowOptions extends FrameOptions {
  readonly width: number;
  readonly style: Style;
  readonly isChosen: boolean;
}

function roleRow(role: TopRole, { width, style, isChosen, columns, paint, now }: RowOptions): string {
  const figures = columnsFor(columns).map(([, size, text]) => cell(text(role, now), size));
  const [state = "", ...rest] = figures;
  const fixed = 2 + width + 1 + figures.join(" ").length + 1;
  const last = fit(plainText(role.lastLine), Math.max(0, columns - fixed));
  const mark = isChosen ? ">" : " ";
  if (columns < fixed) return fit(`${mark} ${fit(role.name, width)} ${figures.join(" ")}`, columns);
  const name = isChosen ? paint(fit(role.name, width), style, "reverse") : paint(fit(role.name, width), style);
  return `${mark} ${name} ${paint(state, ...(STATE_STYLES[role.state] ?? []))} ${rest.join(" ")} ${paint(last, "dim")}`;
}

/** A record of a stored log: the date is left out, faults and warnings stand out. */
function logLine(line: string, { columns, paint }: FrameOptions): string {
  const tag = / ([!?]) </.exec(line)?.[1];
  const text = fit(plainText(line.replace(/^\d{4}-\d\d-\d\dT/, "")), columns);
  return tag === undefined ? text : paint(text, ...(tag === "!" ? ["red", "bold"] as const : ["yellow"] as const));
}

/** Text in a column; a negative width is one that is filled from the left. */
function cell(text: string, width: number): string {
  return width < 0 ? fit(text, -width) : text.length > width ? text.slice(0, width) : text.padStart(width);
}

/** Text of exactly that many columns. */
export function fit(text: string, columns: number): string {
  let shown = text;
  if (stringWidth(text) > columns) {
    const characters = [...text];
    let width = 0;
    let count = 0;
    while (count < characters.length && width + stringWidth(characters[count]!) <= columns - 1) {
      width += stringWidth(characters[count++]!);
    }
    shown = `${characters.slice(0, count).join("")}${columns > 0 ? "~" : ""}`;
  }
  return shown + " ".repeat(Math.max(0, columns - stringWidth(shown)));
}

function span(seconds: number): string {
  return shortSpan(BigInt(Math.max(0, Math.floor(seconds))) * 1_000_000n);
}

const UNITS = ["", "k", "M", "G", "T"];

/** A number in four characters or less: `950`, `9.5k`, `120k`. */
export function countText(count: number): string {
  let value = count;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = (unit > 0 || !Number.isInteger(value)) && value < 9.95 ? 1 : 0;
  return `${value.toFixed(digits)}${UNITS[unit]}`;
}

const BYTES_IN_KIB = 1024;

/** An amount of memory: `512K`, `48M`, `1.2G`. */
export function bytesText(bytes: number): string {
  let value = bytes / BYTES_IN_KIB;
  let unit = 1;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= BYTES_IN_KIB;
    unit++;
  }
  return `${value.toFixed(unit > 2 && value < 9.95 ? 1 : 0)}${UNITS[unit]!.toUpperCase()}`;
}
