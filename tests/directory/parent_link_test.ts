/** A host that finds its parent by the address of its machine, which may have none yet, lose it, or get another one. */

import { assert, assertEquals } from "@std/assert";
import { DirectoryCore } from "../../directory/core.ts";
import type { DirectoryEvent, Effect } from "../../directory/effects.ts";
import { ClearListings, OpenDirectory, Published } from "../../directory/messages.ts";
import { addressOf, HostPort, Instant, type Scope } from "../../runtime/mod.ts";

const CHILD = addressOf([21]);
const PARENT = addressOf([22]);
const PUBLISHED_ID = "00000000-0000-4000-8000-000000000001";
const MINUTE_MS = 60_000;

/** A directory on a machine with an address that the test sets, in virtual time; the test answers its attempts to connect. */
class Machine {
  address: string | null = null;
  /** How often the address was asked for. */
  lookups = 0;
  /** Where it has connected to since this was last asked. */
  #attempts: string[] = [];
  readonly #core: DirectoryCore;
  readonly #timers = new Map<string, number>();
  #now = 0;

  constructor(options: { scope?: Scope; connectTo?: HostPort } = {}) {
    const { scope = "HOST", connectTo = null } = options;
    const rest = { acceptAt: null, encrypted: false, executable: "x", uniqueId: PUBLISHED_ID };
    this.#core = new DirectoryCore({ address: addressOf([16]), scope, connectTo, ...rest });
    this.#handle({ kind: "started" });
    this.#handle({ kind: "childAccepted", proxy: CHILD, ipp: new HostPort("127.0.0.1", 40_000) });
  }

  #handle(event: DirectoryEvent): void {
    const draw = {
      uuid: () => PUBLISHED_ID,
      float: () => 0.5,
      wall: () => new Instant(BigInt(this.#now)),
      primaryAddress: () => {
        this.lookups++;
        return this.address;
      },
      primaryPrefixBits: () => this.address === null ? null : 16,
      waitingBytes: () => 0,
    };
    for (const effect of this.#core.handle(event, this.#now, draw)) this.#perform(effect);
  }

  #perform(effect: Effect): void {
    if (effect.kind === "startTimer") this.#timers.set(effect.timer, this.#now + effect.milliseconds);
    else if (effect.kind === "cancelTimer") this.#timers.delete(effect.timer);
    else if (effect.kind === "again") this.#timers.set("again", this.#now);
    else if (effect.kind === "connectParent") this.#attempts.push(effect.ipp.host!);
  }

  /** A child lists a name. */
  publish(scope: Scope, publishedId = PUBLISHED_ID): void {
    const homeAddress = addressOf([16, 21]);
    const listeningIpp = new HostPort("0.0.0.0", 41_000);
    const members = { name: publishedId, scope, encrypted: false, publishedId, listeningIpp, homeAddress };
    this.#handle({ kind: "received", message: new Published(members), from: CHILD });
  }

  clear(): void {
    const message = new ClearListings({ subscribers: new Set(), publishers: new Set([PUBLISHED_ID]) });
    this.#handle({ kind: "received", message, from: CHILD });
  }

  openDirectory(): void {
    this.#handle({ kind: "received", message: new OpenDirectory({ scope: "LAN" }), from: addressOf([20]) });
  }

  /** Lets time pass. */
  run(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (;;) {
      const [next] = [...this.#timers].sort(([, one], [, other]) => one - other);
      if (next === undefined || next[1] > end) break;
      this.#now = next[1];
      this.#timers.delete(next[0]);
      this.#handle(next[0] === "again" ? { kind: "again" } : { kind: "timerDue", timer: next[0] });
    }
    this.#now = end;
  }

  /** Where it has tried to connect. */
  attempts(): string[] {
    const attempts = this.#attempts;
    this.#attempts = [];
    return attempts;
  }

  fails(): void {
    this.#handle({ kind: "parentNotConnected", reason: "refused" });
  }

  connects(): void {
    this.#handle({ kind: "parentConnected", proxy: PARENT });
  }

  loses(): void {
    this.#handle({ kind: "parentClosed", reason: "gone" });
  }

  get timers(): number {
    return this.#timers.size;
  }
}

Deno.test("ParentLink: a host that is started before its machine has an address finds its parent once it has one", () => {
  const machine = new Machine();
  machine.publish("LAN");
  machine.run(10 * MINUTE_MS);
  assertEquals(machine.attempts(), []);
  assert(machine.lookups > 100 && machine.lookups < 160, `${machine.lookups} looks in ten minutes`);
  machine.address = "192.168.0.11";
  machine.run(4_000);
  assertEquals(machine.attempts(), ["192.168.0.195"]);
});

Deno.test("ParentLink: a machine that gets its address soon is connected soon, whether anything new is listed or not", () => {
  for (const isListedAgain of [false, true]) {
    const machine = new Machine();
    machine.publish("LAN");
    machine.run(900);
    machine.address = "192.168.0.11";
    if (isListedAgain) machine.publish("LAN");
    machine.run(1_000);
    assertEquals(machine.attempts(), ["192.168.0.195"]);
  }
});

Deno.test("ParentLink: very many listings of a machine without an address do not look for it more often", () => {
  const machine = new Machine();
  for (let count = 1_000; count < 2_000; count++) machine.publish("LAN", `00000000-0000-4000-8000-00000000${count}`);
  machine.run(1_000);
  assert(machine.lookups <= 4, `${machine.lookups} looks`);
});

Deno.test("ParentLink: a host looks for nothing where nobody asks for more than the host, and stops when nobody does any more", () => {
  const machine = new Machine();
  machine.publish("HOST");
  machine.run(10 * MINUTE_MS);
  assertEquals([machine.lookups, machine.timers], [0, 0]);
  const asked = new Machine();
  asked.openDirectory();
  asked.run(MINUTE_MS);
  assertEquals([asked.lookups > 5, asked.timers], [true, 0]);
  const cleared = new Machine();
  cleared.publish("LAN");
  cleared.run(10 * MINUTE_MS);
  assertEquals(cleared.timers, 1);
  cleared.clear();
  cleared.run(MINUTE_MS);
  assertEquals(cleared.timers, 0);
  cleared.publish("LAN");
  cleared.address = "10.1.2.3";
  cleared.run(1_000);
  assertEquals(cleared.attempts(), ["10.1.0.195"]);
});

Deno.test("ParentLink: a LAN directory has nobody to look for", () => {
  const machine = new Machine({ scope: "LAN" });
  machine.openDirectory();
  machine.run(MINUTE_MS);
  assertEquals(machine.timers, 0);
});

Deno.test("ParentLink: a machine that has moved looks for its parent where it is now", () => {
  const machine = new Machine();
  machine.address = "192.168.0.11";
  machine.publish("LAN");
  machine.connects();
  assertEquals(machine.attempts(), ["192.168.0.195"]);
  machine.run(MINUTE_MS);
  machine.address = "10.1.2.3";
  machine.loses();
  machine.run(1_000);
  assertEquals(machine.attempts(), ["10.1.0.195"]);
  machine.fails();
  assertEquals(machine.attempts(), ["10.0.0.195"]);
  machine.address = "172.20.1.1";
  machine.fails();
  machine.run(1_000);
  assertEquals(machine.attempts(), ["172.20.0.195"]);
});

Deno.test("ParentLink: a machine that has lost its address, or got another one there, goes back to the parent that it had found", () => {
  const machine = new Machine();
  machine.address = "10.1.2.3";
  machine.publish("LAN");
  machine.fails();
  machine.connects();
  assertEquals(machine.attempts(), ["10.1.0.195", "10.0.0.195"]);
  machine.run(MINUTE_MS);
  machine.address = null;
  machine.loses();
  machine.run(MINUTE_MS);
  assertEquals(machine.attempts(), []);
  machine.address = "10.1.2.4";
  machine.run(4_000);
  assertEquals(machine.attempts(), ["10.0.0.195"]);
});

Deno.test("ParentLink: a parent that was configured is where it was said to be, whatever the address of the machine", () => {
  const machine = new Machine({ connectTo: new HostPort("10.9.9.9", 54195) });
  machine.publish("LAN");
  machine.connects();
  machine.run(MINUTE_MS);
  machine.address = "192.168.0.11";
  machine.loses();
  machine.run(1_000);
  assertEquals([machine.attempts(), machine.lookups], [["10.9.9.9", "10.9.9.9"], 0]);
});
