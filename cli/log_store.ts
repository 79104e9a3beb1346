/** The stored logs of one role. */

import { join } from "@std/path";
import { FileError, type World } from "../runtime/mod.ts";
import { filesInRange, logEntries, type LogEntry, logFiles, type StampRange } from "./log_selection.ts";

/** Reads the files of a folder of logs, and remembers how far. */
export class LogStore {
  readonly #world: World;
  readonly #folder: string;
  /** The newest file that was read, and how many characters of it. */
  #read: { readonly name: string; readonly length: number } | null = null;

  constructor(world: World, folder: string) {
    this.#world = world;
    this.#folder = folder;
  }

  /** Records of a range, one file at a time. */
  async *range(range: StampRange): AsyncGenerator<LogEntry> {
    const { begin, end } = range;
    for (const name of filesInRange(await this.#files(), range)) {
      for (const entry of await this.#entries(name)) {
        if (entry.stamp < begin) continue;
        if (end !== null && entry.stamp >= end) return;
        yield entry;
      }
    }
  }

  /** The last records of all. */
  async tail(count: number): Promise<LogEntry[]> {
    let found: LogEntry[] = [];
    for (const name of (await this.#files()).reverse()) {
      found = [...await this.#entries(name), ...found].slice(-count);
      if (found.length >= count) break;
    }
    return found;
  }

  /** Records that were added since. */
  async more(): Promise<LogEntry[]> {
    const read = this.#read;
    const files = await this.#files();
    const found: LogEntry[] = [];
    for (const name of read === null ? files : files.filter((one) => one >= read.name)) {
      found.push(...await this.#entries(name, name === read?.name ? read.length : 0));
    }
    return found;
  }

  async #files(): Promise<string[]> {
    try {
      return logFiles(await this.#world.files.list(this.#folder));
    } catch (error) {
      if (error instanceof FileError && error.reason === "not found") return [];
      throw error;
    }
  }

  async #entries(name: string, from = 0): Promise<LogEntry[]> {
    let text;
    try {
      text = await this.#world.files.readText(join(this.#folder, name));
    } catch (error) {
      // The role that writes them removes the oldest.
      if (error instanceof FileError && error.reason === "not found") return [];
      throw error;
    }
    if (this.#read === null || name >= this.#read.name) {
      this.#read = { name, length: text.lastIndexOf("\n") + 1 };
    }
    return logEntries(from === 0 ? text : text.slice(from));
  }
}
