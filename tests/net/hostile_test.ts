/** Bad peers: whatever they send or don't, only they suffer, and those beside them go on. */

import { assert, assertEquals } from "@std/assert";
import {
  Ack,
  type AddressValue,
  Block,
  type ByteStream,
  castTo,
  Enquiry,
  HostPort,
  Integer8,
  NetworkError,
  Ping,
  type Routine,
  Stop,
  type World,
} from "../../runtime/mod.ts";
import {
  Accepted,
  attachNetwork,
  Closed,
  connect,
  Connected,
  listen,
  Listening,
  type NetworkOptions,
  NotConnected,
} from "../../net/mod.ts";
import { type Arena, type ArenaKind, type Party, REAL, simulated, until } from "./arena.ts";
import { frameOf, headerOf, joined } from "./session_harness.ts";

const ENCODER = new TextEncoder();
const PING = frameOf(headerOf("9", "7"), '{"value":["layer_cake.point_runtime.Ping",{},[]]}');
const ENQUIRY = frameOf(headerOf("9", "7"), '{"value":["layer_cake.point_runtime.Enquiry",{},[]]}');
const KINDS: readonly ArenaKind[] = [REAL, simulated(11), simulated(12)];

interface Target {
  readonly party: Party;
  readonly at: HostPort;
  readonly seen: unknown[];
  readonly address: AddressValue;
}

/** An actor that listens and answers Ping with Ack; connects to nobody. */
async function target(arena: Arena, encrypted = false, options: NetworkOptions = {}): Promise<Target> {
  const party = await arena.party(options);
  const seen: unknown[] = [];
  const { promise, resolve } = Promise.withResolvers<Target>();
  party.runtime.start(async (self: Routine) => {
    listen(self, new HostPort(party.host, 0), { encrypted });
    for (;;) {
      const m = await self.input();
      if (m instanceof Listening) resolve({ party, at: m.listeningIpp, seen, address: self.address });
      else seen.push(m);
      if (m instanceof Ping) self.reply(new Ack());
    }
  });
  return await promise;
}

async function open(world: World, at: HostPort): Promise<ByteStream> {
  return await world.network.connect(at.host!, at.port!);
}

/** What the other end says until it closes. */
async function readAll(stream: ByteStream): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const buffer = new Uint8Array(4096);
  try {
    for (let count = await stream.read(buffer); count !== null; count = await stream.read(buffer)) {
      parts.push(buffer.slice(0, count));
    }
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
  }
  return joined(...parts);
}

function closings(seen: readonly unknown[]): (string | null)[] {
  return seen.filter((m) => m instanceof Closed).map((m) => m.reason);
}

/** A client of good manners that checks, before and after, that it is served. */
async function besides(arena: Arena, { at }: Target, encrypted: boolean, attack: () => Promise<void>): Promise<void> {
  const client = await arena.party();
  await client.act(async (self) => {
    connect(self, at, { encrypted });
    await self.select(Connected);
    const proxy = self.returnAddress;
    const served = async () => {
      self.send(new Ping(), proxy);
      await self.select(Ack);
    };
    await served();
    await attack();
    await served();
  });
}

const deep = "[".repeat(5000) + "]".repeat(5000);
const BAD: Readonly<Record<string, Uint8Array>> = {
  "an HTTP request": ENCODER.encode("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
  "digits without end": ENCODER.encode("1".repeat(100)),
  "an oversize frame": ENCODER.encode("10,10,99999999\n"),
  "wrong offsets": ENCODER.encode("200,0,100\n"),
  "a zero frame": ENCODER.encode("0,0,0\n\n"),
  "random bytes": new Uint8Array(1000).map((_, i) => (i * 7919) % 251),
  "a header without addresses": frameOf('{"value":{}}', '{"value":null}'),
  "a null return address": frameOf('{"value":{"to_address":[9],"return_address":null}}', '{"value":null}'),
  "a header that is a list": frameOf("[]", '{"value":null}'),
  "nesting": frameOf(headerOf("9", "7"), `{"value":["word",${deep},[]]}`),
  "a book that is none": frameOf(headerOf("9", "7"), '{"value":null}', '{"value":{}}'),
  "no book": frameOf(headerOf("9", "7"), '{"value":null}', ""),
  "a key without a question": frameOf(
    headerOf("9", "7"),
    '{"value":["layer_cake.listen_connect.Hellman",{"public_key":"AAAA"},[]]}',
  ),
};

for (const kind of KINDS.slice(0, 2)) {
  for (const [what, bytes] of Object.entries(BAD)) {
    Deno.test(`a listener over ${kind.name} closes for ${what}, and serves others`, () =>
      kind.run(async (arena) => {
        const subject = await target(arena);
        const stranger = await arena.stranger;
        await besides(arena, subject, false, async () => {
          const stream = await open(stranger, subject.at);
          // What was complete before counts.
          await stream.write(joined(PING, bytes, PING));
          const answers = new TextDecoder().decode(await readAll(stream));
          stream.close();
          assert((answers.match(/point_runtime\.Ack/g)?.length ?? 0) <= 1);
        });
        await until(arena, () => subject.seen.length >= 6);
        assertEquals(closings(subject.seen)[0], "INBOUND_STREAMING");
        assertEquals(subject.seen.filter((m) => m instanceof Ping).length, 3);
      }));
  }
}

for (const kind of KINDS) {
  Deno.test(`an encrypted listener over ${kind.name} delivers nothing that comes in clear`, () =>
    kind.run(async (arena) => {
      const subject = await target(arena, true);
      const stranger = await arena.stranger;
      await besides(arena, subject, true, async () => {
        const accepted = subject.seen.length;
        const stream = await open(stranger, subject.at);
        await stream.write(PING);
        assertEquals((await readAll(stream)).length, 0);
        stream.close();
        assertEquals(subject.seen.length, accepted, "the application knows nothing of it");
      });
    }));
}

for (const kind of KINDS.slice(1)) {
  Deno.test(`an encrypted listener over ${kind.name} does not wait for a key for ever`, () =>
    kind.run(async (arena) => {
      const subject = await target(arena, true);
      const stream = await open(await arena.stranger, subject.at);
      assertEquals((await readAll(stream)).length, 0);
      assertEquals(subject.seen, []);
    }));

  Deno.test(`an encrypted connector over ${kind.name} does not wait for a key for ever`, () =>
    kind.run(async (arena) => {
      const stranger = await arena.stranger;
      const silent = await stranger.network.listen("0.0.0.0", 0);
      silent.accept();
      const party = await arena.party();
      const why = await party.act(async (self) => {
        connect(
          self,
          new HostPort(silent.local.host === "0.0.0.0" ? hostOf(stranger) : silent.local.host, silent.local.port),
          {
            encrypted: true,
          },
        );
        return `${await self.select(NotConnected)}`;
      });
      assert(why.includes("key exchange timed out"), why);
    }));

  Deno.test(`a listener over ${kind.name} does not wait for the rest of a frame for ever`, () =>
    kind.run(async (arena) => {
      const subject = await target(arena);
      const stranger = await arena.stranger;
      await besides(arena, subject, false, async () => {
        const half = await open(stranger, subject.at);
        await half.write(PING.subarray(0, 50));
        assertEquals((await readAll(half)).length, 0);
        // One byte now and then is no better.
        const slow = await open(stranger, subject.at);
        const ended = readAll(slow);
        let isOver = false;
        ended.then(() => isOver = true);
        for (let at = 0; at < PING.length && !isOver; at++) {
          try {
            await slow.write(PING.subarray(at, at + 1));
          } catch {
            break;
          }
          await arena.pass(1000);
        }
        assertEquals((await ended).length, 0);
      });
      const reasons = closings(subject.seen);
      assertEquals(reasons.slice(0, 2), ["INBOUND_STREAMING", "INBOUND_STREAMING"]);
    }));

  Deno.test(`a connection over ${kind.name} that is never read is closed when too much waits`, () =>
    kind.run(async (arena) => {
      const limits = { outboundBytesMax: 1_000_000 };
      const subject = await target(arena, false, { limits });
      const stream = await open(await arena.stranger, subject.at);
      await stream.write(PING);
      await arena.pass(20);
      const [accepted] = subject.seen.filter((m) => m instanceof Accepted);
      const block = castTo(new Uint8Array(100_000), Block);
      const { runtime } = subject.party;
      for (let i = 0; i < 30; i++) {
        runtime.send(block, accepted!.proxyAddress!, subject.address);
        await arena.pass(5);
      }
      assertEquals(closings(subject.seen), ["OUTBOUND_STREAMING"]);
      const { reports } = attachNetwork(runtime).counts;
      assertEquals(reports.get("Overflow of outbound queue"), 1);
      stream.close();
    }));

  Deno.test(`a listener over ${kind.name} has limits, and gives up the silent first`, () =>
    kind.run(async (arena) => {
      const subject = await target(arena, false, { limits: { connectionsMax: 5 } });
      const stranger = await arena.stranger;
      await besides(arena, subject, false, async () => {
        const idle: ByteStream[] = [];
        for (let i = 0; i < 20; i++) idle.push(await open(stranger, subject.at));
        await arena.pass(100);
        assertEquals(attachNetwork(subject.party.runtime).counts.connections, 5);
        // A newcomer who says something is served.
        const late = await open(stranger, subject.at);
        await late.write(PING);
        const buffer = new Uint8Array(1000);
        assert((await late.read(buffer))! > 0);
        late.close();
        for (const stream of idle) stream.close();
      });
    }));
}

/** The address of a simulated host, of a world in it. */
function hostOf(world: World): string {
  return world.network.primaryAddress() ?? "127.0.0.1";
}

for (const kind of KINDS) {
  Deno.test(`a process in the middle over ${kind.name} passes a Stop on, and is not told by it`, () =>
    kind.run(async (arena) => {
      const far = await target(arena);
      const middle = await arena.party();
      const { promise, resolve } = Promise.withResolvers<{ at: HostPort; proxy: AddressValue }>();
      const closed: unknown[] = [];
      middle.runtime.start(async (self: Routine) => {
        connect(self, far.at);
        await self.select(Connected);
        const proxy = self.returnAddress;
        listen(self, new HostPort(middle.host, 0));
        for (;;) {
          const m = await self.input();
          if (m instanceof Listening) resolve({ at: m.listeningIpp, proxy });
          else if (m instanceof Closed && self.returnAddress === proxy) closed.push(m);
          // As if it had handed on a message of the far end: the asker is told of the proxy.
          else if (m instanceof Enquiry) self.forward(new Ack(), self.returnAddress, proxy);
        }
      });
      const { at, proxy } = await promise;
      const stream = await open(await arena.stranger, at);
      const stop = '{"value":["layer_cake.point_runtime.Stop",{},[]]}';
      const close =
        '{"value":["layer_cake.listen_connect.Close",{"message":null,"reason":"ON_REQUEST","note":null,"error_code":null},[]]}';
      const orders = [stop, close].map((order) => frameOf(headerOf(`${proxy},9`, "7"), order));
      await stream.write(joined(...orders, ENQUIRY));
      await stream.read(new Uint8Array(1000));
      assert(!far.seen.some((m) => m instanceof Stop), "nobody is passed on to where he can't know of");
      await stream.write(joined(...orders, PING));
      await until(arena, () => far.seen.some((m) => m instanceof Stop));
      assertEquals(closed, []);
      stream.close();
    }));

  Deno.test(`an address guess over ${kind.name} to every small number harms nobody`, () =>
    kind.run(async (arena) => {
      const subject = await target(arena);
      const stranger = await arena.stranger;
      const bystander: unknown[] = [];
      const { address } = subject.party.runtime.start(async (self: Routine) => {
        for (;;) bystander.push(await self.input());
      });
      assert(Number(address) < 500);
      await besides(arena, subject, false, async () => {
        const stream = await open(stranger, subject.at);
        const orders = ["listen_connect.Close", "point_runtime.Stop", "point_runtime.Ping"].map((name) =>
          `{"value":["layer_cake.${name}",{},[]]}`
        );
        const frames = Array.from({ length: 500 }, (_, i) => {
          return orders.flatMap((order) => [`${i},9`, `7,${i},9`].map((to) => frameOf(headerOf(to, `${i}`), order)));
        });
        await stream.write(joined(...frames.flat()));
        await until(arena, () => attachNetwork(subject.party.runtime).counts.framesIn >= 3000);
        stream.close();
        await until(arena, () => closings(subject.seen).length > 0);
      });
      assertEquals(bystander, [], "nobody hears from who guesses");
      assertEquals(
        subject.seen.filter((m) => m instanceof Stop).length,
        1,
        "but for the one who listens for strangers",
      );
      assertEquals(closings(subject.seen).length, 1, "the stranger's own connection, by himself");
      assert(subject.seen.filter((m) => m instanceof Ping).length === 3);
    }));
}

Deno.test("a flood of questions is answered to the last one: what comes too fast stays in the socket", () =>
  REAL.run(async (arena) => {
    const subject = await target(arena);
    const { runtime } = subject.party;
    const stream = await open(await arena.stranger, subject.at);
    const rounds = 200, perRound = 500;
    const questions = joined(...Array.from({ length: perRound }, () => PING));
    const asking = (async () => {
      for (let round = 0; round < rounds; round++) await stream.write(questions);
    })();
    const buffer = new Uint8Array(65_536);
    const { counts } = attachNetwork(runtime);
    assertEquals(counts.framesIn, 0);
    let answers = 0;
    let rest = "";
    while (answers < rounds * perRound) {
      const count = await stream.read(buffer);
      assert(count !== null);
      const pieces = (rest + new TextDecoder().decode(buffer.subarray(0, count))).split("point_runtime.Ack");
      answers += pieces.length - 1;
      rest = pieces.at(-1)!.slice(-20);
    }
    await asking;
    stream.close();
    assertEquals([answers, runtime.counts.discarded], [rounds * perRound, 0]);
  }));

Deno.test("many idle connections leave a client its speed, and are gone with their ends", () =>
  simulated(5, { splitProbability: 0, mergeProbability: 0, shortReadProbability: 0 }).run(async (arena) => {
    const subject = await target(arena);
    const stranger = await arena.stranger;
    const { runtime } = subject.party;
    const before = runtime.receiverCount;
    await besides(arena, subject, false, async () => {
      const idle: ByteStream[] = [];
      for (let i = 0; i < 2000; i++) idle.push(await open(stranger, subject.at));
      await arena.pass(10);
      assertEquals(attachNetwork(runtime).counts.connections, 2001);
      for (const stream of idle) stream.close();
      await arena.pass(100);
    });
    await arena.pass(100);
    assert(runtime.receiverCount <= before + 1, `${runtime.receiverCount} receivers left, ${before} before`);
  }));

Deno.test("a dead link to another cake is noticed within three seconds, and not before", async () => {
  const { Simulation } = await import("../../runtime/simulation/mod.ts");
  const { Runtime } = await import("../../runtime/mod.ts");
  for (let seed = 1; seed <= 20; seed++) {
    const simulation = new Simulation({ seed });
    const alpha = simulation.host("alpha"), beta = simulation.host("beta");
    const ends: { reason: string | null; at: number }[] = [];
    let isUp = false;
    beta.start("server", (world) => {
      new Runtime(world).start(async (self: Routine) => {
        listen(self, new HostPort("0.0.0.0", 5000));
        for (;;) {
          const m = await self.input();
          if (m instanceof Closed) ends.push({ reason: m.reason, at: simulation.now });
        }
      });
    });
    alpha.start("client", (world) => {
      new Runtime(world).start(async (self: Routine) => {
        for (let closed = false; !closed;) {
          connect(self, new HostPort(beta.address, 5000), { keepAlive: true });
          const m = await self.select(Connected, NotConnected);
          if (m instanceof NotConnected) continue;
          isUp = true;
          const proxy = self.returnAddress;
          // Traffic of our own says nothing about the other end.
          for (;;) {
            self.send(castTo(1, Integer8), proxy);
            const m = await self.select([Closed], { seconds: 0.1 });
            if (!(m instanceof Closed)) continue;
            ends.push({ reason: m.reason, at: simulation.now });
            closed = true;
            break;
          }
        }
      });
    });
    await simulation.runUntil(() => isUp);
    await simulation.runFor(120_000);
    assertEquals(ends, [], `a live link was given up, seed ${seed}`);
    const cut = simulation.now;
    simulation.partition(alpha, beta);
    await simulation.runUntil(() => ends.length === 2, 10_000);
    for (const { reason, at } of ends) {
      assertEquals(reason, "WENT_STALE");
      assert(at - cut <= 3000 + 10, `noticed after ${at - cut} ms, seed ${seed}`);
    }
  }
});
