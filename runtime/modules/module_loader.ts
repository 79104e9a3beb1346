/** Loads modules of users where the platform runs no TypeScript, by their mirrors; one for each thread of a process. */

import { dirname, fromFileUrl } from "@std/path";
import { ModuleError } from "./module_error.ts";
import { type MirroredModule, type MirrorWorld, ModuleMirrors } from "./module_mirror.ts";
import { prologue } from "./prepared.ts";
import { importedFile } from "./specifier.ts";
import type { MapLookup } from "./source_map.ts";
import type { Position } from "./stack_text.ts";

/** How the platform loads a module; options are those of `import()`. */
export type Evaluate = (url: string, options?: ImportCallOptions) => Promise<unknown>;

/** A module's `import.meta`, as far as it is told what the user's file is. */
export interface ModuleMeta {
  url?: string;
  main?: boolean;
  filename?: string;
  dirname?: string;
  resolve?: (specifier: string) => string;
  cakeImport?: (specifier: unknown, options?: ImportCallOptions) => Promise<unknown>;
}

/** Loads modules by their mirrors. A file is one module, however and by whomever it is imported. */
export class ModuleLoader {
  /** The program of this thread, whose `import.meta.main` is true. */
  main: string | null = null;
  readonly #mirrors: ModuleMirrors;
  readonly #evaluate: Evaluate;
  /** What was loaded in place of which file. */
  readonly #known = new Map<string, string>();
  readonly #byMirror = new Map<string, { readonly url: string; readonly lookup: MapLookup | null }>();
  /** Mirrors are opened one after the other, so that each knows the files of those before it. */
  #opening: Promise<unknown> = Promise.resolve();

  constructor(world: MirrorWorld, evaluate: Evaluate, mirrors = new ModuleMirrors(world)) {
    this.#mirrors = mirrors;
    this.#evaluate = evaluate;
  }

  /**
   * Loads a file.
   *
   * @param url The user's file.
   * @throws {ModuleError} When it, or what it imports, can't be had. What the module itself throws is passed on.
   */
  async load(url: string, options?: ImportCallOptions): Promise<unknown> {
    const opened = this.#opening.then(() => this.#open(url));
    this.#opening = opened.catch(() => {});
    const { mirrorUrl, close } = await opened;
    try {
      return await this.#evaluate(mirrorUrl, options);
    } finally {
      await close();
    }
  }

  async #open(url: string): Promise<{ mirrorUrl: string; close: () => Promise<void> }> {
    const known = this.#known.get(url);
    if (known !== undefined) return { mirrorUrl: known, close: () => Promise.resolve() };
    const { modules, close } = await this.#mirrors.open(url, this.#known);
    for (const module of modules) {
      this.#known.set(module.url, module.mirrorUrl);
      this.#byMirror.set(module.mirrorUrl, { url: module.url, lookup: await lookupOf(module) });
    }
    return { mirrorUrl: this.#known.get(url)!, close };
  }

  /** Tells a module which file it is. Called by the first line of each mirrored module. */
  introduce(meta: ModuleMeta, url: string): void {
    const path = fromFileUrl(url);
    const platformResolve = meta.resolve;
    meta.url = url;
    meta.main = url === this.main;
    meta.filename = path;
    meta.dirname = dirname(path);
    meta.resolve = (specifier) =>
      /^(?:\.{0,2}\/|[a-z][a-z0-9+.-]*:)/i.test(specifier)
        ? new URL(specifier, url).href
        : platformResolve?.(specifier) ?? specifier;
    meta.cakeImport = (specifier, options) => this.#import(String(specifier), url, options);
  }

  async #import(specifier: string, from: string, options?: ImportCallOptions): Promise<unknown> {
    const url = dynamicallyImported(specifier, from);
    return await (url === null ? this.#evaluate(specifier, options) : this.load(url, options));
  }

  /** The user's place for one in a mirror; null for places elsewhere. */
  locate({ file, line, column }: Position): Position | null {
    const found = this.#byMirror.get(file) ?? this.#byMirror.get(fileUrl(file));
    if (found === undefined) return null;
    const shift = line === 1 ? prologue(found.url).length : 0;
    const place = { line, column: Math.max(1, column - shift) };
    const original = found.lookup?.(place.line, place.column - 1);
    if (original) return { file: found.url, line: original.line, column: original.column + 1 };
    return { file: found.url, ...place };
  }

  /** A text of the platform, with the names and lines of the user's files. */
  userText(text: string): string {
    let result = text;
    for (const [mirrorUrl, { url }] of this.#byMirror) {
      if (!result.includes(mirrorUrl)) continue;
      result = result.split(mirrorUrl).map((part, i) => i === 0 ? part : this.#placedText(mirrorUrl, part, url)).join(
        "",
      );
    }
    return result;
  }

  /** What stands behind the name of a mirrored file, with the name of the user's. */
  #placedText(mirrorUrl: string, rest: string, url: string): string {
    const match = /^:(\d+):(\d+)/.exec(rest);
    if (match === null) return url + rest;
    const place = this.locate({ file: mirrorUrl, line: Number(match[1]), column: Number(match[2]) })!;
    return `${place.file}:${place.line}:${place.column}${rest.slice(match[0].length)}`;
  }
}

function dynamicallyImported(specifier: string, from: string): string | null {
  try {
    return importedFile(specifier, from);
  } catch (error) {
    if (!(error instanceof ModuleError)) throw error;
    throw new ModuleError(`"${fromFileUrl(from)}" ${error.message}`, { cause: error });
  }
}

/** The platform names files by path in places. */
function fileUrl(path: string): string {
  return path.startsWith("/") ? `file://${encodeURI(path)}` : path;
}

async function lookupOf({ map }: MirroredModule): Promise<MapLookup | null> {
  if (map === null) return null;
  const { readSourceMap } = await import("./source_map.ts");
  return readSourceMap(map);
}
