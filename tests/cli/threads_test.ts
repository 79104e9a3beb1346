/** Roles as threads of one process: what they return, how they fail, and how they end is as with processes. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  Boolean,
  castTo,
  createRole,
  Float8,
  HostPort,
  Integer8,
  makeHome,
  realWorld,
  RetryIntervals,
  Unicode,
} from "../../runtime/mod.ts";
import {
  demoFolder,
  freePort,
  hostPort,
  processesNaming,
  rolePath,
  runCake,
  startCake,
} from "../helpers/cake_command.ts";

type Settings = Readonly<Record<string, unknown>>;

/** Makes a home in a folder without the command, which would start each module to ask for its settings. */
async function homeOf(folder: string, group: Settings, roles: Readonly<Record<string, [string, Settings?]>>) {
  const world = realWorld();
  const home = `${folder}/.layer-cake`;
  await makeHome(world, home);
  const make = (name: string, executable: string, settings: Settings = {}) =>
    createRole(world, home, name, { executable, settings: new Map(Object.entries(settings)) });
  await make("group", "group-cake", group);
  for (const [name, [executable, settings]] of Object.entries(roles)) await make(name, executable, settings);
}

function nowhere(): string {
  return `--directory-at-host=${hostPort(freePort(), "127.0.0.99")}`;
}

Deno.test({
  name: "cake run --threads: server and workers answer HTTP, in one process",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using folder = await demoFolder();
    const { path } = folder;
    const port = freePort();
    await homeOf(path, {}, {
      server: [`${path}/test_server_10.ts`, { server_address: castTo(new HostPort("127.0.0.1", port), HostPort) }],
      "worker-0": [`${path}/test_worker_10.ts`],
      "worker-1": [`${path}/test_worker_10.ts`],
    });
    const run = startCake(path, "run", "--threads", "--debug-level=DEBUG", nowhere());
    await run.seen(/Sent JoinSpool/, 2);
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => fetch(`http://127.0.0.1:${port}/Xy?x=2&y=2`).then((answer) => answer.text())),
    );
    for (const answer of answers) assertMatch(answer, /^\{"value":\["vector<vector<float8>>"/);
    assertEquals((await processesNaming(path)).filter((line) => line.includes("--role-name")), []);
    // Others see which roles run, and that it is in one process.
    const status = (await runCake(path, "status", "--long-listing", "--group-role")).out;
    const pids = [...status.matchAll(/<(\d+)>/g)].map(([, pid]) => Number(pid));
    assertEquals(pids, Array(4).fill(run.pid), status);
    run.signal("SIGINT");
    const { code, err } = await run.outcome();
    assertEquals(code, 71);
    assertMatch(err, /\ncake: aborted \(user or software interrupt\)\n/);
    assertEquals(await processesNaming(path), []);
    const record = await Deno.readTextFile(`${path}/.layer-cake/role/worker-1/start_stop.json`);
    assertMatch(record, /Aborted/);
  },
});

/** Roles that end by themselves, each in another way. */
const ENDINGS: Readonly<Record<string, Settings>> = {
  brief: { seconds: castTo(0.1, Float8) },
  bulky: { size: castTo(5000, Integer8) },
  "bulky-with-a-stray-word": { size: castTo(3, Integer8), noise: castTo("a stray word", Unicode) },
  crash: {},
  faulty: { condition: castTo("broken", Unicode), exit_status: castTo(5, Integer8) },
  greet: { name: castTo("you", Unicode), loud: castTo(true, Boolean) },
  levels: {},
  notlc: {},
  quitter: { code: castTo(3, Integer8) },
  silent: {},
  thrower: {},
  untyped: {},
};

Deno.test("the table of a run is the same with threads as with processes, however roles end", async () => {
  const tables = [];
  for (const flags of [[], ["--threads"]]) {
    await using folder = await demoFolder();
    const roles = Object.entries(ENDINGS).map(([name, settings]): [string, [string, Settings]] => [
      name,
      [rolePath(`${name.split("-")[0]}.ts`), settings],
    ]);
    await homeOf(folder.path, {}, Object.fromEntries(roles));
    const { code, out } = await runCake(folder.path, "run", ...flags, nowhere());
    assertEquals(code, 70);
    tables.push(new Map(JSON.parse(out) as [string, unknown][]));
  }
  const [processes, threads] = tables as [Map<string, unknown>, Map<string, unknown>];
  assertEquals(processes.size, Object.keys(ENDINGS).length);
  for (const [role, value] of processes) assertEquals(threads.get(role), value, role);
});

Deno.test("a role that crashes in its thread is started again, and the others do not notice", async () => {
  await using folder = await demoFolder();
  const { path } = folder;
  const retry = new RetryIntervals({ firstSteps: [0.1, 0.1], stepLimit: 3 });
  await homeOf(path, { retry: castTo(retry, RetryIntervals), threads: castTo(true, Boolean) }, {
    quitter: [rolePath("quitter.ts")],
    thrower: [rolePath("thrower.ts")],
    brief: [rolePath("brief.ts"), { seconds: castTo(3600, Float8) }],
  });
  const run = startCake(path, "run", "--debug-level=CONSOLE", nowhere());
  // First, and after each of two pauses.
  for (const role of ["quitter", "thrower"]) await run.seen(new RegExp(`thread \\S+/${role}\\.ts`), 3);
  await run.seen(/Role "quitter" ended: non-standard process exit - code=3/, 3);
  await run.seen(/Role "thrower" ended: process faulted/, 3);
  assertEquals((await runCake(path, "status")).out, "brief\n");
  run.signal("SIGINT");
  assertEquals((await run.outcome()).code, 71);
});

Deno.test("roles in threads keep logs of their own", async () => {
  await using folder = await demoFolder();
  const { path } = folder;
  await homeOf(path, {}, { noisy: [rolePath("noisy.ts")], levels: [rolePath("levels.ts")] });
  assertEquals((await runCake(path, "run", "--threads", "--keep-logs", nowhere())).code, 0);
  for (const [role, own, other] of [["noisy", "first", "console text"], ["levels", "console text", "first"]]) {
    const logs = `${path}/.layer-cake/role/${role}/logs`;
    let text = "";
    for await (const { name } of Deno.readDir(logs)) text += await Deno.readTextFile(`${logs}/${name}`);
    assert(text.includes(own!) && !text.includes(other!), text);
  }
});
