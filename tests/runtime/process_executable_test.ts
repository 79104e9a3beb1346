import { assertEquals, assertInstanceOf } from "@std/assert";
import { Faulted } from "../../runtime/messages/faults.ts";
import {
  findExecutable,
  findRoleExecutable,
  type Found,
  type Launch,
  launchOf,
} from "../../runtime/process/executable.ts";
import { Simulation } from "../../runtime/simulation/mod.ts";
import type { World } from "../../runtime/world.ts";

const CONFIGURATION = decodeURIComponent(new URL("../../deno.json", import.meta.url).pathname);

/** Does something in a world with these files (`path=content`) and variables, under a Deno that lies at /bin/deno. */
async function inWorld<T>(
  parts: { readonly files?: readonly string[]; readonly variables?: Readonly<Record<string, string>> },
  work: (world: World) => Promise<T>,
): Promise<T> {
  const simulation = new Simulation({ seed: 1 });
  const host = simulation.host("alpha");
  for (const entry of ["/project", ...parts.files ?? []]) {
    const [path = "", text = ""] = entry.split("=");
    host.disk.makeFolder(path.slice(0, path.lastIndexOf("/")) || "/", 0);
    if (path === "/project") host.disk.makeFolder(path, 0);
    else host.disk.writeText(path, text, 0);
  }
  const results: T[] = [];
  host.start("test", async (world) => {
    const self = { executable: "/bin/deno", compiled: false, arguments: [] };
    const processes = Object.create(world.processes, { self: { value: self } });
    results.push(await work({ ...world, processes }));
  }, { folder: "/project", environment: parts.variables ?? {} });
  await simulation.runUntil(() => results.length > 0);
  return results[0]!;
}

function launch(path: string, files: readonly string[] = [], variables: Record<string, string> = {}): Promise<Launch> {
  return inWorld({ files: [path, ...files], variables }, (world) => launchOf(world, { path, modulePath: [] }, ["--a"]));
}

const RUN = ["run", "-A", "--no-lock", "--quiet"];

Deno.test("launchOf() runs a module by Deno, with cake's configuration where the module has none", async () => {
  assertEquals(await launch("/project/role.ts"), {
    executable: "/bin/deno",
    arguments: [...RUN, `--config=${CONFIGURATION}`, "/project/role.ts", "--a"],
  });
});

Deno.test("launchOf() passes the import map on that cake runs with", async () => {
  const { arguments: args } = await launch("/project/role.ts", [], { CAKE_IMPORT_MAP: "/cake/map.json" });
  assertEquals(args, [...RUN, `--config=${CONFIGURATION}`, "--import-map=/cake/map.json", "/project/role.ts", "--a"]);
  assertEquals((await launch("/project/role.ts", [], { CAKE_IMPORT_MAP: "" })).arguments.length, args.length - 1);
});

Deno.test("launchOf() leaves a module alone that has a configuration of its own", async () => {
  for (const file of ["/project/deno.json", "/deno.jsonc"]) {
    const { arguments: args } = await launch("/project/role.ts", [file], { CAKE_IMPORT_MAP: "/cake/map.json" });
    assertEquals(args, [...RUN, "/project/role.ts", "--a"]);
  }
});

Deno.test("launchOf() runs Python by its interpreter, and knows where its modules are", async () => {
  const found: Found = { path: "/project/role.py", modulePath: ["/home/script", "/project"] };
  const at = (variables: Record<string, string>) => inWorld({ variables }, (world) => launchOf(world, found, ["--a"]));
  assertEquals(await at({}), {
    executable: "python3",
    arguments: ["/project/role.py", "--a"],
    environment: { PYTHONPATH: "/home/script:/project" },
  });
  const { executable, environment } = await at({ PYTHONPATH: "/before", CAKE_PYTHON: "/usr/bin/python3.11" });
  assertEquals([executable, environment?.PYTHONPATH], ["/usr/bin/python3.11", "/home/script:/project:/before"]);
});

Deno.test("launchOf() runs a program that begins with #! and cake exec as a module, whatever its name", async () => {
  const command = (line: string) => launch("/project/tool", [`/project/tool=${line}\n`]);
  for (const line of ["#!/usr/bin/env -S cake exec", "#!/opt/cake exec", "#! /usr/local/bin/cake  exec"]) {
    const { executable, arguments: args } = await command(line);
    const flags = [`--config=${CONFIGURATION}`, "--ext=ts"];
    assertEquals([executable, args], ["/bin/deno", [...RUN, ...flags, "/project/tool", "--a"]], line);
  }
  for (const line of ["#!/bin/sh", "#!/usr/bin/env cakes exec", "cake exec", "#!/usr/bin/cake executable"]) {
    assertEquals((await command(line)).executable, "/project/tool", line);
  }
});

Deno.test("launchOf() runs a program by itself", async () => {
  assertEquals(await launch("/project/tool"), { executable: "/project/tool", arguments: ["--a"] });
});

Deno.test("findExecutable() looks among the scripts, in the current folder, then beside this program", async () => {
  const files = ["/home/script/a.ts", "/project/a.ts", "/own/a.ts"];
  const places = { homePath: "/home", ownFolder: "/own" };
  for (let missing = 0; missing < files.length; missing++) {
    const found = await inWorld({ files: files.slice(missing) }, (world) => findExecutable(world, "a.ts", places));
    assertEquals((found as Found).path, files[missing]);
  }
  const none = await inWorld({}, (world) => findExecutable(world, "a.ts", places));
  assertEquals(`${none}`, "cannot execute a.ts (not found)");
});

Deno.test("findRoleExecutable() prefers the copy among the scripts, and names the folders of modules", async () => {
  const find = (...files: string[]) =>
    inWorld({ files }, (world) => findRoleExecutable(world, "/project/a.py", "/home"));
  assertEquals(await find("/home/script/a.py", "/project/a.py"), {
    path: "/home/script/a.py",
    modulePath: ["/home/script", "/project"],
  });
  assertEquals(await find("/project/a.py"), { path: "/project/a.py", modulePath: ["/project"] });
  const none = await find();
  assertInstanceOf(none, Faulted);
  assertEquals(`${none}`, "cannot execute /project/a.py (no role script)");
});
