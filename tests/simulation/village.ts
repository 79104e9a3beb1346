/** The processes of a simulation and how they stand to each other: seats that are taken, left and taken again. */

import { HostPort, type Scope } from "../../runtime/mod.ts";
import {
  type NetworkConditions,
  type SimulatedHost,
  type SimulatedProcess,
  Simulation,
} from "../../runtime/simulation/mod.ts";
import { Tenant } from "./tenant.ts";
import type { Wish } from "./wishes.ts";

/** Networks: a quick one, one that takes its time, one that tears everything to pieces. */
const NETWORKS: readonly Partial<NetworkConditions>[] = [
  {},
  { loopbackLatencyMinMs: 0.5, loopbackLatencyMeanMs: 15, latencyMinMs: 5, latencyMeanMs: 40 },
  { splitProbability: 0.7, mergeProbability: 0.6, shortReadProbability: 0.6, inFlightBytesMax: 700 },
  { loopbackLatencyMinMs: 0, loopbackLatencyMeanMs: 200, latencyMinMs: 0, latencyMeanMs: 60 },
];
const PROCESSES_PER_GROUP = 5;
const PROCESSES_UNDER_HOST = 3;
const HOST_PORT = 54_195;
const GROUP_PORT = 5001;
const HISTORY_LINES = 2000;

/** What a seat is. */
export interface SeatOptions {
  readonly host: SimulatedHost;
  readonly scope: Scope;
  readonly parent: Seat | null;
  /** Where it listens for directories below. */
  readonly acceptAt: HostPort | null;
  /** Not told where its parent is: it looks in the usual place once a listing needs it. @default {false} */
  readonly isLazy?: boolean;
}

/** A place for one process, through all of its lives. */
export class Seat {
  readonly name: string;
  readonly host: SimulatedHost;
  readonly scope: Scope;
  readonly parent: Seat | null;
  readonly acceptAt: HostPort | null;
  readonly isLazy: boolean;
  readonly process: SimulatedProcess;
  /** What its actors do whenever the process starts. */
  program: readonly Wish[] = [];
  #tenant: Tenant | null = null;

  constructor(name: string, options: SeatOptions) {
    this.name = name;
    this.host = options.host;
    this.scope = options.scope;
    this.parent = options.parent;
    this.acceptAt = options.acceptAt;
    this.isLazy = options.isLazy ?? false;
    this.process = options.host.start(name, (world) => {
      this.#tenant = new Tenant(world, this);
    });
  }

  /** Who lives there; null while nobody does. */
  get tenant(): Tenant | null {
    return this.process.isAlive ? this.#tenant : null;
  }

  /** This seat's directory and those above it, nearest first. */
  get chain(): readonly Seat[] {
    return [this, ...this.parent?.chain ?? []];
  }

  /** Where this directory is reached from another one. */
  addressFor(child: Seat): HostPort {
    const { port } = this.acceptAt!;
    return new HostPort(child.host === this.host ? "127.0.0.1" : this.host.address, port);
  }
}

/** A whole simulation: its seats, directories before those below them. */
export interface Village {
  readonly simulation: Simulation;
  readonly seats: readonly Seat[];
}

function makeSimulation(seed: number): Simulation {
  return new Simulation({ seed, historyLinesMax: HISTORY_LINES, network: NETWORKS[seed % NETWORKS.length]! });
}

/** A HOST with two GROUPs of five processes each, and a few processes straight under the host. */
export function hostVillage(seed: number): Village {
  const simulation = makeSimulation(seed);
  const host = simulation.host("home");
  const seats: Seat[] = [];
  settleHost(seats, { host, lan: null, name: "" });
  return { simulation, seats };
}

/** A LAN directory on a machine of its own, and two machines as in {@link hostVillage}, but smaller. */
export function lanVillage(seed: number): Village {
  const simulation = makeSimulation(seed);
  const seats: Seat[] = [];
  const station = simulation.host("station", { address: "10.0.0.195" });
  const lan = new Seat("lan", {
    host: station,
    scope: "LAN",
    parent: null,
    acceptAt: new HostPort("0.0.0.0", HOST_PORT),
  });
  seats.push(lan);
  for (const name of ["alpha", "beta"]) settleHost(seats, { host: simulation.host(name), lan, name: `${name}-` });
  return { simulation, seats };
}

function settleHost(
  seats: Seat[],
  { host, lan, name }: { host: SimulatedHost; lan: Seat | null; name: string },
): void {
  const acceptAt = new HostPort("127.0.0.1", HOST_PORT);
  const top = new Seat(`${name}host`, { host, scope: "HOST", parent: lan, acceptAt });
  seats.push(top);
  const isSmall = lan !== null;
  const groups = (isSmall ? ["a"] : ["a", "b"]).map((letter, at) => {
    const acceptAt = new HostPort("127.0.0.1", GROUP_PORT + at);
    return new Seat(`${name}group-${letter}`, { host, scope: "GROUP", parent: top, acceptAt });
  });
  seats.push(...groups);
  const addProcesses = (parent: Seat, prefix: string, count: number) => {
    for (let at = 1; at <= count; at++) {
      const isLazy = parent === top && at === count;
      seats.push(new Seat(`${prefix}${at}`, { host, scope: "PROCESS", parent, acceptAt: null, isLazy }));
    }
  };
  for (const group of groups) addProcesses(group, `${group.name}-`, isSmall ? 3 : PROCESSES_PER_GROUP);
  addProcesses(top, `${name}free-`, isSmall ? 1 : PROCESSES_UNDER_HOST);
}
