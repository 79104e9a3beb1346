/** What a thread of a process has: its actors publish and subscribe in the directory of the main thread. */

import { runThread } from "../net/mod.ts";
import type { ThreadProgram, World } from "../runtime/mod.ts";
import { DIRECTORY } from "./directory.ts";

/** What threads run. */
export const THREAD_PROGRAM: ThreadProgram = {
  url: new URL("./thread_main.ts", import.meta.url).href,
  run: (world) => void startThread(world),
};

/** Lives as a thread of a process; see `thread_main.ts`. */
export function startThread(world: World): Promise<void> {
  return runThread(world, (runtime, directory) => {
    if (directory !== null) runtime.provide(DIRECTORY, directory);
  });
}
