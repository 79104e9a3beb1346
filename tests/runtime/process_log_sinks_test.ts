import { assert, assertEquals } from "@std/assert";
import { localAddress } from "../../runtime/address.ts";
import {
  errorStreamSink,
  FolderSink,
  LOG_BATCH_MS,
  LOG_FILE_LINES_MAX,
  logFileName,
} from "../../runtime/process/log_sinks.ts";
import { Simulation } from "../../runtime/simulation/mod.ts";
import type { World } from "../../runtime/world.ts";

/** Storage for three files. */
const STORAGE_BYTES = 3 * 120 * LOG_FILE_LINES_MAX;

function record(world: World, text: string) {
  return { wall: world.clock.wall(), tag: "^" as const, address: localAddress(14), name: "idle", text };
}

Deno.test("logFileName() is the time without what file names can't have", () => {
  assertEquals(logFileName(1795321728_750_999n), "2026h11h22T04c28c48p750");
});

Deno.test("errorStreamSink() writes each record at once, with the process id before it", async () => {
  const simulation = new Simulation({ seed: 1 });
  const process = simulation.host("alpha").start("p", (world) => errorStreamSink(world).write(record(world, "hello")));
  await simulation.settle();
  const id = String(process.pid).padStart(8, "0");
  assert(/^\[\d{8}\] \S+ \^ <0000000e>idle - hello\n$/.test(process.errors.join("")), process.errors.join(""));
  assert(process.errors.join("").startsWith(`[${id}] `));
});

Deno.test("errorStreamSink() gives each line its level when stderr leads to the journal", async () => {
  const simulation = new Simulation({ seed: 1 });
  const process = simulation.host("alpha").start("p", (own) => {
    const sink = errorStreamSink({ ...own, environment: { ...own.environment, isErrorJournal: () => true } });
    for (const tag of ["!", "?", "=", "^", "+", ">", "~", "&", "_"] as const) {
      sink.write({ ...record(own, "hello"), tag });
    }
    sink.write(record(own, "two\n\nlines"));
  });
  await simulation.settle();
  const lines = process.errors.join("").split("\n");
  assertEquals(lines.map((line) => line.slice(0, 4)).slice(0, 9).join(""), "<3>[<4>[<4>[<5>[<6>[<6>[<7>[<7>[<7>[");
  assertEquals(lines.slice(9).map((line) => /^<5>|^$/.test(line)), [true, true, true, true]);
});

Deno.test("FolderSink writes in batches, and begins a new file when one is full", async () => {
  const simulation = new Simulation({ seed: 1 });
  const host = simulation.host("alpha");
  await simulation.execute(host, async (world) => {
    const sink = new FolderSink(world, "/logs", STORAGE_BYTES);
    for (let i = 0; i < LOG_FILE_LINES_MAX + 1; i++) sink.write(record(world, `line ${i}`));
    await sink.flush();
  });
  const files = host.disk.list("/logs");
  const lines = files.map((name) => host.disk.readText(`/logs/${name}`).split("\n").length - 1);
  assertEquals(lines, [LOG_FILE_LINES_MAX, 1]);
});

Deno.test("FolderSink writes by itself after a moment", async () => {
  const simulation = new Simulation({ seed: 1 });
  const host = simulation.host("alpha");
  host.start("p", (world) => new FolderSink(world, "/logs", STORAGE_BYTES).write(record(world, "hello")));
  await simulation.runFor(1000);
  const [name] = host.disk.list("/logs");
  assert(host.disk.readText(`/logs/${name}`).endsWith(" ^ <0000000e>idle - hello\n"));
});

Deno.test("FolderSink writes every few seconds, and at once from WARNING up", async () => {
  const simulation = new Simulation({ seed: 1 });
  const host = simulation.host("alpha");
  const worlds: World[] = [];
  const sinks: FolderSink[] = [];
  host.start("p", (world) => {
    worlds.push(world);
    sinks.push(new FolderSink(world, "/logs", STORAGE_BYTES));
    sinks[0]!.write(record(world, "first"));
  });
  const lines = () => host.disk.list("/logs").flatMap((name) => host.disk.readText(`/logs/${name}`).trim().split("\n"));
  await simulation.runFor(1000);
  assertEquals(lines().length, 1);
  const [world, sink] = [worlds[0]!, sinks[0]!];
  sink.write(record(world, "second"));
  await simulation.runFor(LOG_BATCH_MS - 500);
  assertEquals(lines().length, 1);
  await simulation.runFor(1000);
  assertEquals(lines().length, 2);
  sink.write(record(world, "third"));
  sink.write({ ...record(world, "mind"), tag: "?" });
  sink.write(record(world, "fifth"));
  await simulation.runFor(100);
  assertEquals(lines().map((line) => line.slice(line.lastIndexOf(" ") + 1)), [
    "first",
    "second",
    "third",
    "mind",
    "fifth",
  ]);
});

Deno.test("FolderSink removes the oldest files, however many there are", async () => {
  const simulation = new Simulation({ seed: 1 });
  const host = simulation.host("alpha");
  host.disk.makeFolder("/logs", 0);
  for (let i = 100; i < 400; i++) host.disk.writeText(`/logs/2024h01h01T00c00c00p${i}`, "", 0);
  await simulation.execute(host, async (world) => {
    const sink = new FolderSink(world, "/logs", STORAGE_BYTES);
    sink.write(record(world, "hello"));
    await sink.flush();
  });
  const files = host.disk.list("/logs");
  assertEquals(files.slice(0, 2), ["2024h01h01T00c00c00p398", "2024h01h01T00c00c00p399"]);
  assertEquals(files.length, 3);
});

Deno.test("FolderSink says how much it dropped when it could not write", async () => {
  const simulation = new Simulation({ seed: 1 });
  const host = simulation.host("alpha");
  host.disk.writeText("/logs", "in the way", 0);
  await simulation.execute(host, async (world) => {
    const sink = new FolderSink(world, "/logs", STORAGE_BYTES);
    sink.write(record(world, "lost"));
    await sink.flush();
    host.disk.remove("/logs");
    sink.write(record(world, "kept"));
    await sink.flush();
  });
  const [name] = host.disk.list("/logs");
  const text = host.disk.readText(`/logs/${name}`);
  assert(text.includes("idle - kept\n") && text.includes("log - Dropped 1 lines\n"), text);
});
