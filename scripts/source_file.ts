/** Reads source files for the structure checks: their imports, and what they use of the platform. */
import ts from "typescript";

/** A file to check: its path relative to the project's folder, with slashes, and its text. */
export interface SourceText {
  path: string;
  text: string;
}

/** What is wrong, and where. */
export interface Problem {
  path: string;
  line: number;
  message: string;
}

/**
 * How one file refers to another.
 *
 * - `value`: the other file runs first (`import`, `export … from`) or on demand (`import()`)
 * - `type`: only the compiler looks at it
 * - `url`: only its place is taken, with `new URL(…, import.meta.url)` or `import.meta.resolve(…)`
 */
export type ReferenceKind = "value" | "type" | "url";

/** One reference to a module. */
export interface ModuleReference {
  specifier: string;
  kind: ReferenceKind;
  line: number;
  /** The names of values that are taken one by one; undefined where the module is taken as a whole. */
  names?: string[];
  /** For `export … from`: the names given out, each with its name in the module. */
  exported?: Map<string, string>;
}

/** A source file, parsed. */
export interface SourceFile extends SourceText {
  tree: ts.SourceFile;
  /** Whether the file promises to perform no I/O. */
  isPure: boolean;
  references: ModuleReference[];
}

/** The header that promises a file without I/O. */
export const PURE_HEADER = "// This module performs no I/O.";

/** Parses a file. */
export function parseSource({ path, text }: SourceText): SourceFile {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const isPure = text.slice(0, tree.getStart()).split("\n").some((line) => line.trimEnd() === PURE_HEADER);
  const references: ModuleReference[] = [];
  visit(tree, (node) => {
    const found = moduleReference(node);
    if (found) references.push({ ...found, line: lineOf(tree, node) });
  });
  return { path, text, tree, isPure, references };
}

/** Calls `look` with every node of a tree. */
export function visit(node: ts.Node, look: (node: ts.Node) => void): void {
  look(node);
  ts.forEachChild(node, (child) => visit(child, look));
}

/** The line a node starts at, counted from 1. */
export function lineOf(tree: ts.SourceFile, node: ts.Node): number {
  return tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1;
}

function moduleReference(node: ts.Node): Omit<ModuleReference, "line"> | undefined {
  if (ts.isImportDeclaration(node)) {
    const found = reference(node.moduleSpecifier, node.importClause?.isTypeOnly ? "type" : "value");
    const bindings = node.importClause?.namedBindings;
    if (!found || node.importClause?.name || !bindings || !ts.isNamedImports(bindings)) return found;
    return { ...found, names: valueNames(bindings.elements) };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier) {
    const found = reference(node.moduleSpecifier, node.isTypeOnly ? "type" : "value");
    if (!found || !node.exportClause || !ts.isNamedExports(node.exportClause)) return found;
    const { elements } = node.exportClause;
    const exported = new Map(elements.map(({ name, propertyName }) => [name.text, (propertyName ?? name).text]));
    return { ...found, names: valueNames(elements), exported };
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return reference(node.argument.literal, "type");
  if (ts.isCallExpression(node)) {
    if (node.expression.kind === ts.SyntaxKind.ImportKeyword) return reference(node.arguments[0], "value");
    if (node.expression.getText() === "import.meta.resolve") return reference(node.arguments[0], "url");
  }
  if (ts.isNewExpression(node) && node.expression.getText() === "URL") {
    if (node.arguments?.[1]?.getText() === "import.meta.url") return reference(node.arguments[0], "url");
  }
  return undefined;
}

function valueNames(elements: readonly (ts.ImportSpecifier | ts.ExportSpecifier)[]): string[] {
  return elements.filter(({ isTypeOnly }) => !isTypeOnly).map(({ name, propertyName }) => (propertyName ?? name).text);
}

function reference(node: ts.Node | undefined, kind: ReferenceKind) {
  return node && ts.isStringLiteralLike(node) ? { specifier: node.text, kind } : undefined;
}

/** Reads the TypeScript and JavaScript files of the project that lie in, or are, one of `entries`. */
export async function readSources(root: URL, entries: readonly string[]): Promise<SourceFile[]> {
  const paths: string[] = [];
  async function collect(path: string): Promise<void> {
    let stat: Deno.FileInfo;
    try {
      stat = await Deno.stat(new URL(path, root));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return;
      throw error;
    }
    if (stat.isFile) {
      paths.push(path);
      return;
    }
    for await (const entry of Deno.readDir(new URL(`${path}/`, root))) {
      if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
      if (entry.isDirectory || (entry.isFile && /\.m?[jt]s$/.test(entry.name))) await collect(`${path}/${entry.name}`);
    }
  }
  for (const entry of entries) await collect(entry);
  paths.sort();
  return await Promise.all(
    paths.map(async (path) => parseSource({ path, text: await Deno.readTextFile(new URL(path, root)) })),
  );
}

/** Resolves a relative specifier to a path relative to the project's folder; undefined for any other. */
export function resolveReference(from: string, specifier: string): string | undefined {
  if (!/^\.{1,2}\//.test(specifier)) return undefined;
  const parts = from.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") {
      // A path that leaves the project keeps its dots.
      if (parts.length === 0 || parts.at(-1) === "..") parts.push("..");
      else parts.pop();
    } else if (part !== "." && part !== "") parts.push(part);
  }
  return parts.join("/");
}

/** Throws an error that says all problems, one a line, unless there are none. */
export function refuseProblems(problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  throw new Error(["", ...problems.map(({ path, line, message }) => `${path}:${line}: ${message}`)].join("\n"));
}
