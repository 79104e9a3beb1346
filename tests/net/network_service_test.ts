import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  Ack,
  bind,
  type ByteStream,
  HostPort,
  Integer8,
  Log,
  Message,
  NetworkError,
  Ping,
  realWorld,
  type Routine,
  Runtime,
  type World,
} from "../../runtime/mod.ts";
import {
  Accepted,
  attachNetwork,
  Closed,
  connect,
  Connected,
  detachNetwork,
  listen,
  Listening,
  NotConnected,
  NotListening,
  prepareEncryption,
  stopListening,
} from "../../net/mod.ts";
import { type Party, REAL, simulated, until } from "./arena.ts";
import { Simulation } from "../../runtime/simulation/mod.ts";

class Xy extends Message({ x: Integer8.default(1), y: Integer8.default(1) }) {}
class Never extends Message({}) {}
bind(Xy, "network_service");
bind(Never, "network_service");

/** Runs a routine in a simulated world whose network is changed. */
async function within<T>(
  change: (world: World) => Partial<World["network"]>,
  act: (self: Routine) => Promise<T>,
): Promise<[T, string[]]> {
  const simulation = new Simulation({ seed: 1 });
  const lines: string[] = [];
  const results: T[] = [];
  await simulation.execute(simulation.host("alpha"), async (world) => {
    const network = { ...world.network, ...change(world) };
    const log = new Log("WARNING", { write: ({ tag, text }) => void lines.push(`${tag} ${text}`) });
    const runtime = new Runtime({ ...world, network }, { log });
    await runtime.start(async (self: Routine) => {
      results.push(await act(self));
    }).returned;
    await world.clock.after(0, () => {});
  });
  return [results[0]!, lines];
}

Deno.test("attachNetwork() gives a runtime one network", () => {
  const runtime = new Runtime(realWorld());
  assertStrictEquals(attachNetwork(runtime), attachNetwork(runtime));
  assert(attachNetwork(runtime) !== attachNetwork(new Runtime(realWorld())));
});

Deno.test("attachNetwork() refuses limits that are none", () => {
  const attach = (options: Parameters<typeof attachNetwork>[1]) => () =>
    attachNetwork(new Runtime(realWorld()), options);
  assertThrows(attach({ limits: { connectionsMax: 0 } }), RangeError, "connectionsMax");
  assertThrows(attach({ limits: { flushTimeoutMs: NaN } }), RangeError, "flushTimeoutMs");
  assertThrows(attach({ detectSeconds: 0.1 }), RangeError, "0.5 to 60");
});

Deno.test("detachNetwork() does nothing where there is no network", async () => {
  await detachNetwork(new Runtime(realWorld()));
});

Deno.test("listen() and connect() answer addresses that are none", async () => {
  const [texts] = await within(() => ({}), async (self) => {
    const texts: string[] = [];
    for (
      const at of [new HostPort(), new HostPort("", 5), new HostPort("127.0.0.1", 70_000), new HostPort("127.0.0.1")]
    ) {
      listen(self, at);
      texts.push(`${await self.select(NotListening)}`);
      connect(self, at);
      texts.push(`${await self.select(NotConnected)}`);
    }
    return texts;
  });
  assertEquals(texts[0], 'cannot listen at "(not set)" (no host given)');
  assertEquals(texts[1], 'cannot connect to "(not set)" (no host given)');
  assert(texts[4]!.includes("port must be 0-65535, got 70000"));
  assert(texts[7]!.includes("port must be 0-65535, got null"));
});

Deno.test("listen() says when listening has ended later, with the platform's text", async () => {
  const failing = () => Promise.reject(new NetworkError("[Errno 24] Too many open files", 24));
  const [fault, lines] = await within(() => ({
    listen: (host, port) => Promise.resolve({ local: { host, port }, accept: failing, close() {} }),
  }), async (self) => {
    listen(self, new HostPort("127.0.0.1", 5050));
    await self.select(Listening);
    return await self.select(NotListening);
  });
  assertEquals(`${fault}`, 'cannot listen at "127.0.0.1:5050" ([Errno 24] Too many open files)');
  assertEquals(fault.errorCode, 24);
  assert(lines.some((line) => line.startsWith("? Cannot accept: ") && line.includes("times")), lines.join("\n"));
  assert(lines.length < 20, "once a second");
});

Deno.test("listen() answers whatever goes wrong, and the log has it", async () => {
  const [fault, lines] = await within(() => ({
    listen: () => Promise.reject(new TypeError("what is this")),
  }), async (self) => {
    listen(self, new HostPort("127.0.0.1", 5050));
    return await self.select(NotListening);
  });
  assertEquals(fault.explanation, "what is this");
  assertEquals(lines, ["! Unexpected failure of the network (what is this)"]);
});

Deno.test("NetworkService counts, and lists connections", () =>
  simulated(3).run(async (arena) => {
    const [a, b] = [await arena.party(), await arena.party()];
    const seen: unknown[] = [];
    const at = await answering(b, seen);
    await a.act(async (self) => {
      connect(self, at);
      await self.select(Connected);
      for (let i = 0; i < 3; i++) {
        self.send(new Ping(), attachNetwork(a.runtime).transports[0]!.proxy);
        await self.select(Ack);
      }
    });
    const { framesIn, framesOut, bytesIn, bytesOut, connections, listeners } = attachNetwork(a.runtime).counts;
    assertEquals([framesIn, framesOut, connections, listeners], [3, 3, 1, 0]);
    const there = attachNetwork(b.runtime).counts;
    assertEquals([there.framesIn, there.framesOut, there.connections, there.listeners], [3, 3, 1, 1]);
    assertEquals([there.bytesIn, there.bytesOut], [bytesOut, bytesIn]);
    await detachNetwork(a.runtime);
    assertEquals([attachNetwork(a.runtime).counts.framesIn, attachNetwork(a.runtime).transports], [3, []]);
  }));

/** An actor that listens and answers Ping with Ack. */
function answering(party: Party, seen: unknown[], encrypted = false): Promise<HostPort> {
  const { promise, resolve } = Promise.withResolvers<HostPort>();
  party.runtime.start(async (self: Routine) => {
    listen(self, new HostPort(party.host, 0), { encrypted });
    for (;;) {
      const m = await self.input();
      if (m instanceof Listening) resolve(m.listeningIpp);
      else seen.push(m);
      if (m instanceof Ping) self.reply(new Ack());
    }
  });
  return promise;
}

Deno.test("detachNetwork() ends connections that have not exchanged keys yet", () =>
  simulated(4).run(async (arena) => {
    await prepareEncryption();
    const b = await arena.party();
    const seen: unknown[] = [];
    const at = await answering(b, seen, true);
    const stranger = await arena.stranger;
    const stream = await stranger.network.connect(at.host!, at.port!);
    await until(arena, () => attachNetwork(b.runtime).counts.connections === 1);
    const ended = stream.read(new Uint8Array(10));
    await detachNetwork(b.runtime);
    assertEquals(await ended, null);
    assertEquals(seen, []);
  }));

for (const host of ["localhost", "::1"]) {
  Deno.test(`listen() and connect() take ${host}`, () =>
    REAL.run(async (arena) => {
      const party = await arena.party();
      const result = await party.act(async (self) => {
        const lid = listen(self, new HostPort(host, 0));
        const listening = await self.select(Listening, NotListening);
        // Some machines have no IPv6.
        if (listening instanceof NotListening) return listening.errorCode;
        connect(self, new HostPort(host, listening.listeningIpp.port));
        const connected = await self.select(Connected, NotConnected);
        stopListening(self, lid);
        return connected instanceof Connected ? 0 : `${connected}`;
      });
      assert(result === 0 || (host === "::1" && typeof result === "number"), `${result}`);
    }));
}

Deno.test("listen() with messages opens an HTTP port", () =>
  simulated(6).run(async (arena) => {
    const party = await arena.party();
    const seen: unknown[] = [];
    const { promise, resolve } = Promise.withResolvers<HostPort>();
    party.runtime.start(async (self: Routine) => {
      const lid = listen(self, new HostPort(party.host, 0), { httpServer: [Xy] });
      for (;;) {
        const m = await self.input();
        seen.push(m);
        if (m instanceof Listening) resolve(m.listeningIpp);
        else if (m instanceof Xy) {
          self.reply(new Xy({ x: m.y, y: m.x }));
          stopListening(self, lid);
        }
      }
    });
    const at = await promise;
    const stream = await (await arena.stranger).network.connect(at.host!, at.port!);
    await stream.write(new TextEncoder().encode("GET /Xy?x=5&y=7 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
    let answer = "";
    const buffer = new Uint8Array(4096);
    for (let count = await stream.read(buffer); count !== null; count = await stream.read(buffer)) {
      answer += new TextDecoder().decode(buffer.subarray(0, count));
    }
    stream.close();
    assert(answer.startsWith("HTTP/1.1 200 OK"), answer);
    assert(answer.endsWith('{"value":["network_service.Xy",{"x":7,"y":5},[]]}'), answer);
    await until(arena, () => seen.some((m) => m instanceof Closed));
    const accepted = seen.find((m) => m instanceof Accepted);
    assertEquals(accepted?.listening.listeningIpp.port, at.port);
    assert(seen.some((m) => m instanceof NotListening), "after stopListening");
  }));

Deno.test("connect() with httpClient opens an HTTP connection", () =>
  simulated(7).run(async (arena) => {
    const [a, b] = [await arena.party(), await arena.party()];
    const { promise, resolve } = Promise.withResolvers<HostPort>();
    b.runtime.start(async (self: Routine) => {
      listen(self, new HostPort(b.host, 0), { httpServer: [Xy] });
      for (;;) {
        const m = await self.input();
        if (m instanceof Listening) resolve(m.listeningIpp);
        else if (m instanceof Xy) self.reply(new Xy({ x: m.y, y: m.x }));
      }
    });
    const at = await promise;
    await a.act(async (self) => {
      connect(self, at, { httpClient: "/", layerCakeJson: true });
      const connected = await self.select(Connected, NotConnected);
      assert(connected instanceof Connected, `${connected}`);
      self.send(new Xy({ x: 5, y: 7 }), self.returnAddress);
      const answer = await self.select(Xy);
      assertEquals([answer.x, answer.y], [7, 5]);
      connect(self, new HostPort(b.host, 9), { httpClient: "/" });
      assertEquals((await self.select(NotConnected)).errorCode, 111);
    });
  }));

/** An HTTP server that answers Xy, and nothing to Never; with what its actor has seen. */
async function httpServer(party: Party): Promise<{ at: HostPort; lid: string; seen: unknown[] }> {
  const seen: unknown[] = [];
  const { promise, resolve } = Promise.withResolvers<{ at: HostPort; lid: string; seen: unknown[] }>();
  party.runtime.start(async (self: Routine) => {
    const lid = listen(self, new HostPort(party.host, 0), { httpServer: [Xy, Never] });
    for (;;) {
      const m = await self.input();
      seen.push(m);
      if (m instanceof Listening) resolve({ at: m.listeningIpp, lid, seen });
      else if (m instanceof Xy) self.reply(m);
      else if (m instanceof Ping) stopListening(self, lid);
    }
  });
  return await promise;
}

for (const kind of [REAL, simulated(8)]) {
  Deno.test(`detachNetwork() over ${kind.name} closes the connections of HTTP clients, and tells who waits`, () =>
    kind.run(async (arena) => {
      const httpLimits = { finishedAnswerTimeoutMs: 100 };
      const [a, b] = [await arena.party(), await arena.party({ httpLimits })];
      const server = await httpServer(b);
      const { promise: told, resolve: tell } = Promise.withResolvers<unknown>();
      const { promise: ended, resolve: end } = Promise.withResolvers<Closed>();
      a.runtime.start(async (self: Routine) => {
        connect(self, server.at, { httpClient: "/", layerCakeJson: true });
        await self.select(Connected);
        const proxy = self.returnAddress;
        self.create(async (self: Routine) => {
          self.send(new Never(), proxy);
          tell(await self.input());
        });
        end(await self.select(Closed));
      });
      await until(arena, () => server.seen.some((m) => m instanceof Never));
      await detachNetwork(a.runtime);
      assertEquals((await ended).reason, "ON_REQUEST");
      assertEquals(`${await told}`, "connection closed (ON_REQUEST)");
      assertEquals(attachNetwork(a.runtime).transports, []);
      await until(arena, () => attachNetwork(b.runtime).transports.length === 0);
    }));

  Deno.test(`detachNetwork() over ${kind.name} ends connections to HTTP ports, those of ports that were closed before, too`, () =>
    kind.run(async (arena) => {
      const [a, stranger] = [await arena.party({ limits: { flushTimeoutMs: 100 } }), await arena.stranger];
      const receivers = a.runtime.receiverCount;
      const servers = [await httpServer(a), await httpServer(a)];
      const ends: Promise<number | null>[] = [];
      const streams: ByteStream[] = [];
      for (const { at, seen } of servers) {
        const stream = await stranger.network.connect(at.host!, at.port!);
        streams.push(stream);
        await stream.write(new TextEncoder().encode("GET /Never? HTTP/1.1\r\nHost: x\r\n\r\n"));
        await until(arena, () => seen.some((m) => m instanceof Never));
        ends.push(stream.read(new Uint8Array(10)).catch(() => null));
      }
      const { port } = attachNetwork(a.runtime).ports[0]!.at;
      const [stopped] = servers.filter(({ at }) => at.port === port);
      const controller = attachNetwork(a.runtime).ports[0]!.controller;
      a.runtime.send(new Ping(), controller, controller);
      await until(arena, () => stopped!.seen.some((m) => m instanceof NotListening));
      assertEquals(attachNetwork(a.runtime).ports.length, 1);
      assertEquals(attachNetwork(a.runtime).counts.connections, 2, "the request there is still to be answered");
      await detachNetwork(a.runtime);
      assertEquals(await Promise.all(ends), [null, null]);
      for (const stream of streams) stream.close();
      for (const { seen } of servers) await until(arena, () => seen.some((m) => m instanceof Closed));
      assertEquals(attachNetwork(a.runtime).counts.connections, 0);
      assert(a.runtime.receiverCount <= receivers + 4, "only the two actors and who awaits their ends are left");
    }));
}

Deno.test("connect() with httpClient while the network ends is refused, and leaves no connection", () =>
  simulated(9).run(async (arena) => {
    const [a, b] = [await arena.party(), await arena.party()];
    const server = await httpServer(b);
    const refused = await a.act(async (self) => {
      connect(self, server.at, { httpClient: "/" });
      await detachNetwork(a.runtime);
      return await self.select(NotConnected);
    });
    assertEquals(refused.explanation, "sockets shutting down");
    assertEquals(attachNetwork(a.runtime).transports, []);
    await until(arena, () => attachNetwork(b.runtime).transports.length === 0);
  }));

Deno.test("listen() with messages says when listening has ended later, as for frames", async () => {
  const failing = () => Promise.reject(new NetworkError("[Errno 24] Too many open files", 24));
  const [fault, lines] = await within(() => ({
    listen: (host, port) => Promise.resolve({ local: { host, port }, accept: failing, close() {} }),
  }), async (self) => {
    listen(self, new HostPort("127.0.0.1", 5050), { httpServer: [Xy] });
    await self.select(Listening);
    return await self.select(NotListening);
  });
  assertEquals(`${fault}`, 'cannot listen at "127.0.0.1:5050" ([Errno 24] Too many open files)');
  assert(lines.some((line) => line.startsWith("? Cannot accept: ") && line.includes("times")), lines.join("\n"));
  assert(lines.length < 20, "once a second");
});
