/**
 * Runs the benchmarks: each part in a process of its own, so that one leaves nothing to the next, each row several times in turn
 * with its floor. Prints a table, or with `--json` one line of JSON for each row.
 *
 *     deno task bench [part ...] [--row TEXT] [--repeat N] [--json] [--original SRC] [--erlang] [--nats]
 *     deno task bench --guard        only what is recorded in recorded.json: fails when a ratio fell by more than a third
 *
 * `--original` takes the folder of the original's sources (with its `python3` on PATH), `--erlang` and `--nats` need `erl` and
 * `nats-server`: they do the same work in the same run, where they have an equivalent of a row.
 */
// deno-lint-ignore-file no-console

import { parseArgs } from "@std/cli";
import { AIMS, type Figure, type Figures } from "./aims.ts";
import { guard, type RecordedRow } from "./guard.ts";
import { jsonLine, tableOf } from "./report.ts";

/** Parts by name, in the order in which they run. */
const PARTS = [
  "local",
  "memory",
  "timers",
  "codec",
  "transport",
  "threads",
  "http",
  "demo",
  "directory",
  "growth",
  "start",
  "file",
];

const root = decodeURIComponent(new URL("../../", import.meta.url).pathname);
const here = `${root}scripts/bench/`;

/** Runs a program, and takes the rows that it prints. */
async function rowsFrom(command: string, options: Deno.CommandOptions, take: (figure: Figure) => void): Promise<void> {
  const child = new Deno.Command(command, { ...options, stdin: "null", stdout: "piped" }).spawn();
  let rest = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      // The original's programs end with what they returned.
      if (line.startsWith('{"row"')) take(JSON.parse(line) as Figure);
    }
  }
  const { success } = await child.status;
  if (!success) throw new Error(`Cannot measure: ${command} ${options.args?.join(" ")} failed`);
}

function denoArguments(file: string): string[] {
  const importMap = Deno.env.get("CAKE_IMPORT_MAP");
  const map = importMap ? ["--import-map", importMap] : [];
  return ["run", "-A", "--quiet", "--no-lock", "--config", `${root}deno.json`, ...map, `${here}${file}`];
}

/** Erlang compiles its rows into a folder of its own. */
async function erlangRows(repeat: string, take: (figure: Figure) => void): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "cake-bench-" });
  try {
    const compiled = await new Deno.Command("erlc", { args: ["-o", folder, `${here}others/bench.erl`] }).output();
    if (!compiled.success) throw new Error(new TextDecoder().decode(compiled.stdout));
    const name = `cake_bench_${Deno.pid}`;
    const flags = ["-noshell", "-sname", name, "-setcookie", crypto.randomUUID(), "-pa", folder];
    await rowsFrom("erl", { args: [...flags, "-run", "bench", "main", repeat] }, take);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function commit(): Promise<string> {
  const git = new Deno.Command("git", { args: ["-C", root, "describe", "--always", "--dirty"], stderr: "null" });
  const { success, stdout } = await git.output().catch(() => ({ success: false, stdout: new Uint8Array() }));
  return success ? new TextDecoder().decode(stdout).trim() : "no commit";
}

async function processor(): Promise<string> {
  const text = await Deno.readTextFile("/proc/cpuinfo").catch(() => "");
  return /^model name\s*: (.*)$/m.exec(text)?.[1] ?? Deno.build.arch;
}

/** Measures the recorded rows once more, and says which have fallen. */
async function guardAll(): Promise<number> {
  const recorded = JSON.parse(await Deno.readTextFile(`${here}recorded.json`)) as RecordedRow[];
  let status = 0;
  for (const row of recorded) {
    const { ratio, isFallen } = await guard(row, measureRow);
    console.log(`${isFallen ? "FALLEN" : "ok"}  ${row.row}: ${ratio} of the floor, recorded ${row.ratio}`);
    if (isFallen) status = 1;
  }
  return status;
}

async function measureRow({ part, row }: RecordedRow): Promise<Figure> {
  const figures: Figure[] = [];
  const env = { BENCH_REPEAT: "3", BENCH_ROW: row };
  await rowsFrom(Deno.execPath(), { args: denoArguments(`${part}.ts`), env }, (figure) => figures.push(figure));
  const found = figures.find((figure) => figure.row === row);
  if (found === undefined) throw new Error(`Cannot guard "${row}": part "${part}" has no such row`);
  return found;
}

async function main(args: readonly string[]): Promise<number> {
  const flags = parseArgs([...args], {
    string: ["row", "repeat", "original"],
    boolean: ["json", "erlang", "nats", "guard"],
    unknown: (argument, key) => {
      if (key !== undefined) throw new TypeError(`Cannot measure: there is no argument "${argument}"`);
    },
  });
  const chosen = flags._.map(String);
  const unknown = chosen.filter((part) => !PARTS.includes(part));
  const repeat = flags.repeat ?? "3";
  if (unknown.length > 0) {
    throw new TypeError(`Cannot measure "${unknown.join('", "')}": there are ${PARTS.join(", ")}`);
  }
  if (!/^[1-9]\d?$/.test(repeat)) throw new TypeError(`Cannot measure ${repeat} times: expected 1 to 99`);
  if (flags.guard) return await guardAll();
  const { deno, v8 } = Deno.version;
  const machine = `${await processor()}, ${navigator.hardwareConcurrency} cores, ${Deno.build.target}`;
  console.error(`${machine}, Deno ${deno}, V8 ${v8}, cake ${await commit()}`);

  const cake = new Map<string, Figure>();
  const [original, erlang, nats] = [new Map<string, Figure>(), new Map<string, Figure>(), new Map<string, Figure>()];
  const figures: Figures = { cake, original, erlang };
  const takeInto = (map: Map<string, Figure>) => (figure: Figure) => {
    if (flags.row !== undefined && !figure.row.includes(flags.row)) return;
    map.set(figure.row, figure);
    if (map === cake) console.error(`  ${figure.row}: ${figure.median} ${figure.unit}`);
  };
  const env = { BENCH_REPEAT: repeat, ...(flags.row === undefined ? {} : { BENCH_ROW: flags.row }) };
  for (const part of chosen.length > 0 ? chosen : PARTS) {
    await rowsFrom(Deno.execPath(), { args: denoArguments(`${part}.ts`), env }, takeInto(cake));
  }
  if (flags.original !== undefined) {
    const folder = await Deno.makeTempDir({ prefix: "cake-bench-" });
    const options = { args: [`${here}others/original.py`, repeat], cwd: folder, env: { PYTHONPATH: flags.original } };
    await rowsFrom(Deno.env.get("CAKE_PYTHON") || "python3", options, takeInto(original));
    await Deno.remove(folder, { recursive: true });
  }
  if (flags.erlang) await erlangRows(repeat, takeInto(erlang));
  if (flags.nats) {
    const args = ["run", "-A", "--quiet", "--no-config", `${here}others/nats.ts`, repeat];
    await rowsFrom(Deno.execPath(), { args }, takeInto(nats));
  }
  const aims = new Map(AIMS.map((aim) => [aim.row, aim]));
  const rows = [...cake.values()].map((figure) => {
    const aim = aims.get(figure.row);
    const reached = aim?.reached(figure, figures);
    const beside = { original: original.get(figure.row), erlang: erlang.get(figure.row), nats: nats.get(figure.row) };
    return { figure, aim: aim?.text, reached, beside };
  });
  console.log(flags.json ? rows.map(jsonLine).join("\n") : tableOf(rows));
  return 0;
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    console.error(error.message);
    Deno.exit(2);
  }
}
