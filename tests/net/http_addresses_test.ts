/** The addresses of HTTP connections: they work from wherever they were sent, and for nobody who merely guesses them. */

import { assertEquals } from "@std/assert";
import { bind, HostPort, Integer8, Message, type Routine } from "../../runtime/mod.ts";
import { attachNetwork, connect, Connected, listen, Listening } from "../../net/mod.ts";
import { type Arena, type Party, REAL, simulated, until } from "./arena.ts";
import { frameOf, headerOf, joined } from "./session_harness.ts";

class Xy extends Message({ x: Integer8.default(1) }) {}
class Never extends Message({}) {}
for (const type of [Xy, Never]) bind(type, "http_addresses_test");

/** Runs a routine that goes on, and gives what it resolves with first. */
function starting<T>(party: Party, body: (self: Routine, ready: (value: T) => void) => Promise<void>): Promise<T> {
  return new Promise((resolve) => void party.runtime.start((self: Routine) => body(self, resolve)));
}

async function listening(self: Routine, party: Party, options: Parameters<typeof listen>[2]): Promise<HostPort> {
  listen(self, new HostPort(party.host, 0), options);
  return (await self.select(Listening)).listeningIpp;
}

/** Answers with the next number. */
function worker(party: Party, encrypted: boolean): Promise<HostPort> {
  return starting(party, async (self, ready) => {
    ready(await listening(self, party, { encrypted }));
    for (;;) {
      const m = await self.input();
      if (m instanceof Xy) self.reply(new Xy({ x: m.x! + 1 }));
    }
  });
}

/** Hands requests on as they are: the worker answers the client itself. */
function handingOn(party: Party, to: HostPort, encrypted: boolean): Promise<HostPort> {
  return starting(party, async (self, ready) => {
    connect(self, to, { encrypted });
    await self.select(Connected);
    const proxy = self.returnAddress;
    ready(await listening(self, party, { httpServer: [Xy] }));
    for (;;) {
      const m = await self.input();
      if (m instanceof Xy) self.forward(m, proxy, self.returnAddress);
    }
  });
}

for (const kind of [REAL, simulated(31)]) {
  for (const encrypted of [false, true]) {
    const way = `${kind.name}${encrypted ? ", encrypted" : ""}`;
    Deno.test(`an HTTP request over ${way} is answered by whoever it was handed on to, in another process`, () =>
      kind.run(async (arena) => {
        const at = await worker(await arena.party(), encrypted);
        const http = await handingOn(await arena.party(), at, encrypted);
        const client = await arena.party();
        await client.act(async (self) => {
          connect(self, http, { httpClient: "/", layerCakeJson: true });
          await self.select(Connected);
          for (let x = 0; x < 10; x++) self.send(new Xy({ x }), self.returnAddress);
          for (let x = 0; x < 10; x++) assertEquals((await self.select(Xy)).x, x + 1);
        });
      }));
  }
}

/** Takes frames on one port and HTTP on another; answers Xy when it is told to. */
async function both(arena: Arena) {
  const party = await arena.party();
  const waiting: string[] = [];
  const ports = await starting<HostPort[]>(party, async (self, ready) => {
    ready([await listening(self, party, {}), await listening(self, party, { httpServer: [Xy, Never] })]);
    for (;;) {
      const m = await self.input();
      if (m instanceof Never) waiting.push(self.returnAddress);
      else if (m instanceof Xy) self.reply(m);
    }
  });
  return { party, frames: ports[0]!, http: ports[1]!, waiting };
}

const WORDS = [
  '{"value":["layer_cake.point_runtime.Stop",{},[]]}',
  '{"value":["layer_cake.listen_connect.Close",{},[]]}',
  '{"value":["layer_cake.listen_connect.StillThere",{"seconds":0.0},[]]}',
  '{"value":["layer_cake.point_runtime.Ack",{},[]]}',
];

for (const kind of [REAL, simulated(32)]) {
  Deno.test(`nobody over ${kind.name} who guesses small numbers ends or answers what is on HTTP`, () =>
    kind.run(async (arena) => {
      const server = await both(arena);
      const peer = await both(arena);
      // The server has a connection of HTTP in each direction, with a request under way on both.
      // What an actor is sent by strangers is its own affair; this is what it gets from the connection.
      const asked: unknown[] = [];
      for (const [from, to] of [[server, peer], [peer, server]] as const) {
        from.party.runtime.start(async (self: Routine) => {
          connect(self, to.http, { httpClient: "/", layerCakeJson: true });
          await self.select(Connected);
          const proxy = self.returnAddress;
          self.send(new Never(), proxy);
          for (;;) {
            const m = await self.input();
            if (self.returnAddress === proxy) asked.push(m);
          }
        });
      }
      await until(arena, () => server.waiting.length === 1 && peer.waiting.length === 1);

      const stranger = await (await arena.stranger).network.connect(server.frames.host!, server.frames.port!);
      for (let id = 1; id <= 60; id++) {
        const targets = [`${id},9`, `1,${id},9`, `2,${id},9`];
        await stranger.write(joined(...targets.flatMap((to) => WORDS.map((word) => frameOf(headerOf(to, "7"), word)))));
      }
      await until(arena, () => attachNetwork(server.party.runtime).counts.framesIn >= 720);
      assertEquals(asked, []);
      assertEquals(attachNetwork(server.party.runtime).transports.map((one) => one.kind).sort(), [
        "http client",
        "http server",
        "stream",
      ]);
      // Those who know the address are heard.
      for (const { party, waiting } of [server, peer]) {
        party.runtime.send(new Xy({ x: 7 }), waiting[0] as never, waiting[0] as never);
      }
      await until(arena, () => asked.length === 2);
      assertEquals(asked.map((answer) => (answer as Xy).x), [7, 7]);
      stranger.close();
    }));
}
