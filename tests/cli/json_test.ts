/** What commands print for programs has the fields that their help names. */

import { assert, assertEquals } from "@std/assert";
import { COMMANDS } from "../../cli/mod.ts";
import { publish } from "../../directory/mod.ts";
import { Member } from "../directory/member.ts";
import { PROJECT, simulatedCake } from "../helpers/simulated_cake.ts";

function documented(name: string): string[] {
  const command = COMMANDS.find((one) => one.name === name);
  assert(command?.json !== undefined, name);
  return command.json.fields.map(([field]) => field).sort();
}

function assertFields(name: string, value: object): void {
  assertEquals(Object.keys(value).sort(), documented(name), name);
}

Deno.test("every command with --json or --jsonl says what its fields are", () => {
  for (const { name, settings, json } of COMMANDS) {
    const argument = settings.map(({ wireName }) => wireName).find((one) => one === "json" || one === "jsonl");
    assertEquals(json?.argument, argument, name);
  }
});

Deno.test("list, status, history, returned, log and validate print the fields that their help names", async () => {
  const { cake, start, simulation, host } = simulatedCake();
  host.disk.writeText(`${PROJECT}/bad.yaml`, "roles: 5\n", 0);
  await cake("create");
  await cake("add", "/bin/server", "web", "--name=fault");
  await cake("add", "/bin/idle", "w");
  const process = start("run", "--keep-logs");
  await simulation.runFor(5000);
  const json = async (...argv: string[]) => JSON.parse((await cake(...argv))[0]);
  const status = await json("status", "--json");
  assertFields("status", status[0]);
  assertEquals([status.length, status[0].role], [1, "w"]);
  const running = await json("history", "w", "--json");
  assertEquals([running[0].state, running[0].stop], ["running", null]);
  process.signal("SIGINT");
  await simulation.runUntil(() => !process.isAlive);
  host.disk.writeText(`${PROJECT}/.layer-cake/role/stray`, "", 0);
  const list = await json("list", "--json");
  for (const role of list) assertFields("list", role);
  assertEquals(list.map(({ role, damage }: { role: string; damage: unknown }) => [role, damage !== null]), [
    ["stray", true],
    ["w", false],
    ["web", false],
  ]);
  for (const run of await json("history", "web", "--json")) assertFields("history", run);
  const returned = await json("returned", "web", "--json");
  assertFields("returned", returned);
  assertEquals([returned.type, returned.value.condition, returned.fault], [
    "layer_cake.point_runtime.Faulted",
    "server failed",
    "server failed",
  ]);
  const [log] = await cake("log", "web", "--back=1h", "--jsonl");
  for (const line of log.trim().split("\n")) assertFields("log", JSON.parse(line));
  for (const problem of await json("validate", "bad.yaml", "--json")) assertFields("validate", problem);
});

Deno.test("network, ping and why print the fields that their help names", async () => {
  const { cake, start, simulation } = simulatedCake();
  const host = start("host");
  await simulation.runFor(1000);
  const tree = JSON.parse((await cake("network", "--json"))[0]);
  assertEquals([...Object.keys(tree), "fault"].sort(), documented("network"));
  const ping = JSON.parse((await cake("ping", tree.unique_id, "--ping-count=1", "--json"))[0]);
  assertFields("ping", ping);
  assertEquals(ping.seconds.length, 1);
  const member = new Member(simulation, "member", { host: "alpha" });
  await simulation.runFor(100);
  member.act((self) => publish(self, "svc:a"));
  await simulation.runFor(1000);
  const [name] = JSON.parse((await cake("why", "svc:.*", "--json"))[0]);
  assertFields("why", name);
  assertEquals(name.candidates.length, 1);
  host.signal("SIGINT");
  await simulation.runUntil(() => !host.isAlive);
});
