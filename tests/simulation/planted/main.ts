/**
 * Proves the prover: plants one bug after the other in a copy of the sources and looks for a seed that fails.
 *
 *     deno task simulate --planted [--seeds 10000] [--from 1] [name ...]
 *
 * Prints a table of bugs and the first seed that finds each. Ends with status 1 when too many are not found.
 */
// deno-lint-ignore-file no-console
import { plant, PLANTED_BUGS, type PlantedBug } from "./bugs.ts";

/** What the simulation needs of the project. */
const PARTS = ["deno.json", "mod.ts", "runtime", "net", "directory", "tests/simulation", "scripts"] as const;
const ROOT = new URL("../../../", import.meta.url);
/** Bugs that may stay unfound. */
const UNFOUND_MAX = 1;

/** How a search has ended. */
interface Found {
  readonly bug: PlantedBug;
  /** The seed that failed, or null. */
  readonly seed: number | null;
  /** What was wrong there, or what else went wrong. */
  readonly problem: string;
}

/**
 * Searches for planted bugs and prints what is found.
 *
 * @param names Which of them; all if there are none.
 * @returns An exit status.
 */
export async function findPlanted(
  names: readonly string[],
  { from, seeds }: { readonly from: number; readonly seeds: number },
): Promise<number> {
  const unknown = names.find((name) => !PLANTED_BUGS.some((bug) => bug.name === name));
  if (unknown !== undefined) throw new RangeError(`Cannot plant "${unknown}": there is no such bug`);
  const bugs = PLANTED_BUGS.filter(({ name }) => names.length === 0 || names.includes(name));
  const copy = await Deno.makeTempDir({ prefix: "cake-planted-" });
  try {
    for (const part of PARTS) await copyPart(new URL(part, ROOT), `${copy}/${part}`);
    const results: Found[] = [];
    const width = Math.max(...bugs.map(({ name }) => name.length));
    for (const bug of bugs) {
      const result = await find(bug, copy, { from, seeds });
      results.push(result);
      const where = result.seed === null ? "not found" : `seed ${result.seed}`;
      console.log(`${bug.name.padEnd(width)}  ${where.padEnd(10)}  ${result.problem}`);
    }
    const found = results.filter(({ seed }) => seed !== null).length;
    console.log(`${found} of ${bugs.length} found within ${seeds} seeds each`);
    return found >= bugs.length - UNFOUND_MAX ? 0 : 1;
  } finally {
    await Deno.remove(copy, { recursive: true });
  }
}

async function find(bug: PlantedBug, copy: string, { from, seeds }: { from: number; seeds: number }): Promise<Found> {
  const path = `${copy}/${bug.file}`;
  const source = await Deno.readTextFile(path);
  await Deno.writeTextFile(path, plant(source, bug));
  try {
    // Tasks say which import map serves here; the copy has its own.
    const maps = Deno.env.get("CAKE_IMPORT_MAP") ? ["--import-map", `${copy}/scripts/imports.npm.json`] : [];
    const options = ["run", "-A", "--no-check", "--config", `${copy}/deno.json`, ...maps];
    const simulate = [
      `${copy}/tests/simulation/simulate.ts`,
      `--from=${from}`,
      `--seeds=${seeds}`,
      "--stop",
      "--no-shrink",
    ];
    const command = new Deno.Command(Deno.execPath(), { args: [...options, ...simulate], stderr: "piped" });
    const { code, stdout, stderr } = await command.output();
    const [output, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    const seed = /^seed (\d+) fails$/m.exec(output!)?.[1];
    const problem = /^ {2}(?!\d+\. |step )(.*)$/m.exec(output!)?.[1] ?? "";
    if (seed !== undefined) return { bug, seed: Number(seed), problem };
    return { bug, seed: null, problem: code === 0 ? "" : errors!.trim().split("\n")[0]! };
  } finally {
    await Deno.writeTextFile(path, source);
  }
}

async function copyPart(from: URL, to: string): Promise<void> {
  if ((await Deno.stat(from)).isFile) {
    await Deno.mkdir(to.slice(0, to.lastIndexOf("/")), { recursive: true });
    await Deno.copyFile(from, to);
    return;
  }
  for await (const { name } of Deno.readDir(from)) await copyPart(new URL(`${from}/${name}`), `${to}/${name}`);
}
