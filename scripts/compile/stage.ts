/**
 * Prepares what is compiled: a folder with the modules that the program needs and no others, each package as one file,
 * and a `deno.json` whose import map has only what roles may import from the compiled cake.
 *
 * With the packages as they are, all of their files would go into the program, and with them Deno's machinery for npm: measured on
 * two cores, 7 MB more in the file, 7 MB more memory in each process, and a start that takes a seventh longer.
 */
import { readSources, resolveReference, type SourceFile } from "../source_file.ts";

/** Where programs of users come in: the command, the library, and what a thread runs is found from there. */
const ENTRIES = ["cli/main.ts", "mod.ts", "runtime/simulation/mod.ts"];

/** What programs of users may import by name. */
const OWN_IMPORTS = {
  "@layer-cake/cake": "./mod.ts",
  "@layer-cake/cake/simulation": "./runtime/simulation/mod.ts",
};

/** The folders with modules of the program. */
const FOLDERS = ["mod.ts", "runtime", "net", "directory", "cli"];

/** The file that says what the program was made from. */
const BUILD_FILE = "cli/build.ts";

/** A folder that is ready to be compiled. */
export interface Stage {
  /** The module to compile. */
  readonly main: string;
  /** Modules that nobody imports, but that are loaded by name or run as threads. */
  readonly included: readonly string[];
}

/** How to prepare. */
export interface StageOptions {
  /** The project's folder. */
  readonly root: URL;
  /** The folder to make. */
  readonly folder: string;
  /** The commit, as the program is to say it. */
  readonly commit: string;
  /** Makes a package's names, given by a module's text, one file. */
  readonly bundle: (source: string, output: string) => Promise<void>;
}

/** Which modules the program needs, and which names of which packages; `null` stands for all of them. */
export interface Needs {
  readonly modules: readonly SourceFile[];
  readonly packages: ReadonlyMap<string, ReadonlySet<string> | null>;
  /** Modules whose place alone is taken, to run them later. */
  readonly placed: readonly string[];
}

/** Follows the imports from the entries. */
export function findNeeds(sources: readonly SourceFile[], entries: readonly string[] = ENTRIES): Needs {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const modules = new Map<string, SourceFile>();
  const packages = new Map<string, Set<string> | null>();
  const placed = new Set<string>();
  const waiting = [...entries];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const source = byPath.get(path);
    if (source === undefined) throw new Error(`Cannot compile: "${path}" is imported, and is not there`);
    if (modules.has(path)) continue;
    modules.set(path, source);
    for (const { specifier, kind, names } of source.references) {
      if (kind === "type" || specifier.startsWith("node:")) continue;
      const target = resolveReference(path, specifier);
      if (kind === "url") {
        // A module that is placed is one to run; other places are those of a checkout.
        if (target === undefined || !byPath.has(target) || target === "cli/main.ts") continue;
        placed.add(target);
        waiting.push(target);
      } else if (target !== undefined) waiting.push(target);
      else if (!(specifier in OWN_IMPORTS)) addNames(packages, specifier, names);
    }
  }
  return {
    modules: [...modules.values()].sort((a, b) => a.path < b.path ? -1 : 1),
    packages,
    placed: [...placed].sort(),
  };
}

function addNames(packages: Map<string, Set<string> | null>, specifier: string, names: string[] | undefined): void {
  const known = packages.get(specifier);
  if (names === undefined || known === null) packages.set(specifier, null);
  else if (names.length > 0) packages.set(specifier, new Set([...known ?? [], ...names]));
}

/** Makes the folder. */
export async function makeStage({ root, folder, commit, bundle }: StageOptions): Promise<Stage> {
  const { modules, packages, placed } = findNeeds(await readSources(root, FOLDERS));
  for (const { path, text } of modules) {
    await write(`${folder}/${path}`, path === BUILD_FILE ? withCommit(text, commit) : text);
  }
  const imports: Record<string, string> = { ...OWN_IMPORTS };
  for (const [specifier, names] of [...packages].sort(([a], [b]) => a < b ? -1 : 1)) {
    const file = `packages/${specifier.replace(/^@/, "").replaceAll("/", "-")}.js`;
    await bundle(packageSource(specifier, names), `${folder}/${file}`);
    imports[specifier] = `./${file}`;
  }
  const { compilerOptions } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  await write(`${folder}/deno.json`, JSON.stringify({ imports, compilerOptions, lock: false, nodeModulesDir: "none" }));
  await setTimes(folder);
  const included = [...new Set([...Object.values(OWN_IMPORTS).map((path) => path.slice(2)), ...placed])];
  return { main: "cli/main.ts", included };
}

/** The compiled file holds the time of each module in it; one moment for all makes it depend on nothing but their text. */
async function setTimes(folder: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) await setTimes(`${folder}/${name}`);
    else await Deno.utime(`${folder}/${name}`, 0, 0);
  }
}

/** A module that gives out what the program takes of a package. */
function packageSource(specifier: string, names: ReadonlySet<string> | null): string {
  const from = JSON.stringify(specifier);
  if (names !== null) return `export { ${[...names].sort().join(", ")} } from ${from};\n`;
  return `export * from ${from};\nexport { default } from ${from};\n`;
}

const COMMIT = /= null;/;

function withCommit(text: string, commit: string): string {
  if (!COMMIT.test(text)) throw new Error(`Cannot compile: "${BUILD_FILE}" has no place for the commit`);
  return text.replace(COMMIT, () => `= ${JSON.stringify({ commit })};`);
}

async function write(path: string, text: string): Promise<void> {
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  await Deno.writeTextFile(path, text);
}
