import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { checkCycles, checkDirection, checkFace, checkPackages } from "../../scripts/check_imports.ts";
import {
  parseSource,
  readSources,
  refuseProblems,
  resolveReference,
  type SourceFile,
} from "../../scripts/source_file.ts";

const ROOT = new URL("../../", import.meta.url);
const LAYERS = ["mod.ts", "runtime", "net", "directory", "cli"];
const DOORS = ["runtime/mod.ts", "net/mod.ts", "directory/mod.ts"];

function sources(texts: Record<string, string>): SourceFile[] {
  return Object.entries(texts).map(([path, text]) => parseSource({ path, text }));
}

const PURE = "// This module performs no I/O.\n";

/** How many problems there are with one import. */
function direction(from: string, line: string, targets: Record<string, string> = {}): number {
  return checkDirection(sources({ [from]: line, ...targets })).length;
}

Deno.test("checkDirection() accepts imports from the left, by the door", () => {
  assertEquals(direction("net/tcp.ts", `import { a } from "../runtime/mod.ts";`), 0);
  assertEquals(direction("cli/run.ts", `import { a } from "../mod.ts";`), 0);
  assertEquals(direction("cli/commands/run.ts", `import { a } from "../../directory/mod.ts";`), 0);
  assertEquals(direction("runtime/types/cast.ts", `import { a } from "../address.ts";`), 0);
  assertEquals(direction("tests/net/tcp_test.ts", `import { a } from "../../net/tcp.ts";`), 0);
  assertEquals(direction("scripts/demo.ts", `import { a } from "../tests/demo/test_api.ts";`), 0);
});

Deno.test("checkDirection() refuses an import from the right, of any kind", () => {
  for (
    const line of [
      `import { a } from "../net/mod.ts";`,
      `import type { A } from "../net/mod.ts";`,
      `export { a } from "../net/mod.ts";`,
      `const a = await import("../net/mod.ts");`,
      `let a: import("../net/mod.ts").A;`,
      `const a = new URL("../net/mod.ts", import.meta.url);`,
      `const a = import.meta.resolve("../net/mod.ts");`,
      `import { a } from "@layer-cake/cake";`,
      `import { a } from "../mod.ts";`,
    ]
  ) assertEquals(direction("runtime/actor.ts", line), 1, line);
  assertEquals(direction("runtime/actor.ts", `const a = new URL("../deno.json", import.meta.url);`), 0);
  assertEquals(direction("directory/group.ts", `import { a } from "../cli/mod.ts";`), 1);
  assertEquals(direction("mod.ts", `export { a } from "./cli/mod.ts";`), 1);
});

Deno.test("checkDirection() is not deceived by comments and strings", () => {
  assertEquals(
    direction("runtime/actor.ts", `// import { a } from "../net/mod.ts";\nconst t = 'from "../net/mod.ts"';`),
    0,
  );
});

Deno.test("checkDirection() refuses a reach past another folder's door", () => {
  const targets = { "runtime/address.ts": PURE, "runtime/kernel.ts": "" };
  assertEquals(direction("net/tcp.ts", `import { a } from "../runtime/kernel.ts";`, targets), 1);
  assertEquals(direction("net/tcp.ts", `import { a } from "../runtime/address.ts";`, targets), 1);
  assertEquals(direction("net/tcp.ts", `import { a } from "../runtime/types/mod.ts";`, targets), 1);
  assertEquals(direction("net/frame.ts", `${PURE}import { a } from "../runtime/kernel.ts";`, targets), 1);
  assertEquals(direction("net/frame.ts", `${PURE}import { a } from "../runtime/address.ts";`, targets), 0);
});

Deno.test("checkDirection() refuses imports of tests and scripts", () => {
  assertEquals(direction("cli/main.ts", `import { a } from "../scripts/task.ts";`), 1);
  assertEquals(direction("runtime/actor.ts", `import { a } from "../tests/demo/test_api.ts";`), 1);
  assertEquals(direction("scripts/build.ts", `import { a } from "../tests/net/tcp_test.ts";`), 1);
  assertEquals(direction("cli/main.ts", `import { a } from "../../elsewhere/mod.ts";`), 1);
});

Deno.test("checkCycles() finds a cycle of values, once", () => {
  const cycle = sources({
    "runtime/a.ts": `import { b } from "./b.ts";`,
    "runtime/b.ts": `export { c } from "./c.ts";`,
    "runtime/c.ts": `import "./a.ts";`,
    "runtime/d.ts": `import "./a.ts";`,
  });
  assertEquals(checkCycles(cycle).map(({ message }) => message), [
    "Cannot import in a circle: runtime/a.ts -> runtime/b.ts -> runtime/c.ts -> runtime/a.ts",
  ]);
  assertEquals(checkCycles(sources({ "runtime/a.ts": `import "./a.ts";` })).length, 1);
  // Deno keeps the import of a module whose names are all types one by one, so it is an import.
  const kept = { "net/a.ts": `import { type B } from "./b.ts";`, "net/b.ts": `import "./a.ts";` };
  assertEquals(checkCycles(sources(kept)).length, 1);
});

Deno.test("checkCycles() leaves types and places alone", () => {
  const files = {
    "runtime/a.ts": `import type { B } from "./b.ts";\nexport type { C } from "./b.ts";\nlet d: import("./b.ts").D;`,
    "runtime/b.ts": `import { a } from "./a.ts";`,
    "runtime/c.ts": `new Worker(new URL("./d.ts", import.meta.url));`,
    "runtime/d.ts": `import "./c.ts";`,
  };
  assertEquals(checkCycles(sources(files)), []);
});

Deno.test("checkFace() wants named exports from every door, and nothing else", () => {
  const good = DOORS.map((door) => `export { a } from "./${door}";`).join("\n");
  function problems(text: string): number {
    return checkFace(parseSource({ path: "mod.ts", text }), DOORS).length;
  }
  assertEquals(problems(good), 0);
  assertEquals(problems(`/** Docs. */\n${good}\nexport type { A } from "./net/mod.ts";`), 0);
  assertEquals(problems(`${good}\nexport * from "./net/mod.ts";`), 1);
  assertEquals(problems(`${good}\nexport * as net from "./net/mod.ts";`), 1);
  assertEquals(problems(`${good}\nexport { a } from "./net/tcp.ts";`), 1);
  assertEquals(problems(`${good}\nexport const a = 1;`), 1);
  assertEquals(problems("export {};"), 3);
});

Deno.test("checkPackages() refuses names that the import maps do not have", () => {
  const names = new Set(["@std/path", "re2js"]);
  function problems(specifier: string, path = "cli/home.ts"): number {
    return checkPackages(sources({ [path]: `import { a } from "${specifier}";` }), names).length;
  }
  assertEquals(problems("@std/path"), 0);
  assertEquals(problems("./role.ts"), 0);
  assertEquals(problems("node:fs"), 0);
  for (const bad of ["@std/path/join", "npm:re2js@2.10.0", "jsr:@std/path", "https://example.com/a.ts", "lodash"]) {
    assertEquals(problems(bad), 1, bad);
  }
  assertEquals(problems("npm:deno-std@1.4.0/path/mod.js", "scripts/npm/path.ts"), 0);
});

Deno.test("resolveReference() follows dots and keeps to relative specifiers", () => {
  assertEquals(resolveReference("net/sp/mod.ts", "../../runtime/./mod.ts"), "runtime/mod.ts");
  assertEquals(resolveReference("mod.ts", "../x.ts"), "../x.ts");
  assertEquals(resolveReference("mod.ts", "../../x.ts"), "../../x.ts");
  assertEquals(resolveReference("mod.ts", "re2js"), undefined);
});

Deno.test("the project imports in one direction, by the doors", async () => {
  const files = await readSources(ROOT, [...LAYERS, "scripts", "tests"]);
  assertNotEquals(files.length, 0);
  refuseProblems(checkDirection(files));
});

Deno.test("the project has no cycle of imports", async () => {
  refuseProblems(checkCycles(await readSources(ROOT, [...LAYERS, "scripts", "tests"])));
});

Deno.test("mod.ts exports by name what the doors of the folders export", async () => {
  const [face] = await readSources(ROOT, ["mod.ts"]);
  const present = (await readSources(ROOT, DOORS)).map((file) => file.path);
  refuseProblems(checkFace(face!, present));
});

Deno.test("every folder with code has its door", async () => {
  for (const folder of ["runtime", "net", "directory", "cli"]) {
    const paths = (await readSources(ROOT, [folder])).map((file) => file.path);
    assert(paths.length === 0 || paths.includes(`${folder}/mod.ts`), `There is no ${folder}/mod.ts`);
  }
});

Deno.test("the project imports packages by the names in the import maps", async () => {
  const { imports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  const files = await readSources(ROOT, [...LAYERS, "scripts", "tests"]);
  refuseProblems(checkPackages(files, new Set(Object.keys(imports))));
});
