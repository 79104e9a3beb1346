/** The entry of the cake command. */

import { realWorld } from "../runtime/mod.ts";
import { runCake } from "./cake.ts";

if (import.meta.main) {
  const world = realWorld();
  const status = await runCake(world, world.processes.self.arguments);
  if (status !== null) world.processes.exit(status);
}
