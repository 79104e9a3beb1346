/** A module with everything that it imports from files, read and made ready. */

import { fromFileUrl } from "@std/path";
import { FileError, type FileSystem } from "../world.ts";
import { ModuleError } from "./module_error.ts";
import type { PreparedModule } from "./prepared.ts";
import { fileKind, importedFile } from "./specifier.ts";

/** Most files that one module may bring with it. */
const FILES_MAX = 4096;

/** A file of a graph. */
export interface GraphFile {
  /** As the user has it. */
  readonly url: string;
  readonly text: string;
  /** Null for JSON, which stays as it is. */
  readonly module: PreparedModule | null;
  /** The files that its imports lead to, by the places of the imports. */
  readonly targets: ReadonlyMap<number, string>;
}

/** What reading a graph depends on. */
export interface GraphOptions {
  readonly files: Pick<FileSystem, "readText">;
  /** True for files that were loaded earlier: they are not read again. */
  readonly isKnown: (url: string) => boolean;
  readonly prepare: (text: string, kind: "typescript" | "javascript") => Promise<PreparedModule>;
}

/**
 * Reads a file and all that it imports. What `import()` leads to is read when it runs.
 *
 * @throws {ModuleError} That names the file which can't be had, and the one that imports it.
 */
export async function readGraph(entry: string, options: GraphOptions): Promise<GraphFile[]> {
  const graph = new Map<string, GraphFile>();
  const waiting: { readonly url: string; readonly importer: string | null }[] = [{ url: entry, importer: null }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { url, importer } = next;
    if (graph.has(url) || options.isKnown(url)) continue;
    if (graph.size === FILES_MAX) {
      throw new ModuleError(`cannot load "${path(entry)}": it imports over ${FILES_MAX} files`);
    }
    const file = await readFile(url, importer, options);
    graph.set(url, file);
    for (const target of file.targets.values()) waiting.push({ url: target, importer: url });
  }
  return [...graph.values()].sort((a, b) => a.url < b.url ? -1 : 1);
}

async function readFile(url: string, importer: string | null, options: GraphOptions): Promise<GraphFile> {
  let text: string;
  try {
    text = await options.files.readText(path(url));
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    const by = importer === null ? "" : `, which "${path(importer)}" imports`;
    throw new ModuleError(`cannot load "${path(url)}"${by}: ${error.message}`, { cause: error });
  }
  try {
    const kind = fileKind(url);
    if (kind === "json") return { url, text, module: null, targets: new Map() };
    const module = await options.prepare(text, kind);
    return { url, text, module, targets: targetsOf(module, url, text) };
  } catch (error) {
    if (!(error instanceof ModuleError)) throw error;
    throw new ModuleError(`cannot load "${path(url)}": it ${error.message}`, { cause: error });
  }
}

function targetsOf({ imports }: PreparedModule, url: string, text: string): Map<number, string> {
  const targets = new Map<number, string>();
  for (const { kind, specifier, start, type } of imports) {
    if (kind === "dynamic" || specifier === null) continue;
    try {
      if (type !== null && type !== "json") {
        throw new ModuleError(`imports "${specifier}" with the unknown type "${type}"`);
      }
      const target = importedFile(specifier, url);
      if (target !== null) targets.set(start, target);
    } catch (error) {
      if (!(error instanceof ModuleError)) throw error;
      throw new ModuleError(`${error.message} (line ${lineOf(text, specifier)})`, { cause: error });
    }
  }
  return targets;
}

/** The line of a source in which something stands in quotes. */
function lineOf(text: string, quoted: string): number {
  const at = [`"${quoted}"`, `'${quoted}'`].map((written) => text.indexOf(written)).find((at) => at >= 0) ?? 0;
  return text.slice(0, at).split("\n").length;
}

function path(url: string): string {
  return fromFileUrl(url);
}
