/** The manifest of a folder: found, read, with what the environment replaces, and held against the files it names. */

import { absolute, executableKind, Faulted, FileError, findExecutable, type World } from "../../runtime/mod.ts";
import { dirname } from "@std/path";
import { absolutePath } from "../homes.ts";
import { type Manifest, readManifest, wholeProblems } from "./manifest.ts";
import { type Override, VARIABLE_PREFIX, withOverrides } from "./overrides.ts";
import { join } from "./read_fields.ts";
import { inOrder, type Place, type Problem } from "./yaml_tree.ts";

/** A manifest that can be used. */
export interface LoadedManifest {
  /** The file, as people know it. */
  readonly name: string;
  /** Absolute; executables are found from there. */
  readonly folder: string;
  readonly manifest: Manifest;
  readonly overrides: readonly Override[];
  /** What each entry of the roles runs, as an absolute path. */
  readonly executables: ReadonlyMap<string, string>;
}

/** Everything that is wrong with a manifest. */
export interface ManifestProblems {
  readonly name: string;
  readonly problems: readonly Problem[];
}

/** Reads a manifest; a fault says why the file can't be read at all. */
export async function loadManifest(world: World, path: string): Promise<LoadedManifest | ManifestProblems | Faulted> {
  const file = absolutePath(world, path);
  let text;
  try {
    text = await world.files.readText(file);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return new Faulted(`cannot use "${path}"`, error.message);
  }
  const read = readManifest(text);
  if (read.manifest === null) return { name: path, problems: read.problems };
  const { manifest, overrides, problems } = withOverrides(read.manifest, variablesOf(world));
  const at: Place = { line: 1, column: 1 };
  const others = problems.map((message): Problem => ({ at, message }));
  if (others.length === 0 && overrides.length > 0) others.push(...wholeProblems(manifest));
  const folder = dirname(file);
  const found = await findExecutables(world, manifest, folder);
  if (others.length + found.problems.length > 0) {
    return { name: path, problems: inOrder([...others, ...found.problems]) };
  }
  return { name: path, folder, manifest, overrides, executables: found.executables };
}

function variablesOf({ environment }: World): Map<string, string> {
  const names = environment.variableNames().filter((name) => name.startsWith(VARIABLE_PREFIX)).sort();
  return new Map(names.map((name) => [name, environment.variable(name) ?? ""]));
}

interface FoundExecutables {
  readonly executables: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
}

async function findExecutables(world: World, manifest: Manifest, folder: string): Promise<FoundExecutables> {
  const executables = new Map<string, string>();
  const problems: Problem[] = [];
  for (const [entry, { executable }] of manifest.roles) {
    const isPath = executableKind(executable) !== "program" || /[/\\]/.test(executable);
    const found = await findExecutable(world, isPath ? absolute(folder, executable) : executable, {
      homePath: null,
      ownFolder: null,
    });
    if (!(found instanceof Faulted)) {
      executables.set(entry, absolute(world.files.currentFolder(), found.path));
      continue;
    }
    const path = join(join("roles", entry), "executable");
    problems.push({ at: manifest.places.get(path)!, message: `role "${entry}": ${found}` });
  }
  return { executables, problems };
}

/** A problem as a line that editors find the place by: `cake.yaml:3:5: ...`. */
export function problemLine(name: string, { at, message }: Problem): string {
  return `${name}:${at.line}:${at.column}: ${message}`;
}

/** Problems that are shown; the first are mostly the cause of the others. */
const PROBLEMS_SHOWN_MAX = 20;

/** Writes problems to stderr, one a line, and returns a fault that counts them. */
export function tellProblems(world: World, { name, problems }: ManifestProblems): Faulted {
  const lines = problems.slice(0, PROBLEMS_SHOWN_MAX).map((problem) => problemLine(name, problem));
  if (problems.length > lines.length) lines.push(`${name}: and ${problems.length - lines.length} more`);
  world.environment.writeError(lines.map((line) => `${line}\n`).join(""));
  return new Faulted(`cannot use "${name}"`, problems.length === 1 ? "1 problem" : `${problems.length} problems`);
}
