/** A composite process as it is seen and steered from outside, in virtual time. */

import { assert, assertEquals } from "@std/assert";
import { readControlFile } from "../../cli/control/control_file.ts";
import { CompositeStatus, GetCompositeStatus, RoleWish } from "../../cli/control/messages.ts";
import { group, GROUP_SURROUNDINGS, type GroupView } from "../../cli/group.ts";
import type { RoleEvent } from "../../cli/role_events.ts";
import { directoryHooks, openRuntime, RoleReport, RoleRuns } from "../../directory/mod.ts";
import { Close, Closed, connect, Connected } from "../../net/mod.ts";
import {
  Aborted,
  Ack,
  type AddressValue,
  bind,
  Faulted,
  HostPort,
  type Routine,
  runProgram,
  type Sendable,
  Stop,
  type World,
} from "../../runtime/mod.ts";
import { makeHome } from "../../runtime/process/home.ts";
import { createRole } from "../../runtime/process/role.ts";
import { type SimulatedHost, Simulation } from "../../runtime/simulation/mod.ts";

const HOME = "/project/.layer-cake";

async function idle(self: Routine): Promise<Aborted> {
  self.warning("idling");
  await self.select(Stop);
  return new Aborted();
}
bind(idle, "control_test");

async function frail(self: Routine): Promise<Faulted> {
  await self.select([Stop], { seconds: 3 });
  return new Faulted("worn out");
}
bind(frail, "control_test");

type Main = Parameters<typeof runProgram>[1]["main"];

/** Runs a program; what happens to roles is noted in `heard`. */
function run(main: Main, heard: string[] | null = null): (world: World) => Promise<void> {
  const view: GroupView = {
    takesErrors: true,
    note: (role, event: RoleEvent) => {
      const more = event.kind === "wrote" ? new TextDecoder().decode(event.bytes).replace(/.* \? /, "").trimEnd() : "";
      heard?.push(`${role} ${event.kind}${more && ` ${more}`}`);
    },
  };
  return async (world) => {
    const hooks = directoryHooks({ scope: "PROCESS" });
    const attach: typeof hooks.attach = (runtime, context) => {
      if (heard !== null) runtime.provide(GROUP_SURROUNDINGS, { view });
      return hooks.attach?.(runtime, context);
    };
    const program = { main, name: "cake", executable: `/bin/${main.name}`, hooks: { ...hooks, attach } };
    world.processes.exit(await runProgram(world, program, world.processes.self.arguments));
  };
}

/** A composite process with these roles, named as what they run with a number; it has run for two seconds. */
async function runningGroup(roles: readonly string[], ...argv: string[]) {
  const simulation = new Simulation({ seed: 1 });
  const host = simulation.host("alpha");
  const heard: string[] = [];
  host.disk.makeFolder("/bin", 0);
  for (const main of [idle, frail]) {
    host.install(`/bin/${main.name}`, run(main));
    host.disk.writeText(`/bin/${main.name}`, "", 0);
  }
  await simulation.execute(host, async (world) => {
    await makeHome(world, HOME);
    for (const name of ["group", ...roles]) {
      await createRole(world, HOME, name, { executable: `/bin/${name.split("-")[0]}` });
    }
  });
  const flags = ["--origin=RUN", `--home-path=${HOME}`, "--role-name=group", "--debug-level=WARNING"];
  const process = host.start("cake", run(group, heard), { arguments: [...flags, ...argv] });
  await simulation.runFor(2000);
  return { simulation, host, process, heard };
}

/** Connects as one who looks does, and asks these questions one after another. */
function asked(
  simulation: Simulation,
  host: SimulatedHost,
  questions: readonly ((token: string) => Sendable)[],
): Promise<unknown[]> {
  return simulation.execute(host, async (world) => {
    const place = await readControlFile(world, HOME);
    assert(place !== null);
    const { run, close } = openRuntime({ world });
    const answers: unknown[] = [];
    await run(async (self) => {
      connect(self, new HostPort("127.0.0.1", place.port));
      await self.select(Connected);
      const peer = self.returnAddress;
      for (const question of questions) answers.push(await self.ask(question(place.token), peer, { timeout: 5 }));
    });
    await close();
    return answers;
  });
}

const status = (token: string) => new GetCompositeStatus({ token });
const wish = (role: string, action: "START" | "STOP" | "RESTART") => (token: string) =>
  new RoleWish({ token, role, action });

function states(answer: unknown): [string, string, number][] {
  assert(answer instanceof CompositeStatus, `${answer}`);
  return answer.roles.map(({ role, state, restarts }) => [role, state, restarts]);
}

Deno.test("a composite process says how its roles stand, and what they count", async () => {
  const { simulation, host } = await runningGroup(["idle-1", "idle-2"]);
  const [first] = await asked(simulation, host, [status]);
  const [second] = await asked(simulation, host, [status]);
  assertEquals(states(first), [["idle-1", "UP", 0], ["idle-2", "UP", 0]]);
  assert(first instanceof CompositeStatus && second instanceof CompositeStatus);
  assert(first.roles.every(({ pid, since, lastLine }) => pid > 0 && since > 0 && lastLine.endsWith("idling")));
  assertEquals(first.reports, [], "nobody had asked before");
  assertEquals(second.reports.map(({ roleName }) => roleName).sort(), ["idle-1", "idle-2"]);
  assert(second.reports.every(({ delivered, at }) => delivered > 0 && at > 0));
});

Deno.test("a composite process hears of roles what happens, in its order", async () => {
  const { heard } = await runningGroup(["idle-1"]);
  assertEquals(heard.slice(0, 2), ["idle-1 starting", "idle-1 process"]);
  assertEquals(heard.slice(2).sort(), ["idle-1 up", "idle-1 wrote <00000006>idle - idling"].sort());
});

Deno.test("a composite process restarts, stops and starts a role when it is asked to", async () => {
  const { simulation, host, process } = await runningGroup(["idle-1", "idle-2"]);
  const pidOf = (answer: unknown) => (answer as CompositeStatus).roles[0]!.pid;
  const [before, done] = await asked(simulation, host, [status, wish("idle-1", "RESTART")]);
  assert(done instanceof Ack);
  await simulation.runFor(2000);
  const [after] = await asked(simulation, host, [status, wish("idle-1", "STOP")]);
  assertEquals(states(after), [["idle-1", "UP", 1], ["idle-2", "UP", 0]]);
  assert(pidOf(before) !== pidOf(after));
  await simulation.runFor(2000);
  const [stopped] = await asked(simulation, host, [status, wish("idle-1", "START")]);
  assertEquals(states(stopped), [["idle-1", "STOPPED", 1], ["idle-2", "UP", 0]]);
  assertEquals(pidOf(stopped), 0);
  await simulation.runFor(2000);
  assertEquals(states((await asked(simulation, host, [status]))[0])[0], ["idle-1", "UP", 2]);
  assert(process.isAlive);
});

Deno.test("a composite process shows a role that waits, and starts it at once when it is asked to", async () => {
  const { simulation, host } = await runningGroup(["frail-1", "idle-1"], '--retry={"regular_steps":1000.0}');
  await simulation.runFor(3000);
  const [waiting] = await asked(simulation, host, [status, wish("frail-1", "START")]);
  assertEquals(states(waiting)[0], ["frail-1", "WAITING", 0]);
  assertEquals((waiting as CompositeStatus).roles[0]!.ending, "worn out");
  await simulation.runFor(1000);
  assertEquals(states((await asked(simulation, host, [status]))[0])[0], ["frail-1", "UP", 1]);
});

Deno.test("a composite process refuses who doesn't know its token, and wishes for roles that it has not", async () => {
  const { simulation, host, process } = await runningGroup(["idle-1"]);
  const answers = await asked(simulation, host, [
    () => new GetCompositeStatus({ token: "guess" }),
    () => new RoleWish({ token: "", role: "idle-1", action: "STOP" }),
    wish("nobody", "STOP"),
    status,
  ]);
  assertEquals(answers.slice(0, 3).map(String), [
    "not permitted (the token is not the one in the home)",
    "not permitted (the token is not the one in the home)",
    'no role "nobody"',
  ]);
  assertEquals(states(answers[3]), [["idle-1", "UP", 0]]);
  assert(process.isAlive);
});

/** What is reported after a role was there over so many lines, all but so many of which have ended; the last line reported. */
async function reportsAfter(lineCount: number, openCount: number): Promise<readonly (number | null)[]> {
  const { simulation, host } = await runningGroup(["missing-1", "idle-1"]);
  const answer = await simulation.execute(host, async (world) => {
    const { port, token } = (await readControlFile(world, HOME))!;
    const { run, close } = openRuntime({ world });
    const answers: unknown[] = [];
    await run(async (self) => {
      const join = async () => {
        connect(self, new HostPort("127.0.0.1", port));
        await self.select(Connected);
        return self.returnAddress;
      };
      const lines: AddressValue[] = [];
      for (let i = 0; i < lineCount; i++) {
        const line = await join();
        self.send(new RoleRuns({ token, roleName: "missing-1", pid: 1 }), line);
        self.send(new RoleReport({ roleName: "missing-1", delivered: i }), line);
        lines.push(line);
      }
      for (const line of lines.slice(0, lineCount - openCount)) {
        self.send(new Close(), line);
        await self.select(Closed);
      }
      // The other end hears of it a little later.
      await self.select([Stop], { seconds: 1 });
      answers.push(await self.ask(status(token), await join(), { timeout: 5 }));
    });
    await close();
    return answers[0];
  });
  assert(answer instanceof CompositeStatus);
  return answer.reports.map(({ delivered }) => delivered);
}

Deno.test("what a role reports over its new line stays when the old one ends late, and goes with the last", async () => {
  assertEquals(await reportsAfter(2, 2), [1]);
  assertEquals(await reportsAfter(2, 1), [1]);
  assertEquals(await reportsAfter(2, 0), []);
});

Deno.test("a composite process that is about to end takes no wishes, and leaves nothing to connect to", async () => {
  const { simulation, host, process } = await runningGroup(["idle-1"]);
  process.signal("SIGINT");
  await simulation.runUntil(() => !process.isAlive);
  assertEquals(host.processes, []);
  const place = await simulation.execute(host, (world) => readControlFile(world, HOME));
  assert(place !== null);
  await simulation.execute(host, async (world) => {
    const error = await world.network.connect("127.0.0.1", place.port).catch((error) => error);
    assertEquals(error.errorCode, 111);
  });
});

Deno.test("a role reports to nobody who did not start it", async () => {
  const simulation = new Simulation({ seed: 1 });
  const host = simulation.host("alpha");
  let count = 0;
  const start = (variable: string, ...argv: string[]) =>
    host.start(`idle-${count++}`, run(idle), { environment: { CAKE_COMPOSITE: variable }, arguments: argv });
  const listener = await simulation.execute(host, (world) => world.network.listen("127.0.0.1", 7000));
  let accepted = 0;
  listener.accept().then(() => accepted++);
  const sub = start("7000:abc", "--origin=RUN_CHILD", "--child-process", "--role-name=a.b");
  const shell = start("7000:abc");
  const odd = start("7000", "--origin=RUN_CHILD", "--child-process", "--role-name=a");
  await simulation.runFor(1000);
  assertEquals([accepted, sub.isAlive, shell.isAlive, odd.isAlive], [0, true, true, true]);
});
