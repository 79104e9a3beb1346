/**
 * Checks that the outside is reached only where it may be:
 *
 * - a file that starts with `// This module performs no I/O.` reaches nothing outside itself: no clock, randomness,
 *   timer, network, file or process; and it imports only from files that promise the same (by way of a door if need
 *   be: what counts is the file that declares the name), or packages known to compute only
 * - all other files of runtime, net, directory and cli reach the outside through a world; the files of the real world,
 *   and the few named in `EXCEPTIONS`, are where it is really reached
 */
import ts from "typescript";
import { lineOf, type ModuleReference, type Problem, resolveReference, type SourceFile, visit } from "./source_file.ts";

/** Uses of the platform that only the real world may make, with what to use instead. */
const WORLD_ONLY: Readonly<Record<string, string>> = {
  "Date.now": "the world's clock",
  "Date()": "the world's clock",
  "Temporal.Now": "the world's clock",
  "performance": "the world's clock",
  "setTimeout": "the world's clock",
  "setInterval": "the world's clock",
  "setImmediate": "the world's clock",
  "AbortSignal.timeout": "the world's clock",
  "Math.random": "the world's randomness",
  "crypto.randomUUID": "the world's randomness",
  "crypto.getRandomValues": "the world's randomness",
  "fetch": "the world's network",
  "WebSocket": "the world's network",
  "Deno": "the world",
  "process": "the world",
  "globalThis": "the name itself",
};

/** Further uses that a file without I/O may not make either. */
const IMPURE: Readonly<Record<string, string>> = {
  ...WORLD_ONLY,
  "queueMicrotask": "an effect for the caller to run",
  "clearTimeout": "an effect for the caller to run",
  "clearInterval": "an effect for the caller to run",
  "crypto": "an argument",
  "console": "an effect for the caller to run",
  "localStorage": "an argument",
  "sessionStorage": "an argument",
  "navigator": "an argument",
  "Worker": "an effect for the caller to run",
  "MessageChannel": "an effect for the caller to run",
  "BroadcastChannel": "an effect for the caller to run",
};

/** Packages that compute and do nothing else. */
const PURE_PACKAGES: ReadonlySet<string> = new Set(["re2js", "string-width", "@std/yaml", "undici/llhttp", "yaml"]);

/** Where the real world is made. */
const REAL_WORLD = /^runtime\/real_world(\.ts$|\/)/;

/** Files that reach outside a world, and what each may use. */
export type Exceptions = Readonly<Record<string, readonly string[]>>;

/** The exceptions of this project. Each needs a reason. */
export const EXCEPTIONS: Exceptions = {
  // The simulation must know when the program has come to rest; no time passes there and nothing random enters.
  "runtime/simulation/drain.ts": [
    "globalThis.addEventListener",
    "globalThis.removeEventListener",
    "node:process",
    "node:timers",
  ],
};

/** Checks the files that promise to perform no I/O. */
export function checkPure(files: readonly SourceFile[]): Problem[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const problems: Problem[] = [];
  for (const file of files) {
    if (!file.isPure) continue;
    for (const { name, instead, line } of platformUses(file, IMPURE)) {
      problems.push({ path: file.path, line, message: `Cannot use "${name}" in a file without I/O: take ${instead}` });
    }
    for (const reference of file.references) {
      const { specifier, kind, line } = reference;
      if (kind === "type" || PURE_PACKAGES.has(specifier) || leadsToPure(byPath, file, reference)) continue;
      const message = `Cannot import "${specifier}" in a file without I/O: it does not promise the same`;
      problems.push({ path: file.path, line, message });
    }
  }
  return problems;
}

/** Whether a module promises to perform no I/O, or else every name that is imported from it comes from one that does. */
function leadsToPure(byPath: ReadonlyMap<string, SourceFile>, file: SourceFile, reference: ModuleReference): boolean {
  const target = resolveReference(file.path, reference.specifier);
  if (target === undefined) return false;
  if (byPath.get(target)?.isPure) return true;
  return reference.names !== undefined && reference.names.length > 0 &&
    reference.names.every((name) => comesFromPure(byPath, target, name));
}

function comesFromPure(byPath: ReadonlyMap<string, SourceFile>, path: string, name: string): boolean {
  const file = byPath.get(path);
  if (file === undefined || file.isPure) return file !== undefined;
  for (const { specifier, exported } of file.references) {
    const origin = exported?.get(name);
    const target = origin === undefined ? undefined : resolveReference(path, specifier);
    if (target !== undefined) return comesFromPure(byPath, target, origin!);
  }
  return false;
}

/** Checks that the outside is reached by way of a world. */
export function checkWorld(files: readonly SourceFile[], exceptions: Exceptions = EXCEPTIONS): Problem[] {
  const problems: Problem[] = [];
  for (const file of files) {
    if (file.isPure || !/^(runtime|net|directory|cli)\//.test(file.path) || REAL_WORLD.test(file.path)) continue;
    const uses = [...platformUses(file, WORLD_ONLY), ...nodeImports(file)];
    const allowed = exceptions[file.path] ?? [];
    for (const { name, instead, line } of uses) {
      if (allowed.includes(name)) continue;
      problems.push({ path: file.path, line, message: `Cannot use "${name}" outside the real world: take ${instead}` });
    }
    for (const name of allowed.filter((name) => !uses.some((use) => use.name === name))) {
      problems.push({ path: file.path, line: 1, message: `Cannot keep the exception for "${name}": it is not used` });
    }
  }
  return problems;
}

interface PlatformUse {
  /** As it is written, with parentheses where it is called: `Date.now`, `Deno.args`, `fetch()`, `node:fs`. */
  name: string;
  instead: string;
  line: number;
}

function nodeImports(file: SourceFile): PlatformUse[] {
  return file.references
    .filter(({ specifier, kind }) => kind === "value" && specifier.startsWith("node:"))
    .map(({ specifier, line }) => ({ name: specifier, instead: "the world", line }));
}

function platformUses(file: SourceFile, banned: Readonly<Record<string, string>>): PlatformUse[] {
  const uses: PlatformUse[] = [];
  const roots = new Set(Object.keys(banned).map((name) => name.split(/[.(]/, 1)[0]!));
  const ownNames = declaredNames(file.tree);
  visit(file.tree, (node) => {
    if (!ts.isIdentifier(node) || !roots.has(node.text) || ownNames.has(node.text) || !isReference(node)) return;
    const { name, rule } = spelledUse(node, banned);
    if (rule !== undefined) uses.push({ name, instead: banned[rule]!, line: lineOf(file.tree, node) });
  });
  return uses;
}

/** The use that an identifier of the platform is part of, and the rule that bans it, if one does. */
function spelledUse(node: ts.Identifier, banned: Readonly<Record<string, string>>): { name: string; rule?: string } {
  const parent = node.parent;
  let name = node.text;
  if (ts.isPropertyAccessExpression(parent) && parent.expression === node) name = `${name}.${parent.name.text}`;
  else if (ts.isQualifiedName(parent) && parent.left === node) name = `${name}.${parent.right.text}`;
  else if (ts.isElementAccessExpression(parent) && parent.expression === node) {
    const key = parent.argumentExpression;
    // A key that is computed could be any member.
    name = `${name}.${ts.isStringLiteralLike(key) ? key.text : "*"}`;
  } else if (isCalledForItself(node)) {
    name = `${name}()`;
  } else if (isTakenApart(node)) name = `${name}.*`;
  // Deeper members, as in Temporal.Now.instant(), are banned with what they are members of.
  const rule = [name, node.text].find((rule) => Object.hasOwn(banned, rule)) ??
    (name.endsWith(".*") ? Object.keys(banned).find((rule) => rule.startsWith(`${node.text}.`)) : undefined);
  return rule === undefined ? { name } : { name, rule };
}

/** Whether it is called, or made with no argument: `setTimeout(…)`, `Date()`, `new Date()`, `new Date`. */
function isCalledForItself(node: ts.Identifier): boolean {
  const parent = node.parent;
  if (ts.isCallExpression(parent)) return parent.expression === node;
  return ts.isNewExpression(parent) && parent.expression === node && !parent.arguments?.length;
}

/** Whether the whole object is stored or taken apart, so that its members are used by another name. */
function isTakenApart(node: ts.Identifier): boolean {
  const parent = node.parent;
  return (ts.isVariableDeclaration(parent) && parent.initializer === node) ||
    (ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken &&
      parent.right === node) ||
    ts.isSpreadAssignment(parent);
}

/** Whether an identifier stands for a value or a type of that name, and is not the name of a member or a label. */
function isReference(node: ts.Identifier): boolean {
  const parent = node.parent;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isQualifiedName(parent)) return parent.left === node;
  if (ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent)) return parent.propertyName === undefined;
  if (ts.isBindingElement(parent)) return parent.initializer === node;
  if (ts.isShorthandPropertyAssignment(parent)) return true;
  const named = parent as ts.Node & { name?: ts.Node; label?: ts.Node };
  return named.name !== node && named.label !== node;
}

/** The names that a file declares anywhere, which hide those of the platform. `Deno` and the like stay what they are. */
function declaredNames(tree: ts.SourceFile): ReadonlySet<string> {
  const names = new Set<string>();
  visit(tree, (node) => {
    if (
      ts.isVariableDeclaration(node) || ts.isParameter(node) || ts.isBindingElement(node) ||
      ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node) || ts.isImportSpecifier(node) ||
      ts.isImportClause(node) || ts.isNamespaceImport(node) || ts.isInterfaceDeclaration(node) ||
      ts.isTypeAliasDeclaration(node)
    ) {
      if (node.name && ts.isIdentifier(node.name)) names.add(node.name.text);
    }
  });
  for (const name of ["Deno", "Date", "Math", "performance", "crypto", "globalThis", "setTimeout", "setInterval"]) {
    names.delete(name);
  }
  return names;
}
