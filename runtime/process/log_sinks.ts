/** Where logs go: the standard error stream, or files in the folder of a role. */

import { join } from "@std/path";
import { levelOfTag, LOG_LEVELS, logLine, type LogRecord, type LogSink, logTime } from "../log.ts";
import { type Cancel, FileError, type World } from "../world.ts";
import { journalLines } from "./journal_lines.ts";

/** Lines in one file of logs. */
export const LOG_FILE_LINES_MAX = 16384;
/** Bytes that a line is counted as, when the storage of a role is divided into files. */
const LOG_LINE_BYTES = 120;
/** How long lines below WARNING may wait to be written together: small boards write to cards that wear out. */
export const LOG_BATCH_MS = 3000;
/** How long the first lines may wait, so that a log is there soon after the start. */
const FIRST_BATCH_MS = 250;
/** Lines that wait at most; further ones are counted and dropped until the next write. */
const LOG_BATCH_LINES_MAX = 65536;

/** A line on its way to a file. Units: microseconds since 1970. */
interface StoredLine {
  readonly wall: bigint;
  readonly text: string;
}

/** Microseconds of the least difference between names of files. */
const MILLISECOND = 1000n;

/** Writes each record to stderr, with the process id before it; for the journal, with the level before that. */
export function errorStreamSink(world: World): LogSink {
  const { environment, processes } = world;
  const prefix = `[${String(processes.pid).padStart(8, "0")}] `;
  const textOf = (record: LogRecord) => `${prefix}${logLine(record)}\n`;
  if (!environment.isErrorJournal()) return { write: (record) => environment.writeError(textOf(record)) };
  return { write: (record) => environment.writeError(journalLines(record.tag, textOf(record))) };
}

/** The name of a file of logs by the moment it was opened: `2026h11h22T04c28c48p750`. */
export function logFileName(wall: bigint): string {
  return logTime(wall).replaceAll("-", "h").replaceAll(":", "c").replaceAll(".", "p");
}

/**
 * Writes records to files in one folder, in batches (at once from WARNING up, with all that waits), and removes the
 * oldest files when there are too many.
 */
export class FolderSink implements LogSink {
  readonly #world: World;
  readonly #folder: string;
  readonly #filesMax: number;
  #lines: StoredLine[] = [];
  #dropped = 0;
  #file: string | null = null;
  #linesInFile = 0;
  /** The moment that the present file is named after. */
  #opened = 0n;
  /** A write is due at once. */
  #isUrgent = false;
  #alarm: Cancel | null = null;
  #writing: Promise<void> = Promise.resolve();

  /** @param storageBytes How much the role may keep. */
  constructor(world: World, folder: string, storageBytes: number) {
    this.#world = world;
    this.#folder = folder;
    this.#filesMax = Math.max(1, Math.floor(storageBytes / (LOG_LINE_BYTES * LOG_FILE_LINES_MAX)));
  }

  write(record: LogRecord): void {
    if (this.#lines.length >= LOG_BATCH_LINES_MAX) this.#dropped++;
    else this.#lines.push({ wall: record.wall, text: logLine(record) });
    if (levelOfTag(record.tag) >= LOG_LEVELS.WARNING) {
      // Further records of the same moment go with it.
      if (!this.#isUrgent) this.#world.clock.soon(() => void this.flush());
      this.#isUrgent = true;
    }
    this.#alarm ??= this.#world.clock.after(this.#file === null ? FIRST_BATCH_MS : LOG_BATCH_MS, () => {
      this.#alarm = null;
      this.flush();
    });
  }

  /** Writes what waits; resolves when it is in the file. A log that can't be written is no reason to end. */
  flush(): Promise<void> {
    this.#alarm?.();
    this.#alarm = null;
    this.#isUrgent = false;
    this.#writing = this.#writing.then(() => this.#writeBatch());
    return this.#writing;
  }

  async #writeBatch(): Promise<void> {
    const lines = this.#lines;
    this.#lines = [];
    if (this.#dropped > 0) {
      const wall = this.#world.clock.wall();
      lines.push({ wall, text: `${logTime(wall)} ? <00000000>log - Dropped ${this.#dropped} lines` });
      this.#dropped = 0;
    }
    let written = 0;
    try {
      while (written < lines.length) written += await this.#append(lines.slice(written));
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      this.#dropped += lines.length - written;
    }
  }

  /** Writes as many lines as the file takes. */
  async #append(lines: readonly StoredLine[]): Promise<number> {
    if (this.#file === null || this.#linesInFile >= LOG_FILE_LINES_MAX) {
      // Named by its first line, so that readers find lines by the names of files.
      this.#file = await this.#nextFile(lines[0]!.wall);
    }
    const batch = lines.slice(0, LOG_FILE_LINES_MAX - this.#linesInFile);
    await this.#world.files.appendText(this.#file, `${batch.map((line) => line.text).join("\n")}\n`);
    this.#linesInFile += batch.length;
    return batch.length;
  }

  async #nextFile(wall: bigint): Promise<string> {
    const { files } = this.#world;
    await files.makeFolder(this.#folder);
    // Two files can't have one name, however fast they fill.
    this.#opened = wall > this.#opened + MILLISECOND ? wall : this.#opened + MILLISECOND;
    this.#linesInFile = 0;
    const names = (await files.list(this.#folder)).sort();
    for (const name of names.slice(0, Math.max(0, names.length + 1 - this.#filesMax))) {
      await files.remove(join(this.#folder, name));
    }
    return join(this.#folder, logFileName(this.#opened));
  }
}
