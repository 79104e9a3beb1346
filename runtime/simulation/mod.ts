/**
 * The simulated world: hosts, processes, network, files and time from one seed, for tests of everything that takes a
 * `World`. Start with {@link Simulation}. Services that use cake are tested by giving its `openRuntime` such a world.
 *
 * @example A worker that crashes and comes back
 * ```ts
 * import * as cake from "@layer-cake/cake";
 * import { Simulation } from "@layer-cake/cake/simulation";
 *
 * const simulation = new Simulation({ seed: 7 });
 * const host = simulation.host("alpha");
 * const at = new cake.HostPort("127.0.0.1", 54195);
 * host.start("directory", (world) => {
 *   cake.openRuntime({ world, directory: { scope: "HOST", acceptAt: at } });
 * });
 * const worker = host.start("worker", async (world) => {
 *   await cake.openRuntime({ world, directory: { connectTo: at } }).run(async (self) => {
 *     cake.publish(self, "example:worker");
 *     while (true) await self.input();
 *   });
 * });
 * const seen: string[] = [];
 * host.start("client", async (world) => {
 *   await cake.openRuntime({ world, directory: { connectTo: at } }).run(async (self) => {
 *     cake.subscribe(self, "example:.*");
 *     while (true) {
 *       const m = await self.input();
 *       if (m instanceof cake.Available) seen.push("available");
 *       else if (m instanceof cake.Dropped) seen.push("dropped");
 *     }
 *   });
 * });
 *
 * await simulation.runUntil(() => seen.at(-1) === "available");
 * worker.crash();
 * await simulation.runUntil(() => seen.at(-1) === "dropped");
 * worker.restart();
 * await simulation.runUntil(() => seen.at(-1) === "available");
 * ```
 *
 * @module
 */

export type { Disk } from "./disk.ts";
export { SimulationError } from "./engine.ts";
export type { History } from "./history.ts";
export type { HostOptions, HostSet, SimulatedHost } from "./host.ts";
export type { SlowReading } from "./life.ts";
export {
  type BreakOptions,
  LOCAL_NETWORK,
  type NetworkConditions,
  type PartitionOptions,
  type SimulationOptions,
} from "./options.ts";
export { SeededRandom } from "./prng.ts";
export type { CrashOptions, ProcessSet, Program, Resources, SimulatedProcess, StartOptions } from "./process.ts";
export { Simulation } from "./simulation.ts";
