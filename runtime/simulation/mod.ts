/**
 * The simulated world: hosts, processes, network, files and time from one seed, for tests of everything that takes a
 * `World`. Start with {@link Simulation}.
 *
 * @module
 */

export type { Disk } from "./disk.ts";
export { SimulationError } from "./engine.ts";
export type { History } from "./history.ts";
export type { HostOptions, HostSet, SimulatedHost } from "./host.ts";
export type { SlowReading } from "./life.ts";
export { LOCAL_NETWORK, type NetworkConditions, type PartitionOptions, type SimulationOptions } from "./options.ts";
export { SeededRandom } from "./prng.ts";
export type { CrashOptions, ProcessSet, Program, SimulatedProcess, StartOptions } from "./process.ts";
export { Simulation } from "./simulation.ts";
