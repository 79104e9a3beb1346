/** What a thread of a process has: its actors publish and subscribe in the directory of the main thread. */

import { runThread } from "../net/mod.ts";
import { LIBRARY_CONNECTOR, type ThreadProgram, type World } from "../runtime/mod.ts";
import { DIRECTORY } from "./directory.ts";
import { libraryConnector } from "./library.ts";

/**
 * What threads run. Nobody imports that module, so whoever makes one file of a program has to put it in: `deno task compile`
 * finds it by the URL below; a plain `deno compile` needs `--include directory/thread_main.ts`.
 */
export const THREAD_PROGRAM: ThreadProgram = {
  url: new URL("./thread_main.ts", import.meta.url).href,
  run: (world) => startThread(world),
};

/** Lives as a thread of a process; see `thread_main.ts`. */
export function startThread(world: World): void {
  runThread(world, (runtime, directory) => {
    if (directory === null) return;
    runtime.provide(DIRECTORY, directory);
    runtime.provide(LIBRARY_CONNECTOR, libraryConnector(directory));
  });
}
