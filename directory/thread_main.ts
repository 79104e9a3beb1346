/** The module of a thread. Nobody imports it: the main thread starts it. */

import { realWorld } from "../runtime/mod.ts";
import { startThread } from "./thread.ts";

startThread(realWorld());
