// This module performs no I/O.

/**
 * What a simulated world consists of, drawn from its seed: one LAN or none, up to eight hosts with up to four groups each, up
 * to a hundred processes, some of them with libraries, and what each of them publishes and looks for. Most worlds are
 * small, so that there are many; the tail is long.
 */

import type { Scope } from "../../runtime/mod.ts";
import { type NetworkConditions, SeededRandom } from "../../runtime/simulation/mod.ts";
import { type Wish, type WishConditions, Wishes } from "./wishes.ts";

/** The place of one process, through all of its lives. */
export interface SeatShape {
  readonly name: string;
  /** Which of the hosts. */
  readonly host: number;
  readonly scope: Scope;
  /** Which of the seats has the directory above. */
  readonly parent: number | null;
  /** Where it listens for directories below; null for one that does not. */
  readonly port: number | null;
  /** Not told where its parent is: it looks in the usual place once a listing needs it. */
  readonly isLazy: boolean;
  /** Whether the links of its directory are encrypted. */
  readonly isEncrypted: boolean;
  /** What its actors do whenever the process starts. */
  readonly program: readonly Wish[];
}

/** A machine. */
export interface HostShape {
  readonly name: string;
  readonly address: string;
  /** Ports that its system gives out before it begins again. */
  readonly portCount: number | undefined;
}

/** All that a world is made of. */
export interface WorldShape {
  readonly seed: number;
  readonly hosts: readonly HostShape[];
  /** Directories before those below them. */
  readonly seats: readonly SeatShape[];
  readonly network: Partial<NetworkConditions>;
  /** What is drawn in the course of it. */
  readonly wishes: WishConditions;
  /** Messages are frozen as they are sent. */
  readonly isStrict: boolean;
  /** How long it may take until a dead link between machines is noticed. */
  readonly detectSeconds: number;
  /** How much a directory does in one turn; undefined for what is usual. */
  readonly turnUnits: number | undefined;
  /** In the end all processes leave, and nothing may be left of them. */
  readonly endsEmpty: boolean;
}

/** Networks: a quick one, one that takes its time, one that tears everything to pieces, one that is slow inside, too. */
const NETWORKS: readonly Partial<NetworkConditions>[] = [
  {},
  { loopbackLatencyMinMs: 0.5, loopbackLatencyMeanMs: 15, latencyMinMs: 5, latencyMeanMs: 40, listenMs: 4 },
  { splitProbability: 0.7, mergeProbability: 0.6, shortReadProbability: 0.6, inFlightBytesMax: 700 },
  { loopbackLatencyMinMs: 0, loopbackLatencyMeanMs: 200, latencyMinMs: 0, latencyMeanMs: 60, listenMs: 40 },
];
/** Actors of each process. */
export const ACTORS = 2;
const DIRECTORY_PORT = 54_195;
const GROUP_PORT = 5001;
const LIBRARY_PORT = 6001;
/** The address of the LAN directory's machine, where those look who are not told. */
export const STATION_ADDRESS = "10.0.0.195";
/** What that machine is called. */
export const STATION = "station";
const PROCESSES_MAX = 100;

/** Values with their weights. */
type Weighted = readonly (readonly [value: number, weight: number])[];
const HOSTS: Weighted = [[1, 132], [2, 46], [3, 12], [4, 4], [5, 2], [6, 2], [7, 1], [8, 1]];
const GROUPS: Weighted = [[0, 22], [1, 45], [2, 24], [3, 6], [4, 3]];
const GROUPS_OF_MANY: Weighted = [[0, 50], [1, 40], [2, 8], [3, 1], [4, 1]];
const PROCESSES_OF_GROUP: Weighted = [[1, 34], [2, 34], [3, 18], [4, 8], [5, 4], [6, 2]];
const PROCESSES_OF_HOST: Weighted = [[0, 40], [1, 35], [2, 18], [3, 7]];

/** Draws a world. */
export function shapeOf(seed: number): WorldShape {
  const random = new SeededRandom(`shape ${seed}`);
  const draft = new Draft(random);
  const processes = draft.seats.filter(({ scope }) => scope === "PROCESS" || scope === "LIBRARY").length;
  const encryption = pickWeighted(random, [[0, 88], [1, 3], [2, 3], [3, 4], [4, 2]]);
  const wishes: WishConditions = {
    // Some ask for a LAN directory where there is none.
    widest: draft.seats.some(({ scope }) => scope === "LAN") || random.chance(0.08) ? "LAN" : "HOST",
    processes,
    actors: ACTORS,
    encryptedShare: encryption >= 3 ? 0.5 : 0,
  };
  const programs = new Wishes(wishes);
  const seats = draft.seats.map((seat, index) => ({
    ...seat,
    isEncrypted: encryption === 1 || encryption === 4 || (encryption === 2 && seat.port === null),
    program: seat.scope === "PROCESS" || seat.scope === "LIBRARY"
      ? programs.drawProgram(random).map((wish) => draft.isOfLibraries(index) ? amongThem(wish, random) : wish)
      : [],
  }));
  return {
    seed,
    hosts: draft.hosts,
    seats,
    network: random.pick(NETWORKS),
    wishes,
    isStrict: random.chance(0.25),
    detectSeconds: random.pick([3, 12, 12]),
    turnUnits: random.pick([undefined, undefined, 3, 15, 60]),
    endsEmpty: random.chance(0.2),
  };
}

/** A process and its libraries often have something to do with each other, and with nobody else. */
function amongThem(wish: Wish, random: SeededRandom): Wish {
  return random.chance(0.4) ? { ...wish, scope: "PROCESS" } : wish;
}

/** One of the values, as often as its weight has it. */
function pickWeighted(random: SeededRandom, choices: Weighted): number {
  let at = random.integer(choices.reduce((sum, [, weight]) => sum + weight, 0));
  return choices.find(([, weight]) => (at -= weight) < 0)![0];
}

type SeatDraft = Omit<SeatShape, "program" | "isEncrypted">;

/** Hosts and seats as they are drawn. */
class Draft {
  readonly hosts: HostShape[] = [];
  readonly seats: SeatDraft[] = [];
  readonly #random: SeededRandom;
  /** How many times the usual number of processes there are. */
  readonly #crowd: number;
  #processes = 0;

  constructor(random: SeededRandom) {
    this.#random = random;
    const hosts = pickWeighted(random, HOSTS);
    this.#crowd = random.chance(0.012) ? 3 + random.integer(10) : 1;
    const portCount = random.chance(0.15) ? 150 + 8 * this.#crowd : undefined;
    const hasLan = hosts > 1 || random.chance(0.12);
    const lan = hasLan ? this.#addLan(portCount) : null;
    for (let at = 0; at < hosts; at++) this.#addHost(at, { hosts, lan, portCount });
    if (this.#processes < 2) {
      const parent = this.seats.findIndex(({ scope }) => scope === "HOST" || scope === "LAN");
      this.#addProcesses(this.seats[parent]!.host, parent, 2);
    }
  }

  /** True for a library and for a process that has some. */
  isOfLibraries(index: number): boolean {
    return this.seats[index]!.scope === "LIBRARY" ||
      this.seats.some(({ scope, parent }) => scope === "LIBRARY" && parent === index);
  }

  #addLan(portCount: number | undefined): number {
    this.hosts.push({ name: STATION, address: STATION_ADDRESS, portCount });
    return this.#addSeat({ name: "lan", host: 0, scope: "LAN", parent: null, port: DIRECTORY_PORT });
  }

  #addSeat(seat: Omit<SeatDraft, "isLazy"> & { readonly isLazy?: boolean }): number {
    return this.seats.push({ isLazy: false, ...seat }) - 1;
  }

  #addHost(
    at: number,
    { hosts, lan, portCount }: { hosts: number; lan: number | null; portCount: number | undefined },
  ): void {
    const random = this.#random;
    // The first may be the machine of the LAN directory; others may be in another subnet, from which the station is further.
    const isStation = lan !== null && at === 0 && random.chance(0.2);
    const isFar = lan !== null && random.chance(0.1);
    const name = `h${at + 1}`;
    if (!isStation) this.hosts.push({ name, address: `10.0.${isFar ? 1 : 0}.${at + 1}`, portCount });
    const host = isStation ? 0 : this.hosts.length - 1;
    // The station's port is taken, so that its other processes have the LAN directory straight above them.
    const hasDirectory = !isStation && (lan === null || random.chance(0.92));
    const isLazy = lan !== null && random.chance(0.15);
    const top = hasDirectory
      ? this.#addSeat({ name: `${name}/host`, host, scope: "HOST", parent: lan, port: DIRECTORY_PORT, isLazy })
      : lan!;
    const groups = pickWeighted(random, hosts > 2 ? GROUPS_OF_MANY : GROUPS);
    for (let group = 0; group < groups; group++) {
      const letter = "abcd"[group]!;
      const seat = this.#addSeat({
        name: `${name}/${letter}`,
        host,
        scope: "GROUP",
        parent: top,
        port: GROUP_PORT + group,
        isLazy: hasDirectory && random.chance(0.1),
      });
      this.#addProcesses(host, seat, pickWeighted(random, PROCESSES_OF_GROUP) * this.#crowd);
    }
    this.#addProcesses(host, top, pickWeighted(random, PROCESSES_OF_HOST) * this.#crowd);
  }

  #addProcesses(host: number, parent: number, count: number): void {
    const { scope, name } = this.seats[parent]!;
    const before = this.seats.filter((seat) => seat.parent === parent && seat.scope === "PROCESS").length;
    for (let number = before + 1; number <= before + count && this.#processes < PROCESSES_MAX; number++) {
      const hasLibraries = this.#random.chance(0.05);
      const seat = this.#addSeat({
        name: `${name}.${number}`,
        host,
        scope: "PROCESS",
        parent,
        port: hasLibraries ? LIBRARY_PORT + 10 * this.#processes : null,
        isLazy: scope === "HOST" && this.#random.chance(0.25),
      });
      this.#processes++;
      if (hasLibraries) this.#addLibraries(host, seat, 1 + this.#random.integer(2));
    }
  }

  #addLibraries(host: number, parent: number, count: number): void {
    const { name } = this.seats[parent]!;
    for (let number = 1; number <= count; number++) {
      this.#addSeat({ name: `${name}.lib${number}`, host, scope: "LIBRARY", parent, port: null });
      this.#processes++;
    }
  }
}
