import { assert, assertEquals, assertMatch } from "@std/assert";
import { runCake, startRole } from "../helpers/cake_command.ts";

const THROWER = decodeURIComponent(new URL("../testdata/roles/thrower.ts", import.meta.url).pathname);

Deno.test("an exception that nobody caught is the fault that its process ends with, and it is logged", async () => {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "cake-test-" }));
  try {
    const { code, out, err } = await startRole(THROWER, folder, "--debug-level=FAULT").outcome();
    assertEquals([code, out], [71, ""]);
    assertMatch(err, /^\[\d{8}\] \S+ ! <\w+>\S* - Uncaught exception \(out of reach\)\n {4}Error: out of reach\n/);
    assert(err.endsWith("process faulted (uncaught exception (out of reach))\n"), err);
    await runCake(folder, "create", "--main-role=thrower");
    await runCake(folder, "add", THROWER);
    const run = await runCake(folder, "run", "--keep-logs");
    assertEquals([run.code, run.err], [71, "cake: process faulted (uncaught exception (out of reach))\n"]);
    const log = await runCake(folder, "log", "thrower", "--back=1h", "--tags=!");
    assert(log.out.includes("Uncaught exception (out of reach)"), log.out);
    assertEquals(JSON.parse((await runCake(folder, "history", "thrower", "--json")).out)[0].state, "ended");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
