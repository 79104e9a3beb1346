import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  Aborted,
  Ack,
  bind,
  castBack,
  Faulted,
  Integer8,
  ProcessObject,
  type ProcessRequest,
  Returned,
  type Routine,
  runProgram,
  Runtime,
  Stop,
  T1,
  Unicode,
  type World,
} from "../../runtime/mod.ts";
import { type SimulatedHost, type SimulatedProcess, Simulation } from "../../runtime/simulation/mod.ts";

/** How long a child may be asked to run, virtually. */
const LONG_SECONDS = 3600;

const settings = { name: Unicode.default("world"), count: Integer8.default(1) };

function greet(_self: Routine, given: { name: string; count: number }): string {
  return Array(given.count).fill(`hello ${given.name}`).join(" ");
}
bind(greet, "process_object_test", { settings, returns: Unicode });

async function idle(self: Routine): Promise<Aborted> {
  await self.select(Stop);
  return new Aborted();
}
bind(idle, "process_object_test");

async function stubborn(self: Routine): Promise<null> {
  self.start(T1, LONG_SECONDS);
  await self.select(T1);
  return null;
}
bind(stubborn, "process_object_test");

type Main = Parameters<typeof runProgram>[1]["main"];

function programOf(main: Main, name: string): (world: World) => Promise<void> {
  return async (world) => {
    const program = { main, name, executable: `/bin/${name}` };
    world.processes.exit(await runProgram(world, program, world.processes.self.arguments));
  };
}

/** A host with programs on it. */
function makeHost(): { simulation: Simulation; host: SimulatedHost } {
  const simulation = new Simulation({ seed: 1 });
  const host = simulation.host("alpha");
  const programs: Record<string, (world: World) => unknown> = {
    greet: programOf(greet, "greet"),
    idle: programOf(idle, "idle"),
    stubborn: programOf(stubborn, "stubborn"),
    noise: (world) => {
      world.environment.writeOutput("boo\n");
      world.processes.exit(0);
    },
    quitter: (world) => world.processes.exit(3),
    silent: (world) => world.processes.exit(0),
  };
  for (const [name, program] of Object.entries(programs)) {
    host.install(`/bin/${name}`, program);
    host.disk.makeFolder("/bin", 0);
    host.disk.writeText(`/bin/${name}`, "", 0);
  }
  return { simulation, host };
}

/** Runs one child under a main object, which is sent a Stop after some time if wanted. */
function run(
  request: ProcessRequest,
  stopAfterMs?: number,
): Promise<{ value: unknown; elapsedMs: number; errors: string[] }> {
  return runOn(makeHost(), request, stopAfterMs);
}

async function runOn(
  { simulation, host }: ReturnType<typeof makeHost>,
  request: ProcessRequest,
  stopAfterMs?: number,
): Promise<{ value: unknown; elapsedMs: number; errors: string[]; parent: SimulatedProcess }> {
  const values: unknown[] = [];
  async function parentMain(self: Routine): Promise<null> {
    const child = self.create(ProcessObject, { homePath: "/home", ...request });
    if (stopAfterMs !== undefined) self.kernel.after(stopAfterMs, () => self.send(new Stop(), child));
    const returned = await self.select(Returned);
    values.push(returned.message);
    return null;
  }
  const parent = host.start("parent", programOf(parentMain, "parent"), { arguments: ["--debug-level=OBJECT"] });
  await simulation.runUntil(() => !parent.isAlive, 3_600_000 * 2);
  assertEquals(parent.exitStatus, 0);
  return { value: values[0], elapsedMs: simulation.now, errors: parent.errors, parent };
}

Deno.test("ProcessObject returns the value of a child, given its settings", async () => {
  const { value } = await run({
    role: "/bin/greet",
    settings: new Map<string, unknown>([["name", "you"], ["count", 2]]),
  });
  assertEquals(castBack(value), "hello you hello you");
});

Deno.test("ProcessObject logs the command, the start and the end of its process", async () => {
  const { errors } = await run({ role: "/bin/greet", roleName: "g" });
  const line =
    "/bin/greet --origin=SHELL --child-process --full-output --home-path=/home --role-name=g --debug-level=OBJECT";
  assert(errors.some((text) => text.endsWith(`ProcessObject - ${line}\n`)), errors.join(""));
  assert(errors.some((text) => / \( .* - Started process \(\d+\)\n$/.test(text)), errors.join(""));
  assert(errors.some((text) => / \) .* - Process \(\d+\) ended with 0\n$/.test(text)), errors.join(""));
});

Deno.test("ProcessObject returns null for a child that says nothing and ends well", async () => {
  assertEquals((await run({ role: "/bin/silent" })).value, null);
});

Deno.test("ProcessObject says what was strange about a child", async () => {
  const texts = async (request: ProcessRequest) => `${(await run(request)).value}`;
  assertEquals(
    await texts({ role: "/bin/quitter" }),
    'non-standard process exit - code=3, output=<empty>, page="<empty>..."',
  );
  assert((await texts({ role: "/bin/noise" })).startsWith("cannot decode output (cannot decode ("));
  assertEquals(await texts({ role: "/bin/nosuch" }), "cannot execute /bin/nosuch (no role script)");
  assertEquals(await texts({ executable: "nosuch" }), "cannot execute nosuch (not found)");
  assertEquals(await texts({ executable: "nosuch.ts" }), "cannot execute nosuch.ts (not found)");
  assertEquals(await texts({ executable: "notes.txt" }), "cannot execute notes.txt (unknown extension?)");
  assertEquals(await texts({}), "cannot execute (nothing to execute)");
});

Deno.test("ProcessObject returns the fault of a child whose arguments are bad", async () => {
  const { value } = await run({ role: "/bin/greet", settings: new Map<string, unknown>([["colour", "red"]]) });
  assertInstanceOf(value, Faulted);
  assertEquals(`${value}`, "unknown arguments (colour)");
});

Deno.test("ProcessObject interrupts its child when it is stopped, and answers Aborted", async () => {
  const { value, elapsedMs } = await run({ role: "/bin/idle" }, 1000);
  assertInstanceOf(value, Aborted);
  assert(elapsedMs < 1500, `${elapsedMs} ms`);
});

Deno.test("ProcessObject terminates a child that does not end, which then ends at once", async () => {
  const { value, elapsedMs, errors } = await run({ role: "/bin/stubborn" }, 1000);
  assertInstanceOf(value, Aborted);
  assert(elapsedMs >= 11_000 && elapsedMs < 12_000, `${elapsedMs} ms`);
  assert(errors.some((text) => text.includes("did not end, sending SIGTERM")), errors.join(""));
});

Deno.test("ProcessObject kills a child that takes no signal", async () => {
  const made = makeHost();
  made.host.install("/bin/deaf", (world: World) => {
    for (const name of ["SIGINT", "SIGTERM"] as const) world.processes.onSignal(name, () => {});
    world.clock.after(LONG_SECONDS * 1000, () => world.processes.exit(0));
  });
  made.host.disk.writeText("/bin/deaf", "", 0);
  const { value, elapsedMs } = await runOn(made, { role: "/bin/deaf" }, 1000);
  assertInstanceOf(value, Aborted);
  assert(elapsedMs >= 21_000 && elapsedMs < 22_000, `${elapsedMs} ms`);
});

Deno.test("a process ends the children that its main object left behind", async () => {
  const { simulation, host } = makeHost();
  // deno-lint-ignore require-await -- a routine
  async function careless(self: Routine): Promise<Ack> {
    self.create(ProcessObject, { role: "/bin/idle", homePath: "/home" });
    self.start(T1, 1);
    return self.select(T1).then(() => new Ack());
  }
  const parent = host.start("parent", programOf(careless, "parent"));
  await simulation.runUntil(() => !parent.isAlive);
  assertEquals([parent.output.join(""), parent.exitStatus], ["{}\n", 0]);
  assertEquals(host.processes, []);
});

Deno.test("a child ends within two seconds of the death of its parent", async () => {
  for (const role of ["/bin/idle", "/bin/stubborn"]) {
    const { simulation, host } = makeHost();
    const waiting = async (self: Routine): Promise<unknown> => {
      self.create(ProcessObject, { role, homePath: "/home" });
      return (await self.select(Returned)).message;
    };
    const parent = host.start("parent", programOf(waiting, "parent"));
    await simulation.runFor(3000);
    assertEquals(host.processes.length, 2);
    parent.crash();
    await simulation.runFor(2000);
    assertEquals(host.processes.map((process) => process.name), []);
  }
});

Deno.test("a child ends whose parent ended before it could look for it", async () => {
  for (const [parent, isGone] of [["4711", true], ["1", false], ["nonsense", false]] as const) {
    const { simulation, host } = makeHost();
    // Nobody started it: its parent is the first process, as that of every orphan.
    const options = { arguments: ["--child-process"], environment: { CAKE_PARENT: parent } };
    const orphan = host.start("orphan", programOf(stubborn, "orphan"), options);
    await simulation.runFor(2000);
    assertEquals(orphan.isAlive, !isGone, parent);
  }
});

Deno.test("a child ends whose parent has ended, also while nobody has asked for the parent's status", async () => {
  for (const [state, isGone] of [["Z", true], ["S", false]] as const) {
    const { simulation, host } = makeHost();
    for (const folder of ["/proc/self", "/proc/4711"]) host.disk.makeFolder(folder, 0);
    host.disk.writeText("/proc/self/stat", "100 (orphan) R 1 1 1", 0);
    host.disk.writeText("/proc/4711/stat", `4711 (a) S) ${state} 1 1 1`, 0);
    const options = { arguments: ["--child-process"], environment: { CAKE_PARENT: "4711" } };
    const orphan = host.start("orphan", programOf(stubborn, "orphan"), options);
    await simulation.runFor(2000);
    assertEquals(orphan.isAlive, !isGone, state);
  }
});

Deno.test("ProcessObject returns a fault for more output than it takes", async () => {
  const { simulation, host } = makeHost();
  const value = await simulation.execute(host, async (world) => {
    const child = {
      pid: 2,
      output: () => Promise.resolve({ bytes: new Uint8Array(), truncated: true }),
      status: Promise.resolve({ code: 0 }),
      signal() {},
    };
    const runtime = new Runtime({ ...world, processes: { ...world.processes, spawn: () => child } });
    return await runtime.start(ProcessObject, { role: "/bin/greet", homePath: "/home" }).returned;
  });
  assertEquals(`${value}`, "cannot decode output (more than 268435456 bytes) not a standard executable?");
});
