/** Archives on real disks: the demo runs where it was restored, and other programs can look at what was packed. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { demoFolder, freePort, hostPort, runCake, startCake } from "../helpers/cake_command.ts";

async function cake(folder: string, ...args: string[]): Promise<string> {
  const { code, out, err } = await runCake(folder, ...args);
  assertEquals({ code, err }, { code: 0, err: "" }, `cake ${args.join(" ")}`);
  return out;
}

async function namesIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) names.push(name);
  return names.sort();
}

Deno.test("cake unpack restores a home that answers HTTP elsewhere, after the first one is gone", async () => {
  await using folder = await demoFolder();
  const { path } = folder;
  const project = `${path}/project`;
  await Deno.mkdir(project);
  for (const name of await namesIn(path)) {
    if (name !== "project") await Deno.rename(`${path}/${name}`, `${project}/${name}`);
  }
  const port = freePort();
  await cake(project, "create");
  await cake(project, "add", "test_server_9.ts", "server", `--server-address=${hostPort(port)}`);
  await cake(project, "add", "test_worker_9.ts", "worker");
  const data = new Uint8Array(300_000).map((_, at) => at * at % 251);
  await Deno.writeFile(`${project}/.layer-cake/role/server/model/data`, data);
  await Deno.symlink("data", `${project}/.layer-cake/role/server/model/link`);
  assertMatch(await cake(project, "pack", "../pool.tar.gz"), /^\.\.\/pool\.tar\.gz: \d+ files, \d+ bytes\n$/);
  await Deno.remove(project, { recursive: true });
  assertMatch(await cake(path, "unpack", "pool.tar.gz", "elsewhere"), /^\/.*\/elsewhere: \d+ files\n$/);
  assertEquals(await namesIn(path), ["elsewhere", "pool.tar.gz"]);
  const elsewhere = `${path}/elsewhere`;
  // What is imported came along: the types of the messages.
  assertEquals(await namesIn(elsewhere), [
    ".layer-cake",
    "test_api.ts",
    "test_function_9.ts",
    "test_server_9.ts",
    "test_worker_9.ts",
  ]);
  for (const name of ["data", "link"]) {
    assertEquals(await Deno.readFile(`${elsewhere}/.layer-cake/role/server/model/${name}`), data);
    assert(!(await Deno.lstat(`${elsewhere}/.layer-cake/role/server/model/${name}`)).isSymlink);
  }
  const run = startCake(
    elsewhere,
    "run",
    "--debug-level=DEBUG",
    `--directory-at-host=${hostPort(freePort(), "127.0.0.99")}`,
  );
  await run.seen(/Sent JoinSpool/);
  const response = await fetch(`http://127.0.0.1:${port}/Xy?x=2&y=2`);
  assertEquals(response.status, 200);
  await response.body?.cancel();
  run.signal("SIGINT");
  assertEquals((await run.outcome()).code, 71);
});

Deno.test({
  name: "cake pack makes an archive that tar reads, and what tar restores runs as well",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await using folder = await demoFolder();
    const { path } = folder;
    const executable = `${path}/hello`;
    await Deno.writeTextFile(executable, '#!/bin/sh\necho \'{"value":["unicode","hello",[]]}\'\n', { mode: 0o755 });
    await cake(path, "create");
    await cake(path, "add", "test_worker_9.ts", "worker");
    const record = `${path}/.layer-cake/role/worker/executable_file.json`;
    await Deno.writeTextFile(record, JSON.stringify({ value: executable }));
    await cake(path, "pack", "pool.tar.gz");
    await Deno.mkdir(`${path}/by-tar`);
    const { success } = await new Deno.Command("tar", { args: ["xzf", "pool.tar.gz", "-C", "by-tar"], cwd: path })
      .output();
    assert(success);
    const [root] = await namesIn(`${path}/by-tar`);
    await Deno.remove(executable);
    assertEquals(JSON.parse(await cake(`${path}/by-tar/${root}`, "run", "worker", "--main-role=worker")), "hello");
  },
});
