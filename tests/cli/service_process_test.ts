/** Directories and homes as services: what a service manager is told, what the journal gets, and which signals count. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  cakeStart,
  demoFolder,
  freePort,
  hostPort,
  runCake,
  RunningCommand,
  startProgram,
} from "../helpers/cake_command.ts";

/** A service manager, as far as it listens: writes what it is told to stderr, a line for each datagram. */
const MANAGER = `
const socket = Deno.listenDatagram({ transport: "unixpacket", path: Deno.args[0] });
Deno.stderr.writeSync(new TextEncoder().encode("listening\\n"));
for await (const [bytes] of socket) {
  Deno.stderr.writeSync(new TextEncoder().encode(new TextDecoder().decode(bytes).replaceAll("\\n", "|") + "\\n"));
}`;

async function startManager(socket: string): Promise<RunningCommand> {
  const file = `${socket}.ts`;
  await Deno.writeTextFile(file, MANAGER);
  const manager = new RunningCommand(
    new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", "--no-lock", "--no-config", "--unstable-net", file, socket],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn(),
  );
  await manager.seen(/listening/);
  return manager;
}

async function endManager(manager: RunningCommand): Promise<string[]> {
  manager.signal("SIGTERM");
  return (await manager.outcome()).err.trim().split("\n").slice(1);
}

/** Starts cake by a line of a shell, in which "$@" is cake with its arguments. */
function startByShell(line: string, folder: string, args: readonly string[]): RunningCommand {
  const cake = cakeStart();
  const shell = { executable: "/bin/sh", arguments: ["-c", line, "sh", cake.executable, ...cake.arguments] };
  return startProgram(shell, folder, args);
}

/** A directory for nobody but this test. */
function hostArguments(): string[] {
  return ["host", "--debug-level=TRACE", `--directory-at-host=${hostPort(freePort())}`];
}

const onLinux = { ignore: Deno.build.os !== "linux" };

Deno.test({
  name: "cake host tells a service manager that it is ready, and ends well by SIGTERM",
  ...onLinux,
  fn: async () => {
    await using folder = await demoFolder();
    const socket = `${folder.path}/notify`;
    const manager = await startManager(socket);
    const host = startProgram(cakeStart(), folder.path, hostArguments(), {
      NOTIFY_SOCKET: socket,
      SYSTEMD_EXEC_PID: "",
    });
    await manager.seen(/READY/);
    host.signal("SIGTERM");
    const { code, out, err } = await host.outcome();
    assertEquals([code, out], [0, ""]);
    assert(!err.includes("aborted"), err);
    const [ready = "", ...others] = await endManager(manager);
    assertMatch(ready, /^READY=1\|STATUS=Listening at 127\.0\.0\.1:\d+$/);
    assertEquals(others, ["STOPPING=1"]);
  },
});

Deno.test({
  name: "cake run as a service is ready when its roles were started, and alone tells the manager",
  ...onLinux,
  fn: async () => {
    await using folder = await demoFolder();
    const { path } = folder;
    assertEquals((await runCake(path, "create")).code, 0);
    assertEquals((await runCake(path, "add", "test_worker_9.ts", "worker", "--role-count=2")).code, 0);
    const manager = await startManager(`${path}/notify`);
    const elsewhere = `--directory-at-host=${hostPort(freePort(), "127.0.0.99")}`;
    const run = startProgram(cakeStart(), path, ["run", "--debug-level=DEBUG", elsewhere], {
      NOTIFY_SOCKET: `${path}/notify`,
      SYSTEMD_EXEC_PID: "",
    });
    await manager.seen(/READY/);
    await run.seen(/Received Published/, 2);
    run.signal("SIGTERM");
    const { code, err } = await run.outcome();
    assertEquals(code, 0, err);
    assertEquals(await endManager(manager), ["READY=1|STATUS=Roles: worker-0, worker-1", "STOPPING=1"]);
  },
});

Deno.test({
  name: "a service that nobody listens to goes on all the same",
  ...onLinux,
  fn: async () => {
    await using folder = await demoFolder();
    for (const socket of [`${folder.path}/nobody`, "@cake-nobody", "vsock:2:1", "/".repeat(500)]) {
      const host = startProgram(cakeStart(), folder.path, hostArguments(), {
        NOTIFY_SOCKET: socket,
        SYSTEMD_EXEC_PID: "",
      });
      await host.seen(/Listening at/);
      host.signal("SIGTERM");
      const { code } = await host.outcome();
      assertEquals(code, socket.startsWith("vsock") ? 71 : 0, socket);
    }
  },
});

Deno.test({
  name: "lines for the journal begin with their level, those for a file or a pipe do not",
  ...onLinux,
  fn: async () => {
    await using folder = await demoFolder();
    const own = 'JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2) exec "$@"';
    for (const [line, level] of [[own, "<5>"], ['JOURNAL_STREAM=1:1 exec "$@"', ""]] as const) {
      const host = startByShell(line, folder.path, hostArguments());
      await host.seen(/Listening at/);
      host.signal("SIGINT");
      const { err, code } = await host.outcome();
      assertEquals(code, 71);
      assertMatch(err, new RegExp(`^${level}\\[\\d{8}\\] .* Listening at`, "m"));
      assertMatch(err, new RegExp(`^${level === "" ? "" : "<3>"}cake: aborted`, "m"));
    }
    const busy = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const port = (busy.addr as Deno.NetAddr).port;
    const host = startByShell(own, folder.path, ["host", `--directory-at-host=${hostPort(port)}`]);
    assertMatch((await host.outcome()).err, /^<3>cake: cannot listen at/);
    busy.close();
  },
});

Deno.test({
  name:
    "cake host needs no terminal and no streams, hears SIGINT also in the background, and SIGHUP unless under nohup",
  ...onLinux,
  fn: async () => {
    await using folder = await demoFolder();
    const start = (line: string) => startByShell(line, folder.path, hostArguments());
    // As shells start what stands before "&" in a script.
    const background = start('trap "" INT QUIT; exec "$@" </dev/null');
    await background.seen(/Listening at/);
    background.signal("SIGINT");
    assertEquals((await background.outcome()).code, 71);
    const kept = start('trap "" HUP; exec "$@" <&- >&-');
    await kept.seen(/Listening at/);
    kept.signal("SIGHUP");
    kept.signal("SIGUSR1");
    await kept.seen(/Ignored SIGUSR1/);
    kept.signal("SIGTERM");
    assertEquals((await kept.outcome()).code, 71);
    const hung = start('exec "$@"');
    await hung.seen(/Listening at/);
    hung.signal("SIGHUP");
    assertEquals((await hung.outcome()).code, 71);
  },
});

Deno.test({
  name: "only what the service manager started itself ends well by SIGTERM, not what a shell in a service started",
  ...onLinux,
  fn: async () => {
    await using folder = await demoFolder();
    const socket = `NOTIFY_SOCKET=${folder.path}/nobody`;
    for (
      const [line, code] of [[`${socket} SYSTEMD_EXEC_PID=$$ exec "$@"`, 0], [
        `${socket} SYSTEMD_EXEC_PID=1 exec "$@"`,
        71,
      ]] as const
    ) {
      const host = startByShell(line, folder.path, hostArguments());
      await host.seen(/Listening at/);
      host.signal("SIGTERM");
      assertEquals((await host.outcome()).code, code, line);
    }
  },
});
