/** `cake add` of several roles of one kind. */

import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { FileError, type World } from "../../runtime/mod.ts";
import { HOME, PYTHON_SERVER, simulatedCake } from "../helpers/simulated_cake.ts";

/** A world that counts the processes that are started. */
function counting(): { readonly world: (world: World) => World; count: number } {
  const counter = {
    count: 0,
    world: (world: World): World => {
      const spawn: World["processes"]["spawn"] = (command) => {
        counter.count++;
        return world.processes.spawn(command);
      };
      // Its other members are getters.
      return { ...world, processes: Object.create(world.processes, { spawn: { value: spawn } }) };
    },
  };
  return counter;
}

Deno.test("cake add asks a module for one role of many, and the others are like it", async () => {
  const counter = counting();
  const { cake, host } = simulatedCake({ world: counter.world });
  await cake("create");
  counter.count = 0;
  assertEquals(await cake("add", PYTHON_SERVER, "pool", "--role-count=200", "--name=me", "--port=5"), ["", "", 0]);
  assertEquals(counter.count, 1);
  const roles = host.disk.list(`${HOME}/role`).filter((name) => name !== "group");
  assertEquals(roles.length, 200);
  const text = (role: string, record: string) => host.disk.readText(`${HOME}/role/${role}/${record}.json`);
  for (const record of ["settings", "executable_file", "log_storage", "start_stop"]) {
    assertEquals(text("pool-199", record), text("pool-0", record), record);
  }
  assertMatch(text("pool-199", "settings"), /"me"/);
  assertNotEquals(text("pool-199", "unique_id"), text("pool-0", "unique_id"));
});

Deno.test("cake add asks a program for each of its roles: what it does with them is its own affair", async () => {
  const counter = counting();
  const { cake } = simulatedCake({ world: counter.world });
  await cake("create");
  counter.count = 0;
  assertEquals(await cake("add", "/bin/server", "pool", "--role-count=5"), ["", "", 0]);
  assertEquals(counter.count, 5);
});

Deno.test("cake add of many roles leaves none where one can't be written, or where the settings are refused", async () => {
  const failing = (world: World): World => {
    const writeTextAtomic: World["files"]["writeTextAtomic"] = (path, ...rest) => {
      if (!path.includes("pool-7")) return world.files.writeTextAtomic(path, ...rest);
      return Promise.reject(new FileError(`Cannot write "${path}": No space left on device`, "other"));
    };
    return { ...world, files: { ...world.files, writeTextAtomic } };
  };
  const { cake, host } = simulatedCake({ world: failing });
  await cake("create");
  const [output, errors, status] = await cake("add", PYTHON_SERVER, "pool", "--role-count=9");
  assertEquals([output, status], ["", 71]);
  assertMatch(errors, /^cake: Cannot write ".*pool-7.*": No space left on device\n$/);
  assertEquals(host.disk.list(`${HOME}/role`), ["group"]);
  assertEquals((await cake("add", PYTHON_SERVER, "pool", "--role-count=3", "--nmae=x"))[2], 71);
  assertEquals(host.disk.list(`${HOME}/role`), ["group"]);
});
