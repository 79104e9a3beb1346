/** The entry of the cake command. */

import { realWorld } from "../runtime/mod.ts";
import { runCake } from "./mod.ts";

if (import.meta.main) {
  const world = realWorld();
  world.processes.exit(await runCake(world, world.processes.self.arguments));
}
