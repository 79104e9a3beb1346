/** The main job, as users do it: real command, real processes, real HTTP. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { demoFolder, freePort, hostPort, processesNaming, runCake, startCake } from "../helpers/cake_command.ts";

const NUMBER = String.raw`\d\.\d+(e-\d+)?`;
const ROW = String.raw`\[${NUMBER},${NUMBER}\]`;
const TABLE_2_BY_2 = new RegExp(String.raw`^\{"value":\["vector<vector<float8>>",\[${ROW},${ROW}\],\[\]\]\}$`);

async function get(port: number, target: string): Promise<{ status: number; body: string }> {
  const response = await fetch(`http://127.0.0.1:${port}${target}`);
  return { status: response.status, body: await response.text() };
}

async function cake(folder: string, ...args: string[]): Promise<string> {
  const { code, out, err } = await runCake(folder, ...args);
  assertEquals({ code, err }, { code: 0, err: "" }, `cake ${args.join(" ")}`);
  return out;
}

/** A group must not meet groups of other tests at this machine's host directory: nobody listens there. */
function nowhere(): string {
  return `--directory-at-host=${hostPort(freePort(), "127.0.0.99")}`;
}

for (const [version, workers] of [["9", 1], ["10", 8]] as const) {
  Deno.test(`cake run: server ${version} and ${workers} of worker ${version} find each other and answer HTTP`, async () => {
    await using folder = await demoFolder();
    const { path } = folder;
    const port = freePort();
    await cake(path, "create");
    await cake(path, "add", `test_server_${version}.ts`, "server", `--server-address=${hostPort(port)}`);
    await cake(path, "add", `test_worker_${version}.ts`, "worker", `--role-count=${workers}`);
    const list = await cake(path, "list", "--long-listing");
    assertEquals(list.trimEnd().split("\n").length, workers + 1);
    assertMatch(list, new RegExp(`^server {19}${path}/test_server_${version}\\.ts \\d+/\\d+/\\d+\n`));

    const run = startCake(path, "run", "--debug-level=DEBUG", nowhere());
    await run.seen(/Sent JoinSpool/, workers);
    assertMatch((await get(port, "/Xy?x=2&y=2")).body, TABLE_2_BY_2);
    const many = await Promise.all(Array.from({ length: 50 }, () => get(port, "/Xy?x=2&y=2")));
    for (const { status, body } of many) {
      assertEquals(status, 200);
      assertMatch(body, TABLE_2_BY_2);
    }
    assertEquals((await get(port, "/Nope")).status, 404);
    const bad = await get(port, "/Xy?x=foo");
    assertEquals(bad.status, 400);
    assertMatch(bad.body, /^cannot recover request "\/Xy\?x=foo" \(.*"x".*\)$/);

    run.signal("SIGINT");
    const { code, out, err } = await run.outcome();
    assertEquals({ code, out }, { code: 71, out: "" });
    assertMatch(err, /\ncake: aborted \(user or software interrupt\)\n/);
    assert(!/Error:|\n {4}at /.test(err), err);
    if (Deno.build.os === "linux") assertEquals(await processesNaming(path), []);
    await cake(path, "destroy");
    const folders: string[] = [];
    for await (const { name, isDirectory } of Deno.readDir(path)) if (isDirectory) folders.push(name);
    assertEquals(folders, []);
  });
}

Deno.test("cake host: a stand-alone worker joins the server's pool through it, and leaves when it ends", async () => {
  await using folder = await demoFolder();
  const { path } = folder;
  const [port, hostAt] = [freePort(), freePort()];
  await cake(path, "create");
  await cake(path, "add", "test_server_10.ts", "server", `--server-address=${hostPort(port)}`);
  const host = startCake(path, "host", `--directory-at-host=${hostPort(hostAt)}`, "--debug-level=TRACE");
  await host.seen(/Listening on/);
  const run = startCake(path, "run", "--debug-level=DEBUG", `--directory-at-host=${hostPort(hostAt)}`);
  await run.seen(/Received Subscribed/);
  const refusal = await get(port, "/Xy?x=2&y=2");
  assertEquals(refusal.status, 503);
  assertMatch(refusal.body, /TemporarilyUnavailable/);

  const worker = startCake(path, "exec", "test_worker_10.ts", `--connect-to-directory=${hostPort(hostAt)}`);
  await run.seen(/Sent JoinSpool/);
  assertMatch((await get(port, "/Xy?x=2&y=2")).body, TABLE_2_BY_2);
  worker.signal("SIGINT");
  const ended = await worker.outcome();
  assertEquals([ended.code, ended.err], [71, "test_worker_10.ts: aborted (user or software interrupt)\n"]);
  await run.seen(/Sent LeaveSpool/);
  assertEquals((await get(port, "/Xy?x=2&y=2")).status, 503);

  for (const command of [run, host]) {
    command.signal("SIGINT");
    assertEquals((await command.outcome()).code, 71);
  }
});
