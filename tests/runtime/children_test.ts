import { assert, assertEquals } from "@std/assert";
import { realWorld } from "../../runtime/mod.ts";
import { moduleStart, startProgram } from "../helpers/cake_command.ts";

// In a process of its own: what is open and who inherited something can't be told apart where other tests run, too.
Deno.test({
  name: "children that end in every way are each told once, and nothing is left of them",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const script = new URL("../../scripts/children.ts", import.meta.url).pathname;
    const args = ["--count", "200", "--at-once", "12", "--seed", "tests"];
    const { code, out, err } = await startProgram(moduleStart(decodeURIComponent(script)), "/", args).outcome();
    const [summary, ...problems] = out.slice(out.search(/^\d+ children in/m)).trim().split("\n");
    assertEquals([problems, code], [[], 0], out + err);
    assert(summary?.endsWith(": 0 problems"), out);
    const counts = [...out.matchAll(/^ +(\d+) \S/gm)].map(([, times]) => Number(times));
    assert(counts.length > 30, out);
    assertEquals(counts.reduce((sum, times) => sum + times, 0), 200);
  },
});

Deno.test("what a child left behind does not keep its parent waiting, and loses nothing", async () => {
  const { processes } = realWorld();
  // More than a pipe holds, the last of it by the one that is left behind, in the moment in which the child ends.
  const script = "head -c 300000 /dev/zero; (printf last; exec sleep 5) & exit 3";
  const child = processes.spawn({ executable: "sh", arguments: ["-c", script] });
  const { bytes, truncated } = await child.output(1_000_000);
  assertEquals([bytes.length, truncated, (await child.status).code], [300_004, false, 3]);
  assertEquals(new TextDecoder().decode(bytes.slice(-4)), "last");
});

Deno.test("the output of a child is read to its end, and kept to a limit", async () => {
  const { processes } = realWorld();
  const child = processes.spawn({ executable: "sh", arguments: ["-c", "head -c 3000000 /dev/zero"] });
  const { bytes, truncated } = await child.output(100_000);
  assertEquals([bytes.length, truncated, (await child.status).code], [100_000, true, 0]);
});
