// This module performs no I/O.

/** What `cake top` shows, and what keys do to it. */

import type { RoleReport } from "../../directory/role_messages.ts";
import type { RoleStatus } from "../control/messages.ts";

/** A role as it is shown. */
export interface TopRole {
  readonly name: string;
  /** In lower case: those of `RoleStates`, or `running` and `off` where no composite process of this project tells more. */
  readonly state: string;
  readonly pid: number | null;
  /** Seconds since 1970 since when it is so. */
  readonly since: number | null;
  readonly restarts: number | null;
  /** Bytes that its process has in memory. */
  readonly memory: number | null;
  /** Messages per second. */
  readonly rate: number | null;
  readonly sessions: number | null;
  /** Messages that were thrown away. */
  readonly discarded: number | null;
  readonly lastLine: string;
}

/** Which screen is shown. */
export type TopScreen = "roles" | "log" | "network" | "help";

/** What is to be done because of a key. */
export type TopEffect =
  | { readonly kind: "quit" }
  | { readonly kind: "wish"; readonly role: string; readonly action: "START" | "STOP" | "RESTART" }
  | { readonly kind: "openLog"; readonly role: string }
  | { readonly kind: "closeLog" }
  | { readonly kind: "openNetwork" }
  | { readonly kind: "redraw" };

/** Everything that is shown. */
export interface TopModel {
  /** The home. */
  readonly title: string;
  readonly screen: TopScreen;
  readonly roles: readonly TopRole[];
  /** The name of the chosen role. */
  readonly chosen: string | null;
  /** The role that is about to be stopped, as soon as that is confirmed. */
  readonly asking: { readonly role: string; readonly action: "STOP" | "RESTART" } | null;
  /** What became of the last wish. */
  readonly note: string;
  /** The composite process answers. */
  readonly isConnected: boolean;
  readonly log: readonly string[];
  readonly network: readonly string[];
  /** Lines that log or network are scrolled: up from the end, or down from the beginning. */
  readonly scrolled: number;
}

/** A model with nothing in it yet. */
export function emptyTop(title: string): TopModel {
  return {
    title,
    screen: "roles",
    roles: [],
    chosen: null,
    asking: null,
    note: "",
    isConnected: false,
    log: [],
    network: [],
    scrolled: 0,
  };
}

/** Takes the roles as they are now. The chosen one stays chosen as long as it is there. */
export function withRoles(model: TopModel, roles: readonly TopRole[], isConnected: boolean): TopModel {
  const isThere = roles.some(({ name }) => name === model.chosen);
  return { ...model, roles, isConnected, chosen: isThere ? model.chosen : roles[0]?.name ?? null };
}

/** Messages per second by role, from two reports of each. */
export function ratesOf(
  before: ReadonlyMap<string, RoleReport>,
  now: ReadonlyMap<string, RoleReport>,
): Map<string, number> {
  const rates = new Map<string, number>();
  for (const [role, report] of now) {
    const last = before.get(role);
    // A role that was started again counts from nothing.
    if (last === undefined || report.at <= last.at || report.delivered < last.delivered) continue;
    rates.set(role, (report.delivered - last.delivered) / (report.at - last.at));
  }
  return rates;
}

/** A role out of what a composite process tells of it. */
export function topRole(
  status: RoleStatus,
  known: {
    readonly report: RoleReport | undefined;
    readonly rate: number | undefined;
    readonly memory: number | null;
    readonly lastLine: string;
  },
): TopRole {
  const { report, rate, memory, lastLine } = known;
  const isRunning = status.pid !== 0;
  const ending = isRunning || status.ending === "" ? "" : `(${status.ending})`;
  return {
    name: status.role,
    state: status.state.toLowerCase(),
    pid: isRunning ? status.pid : null,
    since: status.since,
    restarts: status.restarts,
    memory: isRunning ? memory : null,
    rate: isRunning ? rate ?? null : null,
    sessions: isRunning ? report?.sessions ?? null : null,
    discarded: isRunning ? report?.discarded ?? null : null,
    lastLine: ending !== "" ? ending : lastLine,
  };
}

/** Keys that need a role, and what they ask of it. */
const WISHES = { s: "STOP", r: "RESTART", u: "START" } as const;

/**
 * What a key does.
 *
 * @param pageLines Lines of a page of log or network.
 */
export function pressed(model: TopModel, key: string, pageLines: number): [TopModel, TopEffect[]] {
  if (key === "ctrl-c" || key === "q") return [model, [{ kind: "quit" }]];
  if (key === "ctrl-l") return [model, [{ kind: "redraw" }]];
  if (model.asking !== null) {
    const { role, action } = model.asking;
    const answered = { ...model, asking: null };
    return key === "y" ? [answered, [{ kind: "wish", role, action }]] : [{ ...answered, note: "" }, []];
  }
  if (model.screen !== "roles") return pressedOnPage(model, key, pageLines);
  const [{ name: first = null } = {}] = model.roles;
  switch (key) {
    case "up":
    case "k":
      return [chooseBy(model, -1), []];
    case "down":
    case "j":
      return [chooseBy(model, 1), []];
    case "home":
      return [{ ...model, chosen: first }, []];
    case "end":
      return [{ ...model, chosen: model.roles.at(-1)?.name ?? null }, []];
    case "page up":
      return [chooseBy(model, -pageLines), []];
    case "page down":
      return [chooseBy(model, pageLines), []];
    case "h":
    case "?":
      return [{ ...model, screen: "help" }, []];
    case "n":
      return [{ ...model, screen: "network", scrolled: 0 }, [{ kind: "openNetwork" }]];
    case "l":
    case "enter":
      if (model.chosen === null) return [model, []];
      return [{ ...model, screen: "log", log: [], scrolled: 0 }, [{ kind: "openLog", role: model.chosen }]];
    case "s":
    case "r":
    case "u":
      return wish(model, WISHES[key]);
    default:
      return [model, []];
  }
}

function wish(model: TopModel, action: "STOP" | "RESTART" | "START"): [TopModel, TopEffect[]] {
  const role = model.chosen;
  if (role === null) return [model, []];
  if (action === "START") return [{ ...model, note: "" }, [{ kind: "wish", role, action }]];
  return [{ ...model, asking: { role, action } }, []];
}

function chooseBy(model: TopModel, step: number): TopModel {
  const { roles } = model;
  const at = roles.findIndex(({ name }) => name === model.chosen);
  const next = Math.max(0, Math.min(roles.length - 1, at + step));
  return { ...model, chosen: roles[next]?.name ?? null };
}

function pressedOnPage(model: TopModel, key: string, pageLines: number): [TopModel, TopEffect[]] {
  const isLog = model.screen === "log";
  const lines = isLog ? model.log : model.network;
  const most = Math.max(0, lines.length - pageLines);
  // A log is read from its end upwards, the network from its beginning downwards.
  const scroll = (down: number): [TopModel, TopEffect[]] => {
    const scrolled = Math.max(0, Math.min(most, model.scrolled + (isLog ? -down : down)));
    return [{ ...model, scrolled }, []];
  };
  switch (key) {
    case "escape":
    case "backspace":
    case "l":
    case "n":
    case "h":
    case "?":
      return [{ ...model, screen: "roles", scrolled: 0 }, isLog ? [{ kind: "closeLog" }] : []];
    case "up":
    case "k":
      return scroll(-1);
    case "down":
    case "j":
      return scroll(1);
    case "page up":
      return scroll(-pageLines);
    case "page down":
    case " ":
      return scroll(pageLines);
    case "home":
      return scroll(-lines.length);
    case "end":
      return scroll(lines.length);
    default:
      return [model, []];
  }
}
