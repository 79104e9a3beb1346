/** What connections of the simulated network do: late, in pieces, broken, but never wrong. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { NetworkError } from "../../runtime/world.ts";
import type { ByteStream } from "../../runtime/world.ts";
import { Simulation, SimulationError } from "../../runtime/simulation/mod.ts";

/** Two hosts and an open connection between them. */
interface Pair {
  readonly simulation: Simulation;
  readonly near: ByteStream;
  readonly far: ByteStream;
}

async function connectPair(options: ConstructorParameters<typeof Simulation>[0]): Promise<Pair> {
  const simulation = new Simulation(options);
  const streams: { near?: ByteStream; far?: ByteStream } = {};
  simulation.host("beta").start("server", async (world) => {
    const listener = await world.network.listen("0.0.0.0", 5000);
    const stream = await listener.accept();
    if (stream !== null) streams.far = stream;
  });
  simulation.host("alpha").start("client", async (world) => {
    streams.near = await world.network.connect("beta", 5000);
  });
  await simulation.runUntil(() => streams.near !== undefined && streams.far !== undefined);
  const { near, far } = streams;
  assert(near !== undefined && far !== undefined);
  return { simulation, near, far };
}

/** How a promise of the simulated world ends, to be looked at between runs. */
interface Outcome<T> {
  value?: T;
  error?: unknown;
  isSettled: boolean;
}

function watch<T>(promise: Promise<T>): Outcome<T> {
  const outcome: Outcome<T> = { isSettled: false };
  promise.then(
    (value) => Object.assign(outcome, { value, isSettled: true }),
    (error) => Object.assign(outcome, { error, isSettled: true }),
  );
  return outcome;
}

async function outcomeOf<T>(simulation: Simulation, promise: Promise<T>): Promise<Outcome<T>> {
  const outcome = watch(promise);
  await simulation.runUntil(() => outcome.isSettled);
  return outcome;
}

function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * 31 + (at >> 8)) & 0xff);
}

Deno.test("Simulation carries bytes split and merged, complete and in order", async () => {
  const sizes = new Set<number>();
  for (let seed = 1; seed <= 20; seed++) {
    const { simulation, near, far } = await connectPair({
      seed,
      network: { splitProbability: 0.6, mergeProbability: 0.5, shortReadProbability: 0.5 },
    });
    const sent = pattern(3000);
    const received: number[] = [];
    let isDone = false;
    void (async () => {
      for (let at = 0; at < sent.length; at += 50) await near.write(sent.subarray(at, at + 50));
      await near.closeWrite();
    })();
    void (async () => {
      const buffer = new Uint8Array(400);
      for (let count = await far.read(buffer); count !== null; count = await far.read(buffer)) {
        received.push(...buffer.subarray(0, count));
        sizes.add(count);
      }
      isDone = true;
    })();
    await simulation.runUntil(() => isDone);
    assertEquals(Uint8Array.from(received), sent);
  }
  assert([...sizes].some((size) => size < 50), "no write was split");
  assert([...sizes].some((size) => size > 50), "no writes were merged");
});

Deno.test("Simulation lets a write wait until the reader makes room", async () => {
  const { simulation, near, far } = await connectPair({ seed: 3, network: { inFlightBytesMax: 1000 } });
  const write = watch(near.write(pattern(2500)));
  await simulation.settle();
  assertEquals(write.isSettled, false);
  const buffer = new Uint8Array(4000);
  let got = 0;
  while (got < 2500) {
    const { value } = await outcomeOf(simulation, far.read(buffer.subarray(got)));
    assert(typeof value === "number" && value <= 1000);
    got += value;
  }
  await simulation.settle();
  assertEquals(write, { isSettled: true, value: undefined });
  assertEquals(buffer.subarray(0, got), pattern(2500));
});

Deno.test("ByteStream.write() has taken its bytes when it resolves: the buffer may be used again", async () => {
  const { simulation, near, far } = await connectPair({ seed: 4, network: { inFlightBytesMax: 10_000 } });
  const sent: number[] = [];
  const buffer = new Uint8Array(6000);
  for (const [value, length] of [[1, 5], [2, 6000], [3, 100]] as const) {
    buffer.fill(value);
    await near.write(buffer.subarray(0, length));
    for (let count = 0; count < length; count++) sent.push(value);
  }
  buffer.fill(0);
  await near.closeWrite();
  const got: number[] = [];
  for (;;) {
    const { value } = await outcomeOf(simulation, far.read(buffer));
    if (value === null || value === undefined) break;
    got.push(...buffer.subarray(0, value));
  }
  assertEquals(got, sent);
});

Deno.test("Simulation keeps latency above the minimum and near the mean", async () => {
  const { simulation, near, far } = await connectPair({
    seed: 5,
    network: { latencyMinMs: 2, latencyMeanMs: 5, splitProbability: 0, shortReadProbability: 0 },
  });
  const delays: number[] = [];
  for (let round = 0; round < 300; round++) {
    const start = simulation.now;
    await near.write(Uint8Array.of(round));
    await outcomeOf(simulation, far.read(new Uint8Array(1)));
    delays.push(simulation.now - start);
  }
  assert(Math.min(...delays) >= 2);
  const mean = delays.reduce((sum, delay) => sum + delay) / delays.length;
  assert(mean > 4 && mean < 6, `mean ${mean}`);
});

Deno.test("Simulation.partition() holds bytes until heal(), then delivers all of them", async () => {
  const { simulation, near, far } = await connectPair({ seed: 9 });
  const [alpha, beta] = [simulation.host("alpha"), simulation.host("beta")];
  simulation.partition(alpha, beta);
  for (let at = 0; at < 5; at++) await near.write(Uint8Array.of(at));
  const read = watch(far.read(new Uint8Array(1)));
  await simulation.runFor(20_000);
  assertEquals(read.isSettled, false);
  simulation.heal(alpha, beta);
  const got: number[] = [];
  await simulation.settle();
  assert(read.value === 1);
  while (got.length < 4) {
    const buffer = new Uint8Array(10);
    const { value } = await outcomeOf(simulation, far.read(buffer));
    got.push(...buffer.subarray(0, value ?? 0));
  }
  assertEquals(got, [1, 2, 3, 4]);
});

Deno.test("Simulation.partition() one way lets the other direction through", async () => {
  const { simulation, near, far } = await connectPair({ seed: 10 });
  const [alpha, beta] = [simulation.host("alpha"), simulation.host("beta")];
  simulation.partition(alpha, beta, { oneWay: true });
  await near.write(Uint8Array.of(1));
  await far.write(Uint8Array.of(2));
  const there = watch(far.read(new Uint8Array(1)));
  const back = watch(near.read(new Uint8Array(1)));
  await simulation.runFor(1000);
  assertEquals([there.isSettled, back.isSettled], [false, true]);
});

Deno.test("Simulation breaks a connection whose bytes are held too long, and the other end learns by writing", async () => {
  const { simulation, near, far } = await connectPair({ seed: 11 });
  const [alpha, beta] = [simulation.host("alpha"), simulation.host("beta")];
  simulation.partition(alpha, beta, { breakAfterMs: 3000 });
  await near.write(Uint8Array.of(1));
  const nearRead = watch(near.read(new Uint8Array(1)));
  const farRead = watch(far.read(new Uint8Array(1)));
  await simulation.runFor(2999);
  assertEquals(nearRead.isSettled, false);
  await simulation.runFor(100);
  assert(nearRead.error instanceof NetworkError);
  assertEquals(nearRead.error.message, "[Errno 110] Connection timed out");
  simulation.healAll();
  await simulation.settle();
  assertEquals(farRead.isSettled, false, "the far end is half open");
  await far.write(Uint8Array.of(2));
  await simulation.settle();
  assert(farRead.error instanceof NetworkError);
  assertEquals(farRead.error.errorCode, 104);
  const error = await assertRejects(() => far.write(Uint8Array.of(3)), NetworkError);
  assertEquals(error.message, "[Errno 32] Broken pipe");
});

Deno.test("Simulation tells peers of a crash by the end of the stream, or a reset when bytes were unread", async () => {
  for (const unread of [false, true]) {
    const { simulation, near, far } = await connectPair({ seed: 12 });
    if (unread) {
      await near.write(Uint8Array.of(1));
      await simulation.settle();
    }
    simulation.host("beta").processes[0]!.crash();
    const outcome = await outcomeOf(simulation, near.read(new Uint8Array(1)));
    if (unread) assertEquals((outcome.error as NetworkError).message, "[Errno 104] Connection reset by peer");
    else assertEquals(outcome.value, null);
    void far;
  }
});

Deno.test("SimulatedProcess.crash() unnoticed leaves a half-open connection until a write, or until told", async () => {
  for (const way of ["write", "told"] as const) {
    const { simulation, near } = await connectPair({ seed: 13 });
    const server = simulation.host("beta").processes[0]!;
    const read = watch(near.read(new Uint8Array(1)));
    server.crash({ noticedAfterMs: way === "told" ? 500 : Infinity });
    await simulation.runFor(499);
    assertEquals(read.isSettled, false);
    if (way === "write") {
      await near.write(Uint8Array.of(1));
      await simulation.settle();
      assertEquals((read.error as NetworkError).errorCode, 104);
    } else {
      await simulation.runFor(100);
      assertEquals(read.value, null);
    }
  }
});

Deno.test("SimulatedHost.powerOff() leaves peers alone until they give up or the host answers again", async () => {
  const { simulation, near } = await connectPair({ seed: 14, network: { breakAfterMs: 5000 } });
  const beta = simulation.host("beta");
  beta.powerOff();
  const read = watch(near.read(new Uint8Array(1)));
  await simulation.runFor(60_000);
  assertEquals(read.isSettled, false);
  await near.write(Uint8Array.of(1));
  await simulation.runFor(1000);
  assertEquals(read.isSettled, false);
  beta.powerOn();
  await simulation.settle();
  assertEquals((read.error as NetworkError).errorCode, 104);
});

Deno.test("SimulatedHost.changeAddress() silences what goes by the address before, until a side gives up", async () => {
  const { simulation, near, far } = await connectPair({ seed: 5, network: { breakAfterMs: 20_000 } });
  const [alpha, beta] = [simulation.host("alpha"), simulation.host("beta")];
  const before = beta.address!;
  beta.changeAddress("10.0.0.77");
  const buffer = new Uint8Array(10);
  const read = watch(far.read(buffer));
  await near.write(pattern(3));
  await simulation.runFor(15_000);
  assertEquals(read.isSettled, false);
  // With its address it has what was sent to it meanwhile.
  beta.changeAddress(before);
  await simulation.runUntil(() => read.isSettled);
  assertEquals(read.value, 3);
  alpha.changeAddress(null);
  const failed = watch(near.read(new Uint8Array(10)));
  await near.write(pattern(3));
  await simulation.runFor(25_000);
  assertEquals((failed.error as Error).message, "[Errno 110] Connection timed out");
});

Deno.test("SimulatedHost.changeAddress() decides where a host is found, and whom it can reach", async () => {
  const simulation = new Simulation({ seed: 5, network: { connectTimeoutMs: 3_000 } });
  const [alpha, beta] = [simulation.host("alpha"), simulation.host("beta", { address: "10.0.0.9" })];
  const accepted: string[] = [];
  beta.start("server", async ({ network }) => {
    const listener = await network.listen("0.0.0.0", 5000);
    for (let stream = await listener.accept(); stream !== null; stream = await listener.accept()) {
      accepted.push(stream.remote.host);
    }
  });
  const connect = (host: string) =>
    simulation.execute(
      alpha,
      ({ network }) => network.connect(host, 5000).then(({ local }) => local.host, (error) => error.message),
    );
  assertThrows(() => alpha.changeAddress("10.0.0.9"), RangeError, '"beta" has the address');
  assertThrows(() => alpha.changeAddress("nowhere"), RangeError, "is not an IPv4 address");
  beta.changeAddress("10.0.1.9");
  assertEquals(await connect("10.0.0.9"), "[Errno 110] Connection timed out");
  alpha.changeAddress("10.0.0.9");
  assertEquals(await connect("10.0.1.9"), "10.0.0.9");
  alpha.changeAddress(null);
  assertEquals(await connect("10.0.1.9"), "[Errno 101] Network is unreachable");
  assertEquals(accepted, ["10.0.0.9"]);
  const own = await simulation.execute(alpha, ({ network }) => {
    return [network.primaryAddress(), network.interfaceAddresses().length, alpha.address];
  });
  assertEquals(own, [null, 0, null]);
});

Deno.test("SimulatedProcess.readSlowly() paces reads", async () => {
  const { simulation, near, far } = await connectPair({ seed: 15 });
  simulation.host("beta").processes[0]!.readSlowly({ delayMs: 10, bytesMax: 2 });
  await near.write(pattern(100));
  await simulation.settle();
  const start = simulation.now;
  let got = 0;
  while (got < 100) {
    const { value } = await outcomeOf(simulation, far.read(new Uint8Array(100)));
    got += value ?? 0;
  }
  assert(simulation.now - start >= 500);
});

Deno.test("Simulation loses connections by chance where asked to", async () => {
  const { simulation, near } = await connectPair({ seed: 16, network: { lifetimeMeanMs: 1000 } });
  const { error } = await outcomeOf(simulation, near.read(new Uint8Array(1)));
  assertEquals((error as NetworkError).errorCode, 104);
});

Deno.test("Network.listen() refuses a port in use, another host's address, and gives out free ports", async () => {
  const simulation = new Simulation({ seed: 1 });
  const alpha = simulation.host("alpha", { address: "10.0.0.7" });
  simulation.host("beta");
  await simulation.execute(alpha, async ({ network }) => {
    const first = await network.listen("127.0.0.1", 5000);
    assertEquals(first.local, { host: "127.0.0.1", port: 5000 });
    const conflict = await assertRejects(() => network.listen("0.0.0.0", 5000), NetworkError);
    assertEquals([conflict.message, conflict.errorCode], ["[Errno 98] Address already in use", 98]);
    (await network.listen("alpha", 5000)).close();
    (await network.listen("10.0.0.7", 5000)).close();
    first.close();
    assertEquals(await first.accept(), null);
    const again = await network.listen("0.0.0.0", 5000);
    const foreign = await assertRejects(() => network.listen("beta", 1), NetworkError);
    assertEquals(foreign.message, "[Errno 99] Cannot assign requested address");
    const [one, two] = [await network.listen("0.0.0.0", 0), await network.listen("0.0.0.0", 0)];
    assert(one.local.port >= 32768 && two.local.port >= 32768 && one.local.port !== two.local.port);
    assertEquals(network.primaryAddress(), "10.0.0.7");
    again.close();
  });
});

Deno.test("Network.listen() takes as long as the network's conditions say, and opens nothing for who has ended meanwhile", async () => {
  const simulation = new Simulation({ seed: 1, network: { listenMs: 20 } });
  const host = simulation.host("alpha");
  const opened: number[] = [];
  const process = host.start("slow", async ({ network }) => {
    await network.listen("127.0.0.1", 5000);
    opened.push(simulation.now);
    await network.listen("127.0.0.1", 5001);
  });
  await simulation.runFor(30);
  assertEquals([opened, process.resources.listeners], [[20], 1]);
  process.crash();
  await simulation.runFor(100);
  await simulation.execute(host, async ({ network }) => (await network.listen("127.0.0.1", 5001)).close());
  assertThrows(() => new Simulation({ seed: 1, network: { listenMs: -1 } }), RangeError, "listenMs");
});

Deno.test("Network.listen() gives ports out again soon on a host that has few, but none in use", async () => {
  const simulation = new Simulation({ seed: 1 });
  const host = simulation.host("alpha", { portCount: 3 });
  await simulation.execute(host, async ({ network }) => {
    const listeners = [];
    for (let count = 0; count < 3; count++) listeners.push(await network.listen("127.0.0.1", 0));
    assertEquals(new Set(listeners.map(({ local }) => local.port)).size, 3);
    const { errorCode } = await assertRejects(() => network.listen("127.0.0.1", 0), NetworkError);
    assertEquals(errorCode, 98);
    listeners[1]!.close();
    assertEquals((await network.listen("127.0.0.1", 0)).local.port, listeners[1]!.local.port);
  });
  assertThrows(() => simulation.host("beta", { portCount: 0 }), RangeError, "0 ports");
});

Deno.test("Simulation.changeLine() changes what is inside one host, and nothing else", async () => {
  const simulation = new Simulation({ seed: 2 });
  const [alpha, beta] = [simulation.host("alpha"), simulation.host("beta")];
  simulation.changeLine(alpha, alpha, { loopbackLatencyMinMs: 500, loopbackLatencyMeanMs: 500 });
  for (const [host, least] of [[alpha, 500], [beta, 0]] as const) {
    const took = await simulation.execute(host, async ({ network, clock }) => {
      await network.listen("127.0.0.1", 5000);
      const start = clock.now();
      await network.connect("127.0.0.1", 5000);
      return clock.now() - start;
    });
    assert(took >= least && took < least + 600, `${took} ms`);
  }
});

Deno.test("Network.connect() fails as the real one does", async () => {
  const simulation = new Simulation({ seed: 1 });
  simulation.host("beta");
  await simulation.execute(simulation.host("alpha"), async ({ network, clock }) => {
    const refused = await assertRejects(() => network.connect("beta", 5000), NetworkError);
    assertEquals([refused.message, refused.errorCode], ["[Errno 111] Connection refused", 111]);
    const unknown = await assertRejects(() => network.connect("nobody.invalid", 5000), NetworkError);
    assertEquals(unknown.message, "[Errno -2] Name or service not known");
    const start = clock.now();
    const silent = await assertRejects(() => network.connect("10.9.9.9", 5000), NetworkError);
    assertEquals([silent.errorCode, clock.now() - start], [110, 10_000]);
  });
});

Deno.test("Network.connect() during a partition goes on when healed in time", async () => {
  const simulation = new Simulation({ seed: 1 });
  const [alpha, beta] = [simulation.host("alpha"), simulation.host("beta")];
  simulation.partition(alpha, beta);
  let isConnected = false;
  beta.start("server", async ({ network }) => void await (await network.listen("0.0.0.0", 5000)).accept());
  alpha.start("client", async ({ network }) => {
    await network.connect("beta", 5000);
    isConnected = true;
  });
  await simulation.runFor(5000);
  assert(!isConnected);
  simulation.healAll();
  await simulation.runUntil(() => isConnected, 100);
});

Deno.test("ByteStream.close() ends a pending read, and later use fails", async () => {
  const { simulation, near, far } = await connectPair({ seed: 17 });
  const read = watch(near.read(new Uint8Array(1)));
  near.close();
  near.close();
  await simulation.settle();
  assertEquals(read, { isSettled: true, value: null });
  await assertRejects(() => near.write(Uint8Array.of(1)), NetworkError, "Bad file descriptor");
  assertEquals(await near.read(new Uint8Array(1)), null);
  assertEquals((await outcomeOf(simulation, far.read(new Uint8Array(1)))).value, null);
});

Deno.test("Simulation reports a program's uncaught network error as its failure", async () => {
  const simulation = new Simulation({ seed: "here" });
  simulation.host("alpha").start("client", (world) => world.network.connect("127.0.0.1", 1));
  const error = await assertRejects(() => simulation.run(), SimulationError, "alpha/client");
  assertEquals(error.seed, "here");
  assert(error.cause instanceof NetworkError);
});
