/** Which links are encrypted, and what becomes of those that are where they must not be. With sockets, in the simulated world. */

import { assertEquals } from "@std/assert";
import { Available, directoryCounts, directoryOf, Dropped, publish, subscribe } from "../../directory/mod.ts";
import { attachNetwork } from "../../net/mod.ts";
import { prepareEncryption } from "../../net/sodium_boxes.ts";
import { Ack, Enquiry } from "../../runtime/mod.ts";
import { Simulation } from "../../runtime/simulation/mod.ts";
import { Member } from "./member.ts";

// Loading it takes real time, which virtual time does not wait for.
await prepareEncryption();

/** Publishes, subscribes and asks; true when there was an answer over the session. */
async function meet(
  simulation: Simulation,
  [p, s]: readonly [Member, Member],
  options: { readonly encrypted?: boolean; readonly name?: string } = {},
): Promise<boolean> {
  const { name = "svc", encrypted = false } = options;
  p.act((self) => publish(self, name, { encrypted }));
  s.act((self) => subscribe(self, name));
  await simulation.runFor(3000);
  const available = s.received.findLast((message) => message instanceof Available && message.name === name);
  if (!(available instanceof Available)) return false;
  s.act((self) => self.send(new Enquiry(), available.publisherAddress!));
  await simulation.runFor(500);
  p.act((self) => {
    for (const message of p.received) if (message instanceof Enquiry) self.send(new Ack(), p.lastAsker!);
  });
  await simulation.runFor(500);
  return s.received.some((message) => message instanceof Ack);
}

Deno.test("scenario 53: an encrypted publication under a plain directory is met over an encrypted connection", async () => {
  const simulation = new Simulation({ seed: 53 });
  new Member(simulation, "host", { scope: "HOST" });
  const [p, s] = [new Member(simulation, "p"), new Member(simulation, "s")];
  await simulation.runFor(2000);
  assertEquals(await meet(simulation, [p, s], { encrypted: true }), true);
});

Deno.test("scenario 54: encrypted directories and processes with a plain publication", async () => {
  const simulation = new Simulation({ seed: 54 });
  new Member(simulation, "host", { scope: "HOST", encrypted: true });
  const [p, s] = ["p", "s"].map((name) => new Member(simulation, name, { encrypted: true })) as [Member, Member];
  await simulation.runFor(2000);
  assertEquals(await meet(simulation, [p, s]), true);
});

Deno.test("scenario 55: an encrypted process under a plain directory works", async () => {
  const simulation = new Simulation({ seed: 55 });
  new Member(simulation, "host", { scope: "HOST" });
  const [p, s] = [new Member(simulation, "p", { encrypted: true }), new Member(simulation, "s")];
  await simulation.runFor(2000);
  assertEquals(await meet(simulation, [p, s]), true);
});

Deno.test("scenario 56: a plain process is refused by an encrypted directory, which goes on serving others", async () => {
  const simulation = new Simulation({ seed: 56 });
  const host = new Member(simulation, "host", { scope: "HOST", encrypted: true });
  const plain = new Member(simulation, "plain");
  const [p, s] = ["p", "s"].map((name) => new Member(simulation, name, { encrypted: true })) as [Member, Member];
  await simulation.runFor(10);
  plain.act((self) => publish(self, "svc"));
  await simulation.runFor(20_000);
  const { publications } = directoryCounts(host.runtime, directoryOf(host.self))!;
  assertEquals(publications, 0);
  assertEquals([...attachNetwork(host.runtime).counts.reports.keys()].length > 0, true, "the refusal is reported");
  assertEquals(await meet(simulation, [p, s]), true);
  assertEquals(s.received.some((message) => message instanceof Dropped), false);
});
