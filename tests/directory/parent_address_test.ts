import { assert, assertEquals } from "@std/assert";
import { reconnectDelay, stationAddresses, subnetStation } from "../../directory/parent_address.ts";
import { DirectoryCore } from "../../directory/core.ts";
import type { Effect } from "../../directory/effects.ts";
import { OpenDirectory } from "../../directory/messages.ts";
import { addressOf } from "../../runtime/mod.ts";

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

Deno.test("reconnectDelay() begins within 250 ms, stays at seconds for minutes, ends at the original's wait, and spreads", () => {
  for (
    const [host, soon, longest] of [["127.0.0.1", 500, 8_000], ["192.168.0.195", 1_500, 32_000]] as const
  ) {
    for (const random of [0, 0.999]) assertEquals(reconnectDelay(host, 0, random) <= 250, true);
    assertEquals(reconnectDelay(host, 0, 0) < reconnectDelay(host, 0, 0.9), true);
    assertEquals(reconnectDelay(host, 1, 0.5) / reconnectDelay(host, 0, 0.5) > 1.9, true);
    for (const [attempts, wait] of [[30, soon], [100, soon], [120, longest]] as const) {
      assertEquals([0, 0.999].map((random) => reconnectDelay(host, attempts, random)), [
        wait * 0.6,
        Math.round(wait * (0.6 + 0.49 * 0.999)),
      ]);
    }
    const waits = Array.from({ length: 100 }, (_, attempt) => reconnectDelay(host, attempt, 0.5));
    assert(waits.reduce((sum, wait) => sum + wait) > 40_000, "as long as it takes to start a machine again");
  }
  // Strangers are not called so often.
  assertEquals(reconnectDelay("203.0.113.7", 0, 0) >= 4_000, true);
});
