import { assertEquals } from "@std/assert";
import { checkDenoVersions, checkTasks } from "../../scripts/check_readme.ts";
import { TASKS } from "../../scripts/task.ts";

const ROOT = new URL("../../", import.meta.url);

function read(path: string): Promise<string> {
  return Deno.readTextFile(new URL(path, ROOT));
}

async function taskNames(): Promise<string[]> {
  return Object.keys(JSON.parse(await read("deno.json")).tasks);
}

Deno.test("checkTasks() finds a task that is not there, and one that is not named", () => {
  const page = "Run `npx -y deno@2.9.6 task test`, then `deno task fmt --check`.";
  assertEquals(checkTasks(page, ["test", "fmt"]), []);
  assertEquals(checkTasks(page, ["test"]), [`names the task "fmt", which is not there`]);
  assertEquals(checkTasks(page, ["test", "fmt", "ok"]), [`does not name the task "ok"`]);
});

Deno.test("checkDenoVersions() wants one version, named everywhere", () => {
  assertEquals(checkDenoVersions({ a: "npx deno@2.9.6 x", b: "deno@2.9.6" }), []);
  assertEquals(checkDenoVersions({ a: "deno@2.9.6", b: "deno@2.9.5" }).length, 2);
  assertEquals(checkDenoVersions({ a: "deno@2.9.6", b: "deno" }).length, 2);
});

Deno.test("README names exactly the tasks that exist", async () => {
  assertEquals(checkTasks(await read("README.md"), await taskNames()), []);
});

Deno.test("every task of deno.json is one of scripts/task.ts", async () => {
  assertEquals((await taskNames()).toSorted(), Object.keys(TASKS).toSorted());
});

Deno.test("one version of Deno is named everywhere", async () => {
  const paths = ["README.md", ".ci/run", "scripts/cake"];
  const texts = await Promise.all(paths.map(async (path) => [path, await read(path)] as const));
  assertEquals(checkDenoVersions(Object.fromEntries(texts)), []);
});
