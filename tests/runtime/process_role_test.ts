import { assert, assertEquals, assertRejects } from "@std/assert";
import { makeHome, openHome, runningRoles } from "../../runtime/process/home.ts";
import { HomeError } from "../../runtime/process/home_error.ts";
import { createRole, openRole, Role, roleHolder, rolePath } from "../../runtime/process/role.ts";
import { isRoleName, newRecords } from "../../runtime/process/role_records.ts";
import { Faulted } from "../../runtime/messages/faults.ts";
import { realWorld } from "../../runtime/real_world.ts";
import { type SimulatedHost, Simulation } from "../../runtime/simulation/mod.ts";
import { castTo } from "../../runtime/types/cast.ts";
import { Boolean, Integer8, Unicode } from "../../runtime/types/portable.ts";
import type { World } from "../../runtime/world.ts";

const HOME = "/project/.layer-cake";

interface Bench {
  readonly simulation: Simulation;
  readonly host: SimulatedHost;
  /** Does something in a process of its own. */
  run<T>(work: (world: World) => Promise<T>): Promise<T>;
}

function bench(): Bench {
  const simulation = new Simulation({ seed: 1 });
  const host = simulation.host("alpha");
  return { simulation, host, run: (work) => simulation.execute(host, work) };
}

async function withGreet(): Promise<Bench> {
  const made = bench();
  await made.run(async (world) => {
    await makeHome(world, HOME);
    const settings = new Map<string, unknown>([
      ["name", castTo("you", Unicode)],
      ["count", castTo(3, Integer8)],
      ["loud", castTo(true, Boolean)],
      ["nothing", null],
    ]);
    await createRole(world, HOME, "greet", { executable: "/project/greet.ts", settings });
  });
  return made;
}

Deno.test("createRole() writes the files of the original", async () => {
  const { host } = await withGreet();
  const folder = rolePath(HOME, "greet");
  assertEquals(host.disk.list(folder), [
    "executable_file.json",
    "lock",
    "log_storage.json",
    "logs",
    "model",
    "settings.json",
    "start_stop.json",
    "tmp",
    "unique_id.json",
  ]);
  assertEquals(host.disk.readText(`${folder}/executable_file.json`), '{\n    "value": "/project/greet.ts"\n}');
  assertEquals(host.disk.readText(`${folder}/log_storage.json`), '{\n    "value": 268435456\n}');
  assertEquals(host.disk.readText(`${folder}/start_stop.json`), '{\n    "value": []\n}');
  assert(
    /^\{\n {4}"value": "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"\n\}$/.test(
      host.disk.readText(`${folder}/unique_id.json`),
    ),
  );
  const typed = (type: string, value: string) =>
    `[\n                "${type}",\n                ${value},\n                []\n            ]`;
  const pairs = [["name", typed("unicode", '"you"')], ["count", typed("integer8", "3")], [
    "loud",
    typed("boolean", "true"),
  ]];
  const rows = [...pairs, ["nothing", "null"]].map(([name, value]) =>
    `        [\n            "${name}",\n            ${value}\n        ]`
  );
  assertEquals(host.disk.readText(`${folder}/settings.json`), `{\n    "value": [\n${rows.join(",\n")}\n    ]\n}`);
});

Deno.test("createRole() makes the resource folder of the executable, and leaves no draft", async () => {
  const { host } = await withGreet();
  assertEquals(host.disk.list(HOME), ["arrivals", "departures", "resource", "role", "script"]);
  assertEquals(host.disk.list(`${HOME}/resource`), ["greet.ts"]);
});

Deno.test("createRole() refuses a role that is there", async () => {
  const { run } = await withGreet();
  const error = await run((world) =>
    assertRejects(() => createRole(world, HOME, "greet", { executable: "/x" }), HomeError, "already exists")
  );
  assertEquals(error.message, `cannot create "${HOME}/role/greet" (already exists)`);
});

Deno.test("openRole() reads what was written", async () => {
  const { run } = await withGreet();
  const role = await run((world) => openRole(world, rolePath(HOME, "greet")));
  assertEquals([...role!.settings.keys()], ["name", "count", "loud", "nothing"]);
  assertEquals(role!.records.executableFile, "/project/greet.ts");
  assertEquals(await run((world) => openRole(world, rolePath(HOME, "nosuch"))), null);
});

Deno.test("openRole() names the file that is missing or damaged", async () => {
  const { host, run } = await withGreet();
  const path = rolePath(HOME, "greet");
  host.disk.remove(`${path}/settings.json`);
  const missing = await run((world) => assertRejects(() => openRole(world, path), HomeError));
  assertEquals([missing.reason, missing.message], [
    "incomplete",
    `cannot open "${path}" (missing property "settings")`,
  ]);
  host.disk.writeText(`${path}/settings.json`, "{", 0);
  const damaged = await run((world) => assertRejects(() => openRole(world, path), HomeError));
  assertEquals(damaged.reason, "damaged");
  assert(damaged.message.startsWith(`cannot read "${path}/settings.json" (`), damaged.message);
});

Deno.test("openHome() gives good roles beside the damage of others", async () => {
  const { host, run } = await withGreet();
  await run(async (world) => {
    for (const name of ["zed", "group", "zed.sub"]) await createRole(world, HOME, name, { executable: "/x" });
  });
  host.disk.writeText(`${HOME}/role/stray`, "", 0);
  host.disk.writeText(`${HOME}/role/zed/log_storage.json`, '{"value": "much"}', 0);
  const home = await run((world) => openHome(world, HOME));
  assertEquals([...home!.roles.keys()], ["greet"]);
  assertEquals([...home!.damage.keys()], ["stray", "zed"]);
  const all = await run((world) => openHome(world, HOME, { group: true, subRoles: true }));
  assertEquals([...all!.roles.keys()], ["greet", "group", "zed.sub"]);
  assertEquals(await run((world) => openHome(world, "/nowhere")), null);
});

Deno.test("Role keeps sixteen runs, and fills the last one in at its end", async () => {
  const { run } = await withGreet();
  const history = await run(async (world) => {
    const role = (await openRole(world, rolePath(HOME, "greet")))!;
    for (let i = 0; i < 20; i++) {
      await role.recordStart();
      if (i < 19) await role.recordStop(castTo(i, Integer8));
    }
    return (await openRole(world, role.path))!.records.startStop;
  });
  assertEquals(history.length, 16);
  assertEquals(history.at(-1)!.stop, null);
  assert(history[0]!.start!.epochMicroseconds <= history[0]!.stop!.epochMicroseconds);
});

Deno.test("Role records a fault as the original does", async () => {
  const { host, run } = await withGreet();
  await run(async (world) => {
    const role = (await openRole(world, rolePath(HOME, "greet")))!;
    await role.recordStart();
    await role.recordStop(new Faulted("bad"));
  });
  const text = host.disk.readText(`${HOME}/role/greet/start_stop.json`);
  const members = ['"condition": "bad"', '"error_code": null', '"exit_status": null', '"explanation": null'];
  const fault = `[\n                "layer_cake.point_runtime.Faulted",\n                {\n                    ${
    members.join(",\n                    ")
  }\n                },\n                []\n            ]`;
  assert(text.includes(`"returned": ${fault}`), text);
});

Deno.test("Role.lock() is held by one process, and named in head.json", async () => {
  const { simulation, host, run } = await withGreet();
  const path = rolePath(HOME, "greet");
  const holder = host.start("holder", async (world) => {
    await (await openRole(world, path))!.lock();
  });
  await simulation.settle();
  const seen = await run(async (world) => ({
    locked: await (await openRole(world, path))!.lock(),
    running: await runningRoles(world, HOME, ["greet"]),
    holder: await roleHolder(world.files, path),
  }));
  assertEquals([seen.locked, seen.running, seen.holder!.pid], [false, ["greet"], holder.pid]);
  assertEquals([seen.holder!.noted!.pid, seen.holder!.noted!.path], [holder.pid, `${path}/lock/head`]);
  holder.crash();
  assertEquals(await run((world) => runningRoles(world, HOME, ["greet"])), []);
});

Deno.test("Role.emptyTemporary() removes links and never what they lead to", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const world = realWorld();
    const role = new Role(world, `${folder}/role`, newRecords(world.random.uuid(), "/x"));
    await Deno.mkdir(`${folder}/outside`);
    await Deno.writeTextFile(`${folder}/outside/precious`, "kept");
    await role.makeFolders();
    await Deno.symlink(`${folder}/outside`, `${role.temporaryPath}/link`);
    await Deno.writeTextFile(`${role.temporaryPath}/file`, "");
    await role.emptyTemporary();
    assertEquals(await Array.fromAsync(Deno.readDir(role.temporaryPath)), []);
    await Deno.remove(role.temporaryPath);
    await Deno.symlink(`${folder}/outside`, role.temporaryPath);
    await role.emptyTemporary();
    assertEquals(await Deno.readTextFile(`${folder}/outside/precious`), "kept");
    assert(!(await Deno.lstat(role.temporaryPath)).isSymlink);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("isRoleName() takes letters, digits, dashes, underscores, and dots between", () => {
  for (const name of ["greet", "w-10", "a_b", "nanny.idle"]) assert(isRoleName(name), name);
  for (const name of ["", "../up", "a/b", "a b", ".a", "a.", "a..b", "é"]) assert(!isRoleName(name), name);
});
