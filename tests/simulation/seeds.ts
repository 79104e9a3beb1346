/** Many seeds in a test. */

import { prepareEncryption } from "../../net/mod.ts";
import { describeFailure } from "./describe.ts";
import { runCase } from "./run_seed.ts";

/** Problems of a seed that are printed. */
const PROBLEMS_MAX = 6;

/**
 * What fails among so many seeds, as text. With the environment variable `CAKE_SEED` it is that one alone.
 *
 * A failure names its seed; `deno task simulate --seed N --trace` shows what happened in it, and without `--trace` and
 * with `--from N --seeds 1` it makes it smaller.
 */
export async function failuresOf(from: number, count: number): Promise<string> {
  await prepareEncryption();
  const single = Deno.env.get("CAKE_SEED");
  const seeds = single === undefined ? Array.from({ length: count }, (_, at) => from + at) : [Number(single)];
  const failures: string[] = [];
  for (const seed of seeds) {
    const result = await runCase({ seed });
    if (result.problems.length > 0) failures.push(...describeFailure({ seed }, result, PROBLEMS_MAX));
  }
  return failures.join("\n");
}
