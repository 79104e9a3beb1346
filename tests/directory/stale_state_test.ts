/** What is left behind by directories and connections that went away, found by simulation: it must not stay. */

import { assertEquals } from "@std/assert";
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
