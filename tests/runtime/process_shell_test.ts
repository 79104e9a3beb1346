import { assert, assertEquals } from "@std/assert";
import {
  Aborted,
  bind,
  Faulted,
  Integer8,
  type Program,
  type Routine,
  runProgram,
  type ShellHooks,
  Stop,
  T1,
  Unicode,
  words,
  type World,
} from "../../runtime/mod.ts";
import { type SimulatedHost, type SimulatedProcess, Simulation } from "../../runtime/simulation/mod.ts";

const ROLE = "/project/.layer-cake/role/greet";
const RUN = ["--origin=RUN", "--home-path=/project/.layer-cake"];

const settings = { name: Unicode.default("world"), count: Integer8.default(1) };

function greet(_self: Routine, given: { name: string; count: number }): string {
  return Array(given.count).fill(`hello ${given.name}`).join(" ");
}
bind(greet, "process_shell_test", { settings, returns: Unicode });

async function idle(self: Routine): Promise<Aborted> {
  await self.select(Stop);
  return new Aborted();
}
bind(idle, "process_shell_test");

async function stubborn(self: Routine): Promise<null> {
  self.start(T1, 3600);
  await self.select(T1);
  return null;
}
bind(stubborn, "process_shell_test");

function said(self: Routine): string {
  return words(self).join("|");
}
bind(said, "process_shell_test", { returns: Unicode });

interface Bench {
  readonly simulation: Simulation;
  readonly host: SimulatedHost;
  /** Starts a program in the project folder. */
  start(
    main: Program["main"],
    argv: readonly string[],
    options?: Partial<Program>,
    environment?: Readonly<Record<string, string>>,
  ): SimulatedProcess;
  /** Starts `greet`, and waits for its end. */
  greet(...argv: readonly string[]): Promise<SimulatedProcess>;
}

function bench(): Bench {
  const simulation = new Simulation({ seed: 1 });
  const host = simulation.host("alpha");
  host.disk.makeFolder("/project", 0);
  let count = 0;
  const start: Bench["start"] = (main, argv, options = {}, environment = {}) =>
    host.start(`p${++count}`, async (world: World) => {
      const program = { main, name: `${main.name}.ts`, executable: `/project/${main.name}.ts`, ...options };
      world.processes.exit(await runProgram(world, program, world.processes.self.arguments));
    }, { arguments: argv, folder: "/project", environment });
  return {
    simulation,
    host,
    start,
    greet: async (...argv) => {
      const process = start(greet, argv);
      await simulation.runUntil(() => !process.isAlive);
      return process;
    },
  };
}

function texts(process: SimulatedProcess): [string, string, number | null] {
  return [process.output.join(""), process.errors.join(""), process.exitStatus];
}

Deno.test("runProgram() prints the value and ends with 0", async () => {
  assertEquals(texts(await bench().greet("--name=you")), ['"hello you"\n', "", 0]);
});

Deno.test("runProgram() tells bad arguments on stderr, or typed to a parent, with 71", async () => {
  const { greet } = bench();
  assertEquals(texts(await greet("--colour=red", "-q")), ["", "greet.ts: unknown arguments (colour, q)\n", 71]);
  const [out, error, status] = texts(await greet("--origin=NOWHERE", "--full-output", "--child-process"));
  assert(out.startsWith('{"value":["layer_cake.point_runtime.Faulted",{"condition":"cannot decode value for'), out);
  assertEquals([error, status], ["", 71]);
});

Deno.test("runProgram() hands words to the main object", async () => {
  const { start, simulation } = bench();
  const process = start(said, ["a", "b", "c"]);
  await simulation.runUntil(() => !process.isAlive);
  assertEquals(texts(process), ['"a|b|c"\n', "", 0]);
});

Deno.test("runProgram() stores settings with --create-role, and overrides them for one run only", async () => {
  const { greet, host } = bench();
  const created = await greet("--create-role", "--name=me", "--count=2", ...RUN);
  assertEquals(texts(created), ['{\n    "command": "create-role",\n    "note": "name,count"\n}\n', "", 0]);
  const stored = host.disk.readText(`${ROLE}/settings.json`);
  assertEquals(texts(await greet("--name=you", ...RUN)), ['"hello you hello you"\n', "", 0]);
  assertEquals(host.disk.readText(`${ROLE}/settings.json`), stored);
  const updated = await greet("--update-role", "--name=us", ...RUN);
  assertEquals(texts(updated)[0], '{\n    "command": "update-role",\n    "note": "name,count"\n}\n');
  assertEquals(texts(await greet(...RUN))[0], '"hello us hello us"\n');
});

Deno.test("runProgram() does not see a role when it is started by hand", async () => {
  const { greet } = bench();
  await greet("--create-role", "--name=me");
  assertEquals(texts(await greet())[0], '"hello world"\n');
  assertEquals(texts(await greet("--dump-role")), ["", `greet.ts: no settings available "${ROLE}"\n`, 71]);
  assertEquals(texts(await greet("--create-role")), ["", `greet.ts: cannot create "${ROLE}" (already exists)\n`, 71]);
});

Deno.test("runProgram() opens the role that is there when it is to keep logs", async () => {
  const { greet, host } = bench();
  await greet("--create-role", "--name=me");
  const id = host.disk.readText(`${ROLE}/unique_id.json`);
  assertEquals(texts(await greet("--keep-logs"))[0], '"hello me"\n');
  assertEquals(host.disk.readText(`${ROLE}/unique_id.json`), id);
  const [file] = host.disk.list(`${ROLE}/logs`);
  assert(/^\d{4}h\d\dh\d\dT\d\dc\d\dc\d\dp\d{3}$/.test(file!), file);
  const log = host.disk.readText(`${ROLE}/logs/${file}`);
  assert(/^\S+ \+ <[0-9a-f]{8}>greet - Created by <[0-9a-f]{8}>\n/.test(log), log);
});

Deno.test("runProgram() records start, stop and value of a role", async () => {
  const { greet, host } = bench();
  await greet("--create-role", ...RUN);
  await greet(...RUN);
  const [entry, ...others] = JSON.parse(host.disk.readText(`${ROLE}/start_stop.json`)).value;
  assertEquals(others, []);
  assertEquals(entry.returned, ["unicode", "hello world", []]);
  assert(entry.start < entry.stop, `${entry.start} ${entry.stop}`);
});

Deno.test("runProgram() refuses a role that runs, before it touches anything of it", async () => {
  const { start, simulation, host } = bench();
  const role = "/project/.layer-cake/role/idle";
  const creator = start(idle, ["--create-role", ...RUN]);
  await simulation.runUntil(() => !creator.isAlive);
  const first = start(idle, ["--child-process", ...RUN]);
  await simulation.runFor(1000);
  host.disk.writeText(`${role}/tmp/work`, "mine", 0);
  const before = host.disk.readText(`${role}/start_stop.json`);
  const second = start(idle, RUN);
  await simulation.runUntil(() => !second.isAlive);
  assertEquals(texts(second), ["", `idle.ts: role ${role}/lock is running\n`, 71]);
  assertEquals(host.disk.readText(`${role}/tmp/work`), "mine");
  assertEquals(host.disk.readText(`${role}/start_stop.json`), before);
  first.signal("SIGINT");
  await simulation.runUntil(() => !first.isAlive);
  const third = start(idle, RUN);
  await simulation.runFor(1000);
  assertEquals(host.disk.list(`${role}/tmp`), []);
  third.signal("SIGINT");
});

Deno.test("runProgram() names the file of a damaged role", async () => {
  const { greet, host } = bench();
  await greet("--create-role", ...RUN);
  host.disk.writeText(`${ROLE}/settings.json`, "{", 0);
  const [out, error, status] = texts(await greet(...RUN));
  assert(error.startsWith(`greet.ts: cannot read "${ROLE}/settings.json" (cannot decode (`), error);
  assertEquals([out, status], ["", 71]);
});

Deno.test("runProgram() refuses a stored setting that the program does not have", async () => {
  const { greet, host } = bench();
  await greet("--create-role", ...RUN);
  host.disk.writeText(`${ROLE}/settings.json`, '{"value": [["colour", ["unicode", "red", []]]]}', 0);
  assertEquals(texts(await greet(...RUN)), [
    "",
    'greet.ts: cannot run greet (stored setting "colour" is none of its own)\n',
    71,
  ]);
});

Deno.test("runProgram() refuses names of roles that lead elsewhere", async () => {
  const { greet, host } = bench();
  const [, error, status] = texts(await greet("--create-role", "--role-name=../up"));
  assertEquals(error, 'greet.ts: cannot create role "../up" (expected letters, digits, dashes and underscores)\n');
  assertEquals([status, host.disk.list("/project")], [71, []]);
});

Deno.test("runProgram() turns the first signal into a Stop", async () => {
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const) {
    const { start, simulation } = bench();
    const process = start(idle, []);
    await simulation.runFor(5000);
    process.signal(name);
    await simulation.runUntil(() => !process.isAlive, 1000);
    assertEquals(texts(process), ["", "idle.ts: aborted (user or software interrupt)\n", 71]);
  }
});

Deno.test("runProgram() tells a service manager of its course, and ends well when that ends it", async () => {
  const supervised = { NOTIFY_SOCKET: "/run/notify" };
  const courses: readonly (readonly [argv: string[], "SIGTERM" | "SIGINT", environment: object, expected: unknown])[] =
    [
      [[], "SIGTERM", supervised, [["READY=1", "STOPPING=1"], "", 0]],
      [[], "SIGINT", supervised, [["READY=1", "STOPPING=1"], "idle.ts: aborted (user or software interrupt)\n", 71]],
      [[], "SIGTERM", {}, [[], "idle.ts: aborted (user or software interrupt)\n", 71]],
      // What a service starts has another one to tell.
      [["--child-process"], "SIGTERM", supervised, [[], "idle.ts: aborted (user or software interrupt)\n", 71]],
    ];
  for (const [argv, signal, environment, expected] of courses) {
    const { start, simulation } = bench();
    const process = start(idle, argv, {}, environment as Record<string, string>);
    await simulation.runFor(1000);
    process.signal(signal);
    await simulation.runUntil(() => !process.isAlive, 1000);
    assertEquals([process.notices, process.errors.join(""), process.exitStatus], expected, signal);
  }
});

Deno.test("runProgram() leaves a fault a fault, also when a service manager ends it", async () => {
  async function sore(self: Routine): Promise<Faulted> {
    await self.select(Stop);
    return new Faulted("cannot stop well");
  }
  bind(sore, "process_shell_test");
  const { start, simulation } = bench();
  const process = start(sore, [], { tellsReady: true }, { NOTIFY_SOCKET: "@notify" });
  await simulation.runFor(1000);
  process.signal("SIGTERM");
  await simulation.runUntil(() => !process.isAlive, 1000);
  assertEquals(process.notices, ["STOPPING=1"]);
  assertEquals(texts(process), ["", "sore.ts: cannot stop well\n", 71]);
});

Deno.test("runProgram() ends at the third signal of somebody who waits, but not by one that came twice", async () => {
  const { start, simulation } = bench();
  const process = start(stubborn, []);
  await simulation.runFor(100);
  for (const afterMs of [0, 10, 1000]) {
    await simulation.runFor(afterMs);
    process.signal("SIGINT");
  }
  await simulation.runFor(1000);
  assert(process.isAlive);
  process.signal("SIGINT");
  await simulation.runFor(10);
  assertEquals(process.exitStatus, 71);
});

Deno.test("runProgram() writes the log before an end at once, too", async () => {
  const { start, simulation, host } = bench();
  const process = start(stubborn, ["--keep-logs", "--role-name=stubborn"]);
  await simulation.runFor(5000);
  for (let count = 0; count < 3; count++) {
    process.signal("SIGINT");
    await simulation.runFor(400);
  }
  await simulation.runUntil(() => !process.isAlive, 1000);
  const folder = "/project/.layer-cake/role/stubborn/logs";
  const [file] = host.disk.list(folder) as [string];
  assert(host.disk.readText(`${folder}/${file}`).endsWith(" - Ending at once: SIGINT while stopping\n"));
});

Deno.test("runProgram() ends a child process by a termination after an interrupt, not by repeated interrupts", async () => {
  const { start, simulation } = bench();
  const process = start(stubborn, ["--child-process"]);
  await simulation.runFor(100);
  for (let i = 0; i < 5; i++) {
    process.signal("SIGINT");
    await simulation.runFor(1000);
  }
  assert(process.isAlive);
  process.signal("SIGTERM");
  await simulation.runFor(10);
  assertEquals(process.exitStatus, 71);
});

Deno.test("runProgram() runs hooks around the main object, and prints before they end", async () => {
  const { start, simulation } = bench();
  const course: string[] = [];
  const hooks: ShellHooks = {
    attach: () => void course.push("attach"),
    started: () => void course.push("started"),
    detach: () => void course.push(`detach after ${process.output.length} output`),
  };
  const process = start(greet, [], { hooks });
  await simulation.runUntil(() => !process.isAlive);
  assertEquals(course, ["attach", "started", "detach after 1 output"]);
});

Deno.test("runProgram() ends with the fault of a hook", async () => {
  const { start, simulation } = bench();
  const process = start(greet, [], { hooks: { attach: () => new Faulted("cannot attach", "as a test") } });
  await simulation.runUntil(() => !process.isAlive);
  assertEquals(texts(process), ["", "greet.ts: cannot attach (as a test)\n", 71]);
});

Deno.test("runProgram() ends though a hook never does", async () => {
  const { start, simulation } = bench();
  const process = start(greet, [], { hooks: { detach: () => new Promise<void>(() => {}) } });
  await simulation.runUntil(() => !process.isAlive, 11_000);
  assertEquals(texts(process), ['"hello world"\n', "", 0]);
});

Deno.test("runProgram() prints help for people, and none for a parent", async () => {
  const { greet } = bench();
  const [help, , status] = texts(await greet("--help"));
  assert(help.includes("--count=<integer8>  default 1"), help);
  assertEquals(status, 0);
  assertEquals(texts(await greet("--help", "--child-process")), ["", "", 0]);
});

function background(end: "runs" | "ends") {
  const { start, simulation, host } = bench();
  const main = end === "runs" ? idle : greet;
  const program = { main, name: "greet.ts", executable: "/project/greet.ts" };
  host.install("/bin/again", async (world) => {
    world.processes.exit(await runProgram(world, program, world.processes.self.arguments));
  });
  const launch = (_world: World, argv: readonly string[]) => ({ executable: "/bin/again", arguments: argv });
  const begin = () => start(main, ["--origin=START", "--role-name=greet"], { launch });
  return { begin, simulation, host };
}

Deno.test("runProgram() goes into the background, and says so once it holds the lock", async () => {
  const { begin, simulation, host } = background("runs");
  const process = begin();
  await simulation.runUntil(() => !process.isAlive);
  assertEquals(texts(process), ['{\n    "command": "background-daemon",\n    "note": null\n}\n', "", 0]);
  const head = JSON.parse(host.disk.readText(`${ROLE}/lock/head.json`));
  assert(head.value.pid !== process.pid);
  const second = begin();
  await simulation.runUntil(() => !second.isAlive);
  assertEquals(texts(second), ["", `idle.ts: role ${ROLE}/lock is running (process ${head.value.pid})\n`, 71]);
});

Deno.test("runProgram() in the background may end before anybody looks", async () => {
  const { begin, simulation, host } = background("ends");
  const process = begin();
  await simulation.runUntil(() => !process.isAlive);
  assertEquals(texts(process)[2], 0);
  const { value } = JSON.parse(host.disk.readText(`${ROLE}/start_stop.json`));
  assertEquals(value.at(-1).returned, ["unicode", "hello world", []]);
});
