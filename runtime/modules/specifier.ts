// This module performs no I/O.

/** What a module of a user may import where there are no packages: in a compiled cake. */

import { ModuleError } from "./module_error.ts";

/** What the compiled cake itself gives to modules by name. */
export const PROVIDED: ReadonlySet<string> = new Set(["@layer-cake/cake", "@layer-cake/cake/simulation"]);

/** What to do about a module that can't be had. */
const ADVICE = "bundle the module into one file first (deno bundle --external @layer-cake/cake), or run it with Deno";

/**
 * The file that an import leads to, as a URL; null for what is there anyway: parts of cake and of the platform.
 *
 * @param specifier What stands in quotes.
 * @param from The module that it stands in, as a URL.
 * @throws {ModuleError} When it leads to what a compiled cake does not have.
 */
export function importedFile(specifier: string, from: string): string | null {
  if (PROVIDED.has(specifier) || /^(?:node|data|blob):/.test(specifier)) return null;
  if (!/^(?:\.{1,2}\/|\/(?!\/)|file:)/.test(specifier)) {
    throw new ModuleError(`imports "${specifier}", ${absence(specifier)}`);
  }
  const url = new URL(specifier, from);
  if (url.protocol !== "file:") throw new ModuleError(`imports "${specifier}", ${absence(specifier)}`);
  if (url.search !== "" || url.hash !== "") {
    throw new ModuleError(`imports "${specifier}": a file of a compiled cake has neither query nor fragment`);
  }
  return url.href;
}

function absence(specifier: string): string {
  if (/^(?:npm|jsr):/.test(specifier)) return `and a compiled cake has no packages: ${ADVICE}`;
  if (/^https?:/.test(specifier)) return `and a compiled cake downloads no modules: ${ADVICE}`;
  if (specifier.startsWith("@layer-cake/cake/")) return `which is not part of a compiled cake: run it with Deno`;
  return `which is neither a file (that begins with "./") nor a part of cake: ${ADVICE}`;
}

/** What a file is by its name. */
export type FileKind = "typescript" | "javascript" | "json";

/**
 * The kind of a file by its name. One without an extension is a module, as a program that begins with `#!` has none.
 *
 * @throws {ModuleError} When it can't be a module here.
 */
export function fileKind(url: string): FileKind {
  const name = url.slice(url.lastIndexOf("/") + 1);
  const extension = /\.[^.]+$/.exec(name)?.[0] ?? "";
  switch (extension) {
    case ".ts":
    case ".mts":
    case "":
      return "typescript";
    case ".js":
    case ".mjs":
      return "javascript";
    case ".json":
      return "json";
    default:
      throw new ModuleError(`is a "${extension}" file, and a compiled cake runs .ts, .mts, .js and .mjs`);
  }
}
