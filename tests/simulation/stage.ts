/** What faults act on: the world in one of its rounds. What lasts ends by itself, and at the latest with the round. */

import type { SeededRandom, SimulatedHost } from "../../runtime/simulation/mod.ts";
import type { Seat } from "./seat.ts";
import type { SeatShape } from "./shape.ts";
import type { Village } from "./village.ts";
import { Wishes } from "./wishes.ts";

/** How long until something that was ended starts again; Infinity leaves it to the end of the round. */
const AWAY_MS = [0, 0, 0, 100, 1_000, 3_000, 10_000, Infinity] as const;

/** The world while things happen to it. */
export class Stage {
  readonly village: Village;
  readonly wishes: Wishes;
  #isOver = false;
  #lastsUntil = 0;
  #strangers = 0;
  readonly #endings: (() => void)[] = [];

  constructor(village: Village) {
    this.village = village;
    this.wishes = new Wishes(village.shape.wishes);
  }

  get simulation() {
    return this.village.simulation;
  }

  /** Adds a line to the history. */
  note(text: string): void {
    this.simulation.note(text, "script");
  }

  /** Does something in a while, if the round still goes on. */
  later(milliseconds: number, task: () => void): void {
    if (!Number.isFinite(milliseconds)) return;
    this.simulation.later(milliseconds, () => {
      if (!this.#isOver) task();
    });
  }

  /** Does something in a while, or at the end of the round if that comes before. */
  during(milliseconds: number, end: () => void): void {
    let isDone = false;
    const once = (): void => {
      if (!isDone) end();
      isDone = true;
    };
    this.#endings.push(once);
    this.later(milliseconds, once);
  }

  /** Something lasts this long from now whatever anybody does, the end of the round included. */
  lastsFor(milliseconds: number): void {
    this.#lastsUntil = Math.max(this.#lastsUntil, this.simulation.now + milliseconds);
  }

  /** The moment from which on nothing more happens to the world once the round has ended. */
  get lastsUntil(): number {
    return this.#lastsUntil;
  }

  /** Ends the round and all that lasts. */
  end(): void {
    this.#isOver = true;
    for (const end of this.#endings) end();
  }

  // Who it happens to. What was left out of the world is drawn all the same, so that others are not drawn in its place.

  #pick(random: SeededRandom, isMeant: (seat: SeatShape) => boolean): Seat | null {
    const { seats } = this.village.shape;
    const meant = [...seats.keys()].filter((index) => isMeant(seats[index]!));
    return meant.length === 0 ? null : this.village.seatAt(random.pick(meant));
  }

  /** Any seat. */
  anySeat(random: SeededRandom): Seat | null {
    return this.#pick(random, () => true);
  }

  /** The seat of a process or library. */
  home(random: SeededRandom): Seat | null {
    return this.#pick(random, ({ scope }) => scope === "PROCESS" || scope === "LIBRARY");
  }

  /** Two processes with one directory above them. */
  siblings(random: SeededRandom): [Seat, Seat] | null {
    const isChild = (seat: SeatShape): boolean => seat.scope === "PROCESS" && seat.parent !== null;
    const first = this.#pick(random, isChild);
    const second = this.#pick(
      random,
      (seat) => isChild(seat) && seat.parent === first?.shape.parent && seat !== first.shape,
    );
    return first === null || second === null ? null : [first, second];
  }

  /** The seat of a directory for others. */
  directory(random: SeededRandom, scope: "GROUP" | "HOST" | "LAN"): Seat | null {
    return this.#pick(random, (seat) => seat.scope === scope);
  }

  /** Two that may have a connection: a child and its parent, or a publisher and a subscriber. */
  pair(random: SeededRandom): [Seat, Seat] | null {
    const seat = this.#pick(random, ({ parent }) => parent !== null);
    const other = random.chance(0.5) ? seat?.parent ?? null : this.home(random);
    const partner = other === seat ? seat?.parent ?? null : other;
    if (seat === null || partner === null) return null;
    // A library and its process are as good as one: nothing comes between them.
    if (
      [seat, partner].some(({ scope }) => scope === "LIBRARY") && (seat.parent === partner || partner.parent === seat)
    ) {
      return null;
    }
    return random.chance(0.5) ? [seat, partner] : [partner, seat];
  }

  host(random: SeededRandom): SimulatedHost {
    return random.pick(this.simulation.hosts);
  }

  /** Two hosts; there must be several. */
  hosts(random: SeededRandom): [SimulatedHost, SimulatedHost] {
    const { hosts } = this.simulation;
    const at = random.integer(hosts.length);
    return [hosts[at]!, hosts[(at + 1 + random.integer(hosts.length - 1)) % hosts.length]!];
  }

  /** The seats of a host, in random order. */
  seatsOf(host: SimulatedHost, random: SeededRandom): Seat[] {
    return shuffled(this.village.seats.filter((seat) => seat.host === host), random);
  }

  /** Starts what has ended, soon or late. */
  startAgain(seat: Seat, random: SeededRandom): void {
    this.later(random.pick(AWAY_MS), () => seat.start());
  }

  /** A process of somebody else, for a time. */
  stranger(host: SimulatedHost, milliseconds: number, program: Parameters<SimulatedHost["start"]>[1]): void {
    if (!host.isUp) return;
    const process = host.start(`stranger${++this.#strangers}`, program, { failure: "exit" });
    this.during(milliseconds, () => process.crash());
  }
}

/** The same in random order. */
export function shuffled<T>(items: readonly T[], random: SeededRandom): T[] {
  const rest = [...items];
  return items.map(() => rest.splice(random.integer(rest.length), 1)[0]!);
}
