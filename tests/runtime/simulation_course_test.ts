/** The course of a simulation: one seed one history, virtual time, crashes, and failures that never vanish. */

import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects, assertThrows } from "@std/assert";
import type { World } from "../../runtime/world.ts";
import { Simulation, SimulationError } from "../../runtime/simulation/mod.ts";

/** Three hosts that talk, lose connections, crash and are cut off, as the seed has it. */
async function storm(seed: number): Promise<Simulation> {
  const simulation = new Simulation({ seed, network: { lifetimeMeanMs: 400 } });
  const hosts = ["alpha", "beta", "gamma"].map((name) => simulation.host(name));
  const serve = async ({ network }: World): Promise<void> => {
    const listener = await network.listen("0.0.0.0", 5000);
    for (let stream = await listener.accept(); stream !== null; stream = await listener.accept()) {
      const open = stream;
      void (async () => {
        const buffer = new Uint8Array(64);
        try {
          for (let count = await open.read(buffer); count !== null; count = await open.read(buffer)) {
            await open.write(buffer.subarray(0, count));
          }
        } catch (error) {
          simulation.note(`echo ended ${error}`, "server");
        }
        open.close();
      })();
    }
  };
  const call = async ({ network, random, clock }: World): Promise<void> => {
    for (;;) {
      try {
        const stream = await network.connect(random.float() < 0.5 ? "alpha" : "beta", 5000);
        for (let round = random.integer(10); round > 0; round--) {
          const bytes = random.bytes(1 + random.integer(100));
          await stream.write(bytes);
          for (let got = 0; got < bytes.length;) {
            const count = await stream.read(new Uint8Array(200));
            if (count === null) throw new Error("ended");
            got += count;
          }
          simulation.note(`echoed ${bytes.length}`, "client");
        }
        stream.close();
      } catch (error) {
        simulation.note(`call failed ${error instanceof Error ? error.message : error}`, "client");
      }
      await new Promise<void>((resolve) => void clock.after(random.integer(20), resolve));
    }
  };
  const processes = [
    hosts[0]!.start("server", serve),
    hosts[1]!.start("server", serve),
    hosts[2]!.start("client", call),
    hosts[0]!.start("client", call),
  ];
  for (let step = 0; step < 10; step++) {
    await simulation.runFor(50);
    const [one, two] = [simulation.random.pick(hosts), simulation.random.pick(hosts)];
    if (simulation.random.chance(0.5)) simulation.partition(one, two, { breakAfterMs: 40 });
    else simulation.healAll();
    if (simulation.random.chance(0.4)) simulation.random.pick(processes).restart();
  }
  return simulation;
}

Deno.test("Simulation has the same history for the same seed, and another for another", async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const [one, two, other] = [await storm(seed), await storm(seed), await storm(seed + 1000)];
    assertEquals(one.history.lines, two.history.lines);
    assertEquals(one.history.digest, two.history.digest);
    assertEquals(one.events, two.events);
    assertNotEquals(one.history.digest, other.history.digest);
    assert(one.history.count > 20);
  }
});

Deno.test("Simulation has the same history when the real world is busy meanwhile", async () => {
  const quiet = await storm(77);
  const timer = setInterval(() => {}, 0);
  const [busy] = await Promise.all([storm(77), Deno.readTextFile(new URL(import.meta.url))]);
  clearInterval(timer);
  assertEquals(busy.history.digest, quiet.history.digest);
});

Deno.test("Simulation keeps one process's draws apart from another's", async () => {
  const draws = async (extra: number): Promise<string> => {
    const simulation = new Simulation({ seed: 4 });
    simulation.host("beta").start("other", ({ random }) => void random.bytes(extra));
    return await simulation.execute(simulation.host("alpha"), ({ random }) => random.uuid());
  };
  assertEquals(await draws(0), await draws(500));
  assertMatch(await draws(1), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

Deno.test("Clock of a simulation: alarms in order, never early, and tasks at the same instant after the present ones", async () => {
  const simulation = new Simulation({ seed: 1, wallStartMs: 1000, zoneOffsetS: 3600 });
  const order: string[] = [];
  simulation.host("alpha", { wallAheadMs: 5 }).start("p", async ({ clock }) => {
    assertEquals([clock.wall(), clock.zoneOffset(0n)], [1_005_000n, 3600]);
    const log = (name: string) => () => void order.push(`${name} ${clock.now()}`);
    clock.after(2, log("b"));
    clock.after(1, log("a"));
    clock.after(2, log("c"));
    clock.after(0.0001, log("soonest alarm"));
    clock.after(-5, log("past"));
    const cancel = clock.after(1.5, log("cancelled"));
    clock.soon(log("task"));
    cancel();
    cancel();
    for (let hop = 0; hop < 500; hop++) await null;
    log("promises")();
    assertThrows(() => clock.after(NaN, () => {}), RangeError);
  });
  await simulation.run();
  assertEquals(order, ["promises 0", "past 0", "task 0", "soonest alarm 0.001", "a 1", "b 2", "c 2"]);
  assertEquals(simulation.now, 2);
  simulation.host("alpha").adjustWall(-1000);
  await simulation.runFor(10);
  assertEquals(simulation.now, 12);
});

Deno.test("SimulatedProcess.crash() stops timers, tasks and promises for good; restart() begins anew", async () => {
  const simulation = new Simulation({ seed: 1 });
  const log: string[] = [];
  const worlds: World[] = [];
  const process = simulation.host("alpha").start("p", async (world, { pid, incarnation }) => {
    worlds.push(world);
    world.clock.after(10, () => log.push(`alarm ${incarnation}`));
    world.environment.writeError(`pid ${pid}\n`);
    const release = await world.files.lock("/lock");
    assert(release !== null, "the lock of a crashed process is free");
    await world.files.writeTextAtomic("/seen", String(incarnation));
    const listener = await world.network.listen("0.0.0.0", 5000);
    await listener.accept();
    log.push("accepted");
  });
  await simulation.runFor(5);
  process.crash();
  process.crash();
  assertEquals([process.isAlive, process.exitStatus], [false, -9]);
  const [dead] = worlds;
  let isSettled = false;
  const settle = (): void => void (isSettled = true);
  dead!.network.connect("alpha", 5000).then(settle, settle);
  dead!.files.readText("/seen").then(settle, settle);
  dead!.clock.soon(settle);
  dead!.environment.writeError("never");
  await simulation.runFor(100);
  assertEquals([isSettled, log], [false, []]);
  process.restart();
  await simulation.runFor(20);
  assertEquals(log, ["alarm 2"]);
  assertEquals(process.errors, ["pid 100\n", "pid 101\n"]);
  assertEquals(simulation.host("alpha").disk.readText("/seen"), "2");
});

Deno.test("Simulation.run() fails for an exception anywhere in a program", async () => {
  const bugs: Record<string, (world: World) => unknown> = {
    "in the program": () => {
      throw new Error("bug");
    },
    "in its promise": () => Promise.reject(new Error("bug")),
    "in an alarm": ({ clock }) =>
      void clock.after(3, () => {
        throw new Error("bug");
      }),
    "in a task": ({ clock }) =>
      clock.soon(() => {
        throw new Error("bug");
      }),
    "in a promise nobody looks at": () => void Promise.reject(new Error("bug")),
    "in a microtask": () =>
      queueMicrotask(() => {
        throw new Error("bug");
      }),
  };
  for (const [place, bug] of Object.entries(bugs)) {
    const simulation = new Simulation({ seed: 42 });
    simulation.host("alpha").start("p", bug);
    const error = await assertRejects(() => simulation.run(), SimulationError, "bug", place);
    assertEquals(error.seed, "42");
    assertMatch(error.message, /seed "42"/);
    assert(error.cause instanceof Error && error.cause.message === "bug", place);
    await assertRejects(() => simulation.run(), SimulationError, "bug", "it stays failed");
  }
});

Deno.test("SimulatedHost.start() with failure exit ends only the process", async () => {
  const simulation = new Simulation({ seed: 1 });
  const process = simulation.host("alpha").start("p", () => Promise.reject(new Error("bug")), { failure: "exit" });
  await simulation.run();
  assertEquals(process.exitStatus, 1);
  assertMatch(process.errors.join(""), /Error: bug/);
});

Deno.test("Simulation.runUntil() and settle() say what never came, and don't run forever", async () => {
  const simulation = new Simulation({ seed: 1, eventsMax: 1000 });
  await assertRejects(() => simulation.runUntil(() => false), SimulationError, "nothing is left");
  simulation.host("alpha").start("p", ({ clock }) => {
    const again = (): void => void clock.after(1, again);
    again();
  });
  await assertRejects(() => simulation.runUntil(() => false, 100), SimulationError, "100 ms have passed");
  assertEquals(simulation.now, 100);
  await simulation.settle();
  assertEquals(simulation.now, 100);
  await assertRejects(() => simulation.run(), SimulationError, "no end after 1000 events");
  const running = simulation.runFor(1);
  await assertRejects(() => simulation.runFor(1), Error, "running already");
  await running;
});

Deno.test("Simulation checks the network's conditions against each other", () => {
  assertThrows(() => new Simulation({ seed: 1, network: { latencyMinMs: 2 } }), RangeError, "latencyMeanMs");
  assertThrows(() => new Simulation({ seed: 1, network: { splitProbability: 2 } }), RangeError, "splitProbability");
  const simulation = new Simulation({ seed: 1 });
  simulation.host("alpha", { address: "10.0.0.9" });
  assertThrows(() => simulation.host("beta", { address: "10.0.0.9" }), RangeError, "alpha");
});

Deno.test("Simulations in one process don't disturb each other", async () => {
  const [one, two] = await Promise.all([storm(5), storm(6)]);
  assertEquals(one.history.digest, (await storm(5)).history.digest);
  assertEquals(two.history.digest, (await storm(6)).history.digest);
});
