/** What an actor can do in the main thread of a process, it can do in a named thread. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { processesNaming, startRole } from "../helpers/cake_command.ts";

const ROLES = decodeURIComponent(new URL("../testdata/roles", import.meta.url).pathname);
const ROLE = `${ROLES}/threaded.ts`;

Deno.test("a thread knows words, folders and role of its process, and both have one temporary folder", async () => {
  const args = ["first", "second", "--model-path=/tmp/models", "--resource-path=/tmp/resources", "--role-name=looker"];
  const { code, out, err } = await startRole(ROLE, ROLES, ...args).outcome();
  assertEquals([code, err], [0, ""]);
  const { temporary, ...seen } = JSON.parse(JSON.parse(out));
  assertEquals(seen, {
    roleName: "looker",
    homePath: null,
    modelPath: "/tmp/models",
    executable: ROLE,
    words: ["first", "second"],
    model: "/tmp/models",
    resource: "/tmp/resources",
  });
  assertMatch(temporary, /cake-/);
  let isThere = true;
  await Deno.stat(temporary).catch(() => isThere = false);
  assertEquals(isThere, false, "the temporary folder is removed at the end");
});

Deno.test("an actor in a thread runs a child process, whose log lines name the actor as its parent knows it", async () => {
  const { code, out, err } = await startRole(ROLE, ROLES, "--task=child", "--debug-level=CONSOLE").outcome();
  assertEquals([code, out], [0, '"hello thread"\n']);
  const child = Number(err.match(/<[0-9a-f]{8}>threaded - child (\d+)\n/)?.[1]);
  const id = child.toString(16).padStart(8, "0");
  assertMatch(err, new RegExp(` \\^ <${id}>inThread@works - at work \\(task=child\\)\n`));
  assertMatch(err, /<[0-9a-f]{8}>ProcessObject@works - .*greet\.ts/);
});

Deno.test("an actor in a thread loads a private library", async () => {
  const { code, out, err } = await startRole(ROLE, ROLES, "--task=library").outcome();
  assertEquals([code, out, err], [0, "42\n", ""]);
});

Deno.test({
  name: "a child process that an actor in a thread has left running is collected at the end of the process",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const running = startRole(ROLE, ROLES, "--task=sleep");
    await running.seen(/^asleep/);
    assert((await processesNaming("sleep 1000.25")).length > 0);
    running.signal("SIGINT");
    assertEquals((await running.outcome()).code, 71);
    assertEquals(await processesNaming("sleep 1000.25"), []);
  },
});
