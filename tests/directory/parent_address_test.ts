import { assert, assertEquals } from "@std/assert";
import {
  neighbourhoodOf,
  ownParentFault,
  reconnectDelay,
  stationAddresses,
  subnetStation,
} from "../../directory/parent_address.ts";
import { DirectoryCore } from "../../directory/core.ts";
import type { Effect } from "../../directory/effects.ts";
import { OpenDirectory } from "../../directory/messages.ts";
import { addressOf, HostPort } from "../../runtime/mod.ts";
import { Simulation } from "../../runtime/simulation/mod.ts";
import { directoryTimers } from "../../directory/directory.ts";
import { directoryCounts, directoryOf } from "../../directory/mod.ts";
import { Member } from "./member.ts";

Deno.test("subnetStation() is host 195 of the subnet, where it has one", () => {
  assertEquals(subnetStation("192.168.7.9", 24), "192.168.7.195");
  assertEquals(subnetStation("192.168.7.9", 16), "192.168.0.195");
  assertEquals(subnetStation("10.1.6.9", 22), "10.1.4.195");
  assertEquals(subnetStation("10.1.6.200", 26), "10.1.6.195");
  assertEquals(subnetStation("10.1.6.9", 25), null);
  assertEquals(subnetStation("10.1.2.195", 31), null);
  // A machine of a public network must not call strangers.
  assertEquals(subnetStation("203.0.113.7", 24), null);
  assertEquals(subnetStation("10.1.6.9", 4), null);
  assertEquals(subnetStation("nonsense", 24), null);
});

Deno.test("stationAddresses() gives the station of the own subnet, then the one that the original derives", () => {
  assertEquals(stationAddresses({ address: "192.168.7.9", prefixBits: 24 }), ["192.168.7.195", "192.168.0.195"]);
  assertEquals(stationAddresses({ address: "10.1.2.3", prefixBits: 8 }), ["10.0.0.195"]);
  assertEquals(stationAddresses({ address: "172.20.5.6", prefixBits: null }), ["172.16.0.195"]);
  assertEquals(stationAddresses({ address: "172.32.0.1", prefixBits: 24 }), []);
  assertEquals(stationAddresses({ address: null, prefixBits: null }), []);
});

/** A host directory at 192.168.7.9/24, whose connections the test makes and breaks. */
class Searching {
  readonly #core: DirectoryCore;
  #effects: Effect[] = [];
  #now = 0;

  constructor() {
    const at = { connectTo: null, acceptAt: null, encrypted: false, executable: "x", uniqueId: "x" };
    this.#core = new DirectoryCore({ address: addressOf([16]), scope: "HOST", ...at });
    this.#handle({ kind: "started" });
    this.#handle({ kind: "received", message: new OpenDirectory({ scope: "LAN" }), from: addressOf([20]) });
  }

  #handle(event: Parameters<DirectoryCore["handle"]>[0]): void {
    const draw = {
      uuid: () => "x",
      float: () => 0.5,
      wall: (): never => {
        throw new Error("no time is needed");
      },
      primaryAddress: () => "192.168.7.9",
      primaryPrefixBits: () => 24,
      waitingBytes: () => 0,
    };
    this.#effects = this.#core.handle(event, this.#now, draw);
  }

  /** Where it connects to now, or "waits". */
  get doing(): string {
    const connect = this.#effects.find(({ kind }) => kind === "connectParent");
    return connect?.kind === "connectParent" ? `${connect.ipp.host}` : "waits";
  }

  fails(): string {
    this.#handle({ kind: "parentNotConnected", reason: "refused" });
    return this.doing;
  }

  connects(): void {
    this.#handle({ kind: "parentConnected", proxy: addressOf([30]) });
  }

  loses(): string {
    this.#now += 60_000;
    this.#handle({ kind: "parentClosed", reason: "gone" });
    return this.doing;
  }

  retries(): string {
    this.#handle({ kind: "timerDue", timer: "reconnect" });
    return this.doing;
  }
}

Deno.test("DirectoryCore: a host looks at all stations before it waits, and begins with the nearest again", () => {
  const [near, far] = ["192.168.7.195", "192.168.0.195"];
  const host = new Searching();
  assertEquals([host.doing, host.fails(), host.fails(), host.retries(), host.fails()], [near, far, "waits", near, far]);
});

Deno.test("DirectoryCore: a host that has found its station goes back there, until that has failed often", () => {
  const far = "192.168.0.195";
  const host = new Searching();
  host.fails();
  host.connects();
  assertEquals([host.loses(), host.retries()], ["waits", far]);
  const tried: string[] = [];
  for (let attempt = 0; attempt < 12; attempt++) {
    for (let doing = host.fails(); doing !== "waits"; doing = host.fails()) tried.push(doing);
    tried.push(host.retries());
  }
  assertEquals(tried.slice(0, 7), Array(7).fill(far));
  assertEquals(tried.includes("192.168.7.195"), true);
});

Deno.test("neighbourhoodOf() knows this machine, private networks of both kinds, and that a name may be anywhere", () => {
  const hosts = {
    loopback: ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "localhost", "LocalHost.", "cake.localhost"],
    private: ["10.0.0.1", "172.16.0.1", "172.31.9.9", "192.168.1.1", "::ffff:10.1.1.1", "fe80::1%eth0", "fd00:1::2"]
      .concat(["station", "notlocalhost", "station.local", "a.b.home.arpa", "Station.LAN."]),
    public: ["172.32.0.1", "203.0.113.7", "2001:db8::1", "localhost.example.com", "lan.example.com", "10.0.0.256", ""],
  };
  for (const [neighbourhood, all] of Object.entries(hosts)) {
    for (const host of all) assertEquals(neighbourhoodOf(host), neighbourhood, host);
  }
});

Deno.test("reconnectDelay() begins within 250 ms, stays at seconds for minutes, ends at the original's wait, and spreads", () => {
  for (
    const [neighbourhood, soon, longest] of [["loopback", 500, 8_000], ["private", 1_500, 32_000]] as const
  ) {
    for (const isFound of [false, true]) {
      const delay = (attempts: number, random: number) => reconnectDelay({ neighbourhood, attempts, isFound }, random);
      for (const random of [0, 0.999]) assertEquals(delay(0, random) <= 250, true);
      assertEquals(delay(0, 0) < delay(0, 0.9), true);
      assertEquals(delay(1, 0.5) / delay(0, 0.5) > 1.9, true);
      for (const [attempts, wait] of [[30, soon], [100, soon], [120, longest]] as const) {
        assertEquals([0, 0.999].map((random) => delay(attempts, random)), [
          wait * 0.6,
          Math.round(wait * (0.6 + 0.49 * 0.999)),
        ]);
      }
      const waits = Array.from({ length: 100 }, (_, attempt) => delay(attempt, 0.5));
      assert(waits.reduce((sum, wait) => sum + wait) > 40_000, "as long as it takes to start a machine again");
    }
  }
});

Deno.test("reconnectDelay() is short for a parent that was found far away and is lost, and long for strangers", () => {
  const delay = (attempts: number, isFound: boolean, random = 0) =>
    reconnectDelay({ neighbourhood: "public", attempts, isFound }, random);
  assert(delay(0, false) >= 4_000, "strangers are not called so often");
  for (const random of [0, 0.999]) assert(delay(0, true, random) <= 250);
  const waits = Array.from({ length: 9 }, (_, attempts) => delay(attempts, true));
  assertEquals(waits.slice(0, 8).map((wait, at) => Math.round(waits[at + 1]! / wait)), [2, 2, 2, 2, 2, 2, 2, 1]);
  assertEquals([8, 100, 120].map((attempts) => delay(attempts, true)), [18_000, 18_000, 72_000]);
});

/** A name that says nothing of where it is. */
const STATION = "station.example.com";

/** A lan directory on a machine of its own, and a host that knows it by name; the moment when both are connected. */
async function byName(address: string): Promise<{ simulation: Simulation; host: Member; lan: Member }> {
  const simulation = new Simulation({ seed: 1 });
  simulation.host(STATION, { address });
  const lan = new Member(simulation, "lan", { scope: "LAN", host: STATION });
  await simulation.runFor(100);
  const host = new Member(simulation, "host", { scope: "HOST", connectTo: new HostPort(STATION, 54195) });
  await simulation.runFor(60_000);
  assertEquals(childrenOf(lan), 1);
  return { simulation, host, lan };
}

function childrenOf({ runtime, self }: Member): number {
  return directoryCounts(runtime, directoryOf(self))!.children;
}

for (const address of ["10.0.0.195", "203.0.113.195"]) {
  Deno.test(`ParentLink: a parent at ${address} that is known by name is connected to again as soon as it is back`, async () => {
    const { simulation, lan } = await byName(address);
    lan.process.crash();
    const again = new Member(simulation, "lan", { scope: "LAN", host: STATION });
    await simulation.runFor(400);
    assertEquals(childrenOf(again), 1);
  });
}

Deno.test("ParentLink: routes of a parent that is known by name are as long out of date as its children are away at most", async () => {
  const waits: number[] = [];
  for (const address of ["10.0.0.195", "203.0.113.195"]) {
    const { simulation, host, lan } = await byName(address);
    lan.process.crash();
    new Member(simulation, "lan", { scope: "LAN", host: STATION });
    const isStale = () => directoryTimers(host.runtime, directoryOf(host.self)).includes("stale");
    await simulation.runUntil(() => !isStale());
    await simulation.runUntil(isStale);
    const begun = simulation.now;
    await simulation.runUntil(() => !isStale(), 200_000);
    waits.push(Math.round((simulation.now - begun) / 1000));
  }
  assertEquals(waits, [42, 139]);
});

Deno.test("ownParentFault() finds a directory that would be its own parent, and nobody else", () => {
  const network = {
    interfaceAddresses: () => [
      { name: "lo", address: "127.0.0.1", prefixBits: 8 },
      { name: "eth0", address: "10.0.0.7", prefixBits: 24 },
    ],
  };
  const place = (text: string) => {
    const [host = "", port] = text.split(":");
    return new HostPort(host, Number(port));
  };
  const isOwn = (at: string, above: string) =>
    ownParentFault({ acceptAt: place(at), connectTo: place(above) }, network) !== null;
  assertEquals(isOwn("127.0.0.1:54195", "127.0.0.1:54195"), true);
  assertEquals(isOwn("0.0.0.0:54195", "127.0.0.1:54195"), true);
  assertEquals(isOwn("0.0.0.0:54195", "10.0.0.7:54195"), true);
  assertEquals(isOwn("0.0.0.0:54195", "10.0.0.8:54195"), false);
  assertEquals(isOwn("127.0.0.1:54195", "127.0.0.1:54196"), false);
  assertEquals(isOwn("127.0.0.2:54195", "127.0.0.1:54195"), false);
  assertEquals(isOwn("127.0.0.1:0", "127.0.0.1:0"), false, "any port is never that of another");
  assertEquals(ownParentFault({ acceptAt: place("127.0.0.1:1"), connectTo: new HostPort() }, network), null);
  assertEquals(ownParentFault({ acceptAt: null }, network), null);
});
