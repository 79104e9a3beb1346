import { assert, assertEquals } from "@std/assert";
import { RetryIntervals, retryPauses } from "../../runtime/process/retry.ts";

interface Recording {
  readonly id: string;
  readonly retry: {
    first_steps?: number[];
    regular_steps?: number;
    step_limit?: number;
    randomized?: number;
    truncated?: number;
  };
  readonly empty: boolean;
  readonly sequence?: number[];
  readonly possible?: number[][];
  readonly ends: boolean;
}

const RECORDINGS: Recording[] = Deno.readTextFileSync(new URL("../testdata/retry.jsonl", import.meta.url))
  .trim().split("\n").map((line) => JSON.parse(line));

function retryOf({ retry }: Recording): RetryIntervals {
  return new RetryIntervals({
    firstSteps: retry.first_steps ?? [],
    regularSteps: retry.regular_steps ?? null,
    stepLimit: retry.step_limit ?? null,
    randomized: retry.randomized ?? null,
    truncated: retry.truncated ?? null,
  });
}

/** At most `count` pauses, and whether there are no more. */
function take(
  retry: RetryIntervals,
  count: number,
  random: (bound: number) => number,
): { pauses: number[]; ends: boolean } {
  const pauses: number[] = [];
  const generator = retryPauses(retry, random);
  while (pauses.length < count) {
    const next = generator.next();
    if (next.done) return { pauses, ends: true };
    pauses.push(next.value);
  }
  return { pauses, ends: generator.next().done === true };
}

for (const recording of RECORDINGS) {
  Deno.test(`retryPauses() replays the recording ${recording.id}`, () => {
    const retry = retryOf(recording);
    assertEquals(retry.isEmpty, recording.empty);
    const { sequence, possible } = recording;
    if (sequence !== undefined) {
      assertEquals(take(retry, Math.max(8, sequence.length), () => 0), { pauses: sequence, ends: recording.ends });
      return;
    }
    assert(possible !== undefined);
    // Every value that random numbers can give, position by position.
    possible.forEach((values, position) => {
      const seen = new Set<number>();
      for (let k = 0; k < 20; k++) {
        seen.add(take(retry, possible.length, (bound) => Math.min(k, bound - 1)).pauses[position]!);
      }
      assertEquals([...seen].sort((a, b) => a - b), values);
    });
    assertEquals(take(retry, possible.length, () => 0).ends, recording.ends);
  });
}

Deno.test("retryPauses() takes a step of nothing as no randomness", () => {
  const retry = new RetryIntervals({ firstSteps: [2], randomized: 0 });
  assertEquals([...retryPauses(retry, () => 0)], [2]);
});
