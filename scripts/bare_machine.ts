/**
 * Shows that the compiled cake alone is enough: it runs everything on a machine that has no Deno, no Node.js and no Python.
 *
 *     deno run -A scripts/bare_machine.ts [--cake=<file>] [--root=<folder>] [--empty] [--commands[=<tests>]] [check ...]
 *
 * The machine is a folder with Debian's base packages, made by debootstrap at the first call (as root; kept in
 * `~/.cache/cake/bare-machine`, or where `--root` says), or with `--empty` one that holds nothing but the dynamic libraries that
 * the file needs. Programs in it see their own root, their own processes and a network of their own, with nothing but a
 * loopback device. Requests come from outside of the folder.
 *
 * With `--commands` the tests of the command (`tests/cli`, or the files that it names, with commas between) run as well, with the cake of that machine in place of the one of this
 * checkout. Where the original's `layer-cake` is on PATH, a home that it makes is run, too. Prints a line of JSON for each
 * check; the exit status is 0 if all passed. Linux.
 */
// deno-lint-ignore-file no-console

import { parseArgs } from "@std/cli";
import { bareChecks, type Check, runCommandTests } from "./bare/checks.ts";
import { installCake, makeDebianRoot, makeEmptyRoot, mountInto, runnersIn, succeed } from "./bare/bare_root.ts";
import { compile } from "./compile.ts";
import { targetOf } from "./compile/targets.ts";

const PROJECT = decodeURIComponent(new URL("../", import.meta.url).pathname).replace(/\/$/, "");

/** How long one check may take. */
const CHECK_MS = 120_000;

/** Set in the process that is in the namespaces: the folder with everything of this run. */
const WORK_VARIABLE = "CAKE_BARE_WORK";

interface Options {
  readonly root: string;
  readonly work: string;
  /** Files of tests of the command; null for none. */
  readonly commands: readonly string[] | null;
  /** Names of checks, or none for all. */
  readonly chosen: readonly string[];
}

/** Prepares the machine and starts this program once more, in namespaces of its own. */
async function prepare(args: string[]): Promise<number> {
  const { cake, root, empty, commands, _: chosen } = parseArgs(args, {
    string: ["cake", "root", "commands"],
    boolean: ["empty"],
    default: { root: `${Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`}/cake/bare-machine` },
  });
  const work = await Deno.realPath(await Deno.makeTempDir({ prefix: "cake-bare-" }));
  try {
    const file = cake ?? (await compile([targetOf(Deno.build.target)!], `${work}/dist`))[0]!.path;
    const machine = empty ? `${work}/root` : root;
    if (empty) await makeEmptyRoot(machine, file);
    else await makeDebianRoot(machine);
    await installCake(machine, await Deno.realPath(file));
    const runners = await runnersIn(machine);
    if (runners.length > 0) throw new Error(`The machine is not bare: it has ${runners.join(", ")}`);
    const tests = commands === undefined ? null : (commands || "tests/cli").split(",");
    const given: Options = { root: machine, work, commands: tests, chosen: chosen.map(String) };
    return await enterNamespaces(given);
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

async function enterNamespaces(options: Options): Promise<number> {
  const user = Deno.uid() === 0 ? [] : ["--map-root-user"];
  const spaces = [...user, "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"];
  const map = Deno.env.get("CAKE_IMPORT_MAP");
  const deno = [Deno.execPath(), "run", "-A", "--quiet", "--no-lock", "--config", `${PROJECT}/deno.json`];
  const script = [...map ? ["--import-map", map] : [], `${PROJECT}/scripts/bare_machine.ts`];
  const child = new Deno.Command("unshare", {
    args: [...spaces, "--", ...deno, ...script],
    env: { [WORK_VARIABLE]: JSON.stringify(options) },
    stdin: "null",
  }).spawn();
  return (await child.status).code;
}

/** Runs the checks; called in the namespaces. */
async function check({ root, work, commands, chosen }: Options): Promise<number> {
  await succeed("ip", "link", "set", "lo", "up");
  // Some programs that tests run are scripts.
  await mountInto(root, [work, `${PROJECT}/tests`, `${PROJECT}/scripts`]);
  const machine = { root, work, project: PROJECT };
  const checks = bareChecks(machine);
  if (commands !== null) checks["commands"] = () => runCommandTests(machine, commands);
  const unknown = chosen.filter((name) => !Object.hasOwn(checks, name));
  if (unknown.length > 0) {
    throw new Error(`There is no check "${unknown}": there are ${Object.keys(checks).join(", ")}`);
  }
  let failures = 0;
  for (const [name, run] of Object.entries(checks)) {
    if (chosen.length > 0 && !chosen.includes(name)) continue;
    const start = performance.now();
    const outcome = await outcomeOf(run, name === "commands" ? Infinity : CHECK_MS);
    const seconds = Math.round((performance.now() - start) / 100) / 10;
    if (outcome.problem !== undefined) failures++;
    console.log(JSON.stringify({ check: name, passed: outcome.problem === undefined, seconds, ...outcome }));
  }
  return failures === 0 ? 0 : 1;
}

/** What came of a check besides that it passed. */
interface Outcome {
  readonly skipped?: string;
  readonly problem?: string;
}

async function outcomeOf(run: Check, limitMs: number): Promise<Outcome> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<Outcome>((resolve) => {
    if (limitMs !== Infinity) {
      timer = setTimeout(() => resolve({ problem: `took longer than ${limitMs / 1000} s` }), limitMs);
    }
  });
  const outcome = run().then(
    (skipped): Outcome => skipped === undefined ? {} : { skipped },
    (error): Outcome => ({ problem: error instanceof Error ? error.stack ?? error.message : `${error}` }),
  );
  try {
    return await Promise.race([outcome, limit]);
  } finally {
    clearTimeout(timer);
  }
}

if (import.meta.main) {
  const inside = Deno.env.get(WORK_VARIABLE);
  // What a check that failed left running ends with the namespaces.
  Deno.exit(inside === undefined ? await prepare(Deno.args) : await check(JSON.parse(inside)));
}
