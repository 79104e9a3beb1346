/** Modules of users in the compiled cake: it runs them with nothing else on the machine, and as Deno does. */

import { assert, assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { type CommandOutcome, freePort, hostPort, moduleStart, startProgram } from "../helpers/cake_command.ts";
import { compiledTest } from "../helpers/compiled_cake.ts";

const TESTDATA = decodeURIComponent(new URL("../testdata/modules", import.meta.url).pathname);
const DEMO = decodeURIComponent(new URL("../demo", import.meta.url).pathname);

/** A folder for sources, with a cache of its own and `cake` on PATH. */
class Place implements AsyncDisposable {
  readonly #cake: string;
  readonly folder: string;

  constructor(cake: string, folder: string) {
    this.#cake = cake;
    this.folder = folder;
  }

  static async make(cake: string): Promise<Place> {
    const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "cake-compiled-" }));
    await Deno.mkdir(`${folder}/bin`);
    await Deno.symlink(cake, `${folder}/bin/cake`);
    return new Place(cake, folder);
  }

  get cache(): string {
    return `${this.folder}/cache/cake/modules`;
  }

  get env(): Record<string, string> {
    return { XDG_CACHE_HOME: `${this.folder}/cache`, PATH: `${this.folder}/bin:/usr/bin:/bin` };
  }

  async write(path: string, ...lines: string[]): Promise<string> {
    await Deno.writeTextFile(`${this.folder}/${path}`, `${lines.join("\n")}\n`);
    return `${this.folder}/${path}`;
  }

  start(...args: string[]) {
    return startProgram({ executable: this.#cake, arguments: [] }, this.folder, args, this.env);
  }

  run(...args: string[]): Promise<CommandOutcome> {
    return this.start(...args).outcome();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Deno.remove(this.folder, { recursive: true });
  }
}

/** What Deno makes of the same module. */
function byDeno(file: string, ...args: string[]): Promise<CommandOutcome> {
  return startProgram(moduleStart(file), "/", args).outcome();
}

compiledTest("a module runs as under Deno: enums, JSON, import() and what it is told of itself", async (cake) => {
  await using place = await Place.make(cake);
  const file = `${TESTDATA}/everything.ts`;
  const expected = await byDeno(file, "--who=you", "--debug-level=FAULT");
  assertEquals([expected.code, expected.err], [0, ""]);
  for (let i = 0; i < 2; i++) assertEquals(await place.run("exec", file, "--who=you", "--debug-level=FAULT"), expected);
  const help = await place.run("exec", file, "--help");
  assertEquals(help, await byDeno(file, "--help"));
});

compiledTest("a module that ran before is not prepared again, and one that changed is", async (cake) => {
  await using place = await Place.make(cake);
  const names = async (folder: string) =>
    (await Array.fromAsync(Deno.readDir(`${place.cache}/${folder}`), ({ name }) => name)).sort();
  const file = await place.write("say.ts", `const text: string = "one";`, `console.log(text);`);
  const output = async () => (await place.run("exec", file)).out;
  assertEquals(await output(), "one\n");
  const [index] = await names("index");
  const [mirror] = await names("mirrors");
  // Whoever reads a mirror runs what is in it.
  await Deno.writeTextFile(`${place.cache}/mirrors/${mirror}/say.ts`, `console.log("from the cache")`);
  assertEquals(await output(), "from the cache\n");
  await place.write("say.ts", `const text: string = "two";`, `console.log(text);`);
  assertEquals(await output(), "two\n");
  assertEquals(await names("index"), [index]);
  assertEquals((await names("mirrors")).length, 2);
});

compiledTest("several processes that meet a module for the first time at once all run it", async (cake) => {
  await using place = await Place.make(cake);
  const outcomes = await Promise.all(
    Array.from({ length: 5 }, () => place.run("exec", `${TESTDATA}/everything.ts`, "--who=all")),
  );
  for (const { code, out, err } of outcomes) assertEquals([code, out, err], [0, outcomes[0]!.out, ""]);
});

compiledTest("what fails is told with the user's own file and line", async (cake) => {
  await using place = await Place.make(cake);
  const failing = await place.run("exec", `${TESTDATA}/fails.ts`, "--debug-level=FAULT");
  assertEquals(failing.code, 71);
  assertMatch(failing.err, /RangeError: kind 1\n +at Failing\.fail \(file:\/\/\/.*\/modules\/fails\.ts:11:11\)\n/);
  assertMatch(failing.err, /\n +at fails \(file:\/\/\/.*\/modules\/fails\.ts:17:28\)\n/);
  assertNotMatch(failing.err, /cache/);

  const top = await place.write("top.ts", `type T = 1;`, `const x: number = JSON.parse("{");`, `export { x };`);
  const late = await place.write(
    "late.ts",
    `enum E { A }`,
    ``,
    `setTimeout(() => { throw new Error(\`E\${E.A}\`); });`,
  );
  const promise = await place.write("promise.ts", `setTimeout(() => {`, `  Promise.reject(new Error("no"));`, `});`);
  const syntax = await place.write("syntax.js", ``, `let x = ;`);
  const names = await place.write("names.ts", `import { missing } from "./top.ts";`, `missing();`);
  for (
    const [file, line] of [
      [top, `error: Uncaught SyntaxError: .*\\n[^]*file://${top}:2:24\\)?\\n`],
      [late, `error: Uncaught Error: E0\\n +at file://${late}:3:26\\n`],
      [promise, `error: Uncaught Error: no\\n +at file://${promise}:2:18\\n`],
      [syntax, `error: Uncaught SyntaxError: Unexpected token ';' at file://${syntax}:2:9\\n`],
      [names, `error: Uncaught SyntaxError: .* './top.ts' does not provide .* 'missing' at file://${names}:1:10\\n`],
    ] as const
  ) {
    const { code, err } = await place.run("exec", file);
    assertEquals(code, 1, err);
    assertMatch(err, new RegExp(`^${line}`), file);
    assertNotMatch(err, /cache\/cake/);
  }
});

compiledTest("a module may deal with its errors by itself", async (cake) => {
  await using place = await Place.make(cake);
  const file = await place.write(
    "handles.ts",
    `globalThis.addEventListener("error", (event) => { event.preventDefault(); console.log("handled"); });`,
    `setTimeout(() => { throw new Error("x"); });`,
    `try { await import("npm:zod"); } catch (error) { console.log((error as Error).message); }`,
  );
  const { code, out } = await place.run("exec", file);
  assertEquals(code, 0);
  assertMatch(out, /^".*\/handles\.ts" imports "npm:zod", and a compiled cake has no packages: .*\nhandled\n$/);
});

compiledTest("a module that can't be had is a fault that says what to do, typed for a parent", async (cake) => {
  await using place = await Place.make(cake);
  const file = await place.write("role.ts", ``, `import { z } from "npm:zod@3";`, `z.parse(1);`);
  const plain = await place.run("exec", file);
  assertEquals([plain.code, plain.out], [71, ""]);
  assertMatch(
    plain.err,
    /^cake: cannot load "\/.*\/role\.ts": it imports "npm:zod@3", and .* run it with Deno \(line 2\)\n$/,
  );
  const typed = await place.run("exec", file, "--child-process", "--full-output");
  assertEquals([typed.code, typed.err], [71, ""]);
  assertEquals(JSON.parse(typed.out).value[0], "layer_cake.point_runtime.Faulted");
  const thrown = await place.write("thrown.ts", `throw new Error("at once");`);
  const { code, out } = await place.run("exec", thrown, "--child-process", "--full-output");
  assertEquals([code, JSON.parse(out).value[1].explanation], [71, "Error: at once"]);
  assertMatch((await place.run("exec", "nothing.ts")).err, /^cake: cannot execute nothing\.ts \(not found\)\n$/);
});

compiledTest("an actor runs in a thread of its own, with what it imports", async (cake) => {
  await using place = await Place.make(cake);
  assertEquals(await place.run("exec", `${TESTDATA}/threaded.ts`), { code: 0, out: "84\n", err: "" });
});

compiledTest("a program without extension that begins with #! runs by itself", async (cake) => {
  await using place = await Place.make(cake);
  const file = `${TESTDATA}/script`;
  const run = (program: string, ...args: string[]) =>
    startProgram({ executable: program, arguments: [] }, place.folder, args, place.env).outcome();
  assertEquals(await run(file, "--count=5"), { code: 0, out: `"script 10"\n`, err: "" });
  assertEquals(await place.run("exec", file), { code: 0, out: `"script 8"\n`, err: "" });
  // As the original's command adds and runs it.
  const role = ["--home-path=.layer-cake", "--role-name=script"];
  assertEquals((await place.run("create")).code, 0);
  const made = await run(file, "--create-role=true", "--count=8", ...role, "--origin=RUN_CHILD", "--full-output");
  assertMatch(made.out, /create-role/);
  const value = await run(file, "--origin=RUN_CHILD", "--child-process", "--full-output", ...role);
  assertEquals([value.code, value.out], [0, `{"value":["unicode","script 16",[]]}\n`]);
});

compiledTest("a signal ends a module as it ends any role", async (cake) => {
  await using place = await Place.make(cake);
  const at = `--connect-to-directory=${hostPort(freePort(), "127.0.0.99")}`;
  const running = place.start("exec", `${DEMO}/test_worker_10.ts`, "--debug-level=DEBUG", at);
  await running.seen(/worker - Received Published/);
  running.signal("SIGINT");
  const { code, err } = await running.outcome();
  assertEquals(code, 71);
  assertMatch(err, /test_worker_10\.ts: aborted \(user or software interrupt\)\n/);
});

compiledTest("the demo runs from its sources, in the foreground and in the background", async (cake) => {
  await using place = await Place.make(cake);
  const port = freePort();
  const apart = `--directory-at-host=${hostPort(freePort(), "127.0.0.99")}`;
  const ok = async (...args: string[]) => {
    const outcome = await place.run(...args);
    assertEquals([outcome.code, outcome.err], [0, ""]);
    return outcome.out;
  };
  await ok("create");
  await ok("add", `${DEMO}/test_server_10.ts`, "server", `--server-address=${hostPort(port)}`);
  await ok("add", `${DEMO}/test_worker_10.ts`, "worker", "--role-count=2");
  assertEquals(await ok("list"), "server\nworker-0\nworker-1\n");

  const running = place.start("run", apart, "--debug-level=DEBUG");
  await running.seen(/server - Received Available/, 2);
  await assertTable(port);
  running.signal("SIGINT");
  assertEquals((await running.outcome()).code, 71);

  await ok("start", apart);
  try {
    assertEquals((await ok("status")).trim().split("\n").length, 3);
    const lines = (await ok("status", "--long-listing", "--group-role")).trim().split("\n");
    const pids = new Set(lines.map((line) => /<(\d+)>/.exec(line)![1]));
    assertEquals(pids.size, 4);
  } finally {
    await ok("stop");
  }
  assert((await place.run("status")).err.includes("nothing running"));
  assertMatch(await ok("history", "server"), /^\[0\] .*Aborted\)\n\[1\] .*Aborted\)\n$/);
});

async function assertTable(port: number): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/Xy?x=3&y=2`);
  const { value } = await response.json();
  assertEquals(value[1].map((row: unknown[]) => row.length), [3, 3], JSON.stringify(value));
}
