import { assert, assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import {
  Aborted,
  Block,
  Cast,
  castBack,
  Faulted,
  realWorld,
  Returned,
  type Routine,
  runProgram,
  Runtime,
  Stop,
  Unicode,
  Utility,
  type UtilitySettings,
  type World,
} from "../../runtime/mod.ts";
import { utilityArguments } from "../../runtime/process/utility_arguments.ts";
import { type SimulatedProcess, Simulation } from "../../runtime/simulation/mod.ts";

Deno.test("utilityArguments() writes values, flags and pairs as programs want them", () => {
  assertEquals(
    utilityArguments([
      "plain text",
      5,
      true,
      2.5,
      ["n", 3],
      ["name", "you"],
      ["v", null],
      ["verbose", null],
      ["width", ":", 80],
      ["o", null, "file"],
      ["output", null, "file"],
      ["flag", "=", null],
    ]),
    [
      "plain text",
      "5",
      "true",
      "2.5",
      "-n=3",
      "--name=you",
      "-v",
      "--verbose",
      "--width:80",
      "-o",
      "file",
      "--output",
      "file",
      "--flag",
    ],
  );
});

/** Runs one in the real world. */
async function runReal(settings: UtilitySettings, stopAfterMs?: number): Promise<unknown> {
  const runtime = new Runtime(realWorld());
  const value = await runtime.start(async (self: Routine) => {
    const utility = self.create(Utility, settings);
    if (stopAfterMs !== undefined) self.kernel.after(stopAfterMs, () => self.send(new Stop(), utility));
    return (await self.select(Returned)).message;
  }).returned;
  runtime.close();
  return value;
}

Deno.test("Utility delivers stdin and returns stdout", async () => {
  const value = await runReal({ name: "cat", stdin: "héllo\nthere\n", stdout: "text" });
  assertInstanceOf(value, Cast);
  assertEquals([value.value, value.type], ["héllo\nthere\n", Unicode]);
  const bytes = await runReal({ name: "cat", stdin: new Uint8Array([0, 255, 7]), stdout: "bytes" }) as Cast;
  assertEquals([castBack(bytes), bytes.type], [new Uint8Array([0, 255, 7]), Block]);
});

Deno.test("Utility takes much more input and output than a pipe holds", async () => {
  const line = "0123456789abcdef".repeat(64);
  const stdin = `${line}\n`.repeat(5_000);
  assertEquals(castBack(await runReal({ name: "cat", stdin, stdout: "text" })), stdin);
  // One that reads nothing of it.
  assertEquals(await runReal({ name: "true", stdin }), null);
});

Deno.test("Utility returns null for no output, or for one that nobody wants", async () => {
  assertEquals(await runReal({ name: "true", stdout: "text" }), null);
  assertEquals(await runReal({ name: "echo", arguments: ["x"] }), null);
});

Deno.test("Utility runs in the folder and with the variables that it is given", async () => {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  const settings = { name: "sh", arguments: ["-c", "pwd; echo $SPECIAL"], folder, environment: { SPECIAL: "a b" } };
  assertEquals(castBack(await runReal({ ...settings, stdout: "text" })), `${folder}\na b\n`);
  await Deno.remove(folder);
});

Deno.test("Utility returns faults for a status, a signal, a missing program, and text that is none", async () => {
  const text = async (settings: UtilitySettings) => String(await runReal(settings));
  assertEquals(await text({ name: "false" }), "child exit code 1 (expecting 0 (zero))");
  assertEquals(await text({ name: "sh", arguments: ["-c", "kill -9 $$"] }), "child exit code -9 (expecting 0 (zero))");
  assertEquals(await text({ name: "nosuch" }), `cannot resolve executable "nosuch" from "${Deno.cwd()}"`);
  assertEquals(
    await text({ name: "cat", stdin: new Uint8Array([255]), stdout: "text" }),
    "cannot take output (not UTF-8)",
  );
  assertMatch(await text({ name: "true", folder: "/nosuch" }), /^cannot start process ".*true" \(.*nosuch/);
});

Deno.test("Utility answers Stop with Aborted once the program has ended", async () => {
  const start = performance.now();
  assertInstanceOf(await runReal({ name: "sleep", arguments: [60] }, 50), Aborted);
  assert(performance.now() - start < 10_000);
});

/** Runs one against a simulated program. */
async function runSimulated(
  program: (world: World, input: Uint8Array) => unknown,
  settings: Omit<UtilitySettings, "name">,
  stops: readonly number[] = [],
): Promise<{ value: unknown; elapsedMs: number }> {
  const simulation = new Simulation({ seed: 2 });
  const host = simulation.host("alpha");
  host.install("/bin/tool", (world, process) => program(world, process.input));
  const values: unknown[] = [];
  await simulation.execute(host, async (world) => {
    const files = {
      ...world.files,
      info: () => Promise.resolve({ kind: "file", size: 0, modified: 0, mode: 0o755, owner: null }),
    };
    const runtime = new Runtime({ ...world, files: files as World["files"] });
    values.push(
      await runtime.start(async (self: Routine) => {
        const utility = self.create(Utility, { name: "/bin/tool", ...settings });
        for (const seconds of stops) self.kernel.after(seconds * 1000, () => self.send(new Stop(), utility));
        return (await self.select(Returned)).message;
      }).returned,
    );
  }, 100_000);
  return { value: values[0], elapsedMs: simulation.now };
}

Deno.test("Utility in a simulated world: stdin is delivered", async () => {
  const { value } = await runSimulated((world, input) => {
    world.environment.writeOutput(new TextDecoder().decode(input).toUpperCase());
    world.processes.exit(0);
  }, { stdin: "shout", stdout: "text" });
  assertEquals(castBack(value), "SHOUT");
});

Deno.test("Utility kills a program that does not end after SIGTERM", async () => {
  const { value, elapsedMs } = await runSimulated(
    ({ processes }) => void processes.onSignal("SIGTERM", () => {}),
    {},
    [1, 2],
  );
  assertInstanceOf(value, Aborted);
  assertEquals(Math.round(elapsedMs / 100), 110);
});

Deno.test("Utility that is stopped by nobody goes on as long as its program does", async () => {
  const { value, elapsedMs } = await runSimulated((world) => {
    world.clock.after(50_000, () => world.processes.exit(3));
  }, {});
  assertEquals([String(value), value instanceof Faulted], ["child exit code 3 (expecting 0 (zero))", true]);
  assertEquals(Math.round(elapsedMs / 1000), 50);
});

Deno.test("Utility ends with its process", async () => {
  const simulation = new Simulation({ seed: 3 });
  const host = simulation.host("alpha");
  const tools: SimulatedProcess[] = [];
  host.install("/bin/tool", (_world, process) => void tools.push(process));
  function hasty(self: Routine): null {
    self.create(Utility, { name: "/bin/tool" });
    return null;
  }
  async function patient(self: Routine): Promise<null> {
    self.create(Utility, { name: "/bin/tool" });
    await self.select([Stop], { seconds: 1 });
    return null;
  }
  for (const main of [hasty, patient]) {
    const parent = host.start(main.name, async (world) => {
      const files = {
        ...world.files,
        info: () => Promise.resolve({ kind: "file", size: 0, modified: 0, mode: 0o755, owner: null }),
      };
      const program = { main, name: main.name, executable: `/bin/${main.name}` };
      world.processes.exit(await runProgram({ ...world, files: files as World["files"] }, program, []));
    });
    await simulation.runUntil(() => !parent.isAlive, 100_000);
    assertEquals(parent.exitStatus, 0);
    await simulation.runFor(20_000);
    assertEquals(tools.filter((tool) => tool.isAlive).length, 0, main.name);
  }
  assert(tools.length > 0);
  assertEquals(tools.at(-1)!.exitStatus, -15);
});
