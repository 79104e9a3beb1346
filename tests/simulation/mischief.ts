/** What happens to a village, as the seed has it: listings come and go, processes end, freeze and are parted. */

import type { SeededRandom, SimulatedHost } from "../../runtime/simulation/mod.ts";
import { ACTORS, type Tenant } from "./tenant.ts";
import type { Seat, Village } from "./village.ts";
import { type Wish, Wishes } from "./wishes.ts";
import type { Witness } from "./witness.ts";

const PAUSES_MS = [0, 0, 0.3, 3, 50, 400, 2_000, 5_000, 12_000];
const HALF_OPEN_MS = [500, 4_000, 20_000];
const BREAK_AFTER_MS = [500, 4_000, 15_000];

/** Something that can happen, and how often it does in comparison. */
interface Mischief {
  readonly weight: number;
  readonly happen: (script: Script) => void;
}

const MISCHIEFS: readonly Mischief[] = [
  { weight: 22, happen: (script) => script.wish("publish") },
  { weight: 18, happen: (script) => script.wish("subscribe") },
  { weight: 12, happen: (script) => script.clear() },
  { weight: 8, happen: (script) => script.crash(0) },
  { weight: 5, happen: (script) => script.crash(script.random.pick(HALF_OPEN_MS)) },
  { weight: 3, happen: (script) => script.leave() },
  { weight: 4, happen: (script) => script.restartDirectory() },
  { weight: 7, happen: (script) => script.breakConnections(0) },
  { weight: 5, happen: (script) => script.breakConnections(script.random.pick(HALF_OPEN_MS)) },
  { weight: 6, happen: (script) => script.part({ oneWay: false }) },
  { weight: 4, happen: (script) => script.part({ oneWay: true }) },
  { weight: 4, happen: (script) => script.partAndBreak() },
  { weight: 8, happen: (script) => script.heal() },
  { weight: 4, happen: (script) => script.freeze() },
  { weight: 5, happen: (script) => script.thaw() },
  { weight: 2, happen: (script) => script.readSlowly() },
  { weight: 2, happen: (script) => script.refuseConnections() },
];

/** What happens besides where there are several machines. */
const LAN_MISCHIEFS: readonly Mischief[] = [
  { weight: 10, happen: (script) => script.partHosts() },
  { weight: 4, happen: (script) => script.healHosts() },
  { weight: 3, happen: (script) => script.powerCut() },
];

/** Makes things happen. */
export class Script {
  readonly random: SeededRandom;
  readonly #village: Village;
  readonly #wishes: Wishes;
  readonly #mischiefs: readonly Mischief[];
  #parted: [Seat, Seat][] = [];

  constructor(village: Village) {
    this.#village = village;
    this.random = village.simulation.random;
    const isLan = village.seats.some(({ scope }) => scope === "LAN");
    this.#wishes = new Wishes(this.random, isLan ? "LAN" : "HOST");
    for (const seat of village.seats) if (seat.scope === "PROCESS") seat.program = this.#wishes.drawProgram(ACTORS);
    this.#mischiefs = isLan ? [...MISCHIEFS, ...LAN_MISCHIEFS] : MISCHIEFS;
  }

  /** Lets a number of things happen, with pauses. */
  async play(steps: number): Promise<void> {
    const { simulation } = this.#village;
    for (let step = 0; step < steps; step++) {
      await simulation.runFor(this.random.pick(PAUSES_MS));
      this.#pickMischief().happen(this);
    }
  }

  /** Ends everything that keeps the village from its rest; most of those who have ended start again. */
  calm(): void {
    const { simulation, seats } = this.#village;
    simulation.healAll();
    simulation.changeNetwork({ refuseProbability: 0 });
    for (const seat of seats) {
      seat.host.powerOn();
      seat.process.readSlowly(null);
      if (seat.process.isFrozen) seat.process.thaw();
      if (!seat.process.isAlive && (seat.scope !== "PROCESS" || this.random.chance(0.6))) this.#start(seat);
    }
  }

  #pickMischief(): Mischief {
    let at = this.random.integer(this.#mischiefs.reduce((sum, { weight }) => sum + weight, 0));
    return this.#mischiefs.find(({ weight }) => (at -= weight) < 0)!;
  }

  /** A living process with one of its actors; one that has ended starts again instead. */
  #pickActor(): { seat: Seat; tenant: Tenant; witness: Witness } | null {
    const seat = this.#pickProcess();
    const { tenant } = seat;
    if (tenant === null) {
      if (!seat.process.isAlive) this.#start(seat);
      return null;
    }
    return { seat, tenant, witness: this.random.pick(tenant.witnesses) };
  }

  #pickProcess(): Seat {
    return this.random.pick(this.#village.seats.filter(({ scope }) => scope === "PROCESS"));
  }

  /** Two that may have a connection: a child and its parent, or a publisher and a subscriber. */
  #pickPair(): [Seat, Seat] {
    const seat = this.random.pick(this.#village.seats.filter(({ parent }) => parent !== null));
    if (this.random.chance(0.5)) return [seat, seat.parent!];
    const other = this.#pickProcess();
    return other === seat ? [seat, seat.parent!] : [seat, other];
  }

  #start(seat: Seat): void {
    if (seat.host.isUp) seat.process.restart();
  }

  #note(text: string): void {
    this.#village.simulation.note(text, "script");
  }

  /** An actor publishes, or subscribes, besides what its program does. */
  wish(kind: Wish["kind"]): void {
    const actor = this.#pickActor();
    if (actor === null) return;
    const wish = this.#wishes.draw(kind, ACTORS);
    this.#note(`${actor.seat.name} ${kind} ${wish.text} ${wish.scope}`);
    actor.tenant.ask(wish);
  }

  clear(): void {
    const actor = this.#pickActor();
    const ids = [...actor?.witness.published.keys() ?? [], ...actor?.witness.subscribed.keys() ?? []];
    if (actor === null || ids.length === 0) return;
    const id = this.random.pick(ids);
    const listing = actor.witness.published.get(id)?.name ?? actor.witness.subscribed.get(id)?.search;
    this.#note(`${actor.witness.name} clears ${listing}`);
    actor.tenant.clear(actor.witness, id);
    // Publishing again at once is what a restarted service would do.
    const published = actor.witness.published.get(id);
    if (published !== undefined && this.random.chance(0.4)) {
      const wish = this.#wishes.draw("publish", ACTORS);
      actor.tenant.ask({ ...wish, text: published.name! });
    }
  }

  /** Ends a process; its peers learn of it at once or after a time. */
  crash(noticedAfterMs: number): void {
    const seat = this.#pickProcess();
    seat.process.crash({ noticedAfterMs });
    if (this.random.chance(0.5)) this.#start(seat);
  }

  leave(): void {
    this.#pickActor()?.tenant.leave();
  }

  restartDirectory(): void {
    const seat = this.random.pick(this.#village.seats.filter(({ scope }) => scope !== "PROCESS"));
    if (this.random.chance(0.3)) seat.process.crash({ noticedAfterMs: this.random.pick(HALF_OPEN_MS) });
    else seat.process.crash();
    const pauseMs = this.random.pick([0, 0, 100, 3_000, 10_000]);
    this.#village.simulation.later(pauseMs, () => {
      if (!seat.process.isAlive) this.#start(seat);
    });
  }

  /** Breaks what is between two processes; one of them learns of it at once, the other one perhaps later. */
  breakConnections(noticedAfterMs: number): void {
    const [one, other] = this.#pickPair();
    const [from, to] = this.random.chance(0.7) ? [one, other] : [other, one];
    this.#village.simulation.breakConnections(from.process, to.process, { noticedAfterMs });
  }

  part(options: { readonly oneWay: boolean }): void {
    const [one, other] = this.#pickPair();
    const [from, to] = this.random.chance(0.5) ? [one, other] : [other, one];
    this.#village.simulation.partition(from.process, to.process, { ...options, breakAfterMs: Infinity });
    this.#parted.push([one, other]);
  }

  /** A partition that breaks connections after a time, at both ends. */
  partAndBreak(): void {
    const [one, other] = this.#pickPair();
    const { simulation } = this.#village;
    simulation.partition(one.process, other.process, { breakAfterMs: Infinity });
    this.#parted.push([one, other]);
    simulation.later(this.random.pick(BREAK_AFTER_MS), () => simulation.breakConnections(one.process, other.process));
  }

  heal(): void {
    const at = this.random.integer(Math.max(1, this.#parted.length));
    const [pair] = this.#parted.splice(at, 1);
    if (pair !== undefined) this.#village.simulation.heal(pair[0].process, pair[1].process);
  }

  freeze(): void {
    this.random.pick(this.#village.seats).process.freeze();
  }

  thaw(): void {
    const frozen = this.#village.seats.filter(({ process }) => process.isFrozen);
    if (frozen.length > 0) this.random.pick(frozen).process.thaw();
  }

  readSlowly(): void {
    const seat = this.random.pick(this.#village.seats);
    seat.process.readSlowly(this.random.pick([null, { delayMs: 20, bytesMax: 100 }, { delayMs: 300, bytesMax: 5000 }]));
  }

  refuseConnections(): void {
    this.#village.simulation.changeNetwork({ refuseProbability: this.random.pick([0, 0, 0.2, 0.6]) });
  }

  #pickHosts(): [SimulatedHost, SimulatedHost] {
    const { hosts } = this.#village.simulation;
    const at = this.random.integer(hosts.length);
    return [hosts[at]!, hosts[(at + 1 + this.random.integer(hosts.length - 1)) % hosts.length]!];
  }

  /** A partition between machines: whoever sends something loses the connection, the other end learns nothing. */
  partHosts(): void {
    const [from, to] = this.#pickHosts();
    const breakAfterMs = this.random.pick([1_000, 5_000, 30_000, Infinity]);
    this.#village.simulation.partition(from, to, { oneWay: this.random.chance(0.4), breakAfterMs });
  }

  healHosts(): void {
    const [one, other] = this.#pickHosts();
    this.#village.simulation.heal(one, other);
  }

  /** A machine without power, for a while; its processes start again one by one. */
  powerCut(): void {
    const [host] = this.#pickHosts();
    host.powerOff();
    this.#village.simulation.later(this.random.pick([0, 1_000, 8_000, 40_000]), () => {
      host.powerOn();
      for (const seat of this.#village.seats) if (seat.host === host && !seat.process.isAlive) this.#start(seat);
    });
  }
}
