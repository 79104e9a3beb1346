/** A simulated computer: an address, a disk, a wall clock, and the processes on it. */

import { Disk } from "./disk.ts";
import type { Engine } from "./engine.ts";
import type { SimulatedNetwork } from "./network.ts";
import { type HostContext, type Program, SimulatedProcess, type StartOptions } from "./process.ts";

/** How a host differs from the others. */
export interface HostOptions {
  /** IPv4 address; by default the next free one of 10.0.0.0/24. */
  readonly address?: string;
  /** How far its wall clock is ahead, in milliseconds. @default {0} */
  readonly wallAheadMs?: number;
  /**
   * How many ports its system has to give out before it gives one out again: with few of them, whoever comes next listens
   * where somebody else did just now. @default {28232}
   */
  readonly portCount?: number;
}

/**
 * What all hosts of a simulation share.
 *
 * @internal
 */
export interface HostSurroundings {
  readonly engine: Engine;
  readonly network: SimulatedNetwork;
  readonly wallStartMs: number;
  readonly zoneOffsetS: number;
  readonly fileLatencyMs: number;
}

/** Where process ids begin. */
const FIRST_PID = 100;

/** A computer on the simulated network. Its disk outlives its processes and its power. */
export class SimulatedHost {
  /** Also its name for `connect`. */
  readonly name: string;
  /** Its files, for tests that prepare or look at them. No virtual time passes. */
  readonly disk: Disk = new Disk();
  readonly #context: HostContext;
  readonly #byName = new Map<string, SimulatedProcess>();
  #wallAheadMs: number;

  /** @internal Simulations make hosts: see `Simulation.host`. */
  constructor(name: string, address: string, options: HostOptions, surroundings: HostSurroundings) {
    const { engine, network, wallStartMs, zoneOffsetS, fileLatencyMs } = surroundings;
    this.name = name;
    this.#wallAheadMs = options.wallAheadMs ?? 0;
    const wallUs = (): bigint => BigInt(1000 * (wallStartMs + this.#wallAheadMs) + engine.now);
    this.#context = {
      name,
      engine,
      network,
      station: network.add(name, address, options.portCount),
      processes: new Map(),
      programs: new Map(),
      zoneOffsetS,
      wallUs,
      files: { disk: this.disk, locks: new Map(), latencyMs: fileLatencyMs, wallMs: () => Number(wallUs() / 1000n) },
      nextPid: FIRST_PID,
    };
  }

  /** Its IPv4 address, or null while it has none: see {@link SimulatedHost.changeAddress}. */
  get address(): string | null {
    return this.#context.station.address;
  }

  /**
   * Gives the host another IPv4 address, or none, as a lease that ends or a cable that is plugged in elsewhere does. Nobody is
   * told: connections by the address before are silent until their ends give up, or until the host has it again. What goes on
   * inside the host by 127.0.0.1 goes on.
   *
   * @throws {RangeError} When it is no IPv4 address, or another host has it
   */
  changeAddress(address: string | null): void {
    this.#context.network.changeAddress(this.#context.station, address);
    this.#context.engine.note(this.name, `address ${address ?? "lost"}`);
  }

  /** False between {@link SimulatedHost.powerOff} and {@link SimulatedHost.powerOn}. */
  get isUp(): boolean {
    return this.#context.station.isUp;
  }

  /** Processes that live, in the order of their ids. */
  get processes(): readonly SimulatedProcess[] {
    return [...this.#context.processes.values()];
  }

  /**
   * Starts a program. It begins to run with the next run of the simulation, at the present virtual time.
   *
   * @param name Its name in the history, free among the started ones of this host
   * @param program What it does
   * @param options Arguments, environment, folder
   * @returns The process, to be crashed and restarted
   */
  start(name: string, program: Program, options: StartOptions = {}): SimulatedProcess {
    if (!this.isUp) throw new Error(`Cannot start "${name}": host "${this.name}" has no power`);
    if (this.#byName.get(name)?.isAlive) throw new Error(`Cannot start "${name}": a process has that name`);
    const process = new SimulatedProcess(this.#context, name, program, options, null);
    this.#byName.set(name, process);
    return process;
  }

  /**
   * Makes a program known, so that processes of this host can spawn it.
   *
   * @param executable A path, or a bare name that stands for any folder
   */
  install(executable: string, program: Program): void {
    this.#context.programs.set(executable, program);
  }

  /** Moves the wall clock by this many milliseconds; the monotonic clock goes on as it was. */
  adjustWall(milliseconds: number): void {
    this.#wallAheadMs += milliseconds;
    this.#context.engine.note(this.name, `wall clock ${milliseconds} ms`);
  }

  /** Ends all processes without a word: peers notice when what they send isn't answered. The disk stays. */
  powerOff(): void {
    if (!this.isUp) return;
    this.#context.engine.note(this.name, "power off");
    this.#context.station.isUp = false;
    for (const process of this.processes) process.vanish();
  }

  /** Makes the host reachable again. Its processes have to be started anew. */
  powerOn(): void {
    if (this.isUp) return;
    this.#context.engine.note(this.name, "power on");
    this.#context.station.isUp = true;
    this.#context.network.releaseTo(this.name);
  }
}

/** One host or several. */
export type HostSet = SimulatedHost | readonly SimulatedHost[];
