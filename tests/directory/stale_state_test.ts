/** What is left behind by directories and connections that went away, found by simulation: it must not stay. */

import { assertEquals } from "@std/assert";
import { ListDirectory } from "../../directory/messages.ts";
import { LAN_AT, Scenario, sessionOf } from "./scenario.ts";

Deno.test("SubscriberHome: a route that no directory is left to clear is forgotten, also when it was asked for shortly before", () => {
  const scenario = new Scenario();
  const host = scenario.host();
  scenario.group(6000);
  const far = scenario.process("far");
  const s = scenario.process("s", scenario.in(6000));
  far.publish("svc");
  s.subscribe("svc");
  scenario.run(2_000);
  // The publisher ends, and the host does not hear of it: it tells the route again when it is asked.
  far.process.kill(3_600_000);
  scenario.tree.cutPeers(s.process);
  scenario.run(50_000);
  assertEquals([sessionOf(s), s.process.core.counts.pairings], [null, 1]);
  // The host loses its memory, and the subscriber's own link never breaks.
  host.kill();
  scenario.host();
  scenario.run(30_000);
  assertEquals(s.process.core.counts.pairings, 0);
});

Deno.test("Upward.renew() leaves alone what the directory above was not told of", () => {
  const scenario = new Scenario();
  const lan = scenario.lan();
  const host = scenario.host("10.0.0.1", LAN_AT);
  const s = scenario.process("s");
  s.subscribe("near", "HOST");
  s.subscribe("far", "LAN");
  scenario.run(2_000);
  assertEquals([host.core.counts.known, lan.core.counts.subscriptions], [1, 1]);
  // The process is back on a new connection before the host knows of the end of the old one.
  scenario.tree.cut(s.process, 20_000);
  scenario.run(60_000);
  assertEquals([host.core.counts.known, host.core.counts.subscriptions, lan.core.counts.subscriptions], [1, 2, 1]);
});

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
