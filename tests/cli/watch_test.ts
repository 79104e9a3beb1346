/** Which changes of files begin which roles anew. */

import { assert, assertEquals } from "@std/assert";
import { dirname } from "@std/path";
import { pythonImports } from "../../cli/watch/python_imports.ts";
import { SourceStamps, type Stamp } from "../../cli/watch/source_stamps.ts";
import { sourcesOf } from "../../cli/watch/sources.ts";
import { realWorld } from "../../runtime/mod.ts";
import { demoFolder, startCake } from "../helpers/cake_command.ts";

const stamps = (...entries: [string, Stamp][]) => new Map(entries);

Deno.test("SourceStamps tells the roles of a file that was changed, once it rests", () => {
  const sources = new SourceStamps();
  sources.begin("a", stamps(["/a.ts", "1"], ["/api.ts", "1"]));
  sources.begin("b", stamps(["/b.ts", "1"], ["/api.ts", "1"]));
  assertEquals([...sources.paths].sort(), ["/a.ts", "/api.ts", "/b.ts"]);
  const same = stamps(["/a.ts", "1"], ["/api.ts", "1"], ["/b.ts", "1"]);
  assertEquals(sources.look(same), []);
  assertEquals(sources.look(stamps(...same, ["/api.ts", "2"])), [], "it may go on");
  assertEquals(sources.look(stamps(...same, ["/api.ts", "3"])), [], "it does");
  assertEquals(sources.look(stamps(...same, ["/api.ts", "3"])), [
    { role: "a", path: "/api.ts" },
    { role: "b", path: "/api.ts" },
  ]);
  sources.begin("a", stamps(["/a.ts", "1"], ["/api.ts", "3"]));
  assertEquals(sources.look(stamps(...same, ["/api.ts", "3"])), [{ role: "b", path: "/api.ts" }]);
});

Deno.test("SourceStamps waits for a file that is gone, as an editor may replace it", () => {
  const sources = new SourceStamps();
  sources.begin("a", stamps(["/a.ts", "1"]));
  assertEquals(sources.look(stamps(["/a.ts", null])), []);
  assertEquals(sources.look(stamps(["/a.ts", null])), []);
  assertEquals(sources.look(stamps(["/a.ts", "2"])), []);
  assertEquals(sources.look(stamps(["/a.ts", "2"])), [{ role: "a", path: "/a.ts" }]);
});

Deno.test("SourceStamps takes a file for changed that was not there when the role began", () => {
  const sources = new SourceStamps();
  sources.begin("a", stamps(["/a.ts", null]));
  assertEquals(sources.look(stamps(["/a.ts", "1"])), []);
  assertEquals(sources.look(stamps(["/a.ts", "1"])), [{ role: "a", path: "/a.ts" }]);
});

Deno.test("pythonImports() finds what may be files beside the module", () => {
  assertEquals(
    pythonImports(`
import os, test_api as api
import a.b  # and more
  import inner
from .near import x, y as z
from ..above import w
from . import sibling
from test_person import (
  Person,
  people,
)
# import nothing
text = "import nothing"
`),
    [
      "os",
      "test_api",
      "a/b",
      "inner",
      "near",
      "near/x",
      "near/y",
      "../above",
      "../above/w",
      "sibling",
      "test_person",
      "test_person/Person",
      "test_person/people",
    ],
  );
});

Deno.test("sourcesOf() follows what modules import from files, in circles too, and leaves packages alone", async () => {
  await using folder = await demoFolder();
  const files: Record<string, string> = {
    "/p/main.ts":
      'import { a } from "./lib/a.ts";\nimport * as cake from "@layer-cake/cake";\nimport x from "npm:left-pad";\n' +
      'import type { T } from "./types.ts";\nimport data from "./data.json" with { type: "json" };\nconsole.log(a, cake, x, data);',
    "/p/lib/a.ts": 'export * from "../main.ts";\nexport { a } from "./missing.ts";',
    "/p/data.json": "{}",
    "/p/broken.ts": "import {",
    "/q/main.py": "import api, os\nfrom pack.inner import thing\n",
    "/q/api.py": "import main",
    "/q/pack/inner.py": "from . import other",
    "/q/pack/other.py": "",
  };
  for (const [path, text] of Object.entries(files)) {
    await Deno.mkdir(dirname(`${folder.path}${path}`), { recursive: true });
    await Deno.writeTextFile(`${folder.path}${path}`, text);
  }
  const found = async (path: string) =>
    (await sourcesOf(realWorld(), `${folder.path}${path}`)).map((source) => source.slice(folder.path.length));
  assertEquals(await found("/p/main.ts"), ["/p/main.ts", "/p/lib/a.ts", "/p/data.json", "/p/lib/missing.ts"]);
  assertEquals(await found("/p/broken.ts"), ["/p/broken.ts"]);
  assertEquals(await found("/nowhere.ts"), ["/nowhere.ts"]);
  assertEquals(await found("/bin/true"), ["/bin/true"]);
  assertEquals(await found("/q/main.py"), ["/q/main.py", "/q/api.py", "/q/pack/inner.py", "/q/pack/other.py"]);
});

Deno.test("cake run --watch starts a role again when a file of it changes, and goes on when it has crashed", async () => {
  await using folder = await demoFolder();
  const write = (name: string, text: string) => Deno.writeTextFile(`${folder.path}/${name}`, text);
  await write("word.ts", 'export const word = "first";\n');
  await write(
    "role.ts",
    `import * as cake from "@layer-cake/cake";
import { word } from "./word.ts";
export async function role(self: cake.Routine) {
  self.console(\`the word is \${word}\`);
  if (word === "bad") throw new Error("a bad word");
  await self.select(cake.Stop);
  return new cake.Aborted();
}
cake.bind(role, import.meta);
cake.create(role, import.meta);
`,
  );
  for (const args of [["create"], ["add", "role.ts", "role"]]) {
    const { code, err } = await startCake(folder.path, ...args).outcome();
    assertEquals([code, err], [0, ""]);
  }
  const run = startCake(folder.path, "run", "--watch", "--debug-level=CONSOLE");
  await run.seen(/the word is first/);
  // Its files are looked at once it runs.
  await run.seen(/Watching 2 files of "role"/);
  await write("word.ts", 'export const word = "bad";\n');
  await run.seen(/word\.ts" has changed, restarting "role"/);
  await run.seen(/Role "role" ended: .*a bad word/);
  await write("word.ts", 'export const word = "mended";\n');
  await run.seen(/the word is mended/);
  run.signal("SIGINT");
  const { code, err } = await run.outcome();
  assertEquals(code, 71);
  assert(err.includes("aborted"), err);
});
