import { assert, assertEquals } from "@std/assert";
import { checkPure, checkWorld } from "../../scripts/check_world.ts";
import { parseSource, readSources, refuseProblems } from "../../scripts/source_file.ts";

const ROOT = new URL("../../", import.meta.url);
const LAYERS = ["mod.ts", "runtime", "net", "directory", "cli"];
const HEADER = "// This module performs no I/O.\n";

/** Reaches outside a world, each in one way. */
const REACHES = [
  `const t = Date.now();`,
  `const t = new Date();`,
  `const t = new Date;`,
  `const t = Date();`,
  `const { now } = Date;`,
  `const clock = Date;`,
  `const t = Date["now"]();`,
  `const t = Date[name]();`,
  `const t = Temporal.Now.instant();`,
  `const t = performance.now();`,
  `const f = performance.now;`,
  `setTimeout(f, 1);`,
  `setInterval(f, 1);`,
  `g(setTimeout);`,
  `const o = { setTimeout };`,
  `const s = AbortSignal.timeout(5);`,
  `const r = Math.random();`,
  `const { random } = Math;`,
  `const id = crypto.randomUUID();`,
  `crypto.getRandomValues(b);`,
  `const r = fetch("x");`,
  `const s = new WebSocket("x");`,
  `const c = Deno.cwd();`,
  `let c: Deno.Conn;`,
  `globalThis.close();`,
  `const e = process.env;`,
  `import fs from "node:fs";`,
  `await import("node:fs");`,
];

/** Looks like the above and is none. */
const INNOCENT = [
  `const t = new Date(5);`,
  `const t = new Date(a, b).getTime();`,
  `const ok = x instanceof Date;`,
  `let d: Date;`,
  `const n = Math.floor(2.5);`,
  `world.clock.now(); world.Deno.x; o.setTimeout(); o?.fetch();`,
  `interface W { fetch(): void; performance: number; Deno: string }`,
  `class C { setTimeout() {} }`,
  `const o = { fetch: 1, Deno: 2 };`,
  `// Date.now()`,
  `const s = "Date.now()"; const t = \`Math.random()\`; const r = /Deno.cwd()/;`,
  `function f(process: Child) { return process.pid; }`,
  `import type { Stats } from "node:fs";`,
];

function world(text: string, path = "net/tcp.ts", exceptions = {}): number {
  return checkWorld([parseSource({ path, text })], exceptions).length;
}

function pure(text: string, others: Record<string, string> = {}): number {
  const files = Object.entries({ "net/frame.ts": HEADER + text, ...others });
  return checkPure(files.map(([path, text]) => parseSource({ path, text }))).length;
}

Deno.test("checkWorld() refuses every reach outside the world", () => {
  for (const text of REACHES) assertEquals(world(text), 1, text);
});

Deno.test("checkWorld() accepts what only looks like one", () => {
  for (const text of INNOCENT) assertEquals(world(text), 0, text);
  assertEquals(world(`queueMicrotask(f);`), 0);
  assertEquals(world(`await crypto.subtle.digest("SHA-256", b);`), 0);
});

Deno.test("checkWorld() finds a platform name inside a template", () => {
  assertEquals(world("const t = `at ${Date.now()}`;"), 1);
});

Deno.test("checkWorld() does not let a file hide the platform behind a name of its own", () => {
  assertEquals(world(`function f(Deno: unknown) {}\nDeno.exit();`), 1);
});

Deno.test("checkWorld() applies to the four folders and not to the real world", () => {
  for (const path of ["runtime/timers.ts", "net/a/b.ts", "directory/host.ts", "cli/home.ts"]) {
    assertEquals(world(`Deno.cwd();`, path), 1, path);
  }
  for (const path of ["runtime/real_world.ts", "runtime/real_world/files.ts", "scripts/demo.ts", "tests/a_test.ts"]) {
    assertEquals(world(`Deno.cwd();`, path), 0, path);
  }
  assertEquals(world(`Deno.cwd();`, "runtime/real_world_of_mine.ts"), 1);
});

Deno.test("checkWorld() knows exceptions by use, and refuses those not in use", () => {
  const exceptions = { "cli/main.ts": ["Deno.args", "Deno.exit"] };
  assertEquals(world(`run(Deno.args); Deno.exit(1);`, "cli/main.ts", exceptions), 0);
  assertEquals(world(`run(Deno.args); Deno.exit(Deno.pid);`, "cli/main.ts", exceptions), 1);
  assertEquals(world(`run(Deno.args);`, "cli/main.ts", exceptions), 1);
  assertEquals(world(`run(Deno.args);`, "cli/home.ts", exceptions), 1);
});

Deno.test("checkPure() refuses what the world does, and more", () => {
  const more = [`queueMicrotask(f);`, `console.log(1);`, `await crypto.subtle.digest("SHA-256", b);`, `new Worker(u);`];
  for (const text of [...REACHES, ...more]) assert(pure(text) >= 1, text);
  for (const text of INNOCENT) assertEquals(pure(text), 0, text);
});

Deno.test("checkPure() refuses imports that do not promise the same", () => {
  const others = { "net/tcp.ts": "", "net/size.ts": HEADER };
  assertEquals(pure(`import { a } from "./tcp.ts";`, others), 1);
  assertEquals(pure(`import { a } from "./missing.ts";`, others), 1);
  assertEquals(pure(`import { a } from "libsodium-wrappers";`, others), 1);
  assertEquals(pure(`import { a } from "./size.ts";`, others), 0);
  assertEquals(pure(`import type { A } from "./tcp.ts";`, others), 0);
  assertEquals(pure(`import { RE2JS } from "re2js";`, others), 0);
});

Deno.test("checkPure() follows a name through a door to the file that declares it", () => {
  const others = {
    "runtime/mod.ts":
      `export { a as b, type T } from "./address.ts";\nexport { k } from "./kernel.ts";\nexport const own = 1;`,
    "runtime/address.ts": HEADER,
    "runtime/kernel.ts": "",
  };
  assertEquals(pure(`import { b } from "../runtime/mod.ts";`, others), 0);
  assertEquals(pure(`import { b as c, type Kernel } from "../runtime/mod.ts";`, others), 0);
  assertEquals(pure(`import { b, k } from "../runtime/mod.ts";`, others), 1);
  for (const name of ["a", "k", "own", "missing"]) {
    assertEquals(pure(`import { ${name} } from "../runtime/mod.ts";`, others), 1, name);
  }
  assertEquals(pure(`import * as runtime from "../runtime/mod.ts";`, others), 1);
  assertEquals(pure(`import "../runtime/mod.ts";`, others), 1);
  assertEquals(pure(`export { b } from "../runtime/mod.ts";`, others), 0);
  assertEquals(pure(`const { b } = await import("../runtime/mod.ts");`, others), 1);
});

Deno.test("checkPure() leaves files without the promise alone", () => {
  assertEquals(checkPure([parseSource({ path: "net/tcp.ts", text: "Deno.cwd();" })]), []);
  // The promise stands at the start.
  assertEquals(parseSource({ path: "net/tcp.ts", text: `f();\n${HEADER}` }).isPure, false);
  assertEquals(parseSource({ path: "net/tcp.ts", text: `/** Docs. */\n${HEADER}f();` }).isPure, true);
});

Deno.test("the project's files without I/O keep their promise", async () => {
  refuseProblems(checkPure(await readSources(ROOT, LAYERS)));
});

Deno.test("the project reaches the outside by way of a world", async () => {
  refuseProblems(checkWorld(await readSources(ROOT, LAYERS)));
});
