/**
 * Stands in for `@std/log` where JSR cannot be reached: no npm package holds that module. It has what cake's adapter
 * and its tests use (levels, records, the base of a handler, loggers, set-up) and writes nothing by itself.
 */

/** The levels by name; more severe is higher. */
export const LogLevels = { NOTSET: 0, DEBUG: 10, INFO: 20, WARN: 30, ERROR: 40, CRITICAL: 50 } as const;

/** The name of a level. */
export type LevelName = "NOTSET" | "DEBUG" | "INFO" | "WARN" | "ERROR" | "CRITICAL";
/** The number of a level. */
export type LogLevel = 0 | 10 | 20 | 30 | 40 | 50;

/** The number of a level by its name. */
export function getLevelByName(name: LevelName): LogLevel {
  const level = LogLevels[name];
  if (level === undefined) throw new Error(`Cannot get log level: no level named ${name}`);
  return level;
}

/** The name of a level by its number. */
export function getLevelName(level: LogLevel): LevelName {
  const name = (Object.keys(LogLevels) as LevelName[]).find((name) => LogLevels[name] === level);
  if (name === undefined) throw new Error(`Cannot get log level: no name for level: ${level}`);
  return name;
}

/** What a record is made from. */
export interface LogRecordOptions {
  /** What was said. */
  msg: string;
  /** What was said with it. */
  args: unknown[];
  /** How severe it is. */
  level: LogLevel;
  /** Who said it. */
  loggerName: string;
}

/** One line on its way from a logger to the handlers. */
export class LogRecord {
  /** What was said. */
  readonly msg: string;
  /** The lowest level that is handled. */
  readonly level: number;
  /** The name of the level. */
  readonly levelName: string;
  /** The name of the logger. */
  readonly loggerName: string;
  readonly #args: unknown[];
  readonly #datetime = new Date();

  /** Makes one. */
  constructor(options: LogRecordOptions) {
    this.msg = options.msg;
    this.level = options.level;
    this.levelName = getLevelName(options.level);
    this.loggerName = options.loggerName;
    this.#args = [...options.args];
  }

  /** What was said with it. */
  get args(): unknown[] {
    return [...this.#args];
  }

  /** When. */
  get datetime(): Date {
    return new Date(this.#datetime);
  }
}

/** Makes the text of a record. */
export type FormatterFunction = (logRecord: LogRecord) => string;

/** Settings of a handler. */
export interface BaseHandlerOptions {
  /** Makes the text of a record. */
  formatter?: FormatterFunction;
}

/** What every handler is derived from: it drops records below its level and hands the text of the others to `log`. */
export abstract class BaseHandler {
  /** The lowest level that is handled. */
  level: LogLevel;
  /** Makes the text of a record. */
  formatter: FormatterFunction;

  /** Makes one. */
  constructor(levelName: LevelName, options: BaseHandlerOptions = {}) {
    this.level = getLevelByName(levelName);
    this.formatter = options.formatter ?? ((record) => `${record.levelName} ${record.msg}`);
  }

  /** The name of the level. */
  get levelName(): LevelName {
    return getLevelName(this.level);
  }

  set levelName(levelName: LevelName) {
    this.level = getLevelByName(levelName);
  }

  /** Takes a record. */
  handle(logRecord: LogRecord): void {
    if (this.level <= logRecord.level) this.log(this.format(logRecord));
  }

  /** The text of a record. */
  format(logRecord: LogRecord): string {
    return this.formatter(logRecord);
  }

  /** Writes a text. */
  abstract log(msg: string): void;

  /** Called before the first record. */
  setup(): void {}

  /** Called after the last record. */
  destroy(): void {}

  /** Called at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.destroy();
  }
}

/** Hands what it is told to its handlers. */
export class Logger {
  /** The lowest level that is handled. */
  level: LogLevel;
  /** Where records go. */
  handlers: BaseHandler[];
  readonly #loggerName: string;

  /** Makes one. */
  constructor(loggerName: string, levelName: LevelName, options: { handlers?: BaseHandler[] } = {}) {
    this.#loggerName = loggerName;
    this.level = getLevelByName(levelName);
    this.handlers = options.handlers ?? [];
  }

  /** The name of the logger. */
  get loggerName(): string {
    return this.#loggerName;
  }

  /** The name of the level. */
  get levelName(): LevelName {
    return getLevelName(this.level);
  }

  set levelName(levelName: LevelName) {
    this.level = getLevelByName(levelName);
  }

  /** Says something at DEBUG. */
  debug(msg: string, ...args: unknown[]): string {
    return this.#log(LogLevels.DEBUG, msg, args);
  }

  /** Says something at INFO. */
  info(msg: string, ...args: unknown[]): string {
    return this.#log(LogLevels.INFO, msg, args);
  }

  /** Says something at WARN. */
  warn(msg: string, ...args: unknown[]): string {
    return this.#log(LogLevels.WARN, msg, args);
  }

  /** Says something at ERROR. */
  error(msg: string, ...args: unknown[]): string {
    return this.#log(LogLevels.ERROR, msg, args);
  }

  /** Says something at CRITICAL. */
  critical(msg: string, ...args: unknown[]): string {
    return this.#log(LogLevels.CRITICAL, msg, args);
  }

  #log(level: LogLevel, msg: string, args: unknown[]): string {
    if (this.level <= level) {
      const record = new LogRecord({ msg, args, level, loggerName: this.#loggerName });
      for (const handler of this.handlers) handler.handle(record);
    }
    return msg;
  }
}

/** Which loggers there are, and which handlers they have. */
export interface LogConfig {
  handlers?: Record<string, BaseHandler>;
  loggers?: Record<string, { level?: LevelName; handlers?: string[] }>;
}

const loggers = new Map<string, Logger>();
let handlers: BaseHandler[] = [];

/** Replaces all handlers and loggers. */
export function setup(config: LogConfig): void {
  for (const handler of handlers) handler.destroy();
  handlers = Object.values(config.handlers ?? {});
  for (const handler of handlers) handler.setup();
  loggers.clear();
  for (const [name, { level = "INFO", handlers: names = [] }] of Object.entries(config.loggers ?? {})) {
    const chosen = names.flatMap((name) => config.handlers?.[name] ?? []);
    loggers.set(name, new Logger(name, level, { handlers: chosen }));
  }
}

/** The logger of that name; an unknown one is made, silent until it is set up. */
export function getLogger(name = "default"): Logger {
  let logger = loggers.get(name);
  if (!logger) {
    logger = new Logger(name, "NOTSET");
    loggers.set(name, logger);
  }
  return logger;
}
