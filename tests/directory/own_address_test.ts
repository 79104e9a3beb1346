/** The LAN directory's own machine: where others reach what is published there, whatever becomes of its address. */

import { assertEquals } from "@std/assert";
import { ListDirectory } from "../../directory/messages.ts";
import { LAN_AT, Scenario, sessionOf } from "./scenario.ts";

/** A station with a publisher and a subscriber of its own, and a subscriber on another machine. */
function station(address: string | null) {
  const scenario = new Scenario();
  const lan = scenario.lan();
  lan.primaryAddress = address;
  scenario.host("10.0.0.1", LAN_AT);
  const [publisher, near] = ["publisher", "near"].map((name) => scenario.process(name, { machine: LAN_AT.host! }));
  const far = scenario.process("far");
  for (const subscriber of [near!, far]) subscriber.subscribe("svc", "LAN");
  scenario.run(2_000);
  return { scenario, lan, publisher: publisher!, near: near!, far };
}

Deno.test("OwnAddress: a name of the station itself is told to other machines once it has an address, and to its own before", () => {
  const { scenario, lan, publisher, near, far } = station(null);
  publisher.publish("svc", "LAN");
  scenario.run(30_000);
  assertEquals([sessionOf(near)?.scope, sessionOf(far), far.process.core.counts.routes], ["LAN", null, 0]);
  lan.primaryAddress = LAN_AT.host;
  scenario.run(1_100);
  assertEquals([sessionOf(near)?.scope, sessionOf(far)?.scope], ["LAN", "LAN"]);
  assertEquals([near.process.transportHosts, far.process.transportHosts], [["127.0.0.1"], [LAN_AT.host]]);
  far.ask(new ListDirectory());
  scenario.run();
  assertEquals(far.listing?.published.map(({ listeningIpp }) => listeningIpp.host), [LAN_AT.host]);
  assertEquals([near.droppedCount, publisher.delivered.size, scenario.tree.problems], [0, 2, []]);
});

Deno.test("OwnAddress: a name that was listed while the address was gone for a moment is told all the same", () => {
  const { scenario, lan, publisher, far } = station(LAN_AT.host);
  publisher.publish("before", "LAN");
  scenario.run(950);
  lan.primaryAddress = null;
  publisher.publish("svc", "LAN");
  scenario.run(30);
  assertEquals(lan.core.counts.publications, 2);
  lan.primaryAddress = LAN_AT.host;
  scenario.run(1_100);
  assertEquals(sessionOf(far)?.scope, "LAN");
});

Deno.test("OwnAddress: another address of the station is told, and sessions go on; nothing is looked at once nothing is there", () => {
  const { scenario, lan, publisher, far } = station(LAN_AT.host);
  publisher.publish("svc", "LAN");
  scenario.run();
  const routes: string[] = [];
  scenario.tree.trace = (line) => void (line.endsWith(" RouteOverLoop") && routes.push(line));
  lan.primaryAddress = "10.0.0.7";
  scenario.run(5_000);
  assertEquals([routes.length, far.droppedCount, sessionOf(far)?.scope], [3, 0, "LAN"]);
  assertEquals(lan.timerCount, 1);
  publisher.clearPublished([...publisher.published.values()][0]!);
  scenario.run(5_000);
  assertEquals([lan.timerCount, sessionOf(far)], [0, null]);
});
