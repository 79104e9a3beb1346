/**
 * The bridge between cake's logs and `@std/log`, for Deno applications that log with it: records of actors go to a logger
 * of theirs, or what they log goes to cake's log. Import it by its own name, `@layer-cake/cake/log`; nothing else loads it.
 *
 * @module
 */

import { BaseHandler, type LevelName, type Logger, type LogRecord as StdRecord } from "@std/log";
import { type Address, addressText, NO_ADDRESS } from "./address.ts";
import { levelOfTag, type Log, LOG_LEVELS, type LogRecord, type LogSink, type LogTag } from "./log.ts";
import type { Clock } from "./world.ts";

export {
  BaseHandler,
  type BaseHandlerOptions,
  type FormatterFunction,
  type LevelName,
  type Logger,
  type LogLevel,
  type LogRecord as StdRecord,
} from "@std/log";

/** The parts of a logger that records are written to. */
export interface LoggerTarget {
  /** Writes at DEBUG. */
  debug: Logger["debug"];
  /** Writes at INFO. */
  info: Logger["info"];
  /** Writes at WARN. */
  warn: Logger["warn"];
  /** Writes at ERROR. */
  error: Logger["error"];
}

/**
 * A sink that writes each record with a logger of `@std/log`: FAULT as an error, WARNING as a warning, CONSOLE as info, what is
 * below as debug. The record itself is the argument that comes with the text.
 */
export function loggerSink(logger: LoggerTarget): LogSink {
  return {
    write: (record) => {
      const text = `${record.tag} ${addressText(record.address)}${record.name}${stateOf(record)} - ${record.text}`;
      const level = levelOfTag(record.tag);
      if (level >= LOG_LEVELS.FAULT) logger.error(text, record);
      else if (level === LOG_LEVELS.WARNING) logger.warn(text, record);
      else if (level === LOG_LEVELS.CONSOLE) logger.info(text, record);
      else logger.debug(text, record);
    },
  };
}

function stateOf({ state }: LogRecord): string {
  return state === undefined ? "" : `[${state}]`;
}

/** Tags by the numbers of `@std/log`, most severe first. */
const TAGS: readonly (readonly [level: number, tag: LogTag])[] = [[40, "!"], [30, "?"], [20, "^"], [10, "_"]];

/** What a {@linkcode CakeHandler} needs to know. */
export interface CakeHandlerOptions {
  /** Where records go. */
  readonly log: Log;
  /** What dates them. */
  readonly clock: Pick<Clock, "wall">;
  /** The actor in whose name they are written. @default {none} */
  readonly address?: Address;
}

/** A handler of `@std/log` that writes to cake's log, under the name of the logger. */
export class CakeHandler extends BaseHandler {
  readonly #options: CakeHandlerOptions;

  /**
   * Makes a handler.
   *
   * @param level The lowest level that is handed on.
   */
  constructor(level: LevelName, options: CakeHandlerOptions) {
    super(level);
    this.#options = options;
  }

  /** Takes a record of `@std/log`. */
  override handle(record: StdRecord): void {
    if (record.level < this.level) return;
    const { log, clock, address = NO_ADDRESS } = this.#options;
    const tag = TAGS.find(([level]) => record.level >= level)?.[1] ?? "_";
    if (!log.enabled(tag)) return;
    log.write({ wall: clock.wall(), tag, address, name: record.loggerName, text: record.msg });
  }

  /** Records don't come this way. */
  override log(_text: string): void {}
}
