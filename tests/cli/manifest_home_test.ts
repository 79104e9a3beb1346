/** Manifests and the homes that are made of them, by the command in a simulated world. */

import { assert, assertEquals } from "@std/assert";
import { HOME, PROJECT, type SimulatedCake, simulatedCake } from "../helpers/simulated_cake.ts";

const FIRST = `roles:
  web:
    executable: server
    settings: { name: one, port: 5050 }
  worker: { executable: server, count: 3, settings: { name: w } }
`;

function write({ host }: SimulatedCake, text: string, file = "cake.yaml"): void {
  host.disk.writeText(`${PROJECT}/${file}`, text, 0);
}

/** Stored settings of a role, typed. */
function settingsOf({ host }: SimulatedCake, role: string): unknown {
  return JSON.parse(host.disk.readText(`${HOME}/role/${role}/settings.json`)).value;
}

function roles({ host }: SimulatedCake): string[] {
  return host.disk.list(`${HOME}/role`);
}

/** What `cake run` says of a manifest, without its own result. */
function said(error: string): string[] {
  return error.split("\n").filter((line) => line.startsWith("cake: cake.yaml: "))
    .map((line) => line.slice("cake: cake.yaml: ".length));
}

Deno.test("cake run makes the home of a manifest, once, and runs it", async () => {
  const bench = simulatedCake();
  write(bench, FIRST);
  const [out, error, status] = await bench.cake("run");
  assertEquals(status, 0, error);
  assert(out.includes('"hello one"') && out.includes('"hello w"'), out);
  assertEquals(said(error), ['made role "group"', 'made role "web"', 'made 3 roles "worker-0" to "worker-2"']);
  assertEquals(roles(bench), ["group", "web", "worker-0", "worker-1", "worker-2"]);
  assertEquals(settingsOf(bench, "web"), [["name", ["unicode", "one", []]], ["port", ["integer8", 5050, []]]]);
  assertEquals(settingsOf(bench, "worker-2"), [["name", ["unicode", "w", []]]]);
  const ids = ["worker-0", "worker-1"].map((name) => bench.host.disk.readText(`${HOME}/role/${name}/unique_id.json`));
  assert(ids[0] !== ids[1]);
  assertEquals(said((await bench.cake("run"))[1]), []);
});

Deno.test("cake run follows a manifest that changes, and says what changed", async () => {
  const bench = simulatedCake();
  write(bench, FIRST);
  await bench.cake("run");
  write(
    bench,
    `main_role: web
stop_on_exit: false
roles:
  web: { executable: idle, settings: {} }
  worker: { executable: server, count: 2, settings: { name: v, pause: 1.5 } }
  extra: { executable: /bin/idle }
`,
  );
  const process = bench.start("run");
  await bench.simulation.runFor(5000);
  process.signal("SIGINT");
  await bench.simulation.runUntil(() => !process.isAlive);
  assertEquals(said(process.errors.join("")), [
    'changed role "group": main_role=web, stop_on_exit=false',
    'changed role "web": executable idle, name unset, port unset',
    'changed 2 roles "worker-0" and "worker-1": name=v, pause=1.5',
    'made role "extra"',
    'removed role "worker-2"',
  ]);
  assertEquals(roles(bench), ["extra", "group", "web", "worker-0", "worker-1"]);
  assertEquals(settingsOf(bench, "web"), []);
  assertEquals(settingsOf(bench, "worker-1"), [["name", ["unicode", "v", []]], ["pause", ["float8", 1.5, []]]]);
  const executable = JSON.parse(bench.host.disk.readText(`${HOME}/role/web/executable_file.json`)).value;
  assertEquals(executable, "/bin/idle");
  // What the original's group does not know is kept where it does not look.
  assertEquals(settingsOf(bench, "group"), [["main_role", ["unicode", "web", []]]]);
  // History stays with the role.
  assert(JSON.parse(bench.host.disk.readText(`${HOME}/role/web/start_stop.json`)).value.length === 2);
});

Deno.test("cake run leaves alone what was set or added by hand, and sets again what the manifest says", async () => {
  const bench = simulatedCake();
  write(bench, FIRST);
  await bench.cake("run");
  await bench.cake("update", "web", "--name=hand", "--pause=2.5");
  await bench.cake("add", "/bin/server", "own");
  const [, error] = await bench.cake("run");
  assertEquals(said(error), ['changed role "web": name=one']);
  assertEquals(settingsOf(bench, "web"), [
    ["name", ["unicode", "one", []]],
    ["port", ["integer8", 5050, []]],
    ["pause", ["float8", 2.5, []]],
  ]);
  assert(roles(bench).includes("own"));
});

Deno.test("cake run takes a home that was made by hand as its manifest's", async () => {
  const bench = simulatedCake();
  await bench.cake("create");
  await bench.cake("add", "/bin/server", "web", "--name=hand");
  write(bench, "roles:\n  web: { executable: server, settings: { name: one } }\n");
  assertEquals(said((await bench.cake("run"))[1]), ['changed role "web": name=one']);
  assertEquals(said((await bench.cake("run"))[1]), []);
});

Deno.test("cake run keeps a role that no manifest wants any more, if it keeps data", async () => {
  const bench = simulatedCake();
  write(bench, FIRST);
  await bench.cake("run");
  bench.host.disk.writeText(`${HOME}/role/worker-2/model/data`, "precious", 0);
  write(bench, FIRST.replace("count: 3", "count: 2"));
  const [, error, status] = await bench.cake("run");
  assertEquals(status, 71);
  assert(
    error.startsWith('cake: cannot use "cake.yaml" (role "worker-2" is not there any more, and keeps data'),
    error,
  );
  assertEquals(bench.host.disk.readText(`${HOME}/role/worker-2/model/data`), "precious");
  await bench.cake("delete", "worker-2");
  assertEquals((await bench.cake("run"))[2], 0);
});

Deno.test("a manifest that an executable refuses changes nothing, and the place is said", async () => {
  const bench = simulatedCake();
  write(bench, "roles:\n  a: { executable: idle }\n  web: { executable: server, settings: { port: many } }\n");
  const [out, error, status] = await bench.cake("run");
  assertEquals([out, status], ["", 71]);
  assert(error.startsWith('cake.yaml:3:42: role "web": cannot decode value for "port" ('), error);
  assert(error.endsWith('cake: cannot use "cake.yaml" (1 problem)\n'), error);
  assertEquals(bench.host.disk.list(PROJECT), ["cake.yaml"]);
  write(bench, FIRST);
  await bench.cake("run");
  const before = settingsOf(bench, "worker-1");
  write(bench, `${FIRST.replace("name: w", "name: v")}  bad: { executable: server, settings: { colour: red } }\n`);
  const [, second] = await bench.cake("run");
  assert(second.startsWith('cake.yaml:6:42: role "bad": unknown arguments (colour)\n'), second);
  assertEquals(settingsOf(bench, "worker-1"), before);
  assert(!roles(bench).includes("bad"));
});

Deno.test("a manifest's executables have to be there", async () => {
  const bench = simulatedCake();
  write(bench, "roles:\n  a: { executable: nosuch }\n  b: { executable: b.ts }\n  c: { executable: ./idle }\n");
  const [, error] = await bench.cake("run");
  assertEquals(
    error,
    [
      'cake.yaml:2:8: role "a": cannot execute nosuch (not found)',
      'cake.yaml:3:8: role "b": cannot execute /project/b.ts (not found)',
      'cake.yaml:4:8: role "c": cannot execute /project/idle (not found)',
      'cake: cannot use "cake.yaml" (3 problems)',
      "",
    ].join("\n"),
  );
});

Deno.test("variables of the environment replace what a manifest says", async () => {
  const bench = simulatedCake({ environment: { LC_V_WORKER_COUNT: "1", LC_V_WEB_NAME: "two" } });
  write(bench, FIRST);
  const [out] = await bench.cake("run");
  assert(out.includes('"hello two"'), out);
  assertEquals(roles(bench), ["group", "web", "worker-0"]);
  assertEquals(
    (await bench.cake("validate"))[0],
    [
      "cake.yaml: 2 roles",
      "cake.yaml: roles.web.settings.name is that of LC_V_WEB_NAME",
      "cake.yaml: roles.worker.count is that of LC_V_WORKER_COUNT",
      "",
    ].join("\n"),
  );
});

Deno.test("a manifest is for the home of its folder; --manifest names one for another", async () => {
  const bench = simulatedCake();
  write(bench, FIRST);
  await bench.cake("create", "other");
  await bench.cake("add", "/bin/server", "own", "--home-path=other");
  assertEquals(said((await bench.cake("run", "--home-path=other"))[1]), []);
  write(bench, FIRST, "sub.yaml");
  const [, error, status] = await bench.cake("run", "web", "--manifest=sub.yaml", "--home-path=other");
  assertEquals(status, 0, error);
  assert(error.startsWith("cake: sub.yaml: made role"), error);
  assertEquals(bench.host.disk.list(`${PROJECT}/other/role`), [
    "group",
    "own",
    "web",
    "worker-0",
    "worker-1",
    "worker-2",
  ]);
  const [, missing] = await bench.cake("run", "--manifest=nosuch.yaml");
  assertEquals(
    missing,
    'cake: cannot use "nosuch.yaml" (Cannot read "/project/nosuch.yaml": No such file or directory)\n',
  );
});

Deno.test("cake run of a manifest changes nothing in a home that runs", async () => {
  const bench = simulatedCake();
  write(bench, "roles: { a: { executable: idle } }\n");
  const first = bench.start("run");
  await bench.simulation.runFor(3000);
  write(bench, "roles: { b: { executable: idle } }\n");
  const [, error, status] = await bench.cake("run");
  assertEquals([error, status], [
    `cake: cannot run "${HOME}" (roles "a" are already running, pid ${first.pid})\n`,
    71,
  ]);
  assertEquals(roles(bench), ["a", "group"]);
  first.signal("SIGINT");
  await bench.simulation.runUntil(() => !first.isAlive);
});

Deno.test("cake validate says whether a manifest can be used, and changes nothing", async () => {
  const bench = simulatedCake();
  assertEquals(await bench.cake("validate"), [
    "",
    'cake: cannot use "cake.yaml" (Cannot read "/project/cake.yaml": No such file or directory)\n',
    71,
  ]);
  write(bench, FIRST);
  assertEquals(await bench.cake("validate"), ["cake.yaml: 4 roles\n", "", 0]);
  assertEquals(bench.host.disk.list(PROJECT), ["cake.yaml"]);
  write(bench, FIRST.replace("5050", "many").replace("name: w", "nam: w"));
  const [out, error, status] = await bench.cake("validate");
  assertEquals([out, status], ["", 71]);
  const lines = error.split("\n");
  assert(lines[0]!.startsWith('cake.yaml:4:28: role "web": cannot decode value for "port" ('), error);
  assertEquals(lines[1], 'cake.yaml:5:55: role "worker": unknown arguments (nam), did you mean "name"?');
  assertEquals((await bench.cake("validate", "--file-only"))[2], 0);
  const [json, , failed] = await bench.cake("validate", "--json");
  assertEquals([JSON.parse(json).map(({ line, column }: { line: number; column: number }) => [line, column]), failed], [
    [[4, 28], [5, 55]],
    71,
  ]);
  write(bench, "roles: [", "bad.yaml");
  assertEquals((await bench.cake("validate", "bad.yaml"))[2], 71);
  assertEquals(JSON.parse((await bench.cake("validate", "--schema"))[0]).title, "cake.yaml");
});

Deno.test("a setting that only cake knows leaves a home valid for the original", async () => {
  const bench = simulatedCake();
  assertEquals(await bench.cake("create", "--stop-on-exit", "--main-role=a"), ["", "", 0]);
  assertEquals(settingsOf(bench, "group"), [["main_role", ["unicode", "a", []]]]);
  const aside = `${HOME}/role/group/settings_aside.json`;
  assertEquals(JSON.parse(bench.host.disk.readText(aside)).value, [["stop_on_exit", ["boolean", true, []]]]);
  assertEquals(await bench.cake("update", "group", "--stop-on-exit=false"), ["", "", 0]);
  assertEquals(JSON.parse(bench.host.disk.readText(aside)).value, [["stop_on_exit", ["boolean", false, []]]]);
});
