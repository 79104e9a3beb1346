/**
 * Runs simulations of directories from many seeds, or one seed with all that happens:
 *
 *     deno task simulate --seeds=2000          from seed 1, or from --first=N
 *     deno task simulate --minutes=10          as many as there is time for
 *     deno task simulate --seed=7              one, with its history
 *
 * `--village=lan` takes the LAN with two hosts; `--steps=N` sets how much happens. Ends with status 1 when a seed fails.
 */
// deno-lint-ignore-file no-console
import { runSeed, type SeedOptions, VILLAGES } from "./run_seed.ts";

/** What is read from the command line. */
interface Order {
  readonly first: number;
  readonly count: number;
  readonly minutes: number;
  readonly isSingle: boolean;
  readonly options: SeedOptions;
}

function orderOf(args: readonly string[]): Order {
  const given = new Map<string, string>();
  for (const arg of args) {
    const [, name, value] = /^--(seeds|seed|first|minutes|steps|village)=(.+)$/.exec(arg) ?? [];
    if (name === undefined) throw new RangeError(`Cannot simulate: "${arg}" is not an option`);
    given.set(name, value!);
  }
  const number = (name: string, otherwise: number): number => {
    const value = Number(given.get(name) ?? otherwise);
    if (!(value >= 0)) throw new RangeError(`Cannot simulate: --${name}=${given.get(name)} is not a number`);
    return value;
  };
  const village = given.get("village") ?? "host";
  if (village !== "host" && village !== "lan") {
    throw new RangeError(`Cannot simulate: there are the villages ${Object.keys(VILLAGES).join(", ")}`);
  }
  const isSingle = given.has("seed");
  const minutes = number("minutes", Infinity);
  const count = isSingle ? 1 : number("seeds", given.has("minutes") ? Infinity : 200);
  const options = { village, ...(given.has("steps") ? { steps: number("steps", 0) } : {}) } as const;
  return { first: number(isSingle ? "seed" : "first", 1), count, minutes, isSingle, options };
}

async function simulate({ first, count, minutes, isSingle, options }: Order): Promise<number> {
  const start = performance.now();
  const elapsed = () => (performance.now() - start) / 60_000;
  let failed = 0;
  let done = 0;
  let events = 0;
  for (; done < count && elapsed() < minutes; done++) {
    const seed = first + done;
    const result = await runSeed(seed, options);
    events += result.events;
    if (isSingle) console.log(result.history.join("\n"));
    if (result.problems.length === 0) continue;
    failed++;
    console.log(`seed ${seed}`);
    for (const problem of result.problems) console.log(`  ${problem}`);
  }
  const rate = Math.round(done / elapsed());
  console.log(`${done} seeds, ${failed} failed, ${events} events, ${rate} seeds a minute`);
  return failed === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await simulate(orderOf(Deno.args)));
