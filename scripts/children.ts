/**
 * Starts children and ends them in every way that there is: they return values, faults, nonsense and large texts, crash, are
 * killed, are stopped and obey or don't, leave others behind, are missing. Then it checks that each end was told,
 * once, as it was, and that no process, no zombie and no descriptor is left. Linux only.
 *
 *     deno task children [--count N] [--at-once N] [--seed N] [--only TEXT]
 */
// deno-lint-ignore-file no-console
import { parseArgs } from "@std/cli";
import { SeededRandom } from "../runtime/simulation/mod.ts";
import { runChildren } from "./children/run.ts";

async function main(args: readonly string[]): Promise<number> {
  const flags = parseArgs([...args], { string: ["count", "at-once", "seed", "only"] });
  const random = new SeededRandom(`children ${flags.seed ?? "1"}`);
  const count = Number(flags.count ?? 10_000);
  const started = performance.now();
  const report = await runChildren({
    count,
    atOnce: Number(flags["at-once"] ?? 16),
    random: (bound) => random.integer(bound),
    onProgress: (ended) => console.error(`${ended} of ${count}`),
    ...(flags.only === undefined ? {} : { only: flags.only }),
  });
  for (const [name, times] of [...report.cases].sort()) console.log(`${String(times).padStart(6)} ${name}`);
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log(`${count} children in ${seconds} s: ${report.problems.length} problems`);
  for (const problem of report.problems.slice(0, 50)) console.log(problem);
  return report.problems.length === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
