/**
 * Random histories of whole trees: processes that come and go, names that are taken and freed, links that are cut on one side or
 * both, roles that restart. Afterwards, with the network quiet, everybody must be connected to the nearest instance of
 * what they look for, with nothing left over. A failure prints its seed; the same seed gives the same history.
 */

import { assertEquals } from "@std/assert";
import { HostPort, type Scope } from "../../runtime/mod.ts";
import { type AppObject, Process, SimulatedTree } from "./simulated_tree.ts";
import { type Place, violations } from "./tree_invariant.ts";

const NAMES = ["a", "b", "work:1", "work:2"] as const;
const SEARCHES = ["a", "b", "work:.*", "[ab]", "work:1|a"] as const;
const SCOPES: readonly Scope[] = ["PROCESS", "GROUP", "HOST", "HOST", "LAN"];
/** Longer than any wait in the directories. */
const QUIET_MS = 400_000;

interface Seat {
  readonly name: string;
  readonly machine: string;
  readonly parent: Role;
  place: Place | null;
}

interface Role {
  readonly name: string;
  readonly machine: string;
  readonly scope: Scope;
  readonly at: HostPort;
  readonly parent: Role | null;
  process: Process;
}

class History {
  readonly tree: SimulatedTree;
  readonly roles: Role[] = [];
  readonly seats: Seat[] = [];
  readonly log: string[] = [];

  constructor(readonly seed: number) {
    this.tree = new SimulatedTree(seed);
    // In half of all histories hardly anything is finished in the turn in which it began.
    if (seed % 2 === 0) this.tree.turnUnits = 1 + seed % 9;
    const lan = this.#role("lan", "10.0.0.195", "LAN", new HostPort("0.0.0.0", 54195), null);
    for (const [at, machine] of ["10.0.0.1", "10.0.0.2"].entries()) {
      const host = this.#role(`host${at}`, machine, "HOST", new HostPort("127.0.0.1", 54195), lan);
      const group = this.#role(`group${at}`, machine, "GROUP", new HostPort("127.0.0.1", 6000), host);
      for (const parent of [group, group, host]) {
        this.seats.push({ name: `p${this.seats.length}`, machine, parent, place: null });
      }
    }
  }

  #role(name: string, machine: string, scope: Scope, at: HostPort, parent: Role | null): Role {
    const role: Role = {
      name,
      machine,
      scope,
      at,
      parent,
      process: this.#startRole({ name, machine, scope, at, parent }),
    };
    this.roles.push(role);
    return role;
  }

  #startRole({ name, machine, scope, at, parent }: Omit<Role, "process">): Process {
    return new Process(this.tree, name, machine, { scope, acceptAt: at, connectTo: this.#addressOf(parent) });
  }

  #addressOf(role: Role | null): HostPort | null {
    if (role === null) return null;
    return role.scope === "LAN" ? new HostPort(role.machine, role.at.port) : role.at;
  }

  #start(seat: Seat): Place {
    const process = new Process(this.tree, seat.name, seat.machine, {
      scope: "PROCESS",
      connectTo: this.#addressOf(seat.parent),
    });
    return { process, above: [], objects: [process.object("x"), process.object("y")] };
  }

  /** One thing happens. */
  step(): void {
    const { random } = this.tree;
    const seat = random.pick(this.seats);
    const { place } = seat;
    const kind = random.integer(100);
    if (place === null) {
      seat.place = this.#start(seat);
      this.#note(`start ${seat.name}`);
      return;
    }
    const object = random.pick(place.objects);
    if (kind < 30) this.#publish(seat, object);
    else if (kind < 55) this.#subscribe(seat, object);
    else if (kind < 65) this.#clear(seat, object);
    else if (kind < 72) {
      place.process.kill(random.pick([0, 0, 3_000]));
      seat.place = null;
      this.#note(`kill ${seat.name}`);
    } else if (kind < 82) {
      const silence = random.pick([0, 0, 20_000]);
      this.tree.cut(place.process, silence);
      this.#note(`cut ${seat.name} (${silence})`);
    } else if (kind < 88) {
      this.tree.cutPeers(place.process);
      this.#note(`cut peers of ${seat.name}`);
    } else if (kind < 91) {
      place.process.freeze();
      const pause = random.pick([500, 4_000, 9_000]);
      this.tree.at(pause, () => place.process.thaw());
      this.#note(`freeze ${seat.name} (${pause})`);
    } else if (kind < 95) {
      const role = random.pick(this.roles);
      this.tree.cut(role.process, random.pick([0, 0, 20_000]));
      this.#note(`cut ${role.name}`);
    } else this.#restart(random.pick(this.roles));
  }

  #publish({ name: seat }: Seat, object: AppObject): void {
    const [name, scope] = [this.tree.random.pick(NAMES), this.tree.random.pick(SCOPES)];
    object.publish(name, scope);
    this.#note(`${seat}/${object.name} publishes ${name} ${scope}`);
  }

  #subscribe({ name: seat }: Seat, object: AppObject): void {
    const [search, scope] = [this.tree.random.pick(SEARCHES), this.tree.random.pick(SCOPES)];
    object.subscribe(search, scope);
    this.#note(`${seat}/${object.name} subscribes ${search} ${scope}`);
  }

  #clear({ name: seat }: Seat, object: AppObject): void {
    const published = [...object.published.values()];
    const subscribed = [...object.subscribed.values()];
    if (published.length > 0 && (subscribed.length === 0 || this.tree.random.float() < 0.5)) {
      object.clearPublished(this.tree.random.pick(published));
    } else if (subscribed.length > 0) object.clearSubscribed(this.tree.random.pick(subscribed));
    this.#note(`${seat}/${object.name} clears`);
  }

  #restart(role: Role): void {
    role.process.kill();
    role.process = this.#startRole(role);
    this.#note(`restart ${role.name}`);
  }

  #note(line: string): void {
    this.log.push(`${this.tree.now.toFixed(0)} ${line}`);
  }

  /** Lets the network become quiet, and says what is wrong. */
  settle(): string[] {
    this.tree.run(QUIET_MS);
    const places = this.seats.filter(({ place }) => place !== null).map((seat) => {
      const above = [seat.place!.process];
      for (let role: Role | null = seat.parent; role !== null; role = role.parent) above.push(role.process);
      return { ...seat.place!, above };
    });
    return violations(this.tree, places);
  }
}

function runHistory(seed: number, steps: number): { problems: string[]; history: History } {
  const history = new History(seed);
  history.tree.run(100);
  for (let at = 0; at < steps; at++) {
    history.step();
    const pause = history.tree.random.pick([0, 0, 3, 50, 2_000, 12_000]);
    history.tree.run(pause);
  }
  return { problems: history.settle(), history };
}

Deno.test("DirectoryCore connects everybody to the nearest instance after any history of a tree", () => {
  const first = Number(Deno.env.get("SEED") ?? 1);
  const count = Number(Deno.env.get("SEEDS") ?? 150);
  for (let seed = first; seed < first + count; seed++) {
    const { problems, history } = runHistory(seed, Number(Deno.env.get("STEPS") ?? 40));
    assertEquals(problems, [], `seed ${seed}\n${history.log.join("\n")}`);
  }
});

Deno.test("DirectoryCore repeats a history exactly when the seed is the same", () => {
  const [one, other] = [runHistory(7, 40), runHistory(7, 40)];
  assertEquals(one.history.log, other.history.log);
  assertEquals(one.history.tree.frames, other.history.tree.frames);
});
