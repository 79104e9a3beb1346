// This module performs no I/O.

/** Logs: what happened, at a level, in lines that people and the `log` command read. */

import { type Address, addressText } from "./address.ts";

/** One character for what a record is about. */
export type LogTag = "+" | "X" | ">" | "<" | "(" | ")" | "!" | "?" | "^" | "~" | "_" | "&" | "=";

/** Levels by name, with the numbers of the original; NONE is above all. */
export const LOG_LEVELS = {
  NONE: 100,
  FAULT: 6,
  WARNING: 5,
  CONSOLE: 4,
  OBJECT: 3,
  TRACE: 2,
  DEBUG: 1,
} as const;
/** A name of {@link LOG_LEVELS}. */
export type LogLevel = keyof typeof LOG_LEVELS;

const LEVEL_OF_TAG: Readonly<Record<LogTag, number>> = {
  "!": LOG_LEVELS.FAULT,
  "?": LOG_LEVELS.WARNING,
  "=": LOG_LEVELS.WARNING,
  "^": LOG_LEVELS.CONSOLE,
  "+": LOG_LEVELS.OBJECT,
  "X": LOG_LEVELS.OBJECT,
  ">": LOG_LEVELS.OBJECT,
  "<": LOG_LEVELS.OBJECT,
  "(": LOG_LEVELS.OBJECT,
  ")": LOG_LEVELS.OBJECT,
  "~": LOG_LEVELS.TRACE,
  "&": LOG_LEVELS.TRACE,
  "_": LOG_LEVELS.DEBUG,
};

/** The same by character code: the quickest way to a number, whichever tag it is. */
const LEVEL_OF_CODE = new Uint8Array(128);
for (const [tag, level] of Object.entries(LEVEL_OF_TAG)) LEVEL_OF_CODE[tag.charCodeAt(0)] = level;

/** The level of a tag, as a number. */
export function levelOfTag(tag: LogTag): number {
  return LEVEL_OF_CODE[tag.charCodeAt(0)]!;
}

/** One thing that happened. */
export interface LogRecord {
  /** Microseconds since 1970. */
  readonly wall: bigint;
  /** What it is about, and with that its level. */
  readonly tag: LogTag;
  /** The actor that it is about. */
  readonly address: Address;
  /** Name of the actor. */
  readonly name: string;
  /** State of a machine, where there is one. */
  readonly state?: string | undefined;
  /** What happened; may have several lines. */
  readonly text: string;
  /** The values of a sample, which the text has, too. */
  readonly sample?: LogSample | undefined;
}

/** Where records go. */
export interface LogSink {
  /** Takes a record; must not throw. */
  write(record: LogRecord): void;
}

/** Named values of a log line or a sample: `text (k=1,j=2)`. */
export type LogValues = Readonly<Record<string, unknown>>;

/** A text, or what makes one when it is wanted: nothing is built for a level that is off. */
export type LogText = string | (() => string);

/** A row of measurements. */
export interface LogSample {
  /** The name of the series that it belongs to. */
  readonly series: string;
  /** What was measured, by name. */
  readonly values: LogValues;
}

/**
 * A filter by level in front of a sink. A log that is off costs one comparison.
 *
 * @example Lines of everything that actors do
 * ```ts
 * import { Log, logLine, openRuntime } from "@layer-cake/cake";
 * const lines: string[] = [];
 * const log = new Log("DEBUG", { write: (record) => void lines.push(logLine(record)) });
 * const { run, close } = openRuntime({ log });
 * await run((self) => self.console("hello", { to: "world" }));
 * await close();
 * console.assert(lines.some((line) => line.endsWith("hello (to=world)")));
 * ```
 */
export class Log {
  /** @internal True when every message is logged, which is asked for each. */
  readonly logsMessages: boolean;
  readonly #level: number;
  readonly #sink: LogSink;

  /**
   * Makes a log.
   *
   * @param level The lowest level that is kept.
   * @param sink Where records go.
   */
  constructor(level: LogLevel, sink: LogSink) {
    this.#level = LOG_LEVELS[level];
    this.#sink = sink;
    this.logsMessages = this.#level <= LOG_LEVELS.OBJECT;
  }

  /** The lowest level that is kept. */
  get level(): LogLevel {
    const names = Object.keys(LOG_LEVELS) as LogLevel[];
    return names.find((name) => LOG_LEVELS[name] === this.#level) ?? "NONE";
  }

  /** True when records of this tag are kept. */
  enabled(tag: LogTag): boolean {
    return levelOfTag(tag) >= this.#level;
  }

  /** Writes a record, if its level is kept. */
  write(record: LogRecord): void {
    if (this.enabled(record.tag)) this.#sink.write(record);
  }
}

/** A sink that calls a function for each record. */
export function functionSink(write: (record: LogRecord) => void): LogSink {
  return { write };
}

/** A sink that hands each record on to several. */
export function allSinks(...sinks: readonly LogSink[]): LogSink {
  return {
    write: (record) => {
      for (const sink of sinks) sink.write(record);
    },
  };
}

/** A sink that takes the samples of one series, or of all, as rows of values. */
export function sampleSink(take: (sample: LogSample, record: LogRecord) => void, series?: string): LogSink {
  return functionSink((record) => {
    const { sample } = record;
    if (sample !== undefined && (series === undefined || sample.series === series)) take(sample, record);
  });
}

/** Text and named values as one text. */
export function logText(given: LogText, values?: LogValues): string {
  const text = typeof given === "string" ? given : given();
  if (values === undefined) return text;
  const pairs = Object.entries(values).map(([name, value]) => `${name}=${value}`).join(",");
  return text === "" ? pairs : `${text} (${pairs})`;
}

/** A record as a line without its end: `<time> <tag> <<8 hex digits>><name>[STATE] - <text>`. */
export function logLine(record: LogRecord): string {
  const state = record.state === undefined ? "" : `[${record.state}]`;
  // A line end within a text would make the rest of a stored log unreadable.
  const text = record.text.includes("\n") ? record.text.replaceAll("\n", "\n    ") : record.text;
  return `${logTime(record.wall)} ${record.tag} ${addressText(record.address)}${record.name}${state} - ${text}`;
}

/** UTC with milliseconds, cut: `2026-11-22T04:28:48.568`. */
export function logTime(wall: bigint): string {
  return new Date(Number(wall / 1000n)).toISOString().slice(0, -1);
}
