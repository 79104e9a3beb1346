/** Processes that are parted, cut off, frozen, on one simulated host and on two. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import type { ByteStream, World } from "../../runtime/world.ts";
import { NetworkError } from "../../runtime/world.ts";
import { type SimulatedProcess, Simulation } from "../../runtime/simulation/mod.ts";

/** A server that echoes and a client, on one host, with what the client has got back. */
class Echo {
  readonly simulation: Simulation;
  readonly server: SimulatedProcess;
  readonly client: SimulatedProcess;
  readonly echoed: number[] = [];
  stream: ByteStream | null = null;
  error: unknown = null;
  hasEnded = false;
  serverError: unknown = null;

  constructor(seed: number) {
    this.simulation = new Simulation({ seed });
    const host = this.simulation.host("alpha");
    this.server = host.start("server", (world) => this.#serve(world));
    this.client = host.start("client", (world) => this.#call(world));
  }

  async #serve({ network }: World): Promise<void> {
    const listener = await network.listen("127.0.0.1", 5000);
    for (let stream = await listener.accept(); stream !== null; stream = await listener.accept()) {
      const buffer = new Uint8Array(10);
      try {
        for (let count = await stream.read(buffer); count !== null; count = await stream.read(buffer)) {
          await stream.write(buffer.subarray(0, count));
        }
      } catch (error) {
        this.serverError = error;
      }
    }
  }

  async #call({ network }: World): Promise<void> {
    try {
      this.stream = await network.connect("127.0.0.1", 5000);
      const buffer = new Uint8Array(10);
      for (let count = await this.stream.read(buffer); count !== null; count = await this.stream.read(buffer)) {
        this.echoed.push(...buffer.subarray(0, count));
      }
      this.hasEnded = true;
    } catch (error) {
      this.error = error;
    }
  }

  static async connected(seed: number): Promise<Echo> {
    const echo = new Echo(seed);
    await echo.simulation.settle();
    assert(echo.stream !== null);
    return echo;
  }

  async say(byte: number): Promise<void> {
    await this.stream!.write(Uint8Array.of(byte));
  }
}

Deno.test("Simulation.partition() of two processes of a host holds what they send, and nobody else's, until heal()", async () => {
  const echo = await Echo.connected(1);
  const { simulation, client, server, echoed } = echo;
  let other = 0;
  simulation.host("alpha").start("other", async ({ network }) => {
    await network.connect("127.0.0.1", 5000);
    other++;
  });
  simulation.partition(client, server);
  await echo.say(1);
  await simulation.runFor(20_000);
  assertEquals([echoed, other], [[], 1]);
  simulation.heal(client, server);
  await simulation.settle();
  assertEquals(echoed, [1]);
  assert(simulation.history.lines.some((line) => line.endsWith("network partition alpha/client > alpha/server")));
});

Deno.test("Simulation.partition() of processes can be one way, and break connections at the sender", async () => {
  const echo = await Echo.connected(2);
  const { simulation, client, server, echoed } = echo;
  simulation.partition(server, client, { oneWay: true, breakAfterMs: 500 });
  await echo.say(7);
  await simulation.runFor(400);
  assertEquals([echoed, echo.serverError], [[], null]);
  await simulation.runFor(200);
  assert(echo.serverError instanceof NetworkError && echo.serverError.errorCode === 110);
  assertEquals(echo.error, null, "the client's end is half open");
});

Deno.test("Simulation.partition() keeps processes from connecting; a connect in time goes on when healed, also after a restart", async () => {
  const echo = new Echo(3);
  const { simulation, client, server } = echo;
  simulation.partition([client], [server]);
  client.restart();
  await simulation.runFor(5000);
  assertEquals(echo.stream, null);
  simulation.healAll();
  await simulation.runFor(100);
  assert(echo.stream !== null);
});

Deno.test("Simulation.partition() of processes on two hosts adds to a partition of the hosts", async () => {
  const simulation = new Simulation({ seed: 4 });
  const [alpha, beta] = [simulation.host("alpha"), simulation.host("beta")];
  let isConnected = false;
  const server = beta.start("server", async ({ network }) => void await (await network.listen("0.0.0.0", 1)).accept());
  const client = alpha.start("client", async ({ network }) => {
    await network.connect("beta", 1);
    isConnected = true;
  });
  simulation.partition(client, server);
  simulation.partition(alpha, beta);
  await simulation.runFor(1000);
  simulation.heal(client, server);
  await simulation.runFor(1000);
  assertEquals(isConnected, false);
  simulation.heal(alpha, beta);
  await simulation.runFor(1000);
  assertEquals(isConnected, true);
  // Types keep this from being written, but not from being done.
  assertThrows(() => simulation.partition(alpha as never, server as never), TypeError, "two hosts or two processes");
});

Deno.test("Simulation.breakConnections() breaks what is between two processes, for both or for one of them first", async () => {
  const both = await Echo.connected(5);
  assertEquals(both.simulation.breakConnections(both.server, both.client), 1);
  await both.simulation.settle();
  for (const error of [both.error, both.serverError]) assert(error instanceof NetworkError && error.errorCode === 104);
  assertEquals(both.simulation.breakConnections(both.server, both.client), 0);

  const half = await Echo.connected(6);
  half.simulation.breakConnections(half.client, half.server, { noticedAfterMs: 3000 });
  await half.simulation.runFor(2900);
  assert(half.error instanceof NetworkError);
  assertEquals(half.serverError, null);
  await half.simulation.runFor(200);
  assert(half.serverError instanceof NetworkError);
});

Deno.test("Simulation.breakConnections() breaks a connection amid its bytes, or after a time of quiet", async () => {
  for (const afterBytes of [0, 1, 4, 7]) {
    const echo = await Echo.connected(20 + afterBytes);
    const { simulation, client, server, stream, echoed } = echo;
    assertEquals(simulation.breakConnections(client, server, { afterBytes, withinMs: 5000 }), 1);
    await stream!.write(Uint8Array.of(1, 2, 3));
    await stream!.write(Uint8Array.of(4, 5, 6, 7, 8, 9));
    await simulation.settle();
    for (const error of [echo.error, echo.serverError]) {
      assert(error instanceof NetworkError && error.errorCode === 104, `after ${afterBytes} bytes`);
    }
    assert(echoed.length <= afterBytes && simulation.now < 5000);
    assertEquals(echoed, [1, 2, 3, 4, 5, 6, 7].slice(0, echoed.length));
  }
  const quiet = await Echo.connected(30);
  const start = quiet.simulation.now;
  quiet.simulation.breakConnections(quiet.client, quiet.server, { afterBytes: 10, withinMs: 500 });
  await quiet.say(1);
  await quiet.simulation.runFor(start + 499 - quiet.simulation.now);
  assertEquals([quiet.echoed, quiet.error], [[1], null]);
  await quiet.simulation.runFor(2);
  assert(quiet.error instanceof NetworkError);
});

Deno.test("SimulatedProcess.resources counts connections, ports and alarms of the present life", async () => {
  const echo = await Echo.connected(31);
  const { simulation, server, client } = echo;
  assertEquals(server.resources, { streams: 1, listeners: 1, alarms: 0 });
  const cancel = server.world.clock.after(1000, () => {});
  server.world.clock.after(10, () => {});
  assertEquals(server.resources.alarms, 2);
  await simulation.runFor(20);
  assertEquals(server.resources.alarms, 1);
  cancel();
  cancel();
  assertEquals(server.resources.alarms, 0);
  server.world.clock.after(1000, () => {});
  server.crash();
  assertEquals(server.resources, { streams: 0, listeners: 0, alarms: 0 });
  await simulation.settle();
  assertEquals(client.resources.streams, 1, "the client has not closed its end");
  echo.stream!.close();
  assertEquals(client.resources.streams, 0);
});

Deno.test("Simulation.breakConnections() fails a connect that is not over yet", async () => {
  const echo = new Echo(7);
  const { simulation } = echo;
  await simulation.runUntil(() => simulation.history.lines.some((line) => line.includes("accepted")));
  assertEquals(simulation.breakConnections(echo.client, echo.server), 1);
  await simulation.settle();
  assert(echo.stream === null && echo.error instanceof NetworkError);
});

Deno.test("SimulatedProcess.freeze() stops a program; its system takes connections and bytes, and thaw() gives it all in order", async () => {
  const echo = await Echo.connected(8);
  const { simulation, server, echoed } = echo;
  let other = 0;
  server.freeze();
  server.freeze();
  simulation.host("alpha").start("other", async ({ network }) => {
    await network.connect("127.0.0.1", 5000);
    other++;
  });
  for (const byte of [1, 2, 3]) await echo.say(byte);
  await simulation.runFor(30_000);
  assertEquals([echoed, other, server.isFrozen], [[], 1, true]);
  server.thaw();
  await simulation.settle();
  assertEquals([echoed, server.isFrozen], [[1, 2, 3], false]);
});

Deno.test("SimulatedProcess.freeze() makes timers late, and those cancelled meanwhile don't ring", async () => {
  const simulation = new Simulation({ seed: 9 });
  const rung: string[] = [];
  const process = simulation.host("alpha").start("sleeper", ({ clock }) => {
    const cancels = [clock.after(20, () => rung.push("second"))];
    clock.after(10, () => {
      rung.push(`first at ${clock.now()}`);
      for (const cancel of cancels) cancel();
    });
    clock.after(500, () => rung.push(`third at ${clock.now()}`));
  });
  await simulation.runFor(5);
  process.freeze();
  await simulation.runFor(95);
  assertEquals(rung, []);
  process.thaw();
  await simulation.runFor(1000);
  assertEquals(rung, ["first at 100", "third at 500"]);
});

Deno.test("SimulatedProcess.crash() ends a frozen process for good", async () => {
  const echo = await Echo.connected(10);
  const { simulation, server } = echo;
  server.freeze();
  await echo.say(1);
  await simulation.runFor(10);
  server.crash();
  server.thaw();
  await simulation.settle();
  assertEquals([server.isFrozen, echo.echoed, echo.hasEnded || echo.error !== null], [false, [], true]);
});

Deno.test("SimulatedProcess.crash() twice unnoticed tells the peers of each at its own time", async () => {
  const echo = await Echo.connected(11);
  const { simulation, server } = echo;
  server.crash({ noticedAfterMs: 5000 });
  server.restart();
  await simulation.runFor(1000);
  server.crash();
  await simulation.runFor(3900);
  assertEquals(echo.hasEnded, false);
  await simulation.runFor(200);
  assertEquals(echo.hasEnded, true);
});

Deno.test("Simulation.later() does something in the course of a run", async () => {
  const simulation = new Simulation({ seed: 12 });
  const times: number[] = [];
  simulation.later(30, () => times.push(simulation.now));
  simulation.later(10, () => times.push(simulation.now));
  await simulation.runFor(20);
  assertEquals(times, [10]);
  await simulation.runFor(20);
  assertEquals(times, [10, 30]);
});
