import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  Ack,
  bind,
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
bind(Xy, "network_service");

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
