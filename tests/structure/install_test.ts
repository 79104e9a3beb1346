/** The install script for releases, from a copy of a release on this machine. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { checksumText, targetOf } from "../../scripts/compile/targets.ts";

const SCRIPT = decodeURIComponent(new URL("../../scripts/install.sh", import.meta.url).pathname);
const TARGET = targetOf(Deno.build.target);
const ignore = Deno.build.os === "windows" || TARGET === undefined;

async function install(sum: string | null): Promise<{ code: number; err: string; installed: string | null }> {
  const folder = await Deno.makeTempDir({ prefix: "cake-install-" });
  try {
    await Deno.mkdir(`${folder}/release`);
    const content = new TextEncoder().encode("#!/bin/sh\necho I am cake\n");
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", content)).toHex();
    await Deno.writeFile(`${folder}/release/${TARGET!.file}`, content);
    const sums = sum === null ? new Map<string, string>() : new Map([[TARGET!.file, sum || digest]]);
    await Deno.writeTextFile(`${folder}/release/SHA256SUMS`, checksumText(sums));
    const args = [SCRIPT, `file://${folder}/release/`, `${folder}/deep/bin`];
    const { code, stderr } = await new Deno.Command("sh", { args, stdin: "null" }).output();
    let installed: string | null = null;
    if (code === 0) {
      const { stdout } = await new Deno.Command(`${folder}/deep/bin/cake`, { stdin: "null" }).output();
      installed = new TextDecoder().decode(stdout);
      const left = await Array.fromAsync(Deno.readDir(`${folder}/deep/bin`), ({ name }) => name);
      assertEquals(left, ["cake"]);
    }
    return { code, err: new TextDecoder().decode(stderr), installed };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test({
  name: "install.sh puts the file of this platform in place",
  ignore,
  fn: async () => assertEquals(await install(""), { code: 0, err: "", installed: "I am cake\n" }),
});

Deno.test({
  name: "install.sh installs nothing whose checksum is wrong or missing",
  ignore,
  fn: async () => {
    const wrong = await install("0".repeat(64));
    assertEquals(wrong.code, 1);
    assertStringIncludes(wrong.err, "checksum");
    const missing = await install(null);
    assert(missing.code === 1 && missing.err.includes("has no checksum"), missing.err);
  },
});
