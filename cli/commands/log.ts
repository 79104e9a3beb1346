/** `cake log`: shows what roles stored in their logs. */

import {
  bind,
  Boolean,
  ClockTime,
  Enumeration,
  Faulted,
  Instant,
  Integer8,
  type Role,
  type Routine,
  Stop,
  T1,
  TextValueError,
  TimeSpan,
  Unicode,
  valueFromText,
  WorldTime,
} from "../../runtime/mod.ts";
import type { Command, CommandCall, CommandResult } from "../command.ts";
import { runRoutine } from "../command_routine.ts";
import { LogLines } from "../log_lines.ts";
import { mergedLogs } from "../log_merge.ts";
import { frameStart, stampFrom, type StampRange, TIME_FRAMES, type TimeFrame } from "../log_selection.ts";
import { LogStore } from "../log_store.ts";
import { namedRole } from "../named_role.ts";

/** Lines that are shown when nobody says what, and there is no terminal to be filled. */
const TAIL_DEFAULT = 22;

/** Lines of a terminal that are left for the prompt. */
const PROMPT_LINES = 2;

/** How often to look for more. Units: seconds. */
const FOLLOW_SECONDS = 0.5;

const TimeFrameType = Enumeration(
  Object.fromEntries(TIME_FRAMES.map((name, number) => [name, number])) as Record<TimeFrame, number>,
);

bind(TimeFrameType, "script.layer_cake", { name: "TimeFrame" });

/** Shows stored logs. */
export const log: Command = {
  name: "log",
  usage: "<role> [role ...]",
  summary: "Show what a role wrote to its log in the background, or several roles in the order of time",
  settings: [
    { name: "clock", wireName: "clock", type: Boolean, help: "times are local" },
    { name: "tail", wireName: "tail", type: Integer8, help: "begin so many lines before the end" },
    { name: "from", wireName: "from_", type: Unicode, help: "as --from: the name by which the original has it" },
    { name: "last", wireName: "last", type: TimeFrameType, help: `begin with the current ${TIME_FRAMES.join(", ")}` },
    { name: "start", wireName: "start", type: Integer8, help: "begin and end with a run, as history numbers them" },
    { name: "back", wireName: "back", type: TimeSpan, help: "begin some time ago, as 1h30m" },
    { name: "to", wireName: "to", type: Unicode, help: "end before a moment" },
    { name: "span", wireName: "span", type: TimeSpan, help: "end some time after the beginning" },
    { name: "count", wireName: "count", type: Integer8, help: "end after so many lines" },
    { name: "sample", wireName: "sample", type: Unicode, help: "only samples of that series, as columns" },
    {
      name: "tags",
      wireName: "tags",
      type: Unicode,
      help: "only lines with one of these tags: + X < > ( ) ! ? ^ ~ _ & =",
    },
    {
      name: "fromAlias",
      wireName: "from",
      type: Unicode,
      help: "begin at a moment, as 2026-11-22T04:28:00",
      longOnly: true,
    },
    { name: "follow", wireName: "follow", type: Boolean, help: "go on with what is written from now", longOnly: true },
    { name: "jsonl", wireName: "jsonl", type: Boolean, help: "as JSON, one object a line", longOnly: true },
  ],
  forwards: false,
  json: {
    argument: "jsonl",
    of: "each record, one a line",
    fields: [
      ["time", "in UTC, with milliseconds"],
      ["role", "the role that wrote it"],
      ["tag", "what kind it is, as --tags has it"],
      ["object", "the actor: its number, name and state"],
      ["text", "what it says; further lines of it follow a line end"],
    ],
  },
  examples: ["log server --back=10m", "log server worker-0 --tail=100 --follow", "log server --last=HOUR --tags='!?'"],
  run,
};

async function run(call: CommandCall): Promise<CommandResult> {
  const { world, settings } = call;
  const names = call.words.length > 0 ? [...new Set(call.words)] : [call.commandLine.roleName];
  const [name] = names;
  if (name === undefined || name === null) return { value: new Faulted("cannot log", "no role specified") };
  const wanted = wantedOf(call);
  if (typeof wanted === "string") return { value: new Faulted(`cannot log "${name}"`, wanted) };
  const roles = new Map<string, Role>();
  for (const one of names as string[]) {
    const role = await namedRole(call, one, { cannot: `cannot log "${one}"` });
    if (role instanceof Faulted) return { value: role };
    roles.set(one, role);
  }
  const selection = select(call, wanted, roles.get(name)!);
  if (typeof selection === "string") return { value: new Faulted(`cannot log "${name}"`, selection) };
  const sample = settings.get("sample") as string | null | undefined ?? null;
  const lines = new LogLines(world, {
    clock: settings.get("clock") === true,
    tags: settings.get("tags") as string | null | undefined ?? null,
    sample,
    isJson: settings.get("jsonl") === true,
    roleWidth: roles.size > 1 ? Math.max(...[...roles.keys()].map((one) => one.length)) : 0,
  });
  const show = (self: Routine) => showLogs(self, roles, { selection, lines, follow: settings.get("follow") === true });
  return { value: await runRoutine(call, "log", show) };
}

/** A setting, where null is one that was not given. */
type Given<T> = T | null;

/** What a call says about beginning and end. */
interface Wanted {
  readonly tail: Given<number>;
  readonly from: Given<bigint>;
  readonly last: Given<TimeFrame>;
  readonly start: Given<number>;
  readonly back: Given<number>;
  readonly to: Given<bigint>;
  readonly span: Given<number>;
  readonly count: Given<number>;
}

/** Reads and checks what a call says; a text says what is wrong with it. */
function wantedOf(call: CommandCall): Wanted | string {
  const { settings, world } = call;
  const given = <T>(wireName: string) => settings.get(wireName) as Given<T> | undefined ?? null;
  const fromText = given<string>("from_") ?? given<string>("from");
  let from, to;
  try {
    from = momentOf(call, "from_", fromText);
    to = momentOf(call, "to", given<string>("to"));
  } catch (error) {
    if (error instanceof TextValueError) return error.message;
    throw error;
  }
  const [start, last, back, span] = [
    given<number>("start"),
    given<TimeFrame>("last"),
    given<number>("back"),
    given<number>("span"),
  ];
  const [tail, count] = [given<number>("tail"), given<number>("count")];
  const begins = [tail, from, last, start, back].filter((one) => one !== null).length;
  if (begins > 1) return "need one of tail, from_, last, start or back";
  if ([to, span, count].filter((one) => one !== null).length > 1) return "optional use of to, span or count";
  const size = world.environment.terminalSize();
  const screen = size === null ? TAIL_DEFAULT : Math.max(1, size.lines - PROMPT_LINES);
  return { tail: begins === 0 ? screen : tail, from, last, start, back, to, span, count };
}

/** A moment as microseconds since 1970; local time when the call says so. */
function momentOf({ settings, world }: CommandCall, what: string, text: string | null): bigint | null {
  if (text === null) return null;
  if (settings.get("clock") !== true) {
    const moment = valueFromText(what, text, WorldTime);
    return moment instanceof Instant ? moment.epochMicroseconds : null;
  }
  const zoneOffset = (wall: bigint) => world.clock.zoneOffset(wall);
  return BigInt(Math.round(1e6 * Number(valueFromText(what, text, ClockTime, { zoneOffset }))));
}

/** Records to show: the last ones up to an end, or a range; at most so many. */
type Selection =
  & { readonly count: number | null; readonly end: string | null }
  & (
    | { readonly tail: number }
    | { readonly range: StampRange }
  );

/** Turns what is wanted into stamps; a text says what is wrong with it. */
function select(call: CommandCall, wanted: Wanted, role: Role): Selection | string {
  const { tail, count, span, to } = wanted;
  if (tail !== null && tail < 1) return `tail [${tail}] out of range`;
  const place = beginning(call, wanted, role);
  if (typeof place === "string") return place;
  let end = to ?? place.end;
  if (span !== null) {
    if (place.begin === null) return "span has nowhere to start";
    end = place.begin + seconds(span);
  }
  if (place.begin !== null && end !== null && end < place.begin) return "<end> comes before <begin>";
  const { settings } = call;
  if (settings.get("sample") !== undefined && settings.get("tags") !== undefined) {
    return "sampling is by a specific tag";
  }
  const endStamp = end === null ? null : stampFrom(end);
  if (place.begin === null) return { tail: tail ?? TAIL_DEFAULT, end: endStamp, count };
  return { range: { begin: stampFrom(place.begin), end: endStamp }, end: endStamp, count };
}

function beginning(
  { world }: CommandCall,
  { from, last, back, start }: Wanted,
  role: Role,
): { readonly begin: bigint | null; readonly end: bigint | null } | string {
  const now = world.clock.wall();
  if (from !== null) return { begin: from, end: null };
  if (last !== null) return { begin: frameStart(last, now), end: null };
  if (back !== null) return { begin: now - seconds(back), end: null };
  if (start === null) return { begin: null, end: null };
  const runs = role.records.startStop;
  if (runs.length === 0) return "no history available";
  const index = start < 0 ? runs.length + start : start;
  const begin = runs[index]?.start?.epochMicroseconds;
  if (begin === undefined) return `start [${index} out of range]`;
  return { begin, end: runs[index + 1]?.start?.epochMicroseconds ?? null };
}

function seconds(count: number): bigint {
  return BigInt(Math.round(count * 1e6));
}

interface Showing {
  readonly selection: Selection;
  readonly lines: LogLines;
  readonly follow: boolean;
}

async function showLogs(self: Routine, roles: ReadonlyMap<string, Role>, showing: Showing): Promise<Faulted | null> {
  const { selection, lines, follow } = showing;
  const { world } = self.kernel;
  const stores = new Map([...roles].map(([name, role]) => [name, new LogStore(world, role.logsPath)]));
  const isEnough = await showStored(stores, selection, lines);
  if (!follow || isEnough) return null;
  for (;;) {
    self.start(T1, FOLLOW_SECONDS);
    if (await self.select(T1, Stop) instanceof Stop) return null;
    const added = new Map<string, Awaited<ReturnType<LogStore["more"]>>>();
    for (const [name, store] of stores) added.set(name, await store.more());
    for await (const entry of mergedLogs(added)) lines.write(entry);
    lines.flush();
  }
}

/** Shows what is stored; true when the end of what is wanted was reached. */
async function showStored(
  stores: ReadonlyMap<string, LogStore>,
  selection: Selection,
  lines: LogLines,
): Promise<boolean> {
  const sources = new Map<string, Parameters<typeof mergedLogs>[0] extends ReadonlyMap<string, infer V> ? V : never>();
  for (const [name, store] of stores) {
    sources.set(name, "tail" in selection ? await store.tail(selection.tail) : store.range(selection.range));
  }
  let skip = 0;
  if ("tail" in selection && sources.size > 1) {
    const all = [...sources.values()].reduce((sum, entries) => sum + (entries as readonly unknown[]).length, 0);
    skip = Math.max(0, all - selection.tail);
  }
  let left = selection.count ?? Infinity;
  try {
    for await (const entry of mergedLogs(sources)) {
      if (skip-- > 0) continue;
      if (left-- <= 0 || (selection.end !== null && entry.stamp >= selection.end)) return true;
      lines.write(entry);
    }
    return left <= 0;
  } finally {
    lines.flush();
  }
}
