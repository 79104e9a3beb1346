/** The world outside as it is: Deno's clocks, sockets, files and processes. */

import { realClock } from "./real_world/clock.ts";
import { realEnvironment } from "./real_world/environment.ts";
import { realFiles } from "./real_world/files.ts";
import { realNetwork } from "./real_world/network.ts";
import { realProcesses } from "./real_world/processes.ts";
import { realRandom } from "./real_world/random.ts";
import { threadProcess } from "./real_world/thread_process.ts";
import { realThreads } from "./real_world/threads.ts";
import type { World } from "./world.ts";

/**
 * Makes the world of this operating system process.
 *
 * In a thread that stands for a process (`cake run --threads`) it is that of the role there.
 *
 * Making it reaches nothing yet: permissions are asked for by what is used. Worlds of one process share its signals,
 * standard streams and file locks, as the operating system has it.
 *
 * @returns A world of its own; making several does no harm
 * @example Reading the clock
 * ```ts
 * import { realWorld } from "@layer-cake/cake";
 *
 * const { clock } = realWorld();
 * const before = clock.now();
 * if (clock.now() < before) throw new Error("time went back");
 * ```
 */
export function realWorld(): World {
  const world: World = {
    clock: realClock(),
    random: realRandom(),
    network: realNetwork(),
    files: realFiles(),
    processes: realProcesses(),
    environment: realEnvironment(),
    threads: realThreads(),
  };
  return threadProcess()?.worldFrom(world) ?? world;
}

/** True for the module that is the program: of this process, or of a thread that stands for one. */
export function beginsProgram(meta: { readonly url: string; readonly main: boolean }): boolean {
  return threadProcess()?.begin(meta.url) ?? meta.main;
}

export { enterThread } from "./real_world/thread_process.ts";
