/** A whole network of computers in one process, made from one seed. */

import { Engine } from "./engine.ts";
import type { History } from "./history.ts";
import { HISTORY_LINES_MAX } from "./history.ts";
import { type HostOptions, type HostSet, type HostSurroundings, SimulatedHost } from "./host.ts";
import type { Lane } from "./lane.ts";
import type { Link } from "./link.ts";
import { SimulatedNetwork } from "./network.ts";
import {
  type BreakOptions,
  LOCAL_NETWORK,
  type NetworkConditions,
  type PartitionOptions,
  type SimulationOptions,
  withConditions,
} from "./options.ts";
import type { SeededRandom } from "./prng.ts";
import { type ProcessSet, SimulatedProcess } from "./process.ts";
import type { World } from "../world.ts";

/** Virtual milliseconds that a wait takes at most unless it says otherwise. */
const WAIT_LIMIT_MS = 60_000;

const EVENTS_MAX = 50_000_000;

const WALL_START_MS = 1_735_689_600_000;

/**
 * Computers, their network and their time, all decided by a seed: the same seed and the same calls give the same
 * history, byte for byte.
 *
 * Programs get a `World` and can't tell it from the real one. Nothing here takes real time: a run moves the
 * virtual clock from event to event, and after each event lets all promises settle. What programs await must
 * come from their world: anything else that takes real time (a file, `crypto.subtle`, a module that loads) arrives at a
 * moment that no seed decides. Load such things before the run.
 *
 * An exception in a program's callback, a rejected program, and a rejection that nobody handles make the run
 * throw {@link SimulationError} with the seed.
 *
 * @example Two hosts and a crash
 * ```ts
 * import { Simulation } from "@layer-cake/cake/simulation";
 *
 * const simulation = new Simulation({ seed: 7 });
 * const alpha = simulation.host("alpha");
 * const beta = simulation.host("beta");
 *
 * const server = alpha.start("server", async (world) => {
 *   const listener = await world.network.listen("0.0.0.0", 5000);
 *   for (let stream = await listener.accept(); stream !== null; stream = await listener.accept()) {
 *     await stream.write(new TextEncoder().encode("hello"));
 *   }
 * });
 * let text = "";
 * let hasEnded = false;
 * beta.start("client", async (world) => {
 *   const stream = await world.network.connect("alpha", 5000);
 *   const buffer = new Uint8Array(100);
 *   for (let count = await stream.read(buffer); count !== null; count = await stream.read(buffer)) {
 *     text += new TextDecoder().decode(buffer.subarray(0, count));
 *   }
 *   hasEnded = true;
 * });
 *
 * await simulation.runUntil(() => text === "hello");
 * server.crash();
 * await simulation.runUntil(() => hasEnded);
 * ```
 */
export class Simulation {
  readonly #engine: Engine;
  readonly #network: SimulatedNetwork;
  readonly #surroundings: HostSurroundings;
  readonly #hosts = new Map<string, SimulatedHost>();
  readonly #random: SeededRandom;
  #executions = 0;

  /**
   * Makes an empty network.
   *
   * @param options The seed, and what differs from a quiet local network
   * @throws {RangeError} When the network's conditions contradict each other
   */
  constructor(options: SimulationOptions) {
    const { seed, wallStartMs = WALL_START_MS, zoneOffsetS = 0, fileLatencyMs = 0.1 } = options;
    const { historyLinesMax = HISTORY_LINES_MAX, eventsMax = EVENTS_MAX } = options;
    this.#engine = new Engine(seed, historyLinesMax, eventsMax);
    this.#network = new SimulatedNetwork(this.#engine, withConditions(LOCAL_NETWORK, options.network ?? {}));
    this.#surroundings = {
      engine: this.#engine,
      network: this.#network,
      wallStartMs,
      zoneOffsetS,
      fileLatencyMs,
    };
    this.#random = this.#engine.random.fork("script");
  }

  /** Virtual milliseconds since the start. */
  get now(): number {
    return this.#engine.now / 1000;
  }

  /** Events so far. */
  get events(): number {
    return this.#engine.events;
  }

  /** What happened: connections, crashes, partitions, and what was noted. */
  get history(): History {
    return this.#engine.history;
  }

  /** A random stream of its own for the script of a test: which host to crash, when to heal. */
  get random(): SeededRandom {
    return this.#random;
  }

  /** Adds a line to the history. */
  note(what: string, who = "note"): void {
    this.#engine.note(who, what);
  }

  /**
   * The host of a name, made when there is none.
   *
   * @param name Also its name for `connect`
   * @param options Taken when it is made
   */
  host(name: string, options: HostOptions = {}): SimulatedHost {
    const known = this.#hosts.get(name);
    if (known !== undefined) return known;
    const host = new SimulatedHost(name, options.address ?? this.#freeAddress(), options, this.#surroundings);
    this.#hosts.set(name, host);
    return host;
  }

  /** Hosts in the order they were made. */
  get hosts(): readonly SimulatedHost[] {
    return [...this.#hosts.values()];
  }

  /** Changes the conditions of the whole network from now on. */
  changeNetwork(changes: Partial<NetworkConditions>): void {
    this.#network.change(changes);
    this.#engine.note("network", `conditions ${JSON.stringify(changes)}`);
  }

  /**
   * Changes the conditions between hosts in both directions from now on: a slow or a lossy line. One host given twice
   * stands for the connections inside it.
   */
  changeLine(from: HostSet, to: HostSet, changes: Partial<NetworkConditions>): void {
    const inside: [SimulatedHost, SimulatedHost][] = from instanceof SimulatedHost && from === to ? [[from, from]] : [];
    for (const [a, b] of [...inside, ...pairs(from, to)]) {
      for (const link of new Set([this.#network.link(a.name, b.name), this.#network.link(b.name, a.name)])) {
        link.conditions = withConditions(link.conditions, changes);
      }
      this.#engine.note("network", `conditions ${a.name} ${b.name} ${JSON.stringify(changes)}`);
    }
  }

  /**
   * Lets nothing through between hosts, or between single processes of one host or several, without telling them. What
   * is sent is held until {@link Simulation.heal}, or until the sender's connection breaks.
   */
  partition(from: HostSet, to: HostSet, options?: PartitionOptions): void;
  /** The same between processes. */
  partition(from: ProcessSet, to: ProcessSet, options?: PartitionOptions): void;
  partition(from: HostSet | ProcessSet, to: HostSet | ProcessSet, options: PartitionOptions = {}): void {
    const { oneWay = false, breakAfterMs = null } = options;
    for (const [a, b] of pairs<SimulatedHost | SimulatedProcess>(from, to)) {
      for (const way of oneWay ? [this.#way(a, b)] : [this.#way(a, b), this.#way(b, a)]) {
        if (way.cut(breakAfterMs)) this.#engine.note("network", `partition ${way.label}`);
      }
    }
  }

  /** Ends partitions between hosts, or between processes, in both directions; what was held arrives. */
  heal(from: HostSet, to: HostSet): void;
  /** The same between processes. */
  heal(from: ProcessSet, to: ProcessSet): void;
  heal(from: HostSet | ProcessSet, to: HostSet | ProcessSet): void {
    for (const [a, b] of pairs<SimulatedHost | SimulatedProcess>(from, to)) {
      for (const way of [this.#way(a, b), this.#way(b, a)]) {
        if (way.heal()) this.#engine.note("network", `heal ${way.label}`);
      }
    }
  }

  #way(from: SimulatedHost | SimulatedProcess, to: SimulatedHost | SimulatedProcess): Link | Lane {
    if (from instanceof SimulatedHost && to instanceof SimulatedHost) return this.#network.link(from.name, to.name);
    if (from instanceof SimulatedProcess && to instanceof SimulatedProcess) return this.#network.lane(from, to);
    throw new TypeError("Cannot part a host from a process: give two hosts or two processes");
  }

  /**
   * Breaks all connections between processes.
   *
   * @param from Those who learn of it at once
   * @param options When the others do, and when it happens at all
   * @returns How many there are
   */
  breakConnections(from: ProcessSet, to: ProcessSet, options: BreakOptions = {}): number {
    return pairs(from, to).reduce((count, [a, b]) => count + this.#network.loseBetween(a, b, options), 0);
  }

  /** Ends all partitions. */
  healAll(): void {
    this.#engine.note("network", "heal all");
    this.#network.healAll();
  }

  /** Does something in the course of a later run, `milliseconds` of virtual time from now. */
  later(milliseconds: number, task: () => void): void {
    this.#engine.schedule(1000 * milliseconds, () => void task(), "script", "alarm");
  }

  /**
   * Lets events happen until none is left, or until a moment of virtual time.
   *
   * @param options `untilMs`: virtual milliseconds since the start
   */
  async run(options: { readonly untilMs?: number } = {}): Promise<void> {
    await this.#engine.run({ until: 1000 * (options.untilMs ?? Infinity), isReached: null });
  }

  /** Lets virtual time pass. */
  async runFor(milliseconds: number): Promise<void> {
    await this.#engine.run({ until: this.#engine.now + 1000 * milliseconds, isReached: null });
  }

  /**
   * Lets events happen until a condition holds; it is looked at after each event.
   *
   * @param condition Must change nothing
   * @param limitMs Virtual milliseconds to wait at most
   * @throws {SimulationError} When it doesn't hold in time, or never will since nothing is left to happen
   */
  async runUntil(condition: () => boolean, limitMs: number = WAIT_LIMIT_MS): Promise<void> {
    const until = this.#engine.now + 1000 * limitMs;
    if (await this.#engine.run({ until, isReached: condition })) return;
    const why = this.#engine.next === null ? "nothing is left to happen" : `${limitMs} ms have passed`;
    throw this.#engine.error(`the condition was not met: ${why}`);
  }

  /**
   * Lets events happen until the system rests: nothing under way on the network, no file operation and no task waiting.
   * Alarms may be pending, and bytes may be held by a partition.
   *
   * @param limitMs Virtual milliseconds to wait at most
   * @throws {SimulationError} When it doesn't come to rest in time
   */
  async settle(limitMs: number = WAIT_LIMIT_MS): Promise<void> {
    const until = this.#engine.now + 1000 * limitMs;
    if (await this.#engine.run({ until, isReached: () => this.#engine.work === 0 })) return;
    throw this.#engine.error(`no rest within ${limitMs} ms`);
  }

  /**
   * Runs a program in a process of its own until it returns, and ends the process.
   *
   * @param host Where
   * @param program What to do there
   * @param limitMs Virtual milliseconds that it may take
   * @returns What the program returned
   * @throws {SimulationError} When it failed or took too long
   */
  async execute<T>(
    host: SimulatedHost,
    program: (world: World) => Promise<T> | T,
    limitMs: number = WAIT_LIMIT_MS,
  ): Promise<T> {
    const results: T[] = [];
    const process = host.start(`execute-${++this.#executions}`, async (world) => {
      results.push(await program(world));
    });
    await this.runUntil(() => results.length > 0, limitMs);
    process.exit(0);
    return results[0]!;
  }

  #freeAddress(): string {
    const taken = new Set(Array.from(this.#hosts.values(), ({ address }) => address));
    for (let last = 1; last < 255; last++) {
      const address = `10.0.0.${last}`;
      if (!taken.has(address)) return address;
    }
    throw new RangeError("Cannot find an address: 10.0.0.0/24 is full; give hosts addresses of their own");
  }
}

/** Every one of one set with every other of the other set. */
function pairs<T extends object>(from: T | readonly T[], to: T | readonly T[]): [T, T][] {
  return membersOf(from).flatMap((a) => membersOf(to).filter((b) => b !== a).map((b): [T, T] => [a, b]));
}

function membersOf<T extends object>(set: T | readonly T[]): readonly T[] {
  return Array.isArray(set) ? set : [set as T];
}
