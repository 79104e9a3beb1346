/** The other half of the seeds of `directory_simulation_test.ts`. */

import { assertEquals } from "@std/assert";
import { failuresOf } from "./seeds.ts";

Deno.test("directories connect everybody to the nearest instance, after whatever happens: seeds 251 to 500", async () => {
  assertEquals(await failuresOf(251, 250), "");
});
