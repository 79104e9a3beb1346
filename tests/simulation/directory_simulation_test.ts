/**
 * Directories under simulation: worlds of one LAN or none, up to eight hosts and up to a hundred processes, and whatever
 * happens to them (`faults.ts`). After any of it, once the network is quiet, every subscriber is connected to exactly the
 * nearest live instance of every name it matches, every Available has at most one open session, each Dropped pairs with one
 * Available, all that was said in a session has come in its order, and nothing is left over.
 *
 * The other half of the seeds is in `directory_simulation_more_test.ts`, so that two processors share them. There are as many as
 * take half a minute or so; the long searches, of a hundred thousand seeds and more, are made by `deno task simulate`.
 */

import { assertEquals } from "@std/assert";
import { failuresOf } from "./seeds.ts";

Deno.test("directories connect everybody to the nearest instance, after whatever happens: seeds 1 to 250", async () => {
  assertEquals(await failuresOf(1, 250), "");
});
