/** What `deno task compile` decides before it compiles anything. */

import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  checksumText,
  failureText,
  parseArguments,
  parseChecksums,
  targetOf,
  targetOfExecutable,
  TARGETS,
} from "../../scripts/compile/targets.ts";
import { findNeeds } from "../../scripts/compile/stage.ts";
import { parseSource, readSources } from "../../scripts/source_file.ts";

const ROOT = new URL("../../", import.meta.url);
const HOST = "x86_64-unknown-linux-gnu";

function names(args: string[]): string[] | string {
  const parsed = parseArguments(args, HOST);
  return typeof parsed === "string" ? parsed : parsed.targets.map(({ name }) => name);
}

Deno.test("parseArguments() takes this machine, given platforms by either name, or all", () => {
  assertEquals(names([]), ["linux-x86_64"]);
  assertEquals(names(["--target=macos-arm64"]), ["macos-arm64"]);
  assertEquals(names(["--target", "aarch64-unknown-linux-gnu", "--target=linux-x86_64"]), [
    "linux-x86_64",
    "linux-arm64",
  ]);
  assertEquals(names(["--all", "--target=linux-arm64"]), TARGETS.map(({ name }) => name));
  assertEquals(parseArguments(["--output=/x"], HOST), { targets: [targetOf(HOST)!], output: "/x" });
});

Deno.test("parseArguments() names what it does not know", () => {
  assertStringIncludes(names(["--target=riscv"]) as string, `"riscv": there are linux-x86_64, `);
  assertStringIncludes(names(["--target"]) as string, "--target needs a value");
  assertStringIncludes(names(["--output="]) as string, "--output needs a value");
  assertStringIncludes(names(["fast"]) as string, `unknown argument "fast"`);
  assertStringIncludes(parseArguments([], "powerpc") as string, `this machine, "powerpc"`);
});

function header(bytes: readonly number[]): Uint8Array {
  const header = new Uint8Array(20);
  header.set(bytes);
  return header;
}

Deno.test("targetOfExecutable() knows executables by their first bytes", () => {
  const elf = (machine: number) => {
    const bytes = header([0x7f, 0x45, 0x4c, 0x46]);
    bytes[18] = machine;
    return bytes;
  };
  const mach = (type: number) => header([0xcf, 0xfa, 0xed, 0xfe, type, 0, 0, 1]);
  const found = [elf(0x3e), elf(0xb7), mach(7), mach(0x0c), header([0x4d, 0x5a])].map(targetOfExecutable);
  assertEquals(found, [...TARGETS]);
  assertEquals([elf(0x28), mach(1), header([0x23, 0x21]), new Uint8Array(4)].map(targetOfExecutable), [
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

Deno.test("checksums are written as sha256sum reads them, and read back", () => {
  const sums = new Map([["cake-b", "b".repeat(64)], ["cake-a", "a".repeat(64)]]);
  const text = checksumText(sums);
  assertEquals(text, `${"a".repeat(64)}  cake-a\n${"b".repeat(64)}  cake-b\n`);
  assertEquals(parseChecksums(`${text}what is this\n`), new Map([...sums].toReversed()));
});

Deno.test("failureText() explains a base runtime that can't be downloaded, and passes other failures on", () => {
  const target = TARGETS[1]!;
  const url = "https://dl.deno.land/release/v2.9.6/denort-aarch64-unknown-linux-gnu.zip";
  const text = failureText(
    target,
    `Download ${url}\nerror: Setting up base binary.\nerror sending request for url (${url}): dns`,
  );
  assertStringIncludes(text, `  ${url}\n`);
  assertStringIncludes(text, "DENORT_BIN");
  assertEquals(
    failureText(target, "error: bad module\n   0: <unknown>\n"),
    "Cannot compile for linux-arm64:\nerror: bad module",
  );
});

Deno.test("findNeeds() follows values, dynamic imports and threads, not types, and collects the names of packages", () => {
  const sources = Object.entries({
    "a.ts": `import { b } from "./b.ts"; import type { T } from "./types.ts"; import { x } from "pkg"; import "node:fs";
      import * as cake from "@layer-cake/cake"; const u = new URL("./thread.ts", import.meta.url);`,
    "b.ts": `import { y, type Z } from "pkg"; import { type Only } from "types-only"; await import("./late.ts");`,
    "late.ts": `const { default: d } = await import("whole");`,
    "thread.ts": "",
    "types.ts": "",
    "other.ts": `import "unused";`,
  }).map(([path, text]) => parseSource({ path, text }));
  const needs = findNeeds(sources, ["a.ts"]);
  assertEquals(needs.modules.map(({ path }) => path), ["a.ts", "b.ts", "late.ts", "thread.ts"]);
  assertEquals(needs.packages, new Map([["pkg", new Set(["x", "y"])], ["whole", null]]));
  assertEquals(needs.placed, ["thread.ts"]);
  assertThrows(() => findNeeds(sources, ["missing.ts"]), Error, `"missing.ts" is imported`);
});

Deno.test("the compiled cake gets the module of threads, and none of the tests, scripts or adapters", async () => {
  const { modules, packages, placed } = findNeeds(
    await readSources(ROOT, ["mod.ts", "runtime", "net", "directory", "cli"]),
  );
  const paths = new Set(modules.map(({ path }) => path));
  assert(placed.includes("directory/thread_main.ts"), `placed: ${placed}`);
  assert(paths.has("cli/main.ts") && paths.has("mod.ts") && paths.has("directory/thread_main.ts"));
  assert(!paths.has("runtime/std_log.ts") && !packages.has("@std/log") && !packages.has("@std/assert"));
});
