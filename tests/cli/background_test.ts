/** A composite process in the background, in real processes; Linux only, where it can be looked at. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { makeProject, type Project } from "../helpers/replay.ts";

interface Row {
  readonly role: string;
  readonly pid: number;
}

async function rows(project: Project): Promise<Row[]> {
  return JSON.parse((await project.bash("cake status --json --group-role")).stdout);
}

Deno.test({
  name: "cake start leaves its terminal and descriptors behind, and cake stop ends roles that don't want to",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const project = await makeProject();
    try {
      for (const line of ["cake create", "cake add idle.ts", "cake add stubborn.ts"]) await project.bash(line);
      const start = await project.bash("exec 9>inherited; cake start");
      assertEquals(start, { stdout: "", stderr: "", exit: 0 });
      const [group, idle, stubborn] = await rows(project);
      assertEquals([group?.role, idle?.role, stubborn?.role], ["group", "idle", "stubborn"]);
      const stat = (await Deno.readTextFile(`/proc/${group!.pid}/stat`)).split(") ")[1]!.split(" ");
      const [, , processGroup, session, terminal] = stat;
      assertEquals([processGroup, session, terminal], [String(group!.pid), String(group!.pid), "0"]);
      for (const descriptor of ["0", "1", "2"]) {
        // A process with a root of its own has it below that.
        assertMatch(await Deno.readLink(`/proc/${group!.pid}/fd/${descriptor}`), /\/dev\/null$/);
      }
      const opened = await project.bash(`readlink /proc/${group!.pid}/fd/* /proc/${idle!.pid}/fd/* | grep inherited`);
      assertEquals(opened.stdout, "");
      const again = await project.bash("cake start");
      assertMatch(again.stderr, new RegExp(`already running, pid ${group!.pid}\\)\n$`));
      assertEquals(again.exit, 71);
      const stop = await project.bash("cake stop");
      assertEquals(stop.exit, 0);
      assertEquals(await rows(project), []);
      assertMatch((await project.bash("cake history idle")).stdout, /\(Aborted\)\n$/);
      assertMatch((await project.bash("cake history stubborn")).stdout, /\? \(cut off\)\n$/);
      assert(
        (await project.bash("cake log group --tags='?' --tail=1000")).stdout.includes("did not end, sending SIGTERM"),
      );
    } finally {
      await project.remove();
    }
  },
});

Deno.test("cake log shows several roles in the order of time, also as JSON", async () => {
  const project = await makeProject();
  try {
    for (const line of ["cake create", "cake add brief.ts", "cake add noisy.ts", "cake start", "cake returned"]) {
      await project.bash(line);
    }
    const merged = await project.bash("cake log brief noisy --back=1h --tags='^&'");
    const lines = merged.stdout.trimEnd().split("\n");
    assertEquals(lines.map((line) => line.slice(0, 5)).sort(), ["    s", "brief", "brief", "noisy"].sort());
    const json = await project.bash("cake log noisy --back=1h --tags=^ --jsonl");
    const { role, tag, text } = JSON.parse(json.stdout);
    assertEquals({ role, tag, text }, { role: "noisy", tag: "^", text: "first\n    second" });
    const sample = await project.bash("cake log brief --start=-1 --sample=metering");
    assertMatch(sample.stdout, /^\S+\t1\t0\.5\n\S+\t2\t0\.25\n$/);
  } finally {
    await project.remove();
  }
});
