/** A whole process inside a program that is not an actor itself: runtime, transport and directory. */

import { type Log, type MachineClass, realWorld, type RoutineFunction, Runtime, type World } from "../runtime/mod.ts";
import type { NetworkOptions } from "../net/mod.ts";
import { attachDirectory, detachDirectory } from "./attach.ts";
import type { DirectorySettings } from "./directory.ts";

/** How to open a runtime. */
export interface OpenOptions {
  /** The world to live in. @default {the real one} */
  world?: World;
  /** Where log records go. @default {nowhere} */
  log?: Log;
  /** Freezes messages as they are sent. @default {false} */
  strict?: boolean;
  /** The directory of the process, and where the one above is. @default {a PROCESS directory} */
  directory?: DirectorySettings;
  /** Limits of the transport and of HTTP, and how soon a dead link is noticed. @default {as of NETWORK_LIMITS} */
  network?: NetworkOptions;
}

/** An open runtime. */
export interface OpenRuntime {
  /** The runtime itself: what it counts, and messages from outside of actors. */
  readonly runtime: Runtime;
  /** Runs an actor to its end, and gives what it returned: a message, a value with its type, null, or a fault. */
  run<S>(main: RoutineFunction<S> | MachineClass<S>, settings?: Partial<S>): Promise<unknown>;
  /** Ends directory, connections and timers. Actors that still run get no further messages. */
  close(): Promise<void>;
}

/**
 * Opens a runtime with transport and directory. Several can live side by side in one program; they see each other by
 * their directories and connections only.
 *
 * @example Two actors of one program that meet by name
 * ```ts
 * import * as cake from "@layer-cake/cake";
 *
 * const { run, close } = cake.openRuntime();
 * const answer = await run(async (self) => {
 *   self.create(async (self: cake.Routine) => {
 *     cake.publish(self, "example:echo", { scope: "PROCESS" });
 *     while (true) {
 *       const m = await self.input();
 *       if (m instanceof cake.Ping) self.reply(new cake.Ack());
 *     }
 *   });
 *   cake.subscribe(self, "example:.*", { scope: "PROCESS" });
 *   const available = await self.select([cake.Available], { saving: [cake.Subscribed] });
 *   if (!(available instanceof cake.Available)) return available;
 *   return await self.ask(new cake.Ping(), [cake.Ack], available.publisherAddress!);
 * });
 * await close();
 * console.assert(answer instanceof cake.Ack);
 * ```
 */
export function openRuntime(options: OpenOptions = {}): OpenRuntime {
  const { world = realWorld(), log, strict = false, directory = {}, network = {} } = options;
  const runtime = new Runtime(world, log === undefined ? { strict } : { log, strict });
  attachDirectory(runtime, directory, network);
  return {
    runtime,
    run: (main, settings) => runtime.start(main, settings).returned,
    close: async () => {
      await detachDirectory(runtime);
      await runtime.settled();
      runtime.close();
    },
  };
}
