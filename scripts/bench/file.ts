/**
 * Rows for the compiled file: its size, how soon it is there, and the memory of what it runs. The file is that of
 * `CAKE_EXECUTABLE`, or made for the occasion; where it can't be made there are no rows.
 */
// deno-lint-ignore-file no-console

import { compile, CompileError } from "../compile.ts";
import { targetOf } from "../compile/targets.ts";
import { type Row, runRows } from "./rows.ts";
import { inFolder, type Launch, makeTenRoles, ROLES, untilAllAvailable, untilFirstLine } from "./starting.ts";

const STARTS = 5;
/** How long a process rests before its memory is looked at. */
const REST_MS = 2000;
const MEGABYTE = 1e6;
const EXEC = ["exec", `${ROLES}first_line.ts`];

/** Megabytes of a process and all below it: resident, and as their share of what several have. */
interface Memory {
  readonly rss: number;
  readonly pss: number;
}

/** The cake that is measured, in a folder of its own. */
class Measured {
  readonly #file: string;
  readonly #folder: string;

  constructor(file: string, folder: string) {
    this.#file = file;
    this.#folder = folder;
  }

  async megabytes(): Promise<number> {
    return (await Deno.stat(this.#file)).size / MEGABYTE;
  }

  #start(args: readonly string[], environment: Record<string, string> = {}): Deno.ChildProcess {
    const streams = { stdin: "null", stdout: "null", stderr: "piped" } as const;
    const env = { XDG_CACHE_HOME: `${this.#folder}/cache`, ...environment };
    return new Deno.Command(this.#file, { args: [...args], cwd: this.#folder, env, ...streams }).spawn();
  }

  /** Milliseconds from start to end, the mean of several. */
  async milliseconds(args: readonly string[], environment: () => Record<string, string> = () => ({})): Promise<number> {
    let sum = 0;
    for (let i = 0; i < STARTS; i++) {
      const own = environment();
      const start = performance.now();
      const child = this.#start(args, own);
      await child.stderr.cancel();
      await child.status;
      sum += performance.now() - start;
    }
    return sum / STARTS;
  }

  /** An environment in which nothing was kept of modules that ran before. */
  emptyCache(): Record<string, string> {
    return { XDG_CACHE_HOME: `${this.#folder}/cache-${crypto.randomUUID()}` };
  }

  /** Starts something that says a word once it is complete, lets it rest, and looks at it. */
  async memory(args: readonly string[], word: string): Promise<Memory> {
    const child = this.#start(args);
    let said = "";
    let found: Promise<Memory> | null = null;
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
      said += text;
      if (found !== null || !said.includes(word)) continue;
      found = new Promise((resolve) => setTimeout(resolve, REST_MS)).then(() => memoryBelow(child.pid))
        .finally(() => child.kill("SIGINT"));
    }
    await child.status;
    if (found === null) throw new Error(`Cannot measure: no "${word}" in\n${said}`);
    return await found;
  }

  /** How to start it as the rows for beginnings do. */
  get launch(): Launch {
    return { executable: this.#file, arguments: [], environment: { XDG_CACHE_HOME: `${this.#folder}/cache` } };
  }

  makeHome(): Promise<void> {
    return makeTenRoles(this.launch, this.#folder);
  }

  firstLine(): Promise<number> {
    return untilFirstLine(this.launch, EXEC, this.#folder);
  }

  tenRoles(): Promise<number> {
    return untilAllAvailable(this.launch, this.#folder);
  }
}

async function memoryBelow(pid: number): Promise<Memory> {
  let [rss, pss] = [0, 0];
  for (const one of await processesBelow(pid)) {
    const text = await Deno.readTextFile(`/proc/${one}/smaps_rollup`);
    const bytes = (name: string) => 1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)?.[1] ?? NaN);
    rss += bytes("Rss");
    pss += bytes("Pss");
  }
  return { rss: rss / MEGABYTE, pss: pss / MEGABYTE };
}

async function processesBelow(pid: number): Promise<number[]> {
  const parents = new Map<number, number>();
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await Deno.readTextFile(`/proc/${name}/stat`).catch(() => "");
    parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
  }
  const found = [pid];
  for (const one of found) for (const [child, parent] of parents) if (parent === one) found.push(child);
  return found;
}

function fileRows(cake: Measured): Row[] {
  const version = { name: "cake --version", measure: () => cake.milliseconds(["--version"]) };
  return [
    { name: "one file: size", unit: "MB", measure: () => cake.megabytes(), repeat: 1 },
    { ...version, name: "one file: cake --version", unit: "ms" },
    {
      name: "one file: first exec of a role",
      unit: "ms",
      measure: () => cake.milliseconds(EXEC, () => cake.emptyCache()),
      floor: version,
    },
    { name: "one file: cached exec of a role", unit: "ms", measure: () => cake.milliseconds(EXEC), floor: version },
    {
      name: "one file: start of a process to its main actor's first line",
      unit: "s",
      measure: () => cake.firstLine(),
    },
    { name: "one file: cake run of 10 roles to all Available", unit: "s", measure: () => cake.tenRoles() },
  ];
}

function memoryRows(cake: Measured): Row[] {
  const host = () => cake.memory(["host", "--debug-level=CONSOLE", `--directory-at-host=${ANY_PORT}`], "Listening at");
  const ten = (...flags: string[]) => cake.memory(["run", `--directory-at-host=${NOWHERE}`, ...flags], "all available");
  const rows: Row[] = [];
  for (const figure of ["rss", "pss"] as const) {
    const of = figure.toUpperCase();
    const processes = { name: "as processes", measure: async () => (await ten())[figure] };
    rows.push(
      { name: `one file: memory of an idle cake host, ${of}`, unit: "MB", measure: async () => (await host())[figure] },
      { ...processes, name: `one file: memory of ten roles, ${of}`, unit: "MB" },
      {
        name: `one file: memory of ten roles with --threads, ${of}`,
        unit: "MB",
        measure: async () => (await ten("--threads"))[figure],
        floor: processes,
      },
    );
  }
  return rows.map((row) => ({ ...row, repeat: 1 }));
}

const ANY_PORT = '{"host": "127.0.0.1", "port": 0}';
/** Nobody listens there: no directory of this machine is disturbed. */
const NOWHERE = '{"host": "127.0.0.98", "port": 9}';

async function measureIn(folder: string): Promise<void> {
  const given = Deno.env.get("CAKE_EXECUTABLE");
  const target = targetOf(Deno.build.target);
  if (!given && target === undefined) throw new CompileError(`cake is not compiled for ${Deno.build.target}`);
  const file = given ?? (await compile([target!], `${folder}/dist`))[0]!.path;
  const cake = new Measured(file, folder);
  await cake.makeHome();
  await runRows([...fileRows(cake), ...Deno.build.os === "linux" ? memoryRows(cake) : []]);
}

if (import.meta.main) {
  try {
    await inFolder(measureIn);
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    console.error(`No rows for the compiled file: ${error.message}`);
  }
}
