import { assert, assertEquals, assertMatch } from "@std/assert";
import { COMMAND_NAMES, COMMANDS, VERSION } from "../../cli/mod.ts";
import { findCommand } from "../../cli/command_table.ts";
import { HOME, simulatedCake } from "../helpers/simulated_cake.ts";

Deno.test("cake without a command, or with an unknown one, says so", async () => {
  const { cake } = simulatedCake();
  assertEquals(await cake(), ["", "cake: no sub-command\n", 71]);
  assertEquals(await cake("bake"), ["", 'cake: unknown sub-command "bake"\n', 71]);
  assertEquals(await cake("toString"), ["", 'cake: unknown sub-command "toString"\n', 71]);
  assertEquals(await cake("list", "--colour=red", "-x"), [
    "",
    'cake: cannot execute "list" (unknown arg(s) "colour,x")\n',
    71,
  ]);
});

Deno.test("cake --help and --version print to stdout", async () => {
  const { cake } = simulatedCake();
  const [help, error, status] = await cake("--help");
  for (const { name } of COMMANDS) assert(help.includes(`\n  ${name} `), help);
  assertEquals([error, status], ["", 0]);
  assertEquals((await cake("help"))[0], help);
  for (const { name, summary } of COMMANDS) {
    const [text] = await cake(name, "--help");
    assert(text.startsWith(`Usage: cake ${name}`), text);
    assert(text.replaceAll(/\s+/g, " ").includes(summary), text);
    assertEquals((await cake("help", name))[0], text);
  }
  assertEquals(await cake("--version"), [`cake ${VERSION}\n`, "", 0]);
});

Deno.test("the table of commands has the names of all of them, and finds each by its name", async () => {
  assertEquals(COMMAND_NAMES, COMMANDS.map(({ name }) => name));
  for (const command of COMMANDS) assertEquals(await findCommand(command.name), command);
  assertEquals((await findCommand("group"))?.name, "group");
  assertEquals(await findCommand("toString"), undefined);
});

Deno.test("VERSION is that of deno.json", async () => {
  const { version } = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));
  assertEquals(VERSION, version);
});

Deno.test("cake says that there is no home", async () => {
  const { cake } = simulatedCake();
  const absent = "does not exist or contains unexpected/incomplete materials";
  assertEquals((await cake("list"))[1], `cake: cannot list "${HOME}" (${absent})\n`);
  assertEquals((await cake("add", "/bin/idle", "a"))[1], `cake: cannot add "a" (home path ".layer-cake" ${absent})\n`);
  assertEquals(
    (await cake("run"))[1],
    `cake: cannot run "${HOME}" (does not exist or unexpected/incomplete materials)\n`,
  );
  assertEquals((await cake("destroy"))[1], `cake: cannot destroy "${HOME}" (not a folder)\n`);
});

Deno.test("cake create makes nothing when the settings are refused", async () => {
  const { cake, host } = simulatedCake();
  assertEquals(await cake("create", "--colour=red"), ["", "cake: unknown arguments (colour)\n", 71]);
  const [, error] = await cake("create", "--retry=5");
  assert(error.startsWith('cake: cannot decode value for "retry" ('), error);
  assertEquals(host.disk.list("/project"), []);
});

Deno.test("cake create keeps settings in the order in which they were given", async () => {
  const { cake, host } = simulatedCake();
  const retry = '--retry={"first_steps":[1.0],"regular_steps":4.0}';
  assertEquals(await cake("create", "--main-role=server", retry), ["", "", 0]);
  const stored = JSON.parse(host.disk.readText(`${HOME}/role/group/settings.json`)).value as [string, unknown][];
  assertEquals(stored.map(([name]) => name), ["main_role", "retry"]);
  assertEquals(await cake("create"), ["", 'cake: cannot create ".layer-cake" (existing folder)\n', 71]);
});

Deno.test("cake add refuses names that lead elsewhere, are reserved, or are taken", async () => {
  const { cake, makeHome } = simulatedCake();
  await makeHome("a", "g-1");
  const said = async (...argv: string[]) => (await cake("add", "/bin/idle", ...argv))[1];
  assertEquals(await said("../up"), 'cake: cannot add "../up" (expected letters, digits, dashes and underscores)\n');
  assertEquals(await said("groupie"), 'cake: cannot add "groupie" (reserved name)\n');
  assertEquals(await said("a"), 'cake: cannot add "a" (collision of roles "a")\n');
  assertEquals(await said("g", "--role-count=3"), 'cake: cannot add "g" (collision of roles "g-1")\n');
  assertEquals(
    await said("g", "--role-count=0"),
    'cake: cannot add "g" (expecting role_count in the range 1...1000)\n',
  );
  assertEquals((await cake("add"))[1], "cake: cannot add role (no module specified)\n");
});

Deno.test("cake lists and destroys around a damaged role, and refuses to run it", async () => {
  const { cake, makeHome, host } = simulatedCake();
  await makeHome("a", "b");
  host.disk.writeText(`${HOME}/role/b/settings.json`, "{", 0);
  const [out, error, status] = await cake("list");
  assertEquals([out, status], ["a\n", 71]);
  assert(error.startsWith(`cake: cannot list "${HOME}" (cannot read "${HOME}/role/b/settings.json" (`), error);
  assert((await cake("run"))[1].startsWith(`cake: cannot run "${HOME}" (cannot read "${HOME}/role/b/settings.json" (`));
  assertEquals(await cake("destroy"), ["", "", 0]);
  assertEquals(host.disk.info(HOME), null);
});

Deno.test("cake run is refused while the roles run, and so is destroy", async () => {
  const { cake, makeHome, start, simulation } = simulatedCake();
  await makeHome("a", "b");
  const first = start("run");
  await simulation.runFor(2000);
  assertEquals(await cake("run"), ["", `cake: cannot run "${HOME}" (roles "a,b" are already running, pid 101)\n`, 71]);
  assertEquals(await cake("destroy"), ["", `cake: cannot destroy "${HOME}" (running roles "a,b")\n`, 71]);
  first.signal("SIGINT");
  await simulation.runUntil(() => !first.isAlive, 2000);
  assertEquals([first.errors.join(""), first.exitStatus], ["cake: aborted (user or software interrupt)\n", 71]);
  assertEquals(await cake("destroy"), ["", "", 0]);
});

for (const name of ["host", "lan"]) {
  Deno.test(`cake ${name} runs until it is interrupted, and says that its port is taken`, async () => {
    const { cake, start, simulation } = simulatedCake();
    const first = start(name);
    await simulation.runFor(1000);
    const [out, error, status] = await cake(name);
    const at = name === "host" ? "127.0.0.1:54195" : "0.0.0.0:54195";
    assert(error.startsWith(`cake: cannot listen at "${at}" (`), error);
    assertEquals([out, status, error.split("\n").length], ["", 71, 2]);
    first.signal("SIGINT");
    await simulation.runUntil(() => !first.isAlive, 2000);
    const lines = first.errors.join("").split("\n");
    // Its address in this network is not one at which others look for it.
    if (name === "lan") {
      assertMatch(lines.shift()!, /^cake: warning: Not on a station address: others look at 10\.0\.0\.195/);
    }
    assertEquals([lines, first.exitStatus], [["cake: aborted (user or software interrupt)", ""], 71]);
  });
}

const ADVICE = "tell each host with --directory-at-lan where this directory is";

Deno.test("cake lan says it when its machine gets the address at which others look, and when it loses it", async () => {
  const { start, host, simulation } = simulatedCake();
  const lan = start("lan");
  await simulation.runFor(20_000);
  for (const address of ["10.0.0.195", null]) {
    host.changeAddress(address);
    await simulation.runFor(20_000);
  }
  lan.signal("SIGINT");
  await simulation.runUntil(() => !lan.isAlive, 2000);
  assertEquals(lan.errors.join("").split("\n"), [
    `cake: warning: Not on a station address: others look at 10.0.0.195:54195; ${ADVICE}`,
    "cake: Answers to the station address 10.0.0.195, of its own subnet /24",
    "cake: Answers to the station address 10.0.0.195, of all machines that derive it as the original does",
    `cake: warning: Not on a station address; ${ADVICE}`,
    "cake: aborted (user or software interrupt)",
    "",
  ]);
});

Deno.test("cake prints faults typed when it is asked to", async () => {
  const { cake } = simulatedCake();
  const [out, error, status] = await cake("list", "--full-output", "--child-process");
  const [type, members] = JSON.parse(out).value;
  assertEquals([type, members.condition, error, status], [
    "layer_cake.point_runtime.Faulted",
    `cannot list "${HOME}"`,
    "",
    71,
  ]);
});

Deno.test("cake takes its own messages for faults, not for exceptions", async () => {
  const { cake } = simulatedCake();
  for (
    const argv of [["--"], ["-"], ["list", "["], ["list", "(a+)+$"], ["run", "--retry"], ["add", "", ""], [
      "destroy",
      "/",
    ]]
  ) {
    const [, error, status] = await cake(...argv);
    assert(status === 71 && /^cake: .+\n$/.test(error), `${argv}: ${status} ${error}`);
  }
});
