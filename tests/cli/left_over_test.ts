import { assertEquals } from "@std/assert";
import { HOME, PROJECT, simulatedCake } from "../helpers/simulated_cake.ts";

Deno.test("what a removal left that was cut off goes with the next one", async () => {
  const { cake, host } = simulatedCake();
  await cake("create");
  await cake("add", "/bin/idle", "a");
  host.disk.makeFolder(`${HOME}/old-b-0badc0de/logs`, 0);
  host.disk.makeFolder(`${PROJECT}/.layer-cake.old-0badc0de/role`, 0);
  host.disk.makeFolder(`${PROJECT}/.layer-cake.old-mine`, 0);
  assertEquals(await cake("delete", "a"), ["", "", 0]);
  assertEquals(host.disk.list(HOME), ["arrivals", "departures", "resource", "role", "script"]);
  assertEquals(await cake("destroy"), ["", "", 0]);
  assertEquals(host.disk.list(PROJECT), [".layer-cake.old-mine"]);
});
