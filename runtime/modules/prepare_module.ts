/** From TypeScript to JavaScript, with the imports found. Loaded only where a module is met for the first time: it is large. */

import { transformSync } from "amaro";
import { type Import, init, parse } from "es-module-lexer";
import { ModuleError } from "./module_error.ts";
import type { ModuleImport, PreparedModule } from "./prepared.ts";
import type { FileKind } from "./specifier.ts";

/**
 * Makes a module runnable.
 *
 * Types are blanked out, so that every character keeps its line and column. Where that isn't enough (enums, parameter
 * properties, namespaces, imports that only types use) the module is written anew, with a source map.
 *
 * @throws {ModuleError} With line and column, when it can't be read.
 */
export async function prepareModule(text: string, kind: Exclude<FileKind, "json">): Promise<PreparedModule> {
  await init();
  if (kind === "javascript") return { code: text, imports: importsOf(text), map: null };
  const whole = rewrite(text);
  const blanked = blank(text);
  if (blanked !== null && importNames(blanked) === importNames(whole.code)) {
    return { code: blanked, imports: importsOf(blanked), map: null };
  }
  return { ...whole, imports: importsOf(whole.code) };
}

/** Writes a module anew. What only types use is not imported, as TypeScript has it. */
function rewrite(text: string): { code: string; map: string } {
  try {
    const { code, map = "" } = transformSync(text, {
      mode: "transform",
      module: true,
      sourceMap: true,
      transform: { verbatimModuleSyntax: false, nativeClassProperties: true, noEmptyExport: true },
    });
    return { code, map };
  } catch (error) {
    throw toModuleError(error);
  }
}

/** Blanks the types out; null where there is more to it than that. */
function blank(text: string): string | null {
  try {
    return transformSync(text, { mode: "strip-only", module: true }).code;
  } catch (error) {
    if (isSyntaxProblem(error) && error.code === "UnsupportedSyntax") return null;
    throw toModuleError(error);
  }
}

/** What the transformer throws: a plain object. Lines count from 1, columns from 0. */
interface SyntaxProblem {
  readonly code: string;
  readonly message: string;
  readonly startLine: number;
  readonly startColumn: number;
}

function isSyntaxProblem(error: unknown): error is SyntaxProblem {
  return typeof error === "object" && error !== null && "code" in error && "startLine" in error;
}

function toModuleError(error: unknown): unknown {
  if (!isSyntaxProblem(error)) return error;
  return new ModuleError(`has an error in line ${error.startLine}, column ${error.startColumn + 1}: ${error.message}`);
}

function parseImports(code: string): readonly Import[] {
  try {
    return parse(code)[0];
  } catch (error) {
    const at = error instanceof Error && "idx" in error ? Number(error.idx) : 0;
    const before = code.slice(0, at).split("\n");
    const place = `line ${before.length}, column ${before.at(-1)!.length + 1}`;
    throw new ModuleError(`has an error in ${place}: not JavaScript`, { cause: error });
  }
}

function importsOf(code: string): ModuleImport[] {
  const imports: ModuleImport[] = [];
  for (const found of parseImports(code)) {
    if (found.type === "dynamic") {
      const start = found.importStart;
      imports.push({ kind: "dynamic", specifier: null, start, end: start + "import".length, type: null });
    } else if (found.type !== "import-meta") {
      const type = found.attributes?.find(([name]) => name === "type")?.[1] ?? null;
      imports.push({ kind: "static", specifier: found.specifier, start: found.start, end: found.end, type });
    }
  }
  return imports.sort((a, b) => a.start - b.start);
}

/** The names that a module imports, in a form that does not depend on how the imports are written. */
function importNames(code: string): string {
  const lines = parseImports(code).filter(({ type }) => type === "static" || type === "reexport-star").map((found) => {
    const names = code.slice(found.importStart, found.start).split(/[\s{},'"]+/).filter((name) => name !== "");
    return `${found.specifier} ${names.join(" ")}`;
  });
  return lines.join("\n");
}
