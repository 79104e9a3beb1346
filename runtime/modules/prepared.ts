// This module performs no I/O.

/** Modules on their way from what users wrote to what the platform runs. */

/** An import in the code of a module. Positions count characters. */
export interface ModuleImport {
  readonly kind: "static" | "dynamic";
  /** What stands in quotes; for `import()` unknown before it runs. */
  readonly specifier: string | null;
  /** Where the specifier stands without its quotes; for `import()` where the word `import` stands. */
  readonly start: number;
  readonly end: number;
  /** What kind of module the import says it is, `json`; null where it says nothing. */
  readonly type: string | null;
}

/** A module as JavaScript. */
export interface PreparedModule {
  readonly code: string;
  readonly imports: readonly ModuleImport[];
  /** The source map (version 3), where lines are not those of the source; null where every character kept its place. */
  readonly map: string | null;
}

/** The name under which modules find what prepares them, see {@linkcode mirrorText}. */
export const HOOK_NAME = "layer-cake.modules";

/** The function that takes the place of `import()`. */
const DYNAMIC_IMPORT = "import.meta.cakeImport";

/** What stands in front of the code of a module, in its first line: it makes its `import.meta` that of the user's file. */
export function prologue(url: string): string {
  return `globalThis[Symbol.for("${HOOK_NAME}")](import.meta,${JSON.stringify(url)});`;
}

/**
 * The text that is loaded in place of a module.
 *
 * @param url The user's file.
 * @param replaced Other specifiers for imports, by the start of the import.
 */
export function mirrorText(module: PreparedModule, url: string, replaced: ReadonlyMap<number, string>): string {
  const parts: string[] = [];
  let at = 0;
  // `#!` would not be in front any more.
  if (module.code.startsWith("#!")) at = module.code.search(/[\r\n]|$/);
  parts.push(prologue(url));
  for (const { kind, start, end } of module.imports) {
    const other = kind === "dynamic" ? DYNAMIC_IMPORT : replaced.get(start);
    if (other === undefined) continue;
    parts.push(module.code.slice(at, start), other);
    at = end;
  }
  parts.push(module.code.slice(at));
  return parts.join("");
}
