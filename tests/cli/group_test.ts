import { assert, assertEquals } from "@std/assert";
import { group } from "../../cli/group.ts";
import { directoryHooks } from "../../directory/mod.ts";
import { prepareEncryption } from "../../net/sodium_boxes.ts";
import { Aborted, bind, Faulted, type Routine, runProgram, Stop, T1, Unicode, type World } from "../../runtime/mod.ts";
import { makeHome } from "../../runtime/process/home.ts";
import { createRole } from "../../runtime/process/role.ts";
import { type SimulatedHost, type SimulatedProcess, Simulation } from "../../runtime/simulation/mod.ts";

const HOME = "/project/.layer-cake";

function greet(): string {
  return "hello";
}
bind(greet, "group_test", { returns: Unicode });

async function idle(self: Routine): Promise<Aborted> {
  await self.select(Stop);
  return new Aborted();
}
bind(idle, "group_test");

async function brief(self: Routine): Promise<Faulted> {
  self.start(T1, 2);
  const m = await self.select(T1, Stop);
  return m instanceof Stop ? new Aborted() : new Faulted("done", "for now");
}
bind(brief, "group_test");

type Main = Parameters<typeof runProgram>[1]["main"];

function run(main: Main): (world: World) => Promise<void> {
  return async (world) => {
    const program = {
      main,
      name: "cake",
      executable: `/bin/${main.name}`,
      hooks: directoryHooks({ scope: "PROCESS" }),
    };
    world.processes.exit(await runProgram(world, program, world.processes.self.arguments));
  };
}

interface Bench {
  readonly simulation: Simulation;
  readonly host: SimulatedHost;
  start(...argv: string[]): SimulatedProcess;
}

/** A home with these roles, named as what they run with a number. */
async function makeBench(...roles: string[]): Promise<Bench> {
  const simulation = new Simulation({ seed: 1 });
  const host = simulation.host("alpha");
  host.disk.makeFolder("/bin", 0);
  for (const main of [greet, idle, brief]) {
    host.install(`/bin/${main.name}`, run(main));
    host.disk.writeText(`/bin/${main.name}`, "", 0);
  }
  await simulation.execute(host, async (world) => {
    await makeHome(world, HOME);
    for (const name of roles) await createRole(world, HOME, name, { executable: `/bin/${name.split("-")[0]}` });
  });
  const start = (...argv: string[]) =>
    host.start("cake", run(group), {
      arguments: ["--origin=RUN", `--home-path=${HOME}`, "--role-name=group", "--child-process", ...argv],
    });
  return { simulation, host, start };
}

Deno.test("group runs until all roles have ended, and returns the table of what they returned", async () => {
  const { simulation, start } = await makeBench("greet-1", "brief-1");
  const process = start("--full-output");
  await simulation.runUntil(() => !process.isAlive);
  const [type, table] = JSON.parse(process.output.join("")).value;
  assertEquals(type, "map<unicode,any>");
  assertEquals(table.map(([name, [type]]: [string, [string]]) => [name, type]), [
    ["greet-1", "unicode"],
    ["brief-1", "layer_cake.point_runtime.Faulted"],
  ]);
  assertEquals(process.errors, ['cake: Role "brief-1" ended: done (for now)\n']);
  assertEquals(process.exitStatus, 0);
});

Deno.test("group ends with its main role, stopping the others", async () => {
  const { simulation, host, start } = await makeBench("brief-1", "idle-1", "idle-2");
  const process = start("--main-role=brief-1");
  await simulation.runUntil(() => !process.isAlive);
  assertEquals([process.errors.join(""), process.exitStatus], ["cake: done (for now)\n", 71]);
  assertEquals(host.processes, []);
  const [entry] = JSON.parse(host.disk.readText(`${HOME}/role/idle-1/start_stop.json`)).value;
  assertEquals(entry.returned[0], "layer_cake.point_runtime.Aborted");
});

Deno.test("group starts roles again with the pauses that it was given", async () => {
  const { simulation, host, start } = await makeBench("brief-1");
  const process = start('--retry={"first_steps":[5.0,10.0],"step_limit":3}');
  await simulation.runUntil(() => !process.isAlive);
  const entries = JSON.parse(host.disk.readText(`${HOME}/role/brief-1/start_stop.json`)).value as { start: string }[];
  const seconds = entries.map(({ start }) => Date.parse(`${start}Z`) / 1000);
  assertEquals(entries.length, 3);
  assert(Math.abs(seconds[1]! - seconds[0]! - 7) < 0.5 && Math.abs(seconds[2]! - seconds[1]! - 12) < 0.5, `${seconds}`);
});

Deno.test("group that is encrypted starts its roles encrypted, the first time and each time again", async () => {
  await prepareEncryption();
  const { simulation, host, start } = await makeBench("brief-1");
  const process = start("--encrypted-directory=true", '--retry={"first_steps":[5.0,10.0],"step_limit":3}');
  const seen = new Map<number, string[]>();
  while (process.isAlive) {
    await simulation.runFor(500);
    for (const role of host.processes) if (role !== process) seen.set(role.pid, [...role.arguments]);
  }
  const flags = [...seen.values()].map((args) => args.find((arg) => arg.startsWith("--encrypted-process=")));
  assertEquals(flags, Array(3).fill("--encrypted-process=true"));
});

Deno.test("group stops everything when it is interrupted", async () => {
  const { simulation, host, start } = await makeBench("idle-1", "idle-2", "idle-3");
  const process = start();
  await simulation.runFor(2000);
  assertEquals(host.processes.length, 4);
  process.signal("SIGINT");
  await simulation.runUntil(() => !process.isAlive, 2000);
  assertEquals([process.errors.join(""), process.exitStatus], ["cake: aborted (user or software interrupt)\n", 71]);
  assertEquals(host.processes, []);
});

Deno.test("group runs the roles that words choose", async () => {
  const { simulation, host, start } = await makeBench("idle-1", "idle-2", "greet-1");
  const process = start("idle-[12]", "nosuch");
  await simulation.runFor(2000);
  assertEquals(host.processes.map(({ name }) => name).sort(), ["cake", "idle", "idle"]);
  process.signal("SIGINT");
  await simulation.runUntil(() => !process.isAlive);
});

Deno.test("group says why it can't run", async () => {
  const { simulation, host, start } = await makeBench("idle-1");
  const said = async (...argv: string[]) => {
    const process = start(...argv);
    await simulation.runUntil(() => !process.isAlive);
    assertEquals(process.exitStatus, 71);
    return process.errors.splice(0).join("");
  };
  assertEquals(await said("nosuch"), 'cake: No roles matching "nosuch"\n');
  assert((await said("[")).startsWith('cake: cannot compile search "[" ('));
  assertEquals(await said("--main-role=x"), `cake: cannot run "${HOME}" (no role "x" to be the main role)\n`);
  assertEquals(await said("--home-path=/nowhere"), 'cake: cannot open path "/nowhere"\n');
  host.disk.remove(`${HOME}/role/idle-1/log_storage.json`);
  assertEquals(await said(), `cake: cannot open "${HOME}/role/idle-1" (missing property "log_storage")\n`);
});

Deno.test("group holds the locks of roles that don't lock themselves", async () => {
  const { simulation, host, start } = await makeBench("idle-1");
  host.install("/bin/plain", (world: World) => {
    world.processes.onSignal("SIGINT", () => world.processes.exit(0));
    world.clock.after(3_600_000, () => {});
  });
  host.disk.writeText("/bin/plain", "", 0);
  await simulation.execute(host, (world) => createRole(world, HOME, "plain", { executable: "/bin/plain" }));
  const process = start();
  await simulation.runFor(2000);
  const holder = await simulation.execute(host, (world) => world.files.lockHolder(`${HOME}/role/plain/lock/head`));
  assertEquals(holder, process.pid);
  process.signal("SIGINT");
  await simulation.runUntil(() => !process.isAlive);
});
