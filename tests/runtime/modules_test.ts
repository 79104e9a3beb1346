/** Modules of users where the platform runs no TypeScript: what they may import, what is loaded in their place, and its cache. */

import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { join, toFileUrl } from "@std/path";
import { ModuleError } from "../../runtime/modules/module_error.ts";
import { ModuleLoader, type ModuleMeta } from "../../runtime/modules/module_loader.ts";
import { MIRROR_FORMAT, ModuleMirrors } from "../../runtime/modules/module_mirror.ts";
import {
  GRACE_MS,
  INDEX_AGE_MS_MAX,
  INDEXES_MAX,
  mirrorPlaces,
  mirrorSpecifier,
  outdated,
} from "../../runtime/modules/mirror_layout.ts";
import { prepareModule } from "../../runtime/modules/prepare_module.ts";
import { HOOK_NAME, mirrorText, prologue } from "../../runtime/modules/prepared.ts";
import { readSourceMap } from "../../runtime/modules/source_map.ts";
import { fileKind, importedFile } from "../../runtime/modules/specifier.ts";
import { frameText, stackText } from "../../runtime/modules/stack_text.ts";
import { realWorld } from "../../runtime/real_world.ts";

const FROM = "file:///work/roles/role.ts";

function refusal(run: () => unknown): string {
  return assertThrows(run, ModuleError).message;
}

Deno.test("importedFile() leads to files, and leaves alone what is there anyway", () => {
  assertEquals(importedFile("./api.ts", FROM), "file:///work/roles/api.ts");
  assertEquals(importedFile("../lib/a%20b.ts", FROM), "file:///work/lib/a%20b.ts");
  assertEquals(importedFile("/x/y.js", FROM), "file:///x/y.js");
  assertEquals(importedFile("file:///x/y.js", FROM), "file:///x/y.js");
  for (const name of ["@layer-cake/cake", "@layer-cake/cake/simulation", "node:fs", "data:text/javascript,1"]) {
    assertEquals(importedFile(name, FROM), null);
  }
});

Deno.test("importedFile() refuses packages, downloads and bare names, and says what to do", () => {
  const refused = (specifier: string) => refusal(() => importedFile(specifier, FROM));
  for (
    const name of ["npm:zod@3", "jsr:@std/path", "https://example.com/x.ts", "http://example.com/x.ts", "zod", "fs"]
  ) {
    const text = refused(name);
    assertStringIncludes(text, `imports "${name}", `);
    assertMatch(text, /bundle the module into one file first \(deno bundle .*\), or run it with Deno$/);
  }
  assertStringIncludes(refused("//example.com/x.ts"), `imports "//example.com/x.ts"`);
  assertStringIncludes(refused("@layer-cake/cake/log"), "not part of a compiled cake: run it with Deno");
  assertStringIncludes(refused("./x.ts?v=2"), "neither query nor fragment");
});

Deno.test("fileKind() tells modules by their names", () => {
  const kinds = ["/a/x.ts", "/a/x.mts", "/a/role", "/a.b/role", "/a/x.js", "/a/x.mjs", "/a/x.json"].map(fileKind);
  assertEquals(kinds, [...Array(4).fill("typescript"), "javascript", "javascript", "json"]);
  assertStringIncludes(refusal(() => fileKind("/a/x.tsx")), `".tsx"`);
});

Deno.test("prepareModule() blanks types out and keeps every line and column", async () => {
  const text = `import { type A, b } from "./x.ts";\nconst c: number = b as\n  unknown as number;\nexport { c };\n`;
  const { code, map, imports } = await prepareModule(text, "typescript");
  assertEquals(map, null);
  assertEquals(code.length, text.length);
  assertEquals(code.split("\n").map((line) => line.length), text.split("\n").map((line) => line.length));
  assertEquals(code.indexOf("export { c }"), text.indexOf("export { c }"));
  assertEquals(imports.map(({ specifier, kind, start }) => [specifier, kind, text.slice(start, start + 6)]), [
    ["./x.ts", "static", "./x.ts"],
  ]);
});

Deno.test("prepareModule() writes enums, parameter properties and namespaces anew, with a map to the user's lines", async () => {
  const text = [
    `export enum Colour { RED = 3 }`,
    ``,
    `export class Point { constructor(public readonly x: number) {} }`,
    `export namespace Deep { export const q = 5 }`,
    `export function fail(): never {`,
    `  throw new Error("here");`,
    `}`,
  ].join("\n");
  const { code, map } = await prepareModule(text, "typescript");
  const module = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  assertEquals([module.Colour.RED, new module.Point(7).x, module.Deep.q], [3, 7, 5]);
  const lookup = readSourceMap(map!);
  const line = code.split("\n").findIndex((line) => line.includes("throw"));
  assertEquals(lookup(line + 1, code.split("\n")[line]!.indexOf("new Error"))?.line, 6);
});

Deno.test("prepareModule() does not import what only types use", async () => {
  const text = `import { Shape, area } from "./shape.ts";\nimport { Other } from "./other.ts";\n` +
    `const s: Shape = { n: 1 };\nlet o: Other;\nexport const a = area(s);\n`;
  const { code, imports, map } = await prepareModule(text, "typescript");
  assertEquals(imports.map(({ specifier }) => specifier), ["./shape.ts"]);
  assert(!code.includes("Shape"), code);
  assertNotEquals(map, null);
});

Deno.test("prepareModule() says line and column of what it can't read", async () => {
  const error = await assertRejects(() => prepareModule("const x = 1;\nconst y: = 3;\n", "typescript"), ModuleError);
  assertMatch(error.message, /^has an error in line 2, column 10: /);
  const other = await assertRejects(() => prepareModule("let a;\n import { x from 'y'", "javascript"), ModuleError);
  assertMatch(other.message, /^has an error in line 2, column \d+: /);
});

Deno.test("prepareModule() finds imports of every form", async () => {
  const text = `import a from "./a.js"; import "./b.js"; export * from "./c.js"; export { d } from "./d.js";
    import e from "./e.json" with { type: "json" }; const f = await import("./f.js"); import(a + f); import.meta.url;`;
  const { imports } = await prepareModule(text, "javascript");
  assertEquals(imports.map(({ kind, specifier, type }) => [kind, specifier, type]), [
    ...["./a.js", "./b.js", "./c.js", "./d.js"].map((name) => ["static", name, null]),
    ["static", "./e.json", "json"],
    ["dynamic", null, null],
    ["dynamic", null, null],
  ]);
});

Deno.test("mirrorText() keeps lines, takes the place of import(), and leads imports elsewhere", async () => {
  const text = `#!/usr/bin/env -S cake exec\nimport "/x/y.ts";\nconst { a } = await import("./a.ts");\n`;
  const module = await prepareModule(text, "typescript");
  const start = module.imports[0]!.start;
  assertEquals(mirrorText(module, FROM, new Map([[start, "./y.ts"]])).split("\n"), [
    prologue(FROM),
    `import "./y.ts";`,
    `const { a } = await import.meta.cakeImport("./a.ts");`,
    "",
  ]);
  const plain = await prepareModule("export const x = 1;\nexport {};", "javascript");
  assertEquals(mirrorText(plain, FROM, new Map()), `${prologue(FROM)}export const x = 1;\nexport {};`);
});

Deno.test("mirrorPlaces() keeps the folders below the last common one", () => {
  const urls = ["file:///w/roles/role.ts", "file:///w/roles/lib/a.ts", "file:///w/shared.ts"];
  const places = mirrorPlaces(urls);
  assertEquals([...places.values()], ["roles/role.ts", "roles/lib/a.ts", "shared.ts"]);
  assertEquals([...mirrorPlaces(["file:///w/role.ts"]).values()], ["role.ts"]);
  assertEquals([...mirrorPlaces(["file:///a.ts", "file:///ab/c.ts"]).values()], ["a.ts", "ab/c.ts"]);
  assertEquals(mirrorSpecifier("./../shared.ts", "roles/role.ts", "shared.ts"), "./../shared.ts");
  for (const from of urls) {
    for (const to of urls) {
      const at = (url: string) => `file:///mirror/${places.get(url)}`;
      for (const specifier of [to, "../../w/shared.ts", "/w/shared.ts"]) {
        const there = mirrorSpecifier(specifier, places.get(from)!, places.get(to)!);
        assertEquals(new URL(there, at(from)).href, at(to));
      }
    }
  }
});

Deno.test("outdated() lets go of what is old, too many, damaged or unnamed, and of nothing else", () => {
  const now = 10 * INDEX_AGE_MS_MAX;
  const index = (name: string, age: number, mirror: string | null) => ({ name, modified: now - age, mirror });
  const mirror = (name: string, age: number) => ({ name, modified: now - age });
  assertEquals(
    outdated(
      now,
      [
        index("fresh", 0, "a"),
        index("old", INDEX_AGE_MS_MAX + 1, "b"),
        index("bad", GRACE_MS + 1, null),
        index("draft", 0, null),
        index("late", -5, "d"),
      ],
      [mirror("a", INDEX_AGE_MS_MAX), mirror("b", INDEX_AGE_MS_MAX), mirror("c", GRACE_MS), mirror("d", 0)],
    ),
    { indexes: ["old", "bad"], mirrors: ["b"] },
  );
  const many = Array.from({ length: INDEXES_MAX + 3 }, (_, i) => index(`${i}`, i, `${i}`));
  assertEquals(outdated(now, many, []).indexes.length, 3);
});

Deno.test("frameText() and stackText() exchange places and leave everything else", () => {
  const locate = ({ file, line, column }: { file: string; line: number; column: number }) =>
    file === "/m/x.ts" || file === "file:///m/x.ts" ? { file: "file:///u/x.ts", line: line + 1, column } : null;
  const exchanged: Record<string, string> = {
    "f (/m/x.ts:2:21)": "f (file:///u/x.ts:3:21)",
    "/m/x.ts:2:21": "file:///u/x.ts:3:21",
    "async /m/x.ts:2:21": "async file:///u/x.ts:3:21",
    "async Promise.all (index 0)": "async Promise.all (index 0)",
    "new Bad (file:///m/x.ts:1:1)": "new Bad (file:///u/x.ts:2:1)",
    "Array.map (<anonymous>)": "Array.map (<anonymous>)",
    "eventLoopTick (ext:core/01_core.js:214:13)": "eventLoopTick (ext:core/01_core.js:214:13)",
  };
  for (const [before, after] of Object.entries(exchanged)) assertEquals(frameText(before, locate), after);
  assertEquals(
    stackText(new TypeError("no"), ["f (/m/x.ts:2:21)", "native"], locate),
    "TypeError: no\n    at f (file:///u/x.ts:3:21)\n    at native",
  );
});

/** A temporary folder with files, and mirrors of modules there that count how often something was prepared. */
async function laboratory(sources: Readonly<Record<string, string>>, variables: Readonly<Record<string, string>> = {}) {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "cake-modules-test-" }));
  const { files, clock, random, environment } = realWorld();
  const cache = join(folder, "cache");
  const given: Record<string, string> = { XDG_CACHE_HOME: cache, ...variables };
  const prepared: string[] = [];
  const world = { files, clock, random, environment: { ...environment, variable: (name: string) => given[name] } };
  const makeMirrors = () =>
    new ModuleMirrors(world, (text, kind) => {
      prepared.push(text);
      return prepareModule(text, kind);
    });
  const write = async (path: string, text: string) => {
    await Deno.mkdir(join(folder, path, ".."), { recursive: true });
    await Deno.writeTextFile(join(folder, path), text);
  };
  for (const [path, text] of Object.entries(sources)) await write(path, text);
  return {
    folder,
    cache: join(cache, "cake", "modules"),
    world,
    prepared,
    makeMirrors,
    write,
    url: (path: string) => toFileUrl(join(folder, path)).href,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

const SOURCES = {
  "work/role.ts":
    `import { a } from "./lib/a.ts";\nimport d from "../data.json" with { type: "json" };\nexport const r: string = a + d.n;\n`,
  "work/lib/a.ts": `export const a: string = "A";\nimport "../role.ts";\n`,
  "data.json": `{"n": 5}`,
};

async function names(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
}

Deno.test("a module is prepared once, with all it imports, and again when any of that changes", async () => {
  await using lab = await laboratory(SOURCES);
  const open = (known = new Map<string, string>()) => lab.makeMirrors().open(lab.url("work/role.ts"), known);
  const first = await open();
  assertEquals(first.modules.map(({ url }) => url), ["data.json", "work/lib/a.ts", "work/role.ts"].map(lab.url));
  assertEquals(lab.prepared.length, 2);
  const [json, , role] = first.modules;
  assertEquals(await Deno.readTextFile(new URL(json!.mirrorUrl)), SOURCES["data.json"]);
  assertEquals(new URL("../data.json", role!.mirrorUrl).href, json!.mirrorUrl);
  assertStringIncludes(
    await Deno.readTextFile(new URL(role!.mirrorUrl)),
    `from "./lib/a.ts"`,
  );

  assertEquals(await open().then(({ modules }) => modules), first.modules);
  assertEquals(lab.prepared.length, 2);
  for (const path of ["work/lib/a.ts", "data.json"]) {
    await lab.write(path, path === "data.json" ? `{"n": 6}` : `export const a = "B";`);
    const before = lab.prepared.length;
    const changed = await open();
    assertNotEquals(changed.modules.at(-1)!.mirrorUrl, role!.mirrorUrl);
    assertEquals(lab.prepared.length, before + 2);
  }
  assertEquals((await names(`${lab.cache}/mirrors`)).length, 3);
  assertEquals((await names(`${lab.cache}/index`)).length, 1);
  if (Deno.build.os !== "windows") assertEquals((await Deno.stat(lab.cache)).mode! & 0o777, 0o700);
});

Deno.test("what was loaded before is not read again: imports lead there", async () => {
  await using lab = await laboratory(SOURCES);
  const known = new Map([[lab.url("work/lib/a.ts"), "file:///mirror/a.ts"]]);
  const { modules } = await lab.makeMirrors().open(lab.url("work/role.ts"), known);
  assertEquals(modules.map(({ url }) => url), ["data.json", "work/role.ts"].map(lab.url));
  assertStringIncludes(await Deno.readTextFile(new URL(modules[1]!.mirrorUrl)), `from "file:///mirror/a.ts"`);
});

Deno.test("many that make the same mirror at once all get it whole, and leave nothing else", async () => {
  await using lab = await laboratory(SOURCES);
  const opened = await Promise.all(
    Array.from({ length: 12 }, () => lab.makeMirrors().open(lab.url("work/role.ts"), new Map())),
  );
  assertEquals(new Set(opened.map(({ modules }) => JSON.stringify(modules))).size, 1);
  const mirrors = await names(`${lab.cache}/mirrors`);
  assertEquals(mirrors.length, 1);
  assertMatch(mirrors[0]!, /^[0-9a-f]{64}$/);
});

Deno.test("what another is about to write to the cache stays there", async () => {
  await using lab = await laboratory(SOURCES);
  const draft = `${lab.cache}/index/.x.json.tmp`;
  await Deno.mkdir(`${lab.cache}/index`, { recursive: true });
  await Deno.writeTextFile(draft, "{");
  await lab.makeMirrors().open(lab.url("work/role.ts"), new Map());
  await Deno.stat(draft);
});

Deno.test("a damaged cache is made anew", async () => {
  await using lab = await laboratory(SOURCES);
  const open = async () => (await lab.makeMirrors().open(lab.url("work/role.ts"), new Map())).modules;
  const before = await open();
  const [index] = await names(`${lab.cache}/index`);
  for (const text of ["", "{", `{"mirror":"../../x","files":[]}`, `{"files":[]}`]) {
    await Deno.writeTextFile(`${lab.cache}/index/${index}`, text);
    assertEquals(await open(), before);
  }
  await Deno.remove(`${lab.cache}/mirrors`, { recursive: true });
  assertEquals(await open(), before);
  await Deno.stat(new URL(before[0]!.mirrorUrl));
});

Deno.test("without a place for a cache a mirror lasts as long as it takes to load it", async () => {
  for (const variables of [{ XDG_CACHE_HOME: "" }, { XDG_CACHE_HOME: "relative" }, { XDG_CACHE_HOME: "/dev/null/x" }]) {
    await using lab = await laboratory(SOURCES, variables);
    const { modules, close } = await lab.makeMirrors().open(lab.url("work/role.ts"), new Map());
    await Deno.stat(new URL(modules[0]!.mirrorUrl));
    await close();
    await assertRejects(() => Deno.stat(new URL(modules[0]!.mirrorUrl)), Deno.errors.NotFound);
  }
});

Deno.test("a module that can't be had is named, with the one that imports it and the line", async () => {
  await using lab = await laboratory({
    "role.ts": `import "./other.ts";\n`,
    "other.ts": `\nimport { z } from "npm:zod";\nconsole.log(z);\n`,
    "lost.ts": `import "./missing.ts";\n`,
    "text.ts": `import x from "./role.ts" with { type: "text" };\nconsole.log(x);\n`,
    "x.tsx": "",
    "wrong.ts": `let x: = 1;`,
  });
  const problem = async (path: string) => {
    const error = await assertRejects(() => lab.makeMirrors().open(lab.url(path), new Map()), ModuleError);
    return error.message.replaceAll(lab.folder, "");
  };
  assertMatch(await problem("role.ts"), /^cannot load "\/other.ts": it imports "npm:zod", and .* \(line 2\)$/);
  assertMatch(await problem("lost.ts"), /^cannot load "\/missing.ts", which "\/lost.ts" imports: .*No such file/);
  assertMatch(await problem("text.ts"), /with the unknown type "text" \(line 1\)$/);
  assertMatch(await problem("x.tsx"), /^cannot load "\/x.tsx": it is a ".tsx" file/);
  assertMatch(await problem("wrong.ts"), /^cannot load "\/wrong.ts": it has an error in line 1, column 8: /);
});

Deno.test("a loader loads each file once, and tells modules which files they are", async () => {
  await using lab = await laboratory({
    "a/main.ts": `import { n } from "../shared.ts";\nenum E { A = 4 }\nexport const four: number = n + E.A;\n`,
    "b.ts": `import { n } from "./shared.ts";\nexport const m: number = n;\n`,
    "shared.ts": `export const n: number = 0;\n`,
  });
  const loaded: string[] = [];
  const loader = new ModuleLoader(lab.world, (url) => {
    loaded.push(url);
    return Promise.resolve(url);
  });
  loader.main = lab.url("a/main.ts");
  const main = await loader.load(loader.main) as string;
  const [late, again] = await Promise.all([loader.load(lab.url("b.ts")), loader.load(lab.url("b.ts"))]) as string[];
  assertEquals(late, again);
  assertEquals(loaded, [main, late!, late!]);
  const shared = new URL("../shared.ts", main).href;
  assertStringIncludes(await Deno.readTextFile(new URL(late!)), JSON.stringify(shared));

  const meta: ModuleMeta = { url: main, main: false, resolve: (name) => `resolved:${name}` };
  loader.introduce(meta, loader.main);
  assertEquals([meta.url, meta.main], [loader.main, true]);
  assertEquals([meta.filename, meta.dirname], [join(lab.folder, "a/main.ts"), join(lab.folder, "a")]);
  assertEquals(meta.resolve!("./x.ts"), lab.url("a/x.ts"));
  assertEquals(meta.resolve!("@layer-cake/cake"), "resolved:@layer-cake/cake");
  assertEquals(await meta.cakeImport!("../b.ts"), late);
  assertEquals(await meta.cakeImport!("@layer-cake/cake"), "@layer-cake/cake");
  const refused = await assertRejects(() => meta.cakeImport!("npm:zod"), ModuleError);
  assertStringIncludes(refused.message, `main.ts" imports "npm:zod"`);

  // Places: by the source map where the module was written anew, else as they are, less what stands in front of line 1.
  const text = (await Deno.readTextFile(new URL(main))).split("\n");
  const line = text.findIndex((line) => line.includes("const four"));
  const column = text[line]!.indexOf("four");
  assertEquals(loader.locate({ file: main, line: line + 1, column: column + 1 })?.line, 3);
  const start = prologue(lab.url("shared.ts")).length;
  const place = { file: lab.url("shared.ts"), line: 1, column: 8 };
  assertEquals(loader.locate({ file: shared, line: 1, column: start + 8 }), place);
  assertEquals(
    loader.locate({ file: decodeURIComponent(new URL(shared).pathname), line: 1, column: start + 8 }),
    place,
  );
  assertEquals(loader.locate({ file: "file:///elsewhere.ts", line: 1, column: 1 }), null);
  assertEquals(
    loader.userText(`no "x" in '${shared}' at ${shared}:1:${start + 8}`),
    `no "x" in '${place.file}' at ${place.file}:1:8`,
  );
});

Deno.test("the hook of mirrored modules is where they look for it", () => {
  const told: unknown[] = [];
  const key = Symbol.for(HOOK_NAME);
  const scope = globalThis as unknown as Record<symbol, unknown>;
  scope[key] = (...args: unknown[]) => told.push(args);
  try {
    new Function("meta", prologue(FROM).replace("import.meta", "meta"))("the meta");
  } finally {
    delete scope[key];
  }
  assertEquals(told, [["the meta", FROM]]);
});

Deno.test("mirrors depend on the versions of what writes them", async () => {
  const { imports } = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));
  for (const name of ["amaro", "es-module-lexer"]) {
    assertStringIncludes(MIRROR_FORMAT, imports[name].replace("npm:", ""));
  }
});
