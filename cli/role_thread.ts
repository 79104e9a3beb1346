/** What a thread runs that stands for the process of a role: it waits for the module, and becomes it. */

import { fromFileUrl } from "@std/path";
import { enterThread, realWorld } from "../runtime/mod.ts";
import { become } from "./commands/exec.ts";

const thread = await enterThread();
const world = realWorld();
const status = await become(world, fromFileUrl(thread.module), world.processes.self.arguments);
// A module that is not a program of cake has done all that it does.
if (status !== null || !thread.hasProgram) world.processes.exit(status ?? 0);
