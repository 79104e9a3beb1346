/** Bad input, as users and strangers give it: a clear message, and nobody else suffers. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  demoFolder,
  freePort,
  hostPort,
  runCake,
  type RunningCommand,
  startCake,
  startRole,
} from "../helpers/cake_command.ts";

const ROLES = decodeURIComponent(new URL("../testdata/roles/", import.meta.url).pathname);

/** Commands that a home in the folder `H` refuses, each with what it says. */
const REFUSED: readonly (readonly [command: string, message: string])[] = [
  ["bake", 'unknown sub-command "bake"'],
  ["run nosuch", 'cannot list "H/.layer-cake" (no roles matching "nosuch")'],
  ["run --home-path=nowhere", 'cannot run "H/nowhere" (does not exist or unexpected/incomplete materials)'],
  ["list --home-path=nowhere", 'cannot list "H/nowhere" (does not exist or contains unexpected/incomplete materials)'],
  ["list --colour=red", 'cannot execute "list" (unknown arg(s) "colour")'],
  ["network extra", 'cannot execute "network" (unexpected "extra")'],
  ["ping 540e4147 extra words", 'cannot execute "ping" (unexpected "extra words")'],
  ["why svc:a svc:b", 'cannot execute "why" (unexpected "svc:b")'],
  ["host extra", 'cannot execute "host" (unexpected "extra")'],
  ["lan extra", 'cannot execute "lan" (unexpected "extra")'],
  ["add nosuch.ts", "cannot execute nosuch.ts (not found)"],
  ["add test_worker_9.ts ../up", 'cannot add "../up"'],
  ["destroy nowhere", 'cannot destroy "H/nowhere" (not a folder)'],
  ["run --debug-level=LOUD", 'cannot decode value for "debug-level" (undefined enum "USER_LOG.LOUD")'],
  ["run --main-role=nosuch", 'no role "nosuch" to be the main role'],
  ...([
    ["host", "directory-at-host", "10.0.0.1", null, "no port, expected 0 to 65535"],
    ["host", "directory-at-lan", "10.0.0.1", 0, "port 0, expected 1 to 65535"],
    ["lan", "directory-at-lan", "", 54195, "no host"],
    ["run", "directory-at-host", "10.0.0.1", null, "no port, expected 1 to 65535"],
    ["create other", "directory-at-lan", "10.0.0.1:54195", 1, '"10.0.0.1:54195" is no name or address of a host'],
    ["update group", "directory-at-lan", null, 54195, "no host"],
    ["start", "directory-at-lan", "station", -1, "port -1, expected 1 to 65535"],
    ["network", "connect-to-directory", "station", null, "no port, expected 1 to 65535"],
    ["network", "accept-directories-at", "127.0.0.1", 65536, "port 65536, expected 0 to 65535"],
  ] as const).map(([command, option, host, port, problem]) =>
    [
      `${command} --${option}=${JSON.stringify({ host, port })}`,
      `cannot use --${option}={"host": ${JSON.stringify(host)}, "port": ${port}} (${problem})`,
    ] as const
  ),
];

Deno.test("cake says in one line what is wrong with a command, and ends with 71", async () => {
  await using folder = await demoFolder();
  const { path } = folder;
  await runCake(path, "create");
  await runCake(path, "add", "test_worker_9.ts", "worker");
  for (const [command, message] of REFUSED) {
    const { code, out, err } = await runCake(path, ...command.split(" "));
    const expected = message.replace("H/", `${path}/`);
    assert(err.startsWith("cake: ") && err.includes(expected), `${command}: ${err}`);
    assertEquals({ code, out, lines: err.trimEnd().split("\n").length }, { code: 71, out: "", lines: 1 }, command);
  }
  assertEquals((await runCake(path, "list")).out, "worker\n");
});

Deno.test("a role refuses an address of a directory that can't be used, and so does a home that has stored one", async () => {
  await using folder = await demoFolder();
  const { path } = folder;
  const role = startRole(`${ROLES}idle.ts`, path, '--connect-to-directory={"host": "127.0.0.1"}');
  const problem = '{"host": "127.0.0.1", "port": null} (no port, expected 1 to 65535)';
  assertEquals((await role.outcome()).code, 71);
  assertEquals(role.err, `idle.ts: cannot use --connect-to-directory=${problem}\n`);

  await runCake(path, "create", '--directory-at-lan={"host": "127.0.0.1", "port": 7}');
  await runCake(path, "add", `${ROLES}idle.ts`, "idle");
  const file = `${path}/.layer-cake/role/group/settings.json`;
  const stored = await Deno.readTextFile(file);
  await Deno.writeTextFile(file, stored.replace(/"port": 7\b/, '"port": null'));
  for (const command of ["run", "start"]) {
    const { code, err } = await runCake(path, command);
    assertEquals([code, err], [71, `cake: cannot use --directory-at-lan=${problem}\n`]);
  }
});

Deno.test("cake names the damaged file of a home, and destroys nothing in it", async () => {
  await using folder = await demoFolder();
  const { path } = folder;
  await runCake(path, "create");
  await runCake(path, "add", "test_worker_9.ts", "worker");
  const file = `${path}/.layer-cake/role/worker/settings.json`;
  await Deno.writeTextFile(file, "{");
  for (const command of ["list", "run"]) {
    const { code, err } = await runCake(path, command);
    assertEquals(code, 71);
    assert(err.startsWith(`cake: cannot ${command} `) && err.includes(`"${file}"`), err);
  }
  assertEquals(await Deno.readTextFile(file), "{");
});

Deno.test("cake host says that its port is taken", async () => {
  await using folder = await demoFolder();
  const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const at = hostPort((taken.addr as Deno.NetAddr).port);
  const { code, err } = await runCake(folder.path, "host", `--directory-at-host=${at}`);
  taken.close();
  assertEquals(code, 71);
  assertMatch(err, /^cake: cannot listen at "127\.0\.0\.1:\d+" \(\[Errno \d+\] Address already in use\)\n$/);
});

Deno.test("a role whose port is taken ends with the fault, which cake run shows", async () => {
  await using folder = await demoFolder();
  const { path } = folder;
  const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const at = hostPort((taken.addr as Deno.NetAddr).port);
  await runCake(path, "create", "--main-role=server");
  await runCake(path, "add", "test_server_9.ts", "server", `--server-address=${at}`);
  const { code, err } = await runCake(path, "run");
  taken.close();
  assertEquals(code, 71);
  assertMatch(err, /cannot listen at "127\.0\.0\.1:\d+" \(\[Errno \d+\] Address already in use\)/);
});

Deno.test("a worker that is killed while it holds a request: the client is told at once, the pool lives on", async () => {
  await using folder = await demoFolder();
  const { path } = folder;
  const { port, toHost, host, server } = await startHostAndServer(path);
  const holder = startRole(`${ROLES}test_holder.ts`, path, toHost, "--debug-level=CONSOLE");
  await server.seen(/Sent JoinSpool/);
  const answer = fetch(`http://127.0.0.1:${port}/Xy?x=2&y=2`);
  await holder.seen(/holding a request/);
  holder.signal("SIGKILL");
  const response = await answer;
  assertEquals(response.status, 500);
  assertMatch(await response.text(), /"layer_cake\.point_runtime\.Aborted"/);
  await holder.outcome();

  const worker = startRole(`${path}/test_worker_9.ts`, path, toHost);
  await server.seen(/Sent JoinSpool/, 2);
  const next = await fetch(`http://127.0.0.1:${port}/Xy?x=2&y=2`);
  assertEquals(next.status, 200);
  await next.body?.cancel();
  await endAll(worker, server, host);
});

async function startHost(path: string, port: number, ...args: string[]): Promise<RunningCommand> {
  const host = startCake(path, "host", `--directory-at-host=${hostPort(port)}`, "--debug-level=TRACE", ...args);
  await host.seen(/Listening/);
  return host;
}

/** A host directory, and the server of the demo under it. */
async function startHostAndServer(path: string) {
  const [port, hostAt] = [freePort(), freePort()];
  const toHost = `--connect-to-directory=${hostPort(hostAt)}`;
  const host = await startHost(path, hostAt);
  const settings = `--server-address=${hostPort(port)}`;
  const server = startRole(`${path}/test_server_9.ts`, path, toHost, settings, "--debug-level=DEBUG");
  return { port, hostAt, toHost, host, server };
}

async function endAll(...commands: RunningCommand[]): Promise<void> {
  for (const command of commands) command.signal("SIGINT");
  for (const command of commands) assertEquals((await command.outcome()).code, 71);
}

/** Sends bytes and waits until the other end closes. */
async function sendUntilClosed(port: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  try {
    await connection.write(bytes);
    while (await connection.read(new Uint8Array(4096)) !== null);
  } catch {
    // Reset instead of closed: there were bytes that it did not read.
  } finally {
    connection.close();
  }
}

const HEADER = '{"value":{"to_address":[1],"return_address":[2],"tunnel":false}}';

function frame(body: string): string {
  const book = '{"value":[]}';
  return `${HEADER.length},${body.length},${HEADER.length + body.length + book.length}\n${HEADER}${body}${book}\n`;
}

/** What strangers send to a directory's port. */
const GARBAGE: readonly (readonly [what: string, text: string])[] = [
  ["garbage", "hello, is this thing on?\n"],
  ["an oversized frame", "10,10,1048577\n"],
  ["offsets that make no sense", "100,100,50\n" + "x".repeat(51)],
  ["a body that is no JSON", frame("{nonsense")],
  ["a header that is no header", "2,2,4\n{}{}\n"],
  ["an HTTP request", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"],
];

Deno.test("strangers on the port of a host directory harm nobody but themselves", async () => {
  await using folder = await demoFolder();
  const { path } = folder;
  const { port, hostAt, toHost, host, server } = await startHostAndServer(path);
  await server.seen(/Received Subscribed/);
  for (const [, text] of GARBAGE) await sendUntilClosed(hostAt, new TextEncoder().encode(text));
  const worker = startRole(`${path}/test_worker_9.ts`, path, toHost);
  await server.seen(/Sent JoinSpool/);
  const response = await fetch(`http://127.0.0.1:${port}/Xy?x=2&y=2`);
  assertEquals(response.status, 200);
  await response.body?.cancel();
  await endAll(worker, server, host);
});

Deno.test("an encrypted host directory refuses cleartext and serves those who encrypt", async () => {
  await using folder = await demoFolder();
  const { path } = folder;
  const [port, hostAt] = [freePort(), freePort()];
  const toHost = `--connect-to-directory=${hostPort(hostAt)}`;
  const host = await startHost(path, hostAt, "--encrypted-directory");
  const ping = frame('{"value":["layer_cake.point_runtime.Ping",{},[]]}');
  await sendUntilClosed(hostAt, new TextEncoder().encode(ping));
  const settings = `--server-address=${hostPort(port)}`;
  const encrypted = [toHost, "--encrypted-process"];
  const server = startRole(`${path}/test_server_9.ts`, path, ...encrypted, settings, "--debug-level=DEBUG");
  const worker = startRole(`${path}/test_worker_9.ts`, path, ...encrypted);
  await server.seen(/Sent JoinSpool/);
  const response = await fetch(`http://127.0.0.1:${port}/Xy?x=2&y=2`);
  assertEquals(response.status, 200);
  await response.body?.cancel();
  await endAll(worker, server, host);
});
