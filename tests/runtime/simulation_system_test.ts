/** Files, locks, child processes and signals of the simulated world. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { FileError } from "../../runtime/world.ts";
import { Simulation } from "../../runtime/simulation/mod.ts";
import { EventQueue } from "../../runtime/simulation/event_queue.ts";
import { History } from "../../runtime/simulation/history.ts";
import { SeededRandom } from "../../runtime/simulation/prng.ts";
import { testFiles } from "./files_contract.ts";

Deno.test("FileSystem of a simulation keeps the contract", async () => {
  const simulation = new Simulation({ seed: 1 });
  await simulation.execute(simulation.host("alpha"), ({ files }) => testFiles(files));
});

Deno.test("FileSystem.writeTextAtomic() of a process that crashes leaves the old content or the new", async () => {
  const simulation = new Simulation({ seed: 1, fileLatencyMs: 1 });
  const host = simulation.host("alpha");
  host.disk.writeText("/f", "old", 0);
  const process = host.start("p", ({ files }) => files.writeTextAtomic("/f", "new"));
  await simulation.runFor(0.5);
  process.crash();
  await simulation.runFor(5);
  assertEquals(host.disk.readText("/f"), "old");
  process.restart();
  await simulation.runFor(5);
  assertEquals(host.disk.readText("/f"), "new");
});

Deno.test("FileSystem.lock() excludes other processes until its holder ends", async () => {
  const simulation = new Simulation({ seed: 1 });
  const host = simulation.host("alpha");
  const holder = host.start("holder", async ({ files }) => void await files.lock("/lock"));
  await simulation.settle();
  await simulation.execute(host, async ({ files }) => {
    assertEquals(await files.lock("/lock"), null);
    assertEquals(await files.lockHolder("/lock"), holder.pid);
    holder.crash();
    assertEquals(await files.lockHolder("/lock"), null);
    const release = await files.lock("/lock");
    assert(release !== null);
    assertEquals(await files.lock("/lock"), null, "also within one process");
    release();
    assertEquals(await files.lockHolder("/lock"), null);
  });
});

Deno.test("Processes.spawn() of a simulation runs installed programs", async () => {
  const simulation = new Simulation({ seed: 1 });
  const host = simulation.host("alpha");
  host.install("greeter", ({ environment, processes }) => {
    environment.writeOutput(`hello ${processes.self.arguments.join(" ")} ${environment.variable("WHO")}`);
    environment.writeOutput(` from ${processes.parentPid}`);
    processes.exit(3);
  });
  host.install("sleeper", ({ processes }, self) => {
    if (self.arguments[0] === "careful") processes.onSignal("SIGTERM", () => processes.exit(0));
  });
  const parent = host.start("parent", async ({ processes, clock }) => {
    const child = processes.spawn({
      executable: "/usr/bin/greeter",
      arguments: ["a", "b"],
      environment: { WHO: "you" },
    });
    const { bytes, truncated } = await child.output(17);
    assertEquals([new TextDecoder().decode(bytes), truncated], ["hello a b you fro", true]);
    assertEquals(await child.status, { code: 3 });
    const careless = processes.spawn({ executable: "sleeper", arguments: [] });
    const careful = processes.spawn({ executable: "sleeper", arguments: ["careful"] });
    await new Promise<void>((resolve) => void clock.after(1, resolve));
    careless.signal("SIGTERM");
    assert(processes.signal(careful.pid, "SIGTERM"));
    assertEquals([await careless.status, await careful.status], [{ code: -15 }, { code: 0 }]);
    assert(!processes.signal(careful.pid, "SIGTERM"));
    assertEquals((await careless.output(10)).bytes.length, 0);
    const error = assertThrows(() => processes.spawn({ executable: "/nothing", arguments: [] }), FileError);
    assertEquals([error.reason, error.message], ["not found", 'Cannot start "/nothing": No such file or directory']);
    processes.exit(0);
  });
  await simulation.runUntil(() => !parent.isAlive);
  assertEquals(parent.exitStatus, 0);
});

Deno.test("Processes.spawn() of a simulation passes stderr on, all of it before the status", async () => {
  const simulation = new Simulation({ seed: 1 });
  const host = simulation.host("alpha");
  host.install("talker", ({ environment, processes }) => {
    environment.writeError("one ");
    environment.writeError("two");
    processes.exit(0);
  });
  let heard = "";
  const parent = host.start("parent", async ({ processes }) => {
    const onError = (bytes: Uint8Array) => heard += new TextDecoder().decode(bytes);
    await processes.spawn({ executable: "talker", arguments: [], onError }).status;
    assertEquals(heard, "one two");
    processes.exit(0);
  });
  await simulation.runUntil(() => !parent.isAlive);
});

Deno.test("SimulatedProcess.signal() ends nobody with a window change", async () => {
  const simulation = new Simulation({ seed: 1 });
  const process = simulation.host("alpha").start("idle", () => {});
  process.signal("SIGWINCH");
  await simulation.settle();
  assert(process.isAlive);
});

Deno.test("SimulatedProcess.signal() kills even those who handle all signals", async () => {
  const simulation = new Simulation({ seed: 1 });
  let handled = 0;
  const process = simulation.host("alpha").start("p", ({ processes }) => {
    processes.onSignal("SIGINT", () => handled++);
    const stop = processes.onSignal("SIGINT", () => handled++);
    stop();
    processes.onSignal("SIGKILL", () => handled++);
  });
  await simulation.run();
  process.signal("SIGINT");
  await simulation.run();
  assertEquals([handled, process.isAlive], [1, true]);
  process.signal("SIGKILL");
  await simulation.run();
  assertEquals([handled, process.exitStatus], [1, -9]);
});

Deno.test("FileSystem of a simulation has the real texts", async () => {
  const simulation = new Simulation({ seed: 1 });
  await simulation.execute(simulation.host("alpha"), async ({ files }) => {
    await assertRejects(() => files.readText("/a/b"), FileError, 'Cannot read "/a/b": No such file or directory');
  });
});

Deno.test("EventQueue gives events by time, then by order of adding, without the cancelled", () => {
  const random = new SeededRandom(1);
  const queue = new EventQueue();
  const expected: [number, number][] = [];
  for (let count = 0; count < 2000; count++) {
    const time = random.integer(100);
    const event = queue.add(time, () => count, "", random.chance(0.5));
    if (random.chance(0.7)) queue.cancel(event);
    else expected.push([time, count]);
  }
  assertEquals(queue.size, expected.length);
  expected.sort(([timeA, countA], [timeB, countB]) => timeA - timeB || countA - countB);
  const actual: [number, unknown][] = [];
  for (let event = queue.peek(); event !== null; event = queue.peek()) {
    actual.push([event.time, queue.take(event)()]);
    queue.cancel(event);
  }
  assertEquals(actual, expected);
  assertEquals([queue.size, queue.work], [0, 0]);
});

Deno.test("SeededRandom draws evenly, and forks depend on labels only", () => {
  const random = new SeededRandom(99);
  const counts = new Array<number>(10).fill(0);
  for (let count = 0; count < 10_000; count++) counts[random.integer(10)]!++;
  assert(counts.every((count) => count > 850 && count < 1150), String(counts));
  const used = new SeededRandom("7");
  used.bytes(100);
  assertEquals(used.fork("a").bytes(8), new SeededRandom(7).fork("a").bytes(8));
  assert(used.fork("a").float() !== used.fork("b").float());
  assertThrows(() => random.integer(0), RangeError);
});

Deno.test("History keeps the latest lines and the digest of all", () => {
  const [short, long] = [new History(3), new History()];
  for (let line = 0; line < 20; line++) {
    short.add(line, "a", "b");
    long.add(line, "a", "b");
  }
  assertEquals(short.lines, long.lines.slice(-3));
  assertEquals([short.digest, short.count], [long.digest, 20]);
  short.mix(1, 2);
  assert(short.digest !== long.digest);
});
