/** The entry of the cake command. Nobody imports it: loading it is running the command. */

import { realWorld } from "../runtime/mod.ts";
import { runCake } from "./cake.ts";

const world = realWorld();
const status = await runCake(world, world.processes.self.arguments);
if (status !== null) world.processes.exit(status);
