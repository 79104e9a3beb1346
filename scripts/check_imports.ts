/**
 * Checks who imports whom:
 *
 *     runtime <- net <- directory <- mod.ts <- cli        scripts and tests may import all of them
 *
 * - a file imports from its own folder or from one further left, never from one further right
 * - from another folder it imports that folder's door, `mod.ts`; only where both files promise to perform no I/O may
 *   it name a file behind the door, because the door itself leads to files that do
 * - `mod.ts` in the project's folder imports the doors, and each of its exports is named
 * - no file imports itself by way of others; types and places do not count
 * - packages have the names that the import maps give them
 */
import ts from "typescript";
import { lineOf, type Problem, resolveReference, type SourceFile } from "./source_file.ts";

/** From left to right. A file may import its own layer and those before it. */
const LAYERS = ["runtime", "net", "directory", "mod.ts", "cli"];
/** Folders that nothing in the layers may import. */
const OUTSIDE = ["scripts", "tests"];
/** The name by which programs outside import mod.ts. */
const OWN_NAME = "@layer-cake/cake";

/** Checks the direction of all imports, and that folders are entered by their doors. */
export function checkDirection(files: readonly SourceFile[]): Problem[] {
  const pure = new Set(files.filter((file) => file.isPure).map((file) => file.path));
  const problems: Problem[] = [];
  for (const file of files) {
    for (const { specifier, line, kind } of file.references) {
      const target = specifier === OWN_NAME ? "mod.ts" : resolveReference(file.path, specifier);
      if (target === undefined || (kind === "url" && !/\.m?[jt]s$/.test(target))) continue;
      const message = arrowProblem(file, target, pure) ??
        (kind === "url" ? undefined : doorProblem(file, target, pure));
      if (message !== undefined) problems.push({ path: file.path, line, message });
    }
  }
  return problems;
}

function arrowProblem(file: SourceFile, target: string, pure: ReadonlySet<string>): string | undefined {
  const [from, to] = [layerOf(file.path), layerOf(target)];
  if (OUTSIDE.includes(from)) {
    return from === "scripts" && to === "tests" && !isExample(target)
      ? `Cannot import "${target}": scripts do not import tests`
      : undefined;
  }
  if (OUTSIDE.includes(to)) return `Cannot import "${target}": nothing imports ${to}`;
  if (!LAYERS.includes(from) || !LAYERS.includes(to)) {
    return pure.has(target) ? undefined : `Cannot import "${target}": it is in none of ${LAYERS.join(", ")}`;
  }
  return LAYERS.indexOf(to) > LAYERS.indexOf(from)
    ? `Cannot import "${target}": imports go ${LAYERS.join(" <- ")}`
    : undefined;
}

function doorProblem(file: SourceFile, target: string, pure: ReadonlySet<string>): string | undefined {
  const [from, to] = [layerOf(file.path), layerOf(target)];
  if (OUTSIDE.includes(from) || from === to || target === `${to}/mod.ts` || target === "mod.ts") return undefined;
  if (file.isPure && pure.has(target)) return undefined;
  return `Cannot import "${target}": another folder is entered by "${to}/mod.ts" (or both files perform no I/O)`;
}

/** The examples that users read live among the tests, and the demo runs them. */
function isExample(path: string): boolean {
  return path.startsWith("tests/demo/");
}

function layerOf(path: string): string {
  return path.split("/", 1)[0]!;
}

/** Checks that no file imports itself by way of others; each cycle is told once. */
export function checkCycles(files: readonly SourceFile[]): Problem[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const done = new Set<string>();
  const trail: string[] = [];
  const problems: Problem[] = [];

  function follow(path: string): void {
    const file = byPath.get(path);
    if (!file || done.has(path)) return;
    trail.push(path);
    for (const { specifier, kind, line } of file.references) {
      if (kind !== "value") continue;
      const target = specifier === OWN_NAME ? "mod.ts" : resolveReference(path, specifier);
      if (target === undefined) continue;
      const start = trail.indexOf(target);
      if (start >= 0) {
        const cycle = [...trail.slice(start), target].join(" -> ");
        problems.push({ path, line, message: `Cannot import in a circle: ${cycle}` });
      } else follow(target);
    }
    trail.pop();
    done.add(path);
  }

  for (const { path } of files) follow(path);
  return problems;
}

/** Checks the face of the project: exports by name, from the doors of the first three folders. */
export function checkFace(face: SourceFile, doors: readonly string[]): Problem[] {
  const problems: Problem[] = [];
  const targets = new Set<string | undefined>();
  function report(node: ts.Node, message: string): void {
    problems.push({ path: face.path, line: lineOf(face.tree, node), message });
  }
  for (const statement of face.tree.statements) {
    if (!ts.isExportDeclaration(statement)) {
      report(statement, "Cannot have code here: mod.ts only exports by name what the folders export");
      continue;
    }
    // `export {}` says that a file is a module and exports nothing.
    if (!statement.moduleSpecifier) continue;
    if (!statement.exportClause || ts.isNamespaceExport(statement.exportClause)) {
      report(statement, "Cannot export everything: say each name");
    }
    const specifier = (statement.moduleSpecifier as ts.StringLiteral).text;
    const target = resolveReference(face.path, specifier);
    targets.add(target);
    if (target === undefined || !doors.includes(target)) {
      report(statement, `Cannot export from "${specifier}": the doors are ${doors.join(", ")}`);
    }
  }
  for (const door of doors.filter((door) => !targets.has(door))) {
    problems.push({ path: face.path, line: 1, message: `Cannot do without "${door}": its public part belongs here` });
  }
  return problems;
}

/** Checks that packages are imported by the names in the import maps, which have no other form for them. */
export function checkPackages(files: readonly SourceFile[], names: ReadonlySet<string>): Problem[] {
  const problems: Problem[] = [];
  for (const file of files) {
    if (file.path.startsWith("scripts/npm/")) continue;
    for (const { specifier, line } of file.references) {
      if (/^(\.{1,2}\/|node:|file:)/.test(specifier) || names.has(specifier)) continue;
      problems.push({
        path: file.path,
        line,
        message: `Cannot import "${specifier}": name it in deno.json and in scripts/imports.npm.json, as a whole`,
      });
    }
  }
  return problems;
}
