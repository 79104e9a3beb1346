/** The compiled cake on a machine that has nothing but the libraries it needs: no shell, no Deno, no Node.js, no Python. */

import { assert, assertEquals } from "@std/assert";
import { compiledTest, REASON } from "../helpers/compiled_cake.ts";

const SCRIPT = decodeURIComponent(new URL("../../scripts/bare_machine.ts", import.meta.url).pathname);
const CONFIGURATION = decodeURIComponent(new URL("../../deno.json", import.meta.url).pathname);

/** What the script needs: namespaces, in which it may mount. */
async function canIsolate(): Promise<boolean> {
  if (Deno.build.os !== "linux") return false;
  const spaces = ["--map-root-user", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"];
  try {
    const args = [...spaces, "sh", "-c", "ip link set lo up && mount -t tmpfs none /mnt && ldd /bin/sh"];
    return (await new Deno.Command("unshare", { args, stdin: "null", stdout: "null", stderr: "null" }).output())
      .success;
  } catch {
    return false;
  }
}

const name = "the compiled cake alone runs the demo, directories and modules";

if (REASON === null && !await canIsolate()) {
  Deno.test.ignore(`${name} (ignored: no namespaces here)`, () => {});
} else {
  compiledTest(name, async (cake) => {
    const map = Deno.env.get("CAKE_IMPORT_MAP");
    const flags = ["-A", "--quiet", "--no-lock", "--config", CONFIGURATION, ...map ? ["--import-map", map] : []];
    const { stdout, stderr, code } = await new Deno.Command(Deno.execPath(), {
      args: ["run", ...flags, SCRIPT, "--empty", `--cake=${cake}`],
      stdin: "null",
    }).output();
    const text = new TextDecoder().decode(stdout);
    assertEquals(code, 0, text + new TextDecoder().decode(stderr));
    const rows = text.trim().split("\n").map((line) => JSON.parse(line) as { check: string; passed: boolean });
    assert(rows.every(({ passed }) => passed), text);
    for (const check of ["version", "demo", "threads", "pack", "host", "lan", "modules"]) {
      assert(rows.some((row) => row.check === check), check);
    }
  });
}
