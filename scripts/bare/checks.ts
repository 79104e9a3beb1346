/** What the compiled cake must do on a machine where nothing else is installed. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { CAKE_PATH, succeed } from "./bare_root.ts";
import { type CommandOutcome, RunningCommand } from "../running_command.ts";

/** A bare machine, as seen by a process in its namespaces. */
export interface BareMachine {
  /** The folder that is its root. */
  readonly root: string;
  /** A folder that has the same path there as here. */
  readonly work: string;
  /** The project's folder; its tests have the same path there as here. */
  readonly project: string;
}

/** A check, which throws when something is not as it must be. Returns why it was skipped, if it was. */
export type Check = () => Promise<string | void>;

const WORKERS = 8;
const DEMO_PORT = 5050;
const DIRECTORY_PORT = 54195;
const ANSWER_TRIES_MAX = 100;
const ANSWER_PAUSE_MS = 100;

/** All checks by name. */
export function bareChecks(machine: BareMachine): Record<string, Check> {
  return {
    version: () => version(machine),
    demo: () => demo(machine),
    threads: () => threads(machine),
    pack: () => pack(machine),
    host: () => directory(machine, "host", "127.0.0.1"),
    lan: () => directory(machine, "lan", "0.0.0.0"),
    service: () => service(machine),
    modules: () => modules(machine),
    original: () => original(machine),
  };
}

/** Programs of the machine: what they are started by here becomes them, so that signals reach them. */
class Inside {
  readonly #machine: BareMachine;
  readonly folder: string;

  constructor(machine: BareMachine, folder: string) {
    this.#machine = machine;
    this.folder = folder;
  }

  /** A fresh folder of that machine. */
  static async make(machine: BareMachine, name: string): Promise<Inside> {
    const folder = `${machine.work}/${name}`;
    await Deno.mkdir(folder);
    return new Inside(machine, folder);
  }

  start(...args: string[]): RunningCommand {
    const command = new Deno.Command("/usr/bin/unshare", {
      args: [`--root=${this.#machine.root}`, `--wd=${this.folder}`, CAKE_PATH, ...args],
      clearEnv: true,
      env: { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: `${this.#machine.work}/user` },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
    return new RunningCommand(command.spawn());
  }

  run(...args: string[]): Promise<CommandOutcome> {
    return this.start(...args).outcome();
  }

  /** Runs to its end, which must be a good one; returns the output. */
  async ok(...args: string[]): Promise<string> {
    const { code, out, err } = await this.run(...args);
    assertEquals([code, err], [0, ""], `cake ${args.join(" ")}`);
    return out;
  }
}

async function version(machine: BareMachine): Promise<void> {
  const inside = await Inside.make(machine, "version");
  assertMatch(await inside.ok("--version"), /^cake \d+\.\d+\.\d+ \(.+\)\n$/);
}

function address(host: string, port: number): string {
  return JSON.stringify({ host, port });
}

/** Asks the demo's server from outside until it gives a table. */
async function table(port: number): Promise<unknown[][]> {
  let last = "";
  for (let i = 0; i < ANSWER_TRIES_MAX; i++) {
    try {
      last = await (await fetch(`http://127.0.0.1:${port}/Xy?x=3&y=2`)).text();
      const { value } = JSON.parse(last);
      if (value[0] === "vector<vector<float8>>") return value[1];
    } catch (error) {
      last = `${error}`;
    }
    await new Promise((resolve) => setTimeout(resolve, ANSWER_PAUSE_MS));
  }
  throw new Error(`The demo gives no table: ${last}`);
}

/** The demo from its TypeScript sources: a server and eight workers, in the foreground, then in the background. */
async function demo(machine: BareMachine): Promise<void> {
  const inside = await Inside.make(machine, "demo");
  const sources = `${machine.project}/tests/demo`;
  await addDemo(inside, sources);
  const names = ["server", ...Array.from({ length: WORKERS }, (_, i) => `worker-${i}`)];
  assertEquals((await inside.ok("list")).trim().split("\n"), names);

  const running = inside.start("run", "--debug-level=DEBUG");
  await running.seen(/server - Received Available/, WORKERS);
  assertEquals((await table(DEMO_PORT)).map((row) => row.length), [3, 3]);
  running.signal("SIGINT");
  assertEquals((await running.outcome()).code, 71);

  await inside.ok("start");
  assertEquals((await table(DEMO_PORT)).length, 2);
  assertEquals((await inside.ok("status")).trim().split("\n"), names);
  await inside.ok("stop");
  assertMatch((await inside.run("status")).err, /nothing running/);
  for (const name of names) {
    assertMatch(await inside.ok("history", name), /^\[0\] .*\(Aborted\)\n\[1\] .*\(Aborted\)\n$/);
  }
}

/** The same in one process. */
async function threads(machine: BareMachine): Promise<void> {
  const inside = await Inside.make(machine, "threads");
  await addDemo(inside, `${machine.project}/tests/demo`);
  const running = inside.start("run", "--threads", "--debug-level=DEBUG");
  await running.seen(/server - Received Available/, WORKERS);
  assertEquals((await table(DEMO_PORT)).map((row) => row.length), [3, 3]);
  const pids = (await inside.ok("status", "--long-listing")).match(/<\d+>/g) ?? [];
  assertEquals([pids.length, new Set(pids).size], [1 + WORKERS, 1]);
  running.signal("SIGINT");
  assertEquals((await running.outcome()).code, 71);
}

/** The demo as an archive, restored elsewhere after the first one is gone. */
async function pack(machine: BareMachine): Promise<void> {
  const inside = await Inside.make(machine, "packed");
  const sources = `${inside.folder}/sources`;
  await Deno.mkdir(sources);
  for await (const { name } of Deno.readDir(`${machine.project}/tests/demo`)) {
    if (name.startsWith("test_")) await Deno.copyFile(`${machine.project}/tests/demo/${name}`, `${sources}/${name}`);
  }
  await addDemo(inside, sources);
  assertMatch(await inside.ok("pack", "demo.tar.gz"), /^demo\.tar\.gz: \d+ files, \d+ bytes\n$/);
  const elsewhere = await Inside.make(machine, "elsewhere");
  await Deno.rename(`${inside.folder}/demo.tar.gz`, `${elsewhere.folder}/demo.tar.gz`);
  await Deno.remove(inside.folder, { recursive: true });
  await elsewhere.ok("unpack", "demo.tar.gz", "pool");
  const running = new Inside(machine, `${elsewhere.folder}/pool`).start("run", "--debug-level=DEBUG");
  await running.seen(/server - Received Available/, WORKERS);
  assertEquals((await table(DEMO_PORT)).length, 2);
  running.signal("SIGINT");
  assertEquals((await running.outcome()).code, 71);
}

async function addDemo(inside: Inside, sources: string): Promise<void> {
  const at = `--server-address=${address("127.0.0.1", DEMO_PORT)}`;
  await inside.ok("create");
  await inside.ok("add", `${sources}/test_server_10.ts`, "server", at);
  await inside.ok("add", `${sources}/test_worker_10.ts`, "worker", `--role-count=${WORKERS}`);
}

/** A directory on its usual port, found by a worker and shown by `cake network`. */
async function directory(machine: BareMachine, kind: "host" | "lan", host: string): Promise<void> {
  const inside = await Inside.make(machine, kind);
  const running = inside.start(kind, "--debug-level=CONSOLE");
  await running.seen(new RegExp(`Listening at "${host.replaceAll(".", "\\.")}:${DIRECTORY_PORT}"`));
  const worker = inside.start("exec", `${machine.project}/tests/demo/test_worker_10.ts`, "--debug-level=DEBUG");
  await worker.seen(/worker - Received Published/);
  const scope = kind.toUpperCase();
  for (let i = 0;; i++) {
    const tree = await inside.ok("network", `--open-scope=${scope}`, "--list-published");
    if (/test-multihosting:worker-10:/.test(tree) && tree.includes(scope)) break;
    assert(i < ANSWER_TRIES_MAX, tree);
  }
  worker.signal("SIGINT");
  assertEquals((await worker.outcome()).code, 71);
  running.signal("SIGTERM");
  const { code, err } = await running.outcome();
  assertEquals(code, 71, err);
}

/** The unit of a boot service. */
async function service(machine: BareMachine): Promise<void> {
  const inside = await Inside.make(machine, "service");
  const unit = await inside.ok("service", "install", "host", "--print");
  assert(unit.includes(`\nExecStart="${CAKE_PATH}" "host" "--debug-level=CONSOLE"\n`), unit);
}

/** Modules with everything that takes more than to blank types out, and one that computes in a thread. */
async function modules(machine: BareMachine): Promise<void> {
  const inside = await Inside.make(machine, "modules");
  const folder = `${machine.project}/tests/testdata/modules`;
  const [first, second] = [
    await inside.ok("exec", `${folder}/everything.ts`),
    await inside.ok("exec", `${folder}/everything.ts`),
  ];
  assertEquals(second, first);
  assertEquals(JSON.parse(JSON.parse(first)).values, [2, "RED", 3, 3, 8, 42, 42]);
  assertEquals(await inside.ok("exec", `${folder}/threaded.ts`), "84\n");
  assertMatch((await inside.run("exec", `${folder}/fails.ts`, "--debug-level=FAULT")).err, /fails\.ts:11:11\)/);
}

/** A home that the original's command made, where that is on PATH; its roles are cake's. */
async function original(machine: BareMachine): Promise<string | void> {
  const inside = await Inside.make(machine, "original");
  const path = `${machine.work}/bin:${Deno.env.get("PATH")}`;
  const layerCake = async (...args: string[]) => {
    const command = new Deno.Command("layer-cake", { args, cwd: inside.folder, env: { PATH: path }, stdin: "null" });
    const { success, stderr } = await command.output();
    assert(success, new TextDecoder().decode(stderr));
  };
  try {
    await succeed("sh", "-c", "command -v layer-cake");
  } catch {
    return "layer-cake is not on PATH";
  }
  // The original asks executables to make their roles: for that cake is on PATH here, too.
  await Deno.mkdir(`${machine.work}/bin`);
  await Deno.symlink(`${machine.root}${CAKE_PATH}`, `${machine.work}/bin/cake`);
  const folder = `${machine.project}/tests/testdata/modules`;
  await layerCake("create");
  await layerCake("add", `${folder}/script`, "say", "--count=9");
  assertEquals(await inside.ok("list"), "say\n");
  assertEquals(await inside.ok("run", "--main-role=say"), `"script 18"\n`);
  assertMatch(await inside.ok("history", "say"), /^\[0\] /);
}

/** Runs the tests of the command with the cake of the machine. */
export async function runCommandTests(machine: BareMachine, tests: readonly string[]): Promise<void> {
  const wrapper = `${machine.work}/cake`;
  // Not every /bin/sh passes variables on whose names it can't set.
  const lines = ["#!/bin/bash", `exec /usr/bin/unshare --root=${machine.root} --wd="$PWD" ${CAKE_PATH} "$@"`, ""];
  await Deno.writeTextFile(wrapper, lines.join("\n"), { mode: 0o755 });
  const temporary = `${machine.work}/tmp`;
  await Deno.mkdir(temporary);
  const command = new Deno.Command(Deno.execPath(), {
    args: ["task", "test", ...tests],
    cwd: machine.project,
    env: { CAKE_EXECUTABLE: wrapper, CAKE_INSTALLED: CAKE_PATH, TMPDIR: temporary },
    stdin: "null",
  });
  const { success } = await command.spawn().status;
  assert(success, "tests of the command failed");
}
