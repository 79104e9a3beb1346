/** The tutorial programs in tests/demo/<folder>, as users run them: real processes, real HTTP. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  freePort,
  hostPort,
  processesNaming,
  programs,
  type RunningCommand,
  startRole,
} from "../helpers/cake_command.ts";

interface Server {
  readonly port: number;
  readonly running: RunningCommand;
}

async function startServer(path: string, file: string, ...args: string[]): Promise<Server> {
  const port = freePort();
  const running = startRole(
    `${path}/${file}`,
    path,
    `--server-address=${hostPort(port)}`,
    "--debug-level=DEBUG",
    ...args,
  );
  await running.seen(/Received Listening/);
  return { port, running };
}

async function getTable(port: number, x: number, y: number): Promise<number[][]> {
  const response = await fetch(`http://127.0.0.1:${port}/Xy?x=${x}&y=${y}`);
  const body = await response.text();
  assertEquals(response.status, 200, body);
  const [type, table] = JSON.parse(body).value;
  assertEquals(type, "vector<vector<float8>>");
  return table;
}

/** Stops a server, and sees to it that nothing of it is left. */
async function stop({ running }: Server, path: string): Promise<void> {
  running.signal("SIGINT");
  const { code, out, err } = await running.outcome();
  assertEquals([code, out], [71, ""], err);
  assertMatch(err, /\.ts: aborted \(user or software interrupt\)\n/);
  assert(!/Error:|\n {4}at /.test(err), err);
  if (Deno.build.os === "linux") assertEquals(await processesNaming(path), []);
}

function isTable(table: number[][], x: number, y: number): boolean {
  return table.length === y && table.every((row) => row.length === x && row.every((cell) => cell >= 0 && cell < 1));
}

const SERVERS = [
  ["multithreading", "test_server_1.ts", 20],
  ["multithreading", "test_server_2.ts", 20],
  ["multithreading", "test_server_3.ts", 20],
  ["multithreading", "test_server_4.ts", 20],
  ["multiprocessing", "test_server_5.ts", 2],
  ["multiprocessing", "test_server_6.ts", 3],
  ["multiprocessing", "test_server_7.ts", 20],
  ["multiprocessing", "test_server_8.ts", 20],
] as const;

for (const [folder, file, requests] of SERVERS) {
  Deno.test(`${folder}/${file} answers requests for tables, many at once`, async () => {
    await using copy = await programs(folder);
    const server = await startServer(copy.path, file);
    assert(isTable(await getTable(server.port, 2, 3), 2, 3));
    const tables = await Promise.all(Array.from({ length: requests }, (_, i) => getTable(server.port, 4, i + 1)));
    tables.forEach((table, i) => assert(isTable(table, 4, i + 1)));
    await stop(server, copy.path);
  });
}

for (const file of ["test_function_5.ts", "test_function_6.ts"]) {
  Deno.test(`multiprocessing/${file} prints a table by itself`, async () => {
    await using copy = await programs("multiprocessing");
    const { code, out, err } = await startRole(`${copy.path}/${file}`, copy.path, "--x=3", "-y=2").outcome();
    assertEquals([code, err], [0, ""]);
    assert(isTable(JSON.parse(out), 3, 2), out);
  });
}

Deno.test("multithreading/test_server_resource.ts keeps customers from run to run", async () => {
  await using copy = await programs("multithreading");
  const { path } = copy;
  const start = () => startServer(path, "test_server_resource.ts", `--model-path=${path}/model`);
  let server = await start();
  const call = async (method: string, target: string, customer?: object) => {
    const body = customer === undefined ? {} : { body: JSON.stringify({ value: customer }) };
    const response = await fetch(`http://127.0.0.1:${server.port}${target}`, { method, ...body });
    return [response.status, await response.text()] as const;
  };
  assertEquals((await call("POST", "/customer", { name: "ann", age: 30 }))[0], 201);
  assertEquals((await call("POST", "/customer", { name: "bob", age: 40 }))[0], 201);
  assertMatch((await call("GET", "/customer/2"))[1], /"name":"bob","age":40/);
  assertEquals((await call("PUT", "/customer/2", { name: "bob", age: 41 }))[0], 200);
  assertEquals((await call("DELETE", "/customer/1"))[0], 200);
  assertEquals((await call("GET", "/customer/1"))[0], 404);
  assertEquals((await call("PATCH", "/customer/2"))[0], 400);
  await stop(server, path);
  const stored = JSON.parse(await Deno.readTextFile(`${path}/model/customers.json`));
  assertEquals(stored, { value: [[2, { name: "bob", age: 41 }]] });

  server = await start();
  assertMatch((await call("GET", "/customer"))[1], /\[\[2,\{"name":"bob","age":41\}\]\]/);
  assertEquals((await call("POST", "/customer", { name: "cyd" }))[0], 201);
  assertMatch((await call("GET", "/customer/3"))[1], /"name":"cyd"/);
  await stop(server, path);
});

const CLIENTS = [
  "connect_and_request",
  "connect_and_request_named_thread",
  "connect_and_request_not_threaded",
  "connect_and_request_state_machine",
];

Deno.test("testing: each kind of client asks a server for tables, and ends when it has them all", async () => {
  await using servers = await programs("multithreading");
  await using clients = await programs("testing");
  const server = await startServer(servers.path, "test_server_4.ts");
  const at = `--server-address=${hostPort(server.port)}`;
  for (const kind of CLIENTS) {
    const args = [at, "--request-count=5", "--slow-down=0.02", "--big-table=20"];
    const { code, out, err } = await startRole(`${clients.path}/${kind}.ts`, clients.path, ...args).outcome();
    assertEquals([code, err, out], [0, "", "{}\n"], kind);
  }
  await stop(server, servers.path);
  const nobody = [`--server-address=${hostPort(freePort())}`];
  const { code, err } = await startRole(`${clients.path}/connect_and_request.ts`, clients.path, ...nobody).outcome();
  assertEquals(code, 71);
  assertMatch(err, /^connect_and_request\.ts: cannot connect to "127\.0\.0\.1:\d+" \(/);
});

for (const file of ["clients_as_threads.ts", "clients_as_threads_2.ts"]) {
  Deno.test(`testing/${file} keeps clients at work until it is stopped, or all have faults`, async () => {
    await using servers = await programs("multithreading");
    await using clients = await programs("testing");
    const server = await startServer(servers.path, "test_server_4.ts");
    const args = [`--server-address=${hostPort(server.port)}`, "--thread-count=5", "--request-count=2"];
    const running = startRole(
      `${clients.path}/${file}`,
      clients.path,
      ...args,
      "--slow-down=0.02",
      "--big-table=10",
      "--debug-level=DEBUG",
    );
    await running.seen(/Received vector<vector<float8>>/, 40);
    running.signal("SIGINT");
    const stopped = await running.outcome();
    assertEquals(stopped.code, 71);
    assertMatch(stopped.err, /aborted \(user or software interrupt\)\n/);

    const again = startRole(
      `${clients.path}/${file}`,
      clients.path,
      ...args,
      "--slow-down=0.02",
      "--debug-level=DEBUG",
    );
    await again.seen(/Received vector<vector<float8>>/, 10);
    await stop(server, servers.path);
    const declined = await again.outcome();
    assertEquals(declined.code, 71);
    assertMatch(declined.err, /number of clients declined to zero \(see logs\)\n/);
  });
}

Deno.test("testing/clients_as_threads.ts keeps clients at work that share a named thread", async () => {
  await using servers = await programs("multithreading");
  await using clients = await programs("testing");
  const server = await startServer(servers.path, "test_server_4.ts");
  const running = startRole(
    `${clients.path}/clients_as_threads.ts`,
    clients.path,
    `--server-address=${hostPort(server.port)}`,
    "--client-type=connect_and_request_named_thread",
    "--thread-count=3",
    "--request-count=2",
    "--slow-down=0.02",
    "--big-table=10",
    "--debug-level=DEBUG",
  );
  await running.seen(/ConnectAndRequest@connect-and-request - Received vector<vector<float8>>/, 20);
  running.signal("SIGINT");
  const { code, err } = await running.outcome();
  assertEquals(code, 71);
  assertMatch(err, /aborted \(user or software interrupt\)\n/);
  await stop(server, servers.path);
});

Deno.test("testing/clients_as_processes.ts runs clients in several processes for a time", async () => {
  await using servers = await programs("multithreading");
  await using clients = await programs("testing");
  const server = await startServer(servers.path, "test_server_4.ts");
  const { code, out, err } = await startRole(
    `${clients.path}/clients_as_processes.ts`,
    clients.path,
    `--server-address=${hostPort(server.port)}`,
    "--process-count=2",
    "--thread-count=3",
    "--request-count=2",
    "--slow-down=0.02",
    "--big-table=10",
    "--test-span=4s",
    "--client-type=connect_and_request_state_machine",
  ).outcome();
  assertEquals([code, out, err], [0, "0\n", ""]);
  const answered = server.running.err.match(/Sent vector<vector<float8>>|Forward vector<vector<float8>>/g) ?? [];
  assert(answered.length > 10, `${answered.length}`);
  await stop(server, servers.path);
  if (Deno.build.os === "linux") assertEquals(await processesNaming(clients.path), []);
});
