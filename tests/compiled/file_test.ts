/** The compiled file as a file: what it says of itself, and that it depends on nothing but what it is made from. */

import { assertEquals, assertMatch } from "@std/assert";
import { VERSION } from "../../cli/mod.ts";
import { compile } from "../../scripts/compile.ts";
import { parseChecksums, targetOf } from "../../scripts/compile/targets.ts";
import { compiledTest } from "../helpers/compiled_cake.ts";

async function output(command: string, ...args: string[]): Promise<string> {
  const { stdout, code } = await new Deno.Command(command, { args, stdin: "null", stderr: "inherit" }).output();
  assertEquals(code, 0);
  return new TextDecoder().decode(stdout);
}

compiledTest("the compiled cake says its version and what it was made from", async (cake) => {
  assertMatch(await output(cake, "--version"), new RegExp(`^cake ${VERSION} \\((no commit|[0-9a-f]{7,}\\+?)\\)\n$`));
});

compiledTest("the same sources give the same file, wherever it is made, with its checksum beside it", async (cake) => {
  const target = targetOf(Deno.build.target)!;
  const folder = await Deno.makeTempDir({ prefix: "cake-compile-" });
  try {
    const [again] = await compile([target], `${folder}/deep/er`);
    const [before, after] = await Promise.all([cake, again!.path].map((path) => Deno.readFile(path)));
    assertEquals(after!.length, before!.length);
    assertEquals(await digest(after!), await digest(before!));
    const sums = parseChecksums(await Deno.readTextFile(`${folder}/deep/er/SHA256SUMS`));
    assertEquals([...sums], [[target.file, await digest(after!)]]);
    assertEquals(await digest(after!), again!.sha256);
    const left = await Array.fromAsync(Deno.readDir(`${folder}/deep/er`), ({ name }) => name);
    assertEquals(left.sort(), ["SHA256SUMS", target.file]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

compiledTest("the compiled cake runs in an empty folder with an empty environment", async (cake) => {
  const folder = await Deno.makeTempDir({ prefix: "cake-bare-" });
  try {
    const { stdout, stderr, code } = await new Deno.Command(cake, {
      args: ["list"],
      cwd: folder,
      clearEnv: true,
      stdin: "null",
    }).output();
    const text = new TextDecoder().decode(stderr);
    assertEquals([code, stdout.length], [71, 0], text);
    assertMatch(text, /^cake: cannot list ".*\.layer-cake" \(does not exist or contains .*\)\n$/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
