/**
 * Runs simulations of directories from many seeds, or one with all that happens in it:
 *
 *     deno task simulate --seeds 2000 [--from 1]     so many seeds
 *     deno task simulate --minutes 10 [--from 1]     as many as there is time for
 *     deno task simulate --seed 7 --trace            one, with its history
 *     deno task simulate --faults                    what can happen, and how often
 *     deno task simulate --planted [name ...]        whether planted bugs are found: see planted/main.ts
 *
 * A seed that fails is made smaller and printed with the options that run what is left of it again: `--only` names the steps
 * that are played, `--without` the seats that are left out. `--no-shrink` prints it as it is; `--stop` ends with the first.
 * Ends with status 1 when a seed has failed.
 */
// deno-lint-ignore-file no-console
import { parseArgs } from "@std/cli";
import process from "node:process";
import { prepareEncryption } from "../../net/mod.ts";
import { describeFailure, describeWorld, faultTable } from "./describe.ts";
import { findPlanted } from "./planted/main.ts";
import { type Case, runCase, type SeedResult } from "./run_seed.ts";
import { shrink } from "./shrink.ts";

const NUMBERS = ["seeds", "seed", "from", "first", "minutes"] as const;
const LISTS = ["only", "without"] as const;
const FLAGS = ["trace", "no-shrink", "stop", "faults", "planted"] as const;
const SEEDS = 300;
/** Seeds in which each planted bug is looked for. */
const PLANTED_SEEDS = 10_000;
/** Problems of a seed that are printed. */
const PROBLEMS_MAX = 12;
/** How often it is said how far the search has got. */
const PROGRESS_SEEDS = 1000;

/** What is read from the command line. */
interface Order {
  readonly from: number;
  readonly count: number;
  readonly minutes: number;
  /** The one to run, if it is one. */
  readonly single: Case | null;
  readonly flags: ReadonlySet<string>;
  readonly words: readonly string[];
}

function orderOf(args: readonly string[]): Order {
  const given = parseArgs([...args], {
    string: [...NUMBERS, ...LISTS],
    boolean: [...FLAGS],
    unknown: (arg, key) => {
      if (key !== undefined) throw new RangeError(`Cannot simulate: "${arg}" is not an option`);
      return true;
    },
  });
  const number = (name: (typeof NUMBERS)[number], otherwise: number): number => {
    const text = given[name];
    const value = text === undefined ? otherwise : Number(text === "" ? NaN : text);
    if (!(value >= 0)) throw new RangeError(`Cannot simulate: --${name}=${text} is not a number`);
    return value;
  };
  const list = (name: (typeof LISTS)[number]): ReadonlySet<number> | undefined => {
    const text = given[name];
    if (text === undefined) return undefined;
    const items = text === "none" ? [] : text.split(",");
    const bad = items.find((item) => !/^\d+$/.test(item));
    if (bad !== undefined) throw new RangeError(`Cannot simulate: "${bad}" in --${name} is not a number`);
    return new Set(items.map(Number));
  };
  const words = given._.map(String);
  if (words.length > 0 && !given.planted) throw new RangeError(`Cannot simulate: "${words[0]}" is not an option`);
  const [only, without] = [list("only"), list("without")];
  const parts = { ...(only === undefined ? {} : { only }), ...(without === undefined ? {} : { without }) };
  return {
    from: number("from", number("first", 1)),
    count: number("seeds", given.planted ? PLANTED_SEEDS : given.minutes === undefined ? SEEDS : Infinity),
    minutes: number("minutes", Infinity),
    single: given.seed === undefined ? null : { seed: number("seed", 0), ...parts },
    flags: new Set(FLAGS.filter((flag) => given[flag])),
    words,
  };
}

async function simulate({ from, count, minutes, flags }: Order): Promise<number> {
  // What fails here is run again when it is looked at; until then, stacks of errors are time.
  Error.stackTraceLimit = 0;
  const tally = new Tally();
  for (let seed = from; seed < from + count && tally.minutes < minutes; seed++) {
    const result = await runCase({ seed });
    tally.add(seed, result);
    if (result.problems.length > 0) {
      await report({ seed }, result, flags.has("no-shrink"));
      if (flags.has("stop")) break;
    }
    if (tally.seeds % PROGRESS_SEEDS === 0) console.log(`${tally.text} (up to seed ${seed})`);
  }
  console.log(tally.text);
  return tally.failed === 0 ? 0 : 1;
}

async function report(found: Case, result: SeedResult, asItIs: boolean): Promise<void> {
  console.log(`seed ${found.seed} fails`);
  const smaller = asItIs ? found : await shrink(found);
  const again = smaller === found ? result : await runCase(smaller);
  for (const line of describeFailure(smaller, again, PROBLEMS_MAX)) console.log(line);
}

async function runOne(single: Case, flags: ReadonlySet<string>): Promise<number> {
  Error.stackTraceLimit = 20;
  const result = await runCase(single);
  if (flags.has("trace")) {
    for (const line of describeWorld(single.seed, single.without)) console.log(line);
    for (const line of result.history) console.log(line);
  }
  for (const problem of result.problems) console.log(problem);
  const { events, digest, sessionsMs, restMs } = result;
  const verdict = result.problems.length === 0 ? "all is well" : `${result.problems.length} problems`;
  const settled = `sessions settled after ${Math.round(sessionsMs)} ms, all else after ${Math.round(restMs)} ms`;
  console.log(`${verdict}; ${events} events, digest ${digest}, ${settled}`);
  return result.problems.length === 0 ? 0 : 1;
}

/** The seed that took longest. */
class Slowest {
  #ms = 0;
  #seed: number | null = null;

  add(seed: number, ms: number): void {
    if (ms > this.#ms) [this.#ms, this.#seed] = [ms, seed];
  }

  get text(): string {
    return `${(this.#ms / 1000).toFixed(1)} s${this.#seed === null ? "" : ` (seed ${this.#seed})`}`;
  }
}

/** Sums over many seeds. */
class Tally {
  seeds = 0;
  failed = 0;
  readonly #start = performance.now();
  readonly #startCpu = process.cpuUsage();
  #events = 0;
  readonly #sessions = new Slowest();
  readonly #rest = new Slowest();

  add(seed: number, { problems, events, sessionsMs, restMs }: SeedResult): void {
    this.seeds++;
    if (problems.length > 0) this.failed++;
    this.#events += events;
    this.#sessions.add(seed, sessionsMs);
    this.#rest.add(seed, restMs);
  }

  get minutes(): number {
    return (performance.now() - this.#start) / 60_000;
  }

  get text(): string {
    const { user, system } = process.cpuUsage(this.#startCpu);
    const [rate, cpuRate] = [this.minutes, (user + system) / 60e6].map((minutes) => Math.round(this.seeds / minutes));
    const settled = `sessions settled within ${this.#sessions.text}, all else within ${this.#rest.text}`;
    const rates = `${rate} seeds a minute, ${cpuRate} a minute of processor time`;
    return `${this.seeds} seeds, ${this.failed} failed, ${this.#events} events, ${settled}, ${rates}`;
  }
}

async function main(args: readonly string[]): Promise<number> {
  const order = orderOf(args);
  await prepareEncryption();
  if (order.flags.has("faults")) {
    for (const line of faultTable()) console.log(line);
    return 0;
  }
  if (order.flags.has("planted")) return await findPlanted(order.words, { from: order.from, seeds: order.count });
  return order.single === null ? await simulate(order) : await runOne(order.single, order.flags);
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    console.error(error.message);
    Deno.exit(2);
  }
}
