/** The files that a module is made of, as far as they lie on this machine. */

import { fromFileUrl, toFileUrl } from "@std/path";
import { FileError, type FileSystem } from "../world.ts";
import { ModuleError } from "./module_error.ts";
import type { PreparedModule } from "./prepared.ts";
import { fileKind, importedFile } from "./specifier.ts";

/** Most files of one module that are followed. */
const FILES_MAX = 4096;

/**
 * The module itself, and what it imports from files, directly or not. What is missing or can't be read as a module is listed,
 * too: it may be mended. Packages are not followed.
 *
 * @param path Absolute.
 * @returns Absolute paths, the module's first.
 */
export async function localSources(files: Pick<FileSystem, "readText">, path: string): Promise<string[]> {
  const first = toFileUrl(path).href;
  const found = new Set([first]);
  for (const url of found) {
    if (found.size > FILES_MAX) break;
    for (const target of await importsOf(files, url)) found.add(target);
  }
  return [...found].map((url) => fromFileUrl(url));
}

async function importsOf(files: Pick<FileSystem, "readText">, url: string): Promise<string[]> {
  try {
    const kind = fileKind(url);
    if (kind === "json") return [];
    // What takes modules apart is large, and wanted by few.
    const { prepareModule } = await import("./prepare_module.ts");
    const module = await prepareModule(await files.readText(fromFileUrl(url)), kind);
    return targetsOf(module, url);
  } catch (error) {
    if (error instanceof ModuleError || error instanceof FileError) return [];
    throw error;
  }
}

function targetsOf({ imports }: PreparedModule, url: string): string[] {
  const targets: string[] = [];
  for (const { specifier } of imports) {
    try {
      const target = specifier === null ? null : importedFile(specifier, url);
      if (target !== null) targets.push(target);
    } catch (error) {
      // A package, say.
      if (!(error instanceof ModuleError)) throw error;
    }
  }
  return targets;
}
