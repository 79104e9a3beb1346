import { assertEquals } from "@std/assert";
import { checkImportMaps } from "../../scripts/check_import_maps.ts";

const ROOT = new URL("../../", import.meta.url);
const JSR = "jsr:@std/path@1.1.6";

function problems(first: Record<string, string>, second: Record<string, string>): number {
  return checkImportMaps({ imports: first }, { imports: second }).length;
}

Deno.test("checkImportMaps() accepts the same names with pinned targets", () => {
  assertEquals(
    problems({ "@std/path": JSR, "a": "npm:a@1.2.3" }, { "@std/path": "./npm/path.ts", "a": "npm:a@1.2.3" }),
    0,
  );
  assertEquals(problems({ "@std/path": JSR }, { "@std/path": "npm:deno-std@1.4.0/path/mod.js" }), 0);
  assertEquals(problems({ "b": "npm:@a/b@1.2.3-rc.1" }, { "b": "npm:@a/b@1.2.3-rc.1" }), 0);
});

Deno.test("checkImportMaps() refuses a name that only one map has", () => {
  assertEquals(problems({ "@std/path": JSR }, {}), 1);
  assertEquals(problems({}, { "@std/path": "./npm/path.ts" }), 1);
});

Deno.test("checkImportMaps() refuses targets that are not pinned or of the wrong kind", () => {
  for (const loose of ["npm:a", "npm:a@1", "npm:a@^1.2.3", "npm:a@1.2", "npm:a@latest"]) {
    assertEquals(problems({ a: loose }, { a: loose }), 2, loose);
  }
  assertEquals(problems({ a: "npm:a@1.2.3" }, { a: "npm:a@1.2.4" }), 1);
  assertEquals(problems({ "@std/path": "npm:x@1.0.0" }, { "@std/path": "npm:x@1.0.0" }), 1);
  assertEquals(problems({ "@std/path": JSR }, { "@std/path": JSR }), 1);
  assertEquals(problems({ a: "https://example.com/a.ts" }, { a: "./a.ts" }), 1);
});

Deno.test("the two import maps name the same things", async () => {
  const [first, second] = await Promise.all(
    ["deno.json", "scripts/imports.npm.json"].map(async (path) =>
      JSON.parse(await Deno.readTextFile(new URL(path, ROOT)))
    ),
  );
  assertEquals(checkImportMaps(first, second), []);
  assertEquals(Object.keys(first.imports), Object.keys(second.imports), "The order differs");
});
