/** What can be read of the network while it is at work: traffic, queues and round trips, by connection and by port. */

import { assert, assertEquals } from "@std/assert";
import {
  type AddressValue,
  bind,
  HostPort,
  Integer8,
  isBalanced,
  Message,
  Ping,
  type Routine,
  type TransportAccount,
} from "../../runtime/mod.ts";
import { attachNetwork, connect, Connected, listen, Listening } from "../../net/mod.ts";
import { Keeper } from "../../net/keep_alive.ts";
import { StillThere } from "../../net/messages.ts";
import { type Arena, type Party, REAL, simulated, until } from "./arena.ts";
import { address } from "./session_harness.ts";

class Xy extends Message({ x: Integer8.default(1) }) {}
class Never extends Message({}) {}
for (const type of [Xy, Never]) bind(type, "observability_test");

interface Server {
  readonly party: Party;
  readonly at: HostPort;
  readonly held: AddressValue[];
}

/** Answers everything but `Never`, whose clients are remembered. */
async function serve(arena: Arena, options: { encrypted?: boolean; isHttp?: boolean }): Promise<Server> {
  const party = await arena.party({ httpLimits: { finishedAnswerTimeoutMs: 100 } });
  const held: AddressValue[] = [];
  const { promise, resolve } = Promise.withResolvers<HostPort>();
  party.runtime.start(async (self: Routine) => {
    const { encrypted = false, isHttp = false } = options;
    listen(self, new HostPort(party.host, 0), isHttp ? { httpServer: [Xy, Never] } : { encrypted });
    for (;;) {
      const m = await self.input();
      if (m instanceof Listening) resolve(m.listeningIpp);
      else if (m instanceof Never) held.push(self.returnAddress);
      else if (m instanceof Ping || m instanceof Xy) self.reply(m);
    }
  });
  return { party, at: await promise, held };
}

function transport(party: Party): TransportAccount {
  const { transports, queues } = party.runtime.ledger();
  assertEquals(transports.length, 1);
  assertEquals(attachNetwork(party.runtime).transports, [...transports]);
  for (const queue of queues) assert(isBalanced(queue), JSON.stringify(queue));
  return transports[0]!;
}

function traffic({ framesIn, framesOut, bytesIn, bytesOut }: TransportAccount): number[] {
  return [framesIn, framesOut, bytesIn, bytesOut];
}

for (const kind of [REAL, simulated(21)]) {
  for (const encrypted of [false, true]) {
    Deno.test(`the ledger over ${kind.name}${encrypted ? ", encrypted" : ""} has each connection with its traffic`, () =>
      kind.run(async (arena) => {
        const server = await serve(arena, { encrypted });
        const client = await arena.party();
        await client.act(async (self) => {
          connect(self, server.at, { encrypted });
          await self.select(Connected);
          for (let i = 0; i < 5; i++) {
            self.send(new Ping(), transport(client).proxy);
            await self.select(Ping);
          }
        });
        const [ours, theirs] = [transport(client), transport(server.party)];
        const frames = encrypted ? 6 : 5;
        assertEquals(traffic(ours).slice(0, 2), [frames, frames]);
        assertEquals(traffic(theirs), [ours.framesOut, ours.framesIn, ours.bytesOut, ours.bytesIn]);
        for (const { kind, encrypted: isEncrypted, waitingFrames, outboundBytes, discarded } of [ours, theirs]) {
          assertEquals([kind, isEncrypted], ["stream", encrypted]);
          assertEquals([waitingFrames, outboundBytes, discarded], [0, 0, 0]);
        }
        assertEquals(`${ours.remote}`, `${server.at}`);
        assertEquals(`${theirs.remote}`, `${ours.local}`);
        const [port] = attachNetwork(server.party.runtime).ports;
        assertEquals([port?.kind, port?.accepted, port?.connections, port?.turnedAway], ["stream", 1, 1, 0]);
        assertEquals([port?.framesIn, port?.bytesOut], [theirs.framesIn, theirs.bytesOut]);
      }));
  }
}

for (const encrypted of [false, true]) {
  Deno.test(`the ledger${encrypted ? ", encrypted," : ""} has the round trip of signs of life, at both ends`, () =>
    simulated(22, { latencyMeanMs: 20, latencyMinMs: 20 }).run(async (arena) => {
      const server = await serve(arena, { encrypted });
      const client = await arena.party();
      await client.act(async (self) => {
        connect(self, server.at, { encrypted, keepAlive: true });
        await self.select(Connected);
      });
      await arena.pass(3000);
      for (const { roundTripMs } of [transport(client), transport(server.party)]) {
        assert(roundTripMs !== null && roundTripMs >= 39 && roundTripMs < 60, `${roundTripMs}`);
      }
    }));
}

Deno.test("Keeper measures the round trip to an original, whose answer comes after the silence it was asked for", () => {
  const keeper = new Keeper(address("19"), () => 0);
  assertEquals(keeper.roundTripMs, null);
  keeper.begin(1000);
  keeper.heard(new StillThere({ seconds: 57.6 }), address("20,19"), 1000 + 23_750 + 12);
  assertEquals(keeper.roundTripMs, 12);
  keeper.expire(120_000, 0);
  keeper.heard(new StillThere({ seconds: 57.6 }), address("20,19"), 120_000 + 57_000 + 30);
  assertEquals(keeper.roundTripMs, 30);
});

Deno.test("Keeper believes no echo from the future or from long ago", () => {
  const keeper = new Keeper(address("19"), () => 0);
  keeper.begin(0);
  keeper.heard(new StillThere({ seconds: 0.75, pace: 0.75, stamp: 5, echo: null }), address("20,19"), 7);
  for (const echo of [1e9, NaN, -Infinity, Infinity]) {
    keeper.heard(new StillThere({ seconds: 0.75, pace: 0.75, stamp: NaN, echo }), address("20,19"), 100);
    assertEquals(keeper.roundTripMs, 7);
  }
  keeper.heard(new StillThere({ seconds: 0.75, pace: 0.75, stamp: 5, echo: 90 }), address("20,19"), 100);
  assertEquals(keeper.roundTripMs, 10);
});

for (const kind of [REAL, simulated(23)]) {
  Deno.test(`the ledger over ${kind.name} has connections of HTTP, at both ends`, () =>
    kind.run(async (arena) => {
      const server = await serve(arena, { isHttp: true });
      const client = await arena.party();
      await client.act(async (self) => {
        connect(self, server.at, { httpClient: "/", layerCakeJson: true });
        await self.select(Connected);
        const proxy = self.returnAddress;
        for (let x = 0; x < 5; x++) {
          self.send(new Xy({ x }), proxy);
          assertEquals((await self.select(Xy)).x, x);
        }
        for (let i = 0; i < 3; i++) self.send(new Never(), proxy);
        await until(arena, () => server.held.length === 1);
      });
      const [ours, theirs] = [transport(client), transport(server.party)];
      assertEquals([ours.kind, theirs.kind], ["http client", "http server"]);
      assertEquals(traffic(ours).slice(0, 2), [5, 6]);
      assertEquals(traffic(theirs), [6, 5, ours.bytesOut, ours.bytesIn]);
      assertEquals([ours.waitingFrames, theirs.waitingFrames], [3, 1]);
      assert(ours.roundTripMs !== null && ours.roundTripMs >= 0);
      const queue = client.runtime.ledger().queues.find(({ kind }) => kind === "outbound");
      assertEquals([queue?.accepted, queue?.delivered, queue?.waiting], [8, 5, 3]);

      // An answer that comes too late is a discard, and everything stays in the sums.
      server.party.runtime.send(new Ping(), server.held[0]!, server.held[0]!);
      await until(arena, () => transport(client).waitingFrames === 2);
      server.party.runtime.send(new Ping(), server.held[0]!, server.held[0]!);
      assertEquals(transport(server.party).discarded, 1);
      await attachNetwork(client.runtime).close();
      await until(arena, () => server.party.runtime.ledger().transports.length === 0);
      assertEquals(client.runtime.ledger().transports, []);
      const [port] = attachNetwork(server.party.runtime).ports;
      assertEquals([port?.kind, port?.accepted, port?.connections, port?.discarded], ["http", 1, 0, 1]);
      const there = attachNetwork(server.party.runtime).counts, here = attachNetwork(client.runtime).counts;
      assertEquals([there.framesIn, there.framesOut], [port?.framesIn, port?.framesOut]);
      // The last answer, that there is none, was written to a client that had gone.
      assertEquals([there.framesIn, there.framesOut], [here.framesOut, here.framesIn + 1]);
      assertEquals(there.bytesIn, here.bytesOut);
      for (const { runtime } of [client, server.party]) assert(isBalanced(runtime.ledger().total));
    }));
}
