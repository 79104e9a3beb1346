/** Recorded command lines of the original about materials and copies of modules, through the real command. */

import { assertEquals } from "@std/assert";
import { expected, type Outcome, recordings, replay } from "../helpers/replay.ts";

/** Cases where cake does something else on purpose, and what. */
const DIFFERENT: Readonly<Record<string, Partial<Outcome>>> = {
  // What was removed is said.
  "resource-trim": { stderr: 'cake: removed 1 from "<PROJECT>/.layer-cake/resource/greet.ts"\n' },
};

for (const recording of recordings("model", "resource", "script")) {
  Deno.test(`cake replays ${recording.id}`, async () => {
    assertEquals(await replay(recording), { ...expected(recording), ...DIFFERENT[recording.id] });
  });
}
