/** Scenarios of publishing, subscribing, matching and clearing, on trees of cores. */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import {
  Available,
  ClearPublished,
  Delivered,
  DirectoryListing,
  DirectoryOpened,
  ListDirectory,
  NotPublished,
  NotSubscribed,
  OpenDirectory,
  Published,
  PublishedCleared,
  Subscribed,
} from "../../directory/messages.ts";
import { Enquiry, HostPort } from "../../runtime/mod.ts";
import { HOST_AT, LAN_AT, received, Scenario, sessionOf } from "./scenario.ts";

// Registration.

Deno.test("DirectoryCore: publish without any host is confirmed, and the host is tried for again and again (scenario 2)", () => {
  const scenario = new Scenario();
  const object = scenario.process("p", { connectTo: null });
  object.publish("abc");
  scenario.run(30_000);
  const published = received(object, Published);
  assertEquals([published.name, published.scope, published.listeningIpp.host], ["abc", "HOST", "127.0.0.1"]);
  assert(published.listeningIpp.port! > 0);
  scenario.host();
  scenario.run(10_000);
  assertEquals(object.process.core.counts.known, 1);
});

Deno.test("DirectoryCore: publish refuses a name that the process has already, even before the listener is ready (scenarios 3 and 9)", () => {
  const scenario = new Scenario();
  const object = scenario.process("p");
  object.publish("abc");
  object.publish("abc", "LAN");
  scenario.run();
  assertEquals(object.kinds(), ["NotPublished", "Published"]);
  const refusal = received(object, NotPublished);
  assertEquals([refusal.note, refusal.condition], ["already published", 'cannot publish as "abc"']);
  const [one, other] = [scenario.process("q"), scenario.process("q")].map(({ process }) => process.object("one"));
  const rival = one!.process.object("rival");
  for (const asker of [one!, rival]) asker.publish("xyz");
  other!.publish("xyz");
  scenario.run();
  const kinds = [one!, rival, other!].map((asker) => asker.kinds());
  assertEquals(kinds, [["Published"], ["NotPublished"], ["Published"]], "one of a process, whoever asks");
});

Deno.test("DirectoryCore: publish is refused with the reason when no port can be had, and the name is free again (scenario 10)", () => {
  const scenario = new Scenario();
  const object = scenario.process("p");
  object.process.refusesListeners = true;
  object.publish("abc");
  scenario.run();
  assertEquals(received(object, NotPublished).explanation, "no ports");
  object.process.refusesListeners = false;
  object.publish("abc");
  scenario.run();
  assertEquals(object.kinds(), ["NotPublished", "Published"]);
});

Deno.test("DirectoryCore: publish listens at all addresses for the LAN, at this machine only otherwise, and not at all in the process (scenario 8)", () => {
  const scenario = new Scenario();
  const object = scenario.process("p");
  object.publish("wide", "LAN");
  object.publish("near", "GROUP");
  object.publish("own", "PROCESS");
  scenario.run();
  const hosts = new Map([...object.published.values()].map(({ name, listeningIpp }) => [name, listeningIpp.host]));
  assertEquals(hosts, new Map([["own", null], ["wide", "0.0.0.0"], ["near", "127.0.0.1"]]));
  const ports = [...object.published.values()].map(({ listeningIpp }) => listeningIpp.port);
  assertEquals(new Set(ports).size, 3);
});

Deno.test("DirectoryCore: subscribe refuses the same search of the same object, and takes it from another (scenario 4)", () => {
  const scenario = new Scenario();
  const object = scenario.process("s");
  const other = object.process.object("other");
  object.subscribe("svc:.*");
  object.subscribe("svc:.*");
  other.subscribe("svc:.*");
  scenario.run();
  assertEquals([object.kinds(), other.kinds()], [["Subscribed", "NotSubscribed"], ["Subscribed"]]);
  assertEquals(received(object, NotSubscribed).note, "already subscribed");
});

Deno.test("DirectoryCore: subscribe refuses a search that can't be used, with the reason, and nobody above hears of it (scenario 5)", () => {
  const scenario = new Scenario();
  const host = scenario.host();
  const object = scenario.process("s");
  object.subscribe("x(");
  scenario.run();
  const refusal = received(object, NotSubscribed);
  assertEquals([refusal.note, refusal.condition], ["duplicates/search expression", 'cannot subscribe to "x("']);
  assertEquals(refusal.explanation, "missing ), unterminated subpattern at position 2");
  assertEquals(host.core.counts.subscriptions, 0);
});

Deno.test("DirectoryCore: a process connects to the host on the first wider listing and not before (scenario 22)", () => {
  const scenario = new Scenario();
  const host = scenario.host();
  const object = scenario.process("s", { connectTo: null });
  object.subscribe("a", "PROCESS");
  scenario.run();
  assertEquals(host.core.counts.children, 0);
  object.subscribe("b", "HOST");
  scenario.run();
  assertEquals(host.core.counts.children, 1);
  assertEquals(host.report().subscribed.map(({ search }) => search), ["b"]);
});

Deno.test("DirectoryCore: a host directory finds the station of its network", () => {
  const scenario = new Scenario();
  const lan = scenario.lan();
  scenario.host("10.0.0.1", null);
  scenario.process("p").publish("abc", "LAN");
  scenario.run(10_000);
  assertEquals(lan.report().published.map(({ listeningIpp }) => listeningIpp.host), ["10.0.0.1"]);
});

// Matching.

for (const order of ["publish first", "subscribe first"]) {
  Deno.test(`DirectoryCore: a pair at a host meets: ${order} (scenarios 11 and 12)`, () => {
    const scenario = new Scenario();
    scenario.host();
    const [p, s] = [scenario.process("p"), scenario.process("s")];
    const acts = [() => p.publish("svc:1"), () => s.subscribe("svc:.*")];
    if (order === "subscribe first") acts.reverse();
    for (const act of acts) {
      act();
      scenario.run();
    }
    const [available, delivered] = [received(s, Available), received(p, Delivered)];
    assertEquals([available.scope, delivered.scope, available.name], ["HOST", "HOST", "svc:1"]);
    assertEquals([available.routeId, available.subscribedId], [delivered.routeId, delivered.subscribedId]);
    assertEquals(available.publishedId, received(p, Published).publishedId);
    assertEquals([s.availableCount, p.delivered.size, scenario.tree.problems], [1, 1, []]);
  });
}

Deno.test("DirectoryCore: a pair in a group under a host ends with one session, of the group (scenario 15)", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const scenario = new Scenario(seed);
    scenario.host();
    scenario.group(6000);
    const [p, s] = [scenario.process("p", scenario.in(6000)), scenario.process("s", scenario.in(6000))];
    s.subscribe("svc");
    p.publish("svc");
    scenario.run(5_000);
    assertEquals([sessionOf(s)?.scope, s.availableCount - s.droppedCount, p.delivered.size], ["GROUP", 1, 1]);
    assertEquals(scenario.tree.problems, []);
  }
});

Deno.test("DirectoryCore: a pair of two hosts meets at the LAN, by the address of the publisher's machine (scenario 16)", () => {
  const scenario = new Scenario();
  const lan = scenario.lan();
  scenario.host("10.0.0.1", LAN_AT);
  scenario.host("10.0.0.2", LAN_AT);
  const p = scenario.process("p");
  const s = scenario.process("s", { machine: "10.0.0.2" });
  p.publish("svc", "LAN");
  s.subscribe("svc", "LAN");
  scenario.run(5_000);
  assertEquals(sessionOf(s)?.scope, "LAN");
  assertEquals(lan.report().published[0]?.listeningIpp.host, "10.0.0.1");
});

Deno.test("DirectoryCore: a pair in one process meets there, and the host's route changes nothing (scenario 21)", () => {
  const scenario = new Scenario();
  const host = scenario.host();
  const p = scenario.process("both");
  const s = p.process.object("s");
  p.publish("svc");
  s.subscribe("svc");
  scenario.run(5_000);
  const [available, delivered] = [received(s, Available), received(p, Delivered)];
  assertEquals([available.scope, available.publisherAddress, delivered.subscriberAddress], [
    "PROCESS",
    p.address,
    s.address,
  ]);
  assert(available.openedAt!.equals(delivered.openedAt!));
  assertEquals([s.availableCount, host.report().routed.length, p.process.core.counts.transports], [1, 1, 0]);
});

Deno.test("DirectoryCore: two subscriptions of one object that match one name have a session each (scenario 20)", () => {
  const scenario = new Scenario();
  scenario.host();
  const [p, s] = [scenario.process("p"), scenario.process("s")];
  p.publish("svc:shr");
  s.subscribe("svc:shr");
  s.subscribe("svc:.*");
  scenario.run();
  assertEquals([s.sessions.size, p.delivered.size, s.process.core.counts.transports], [2, 2, 2]);
  s.clearSubscribed([...s.subscribed.values()][0]!);
  scenario.run();
  assertEquals([s.sessions.size, p.delivered.size, scenario.tree.problems], [1, 1, []]);
});

Deno.test("DirectoryCore: sessions of different objects of a process share a transport to a publication", () => {
  const scenario = new Scenario();
  scenario.host();
  const [p, s] = [scenario.process("p"), scenario.process("s")];
  p.publish("svc");
  const others = Array.from({ length: 5 }, (_, at) => s.process.object(`s${at}`));
  for (const other of others) other.subscribe("svc");
  scenario.run();
  assertEquals([s.process.core.counts.transports, p.delivered.size], [1, 5]);
  scenario.tree.cutPeers(p.process);
  scenario.run(5_000);
  assertEquals([others.map(({ sessions }) => sessions.size), p.delivered.size], [[1, 1, 1, 1, 1], 5]);
  assertEquals(scenario.tree.problems, []);
});

Deno.test("DirectoryCore: group names stay in their groups, and a host subscriber in a group meets its own (scenarios 26 and 27)", () => {
  const scenario = new Scenario();
  scenario.host();
  const objects = [6000, 6001].map((port) => {
    scenario.group(port);
    const [p, s] = [scenario.process(`p${port}`, scenario.in(port)), scenario.process(`s${port}`, scenario.in(port))];
    p.publish("store", "GROUP");
    s.subscribe("store", "HOST");
    return { p, s };
  });
  const outside = scenario.process("outside");
  outside.subscribe("store", "HOST");
  scenario.run(5_000);
  for (const { p, s } of objects) assertEquals(sessionOf(s)?.publishedId, received(p, Published).publishedId);
  assertEquals(outside.kinds(), ["Subscribed"]);
});

// Collisions.

Deno.test("DirectoryCore: the first of two publications of a name is met, the second is told, usable at home, and takes over (scenarios 31, 32 and 34)", () => {
  const scenario = new Scenario();
  const host = scenario.host();
  const [first, second, s] = [scenario.process("p1"), scenario.process("p2"), scenario.process("s")];
  first.publish("dup");
  scenario.run();
  second.publish("dup");
  s.subscribe("dup");
  const near = second.process.object("near");
  near.subscribe("dup");
  scenario.run();
  assertEquals(second.process.logs.filter((line) => line.includes("taken")).length, 1);
  assertEquals(sessionOf(s)?.publishedId, received(first, Published).publishedId);
  assertEquals(sessionOf(near)?.scope, "PROCESS");
  first.clearPublished(received(first, Published));
  scenario.run();
  assertEquals(sessionOf(s)?.publishedId, received(second, Published).publishedId);
  assertEquals([host.core.counts.publications, scenario.tree.problems], [1, []]);
});

Deno.test("DirectoryCore: a name that loses in a bulk is told, too (scenario 33)", () => {
  const scenario = new Scenario();
  const [first, second] = [scenario.process("p1"), scenario.process("p2")];
  for (const object of [first, second]) {
    object.publish("dup");
    object.publish(`own of ${object.process.name}`);
  }
  scenario.run(20_000);
  scenario.host();
  scenario.run(20_000);
  const told = [first, second].map(({ process }) => process.logs.filter((line) => line.includes("taken")).length);
  assertEquals(told.sort(), [0, 1]);
});

Deno.test("DirectoryCore: a name at the host does not hide a publication of that name for the LAN (scenario 35)", () => {
  const scenario = new Scenario();
  scenario.lan();
  scenario.host("10.0.0.1", LAN_AT);
  scenario.host("10.0.0.2", LAN_AT);
  const [near, wide] = [scenario.process("near"), scenario.process("wide")];
  const s = scenario.process("s", { machine: "10.0.0.2" });
  near.publish("svc", "HOST");
  scenario.run();
  wide.publish("svc", "LAN");
  s.subscribe("svc", "LAN");
  scenario.run(5_000);
  assertEquals(sessionOf(s)?.publishedId, received(wide, Published).publishedId);
});

// Clearing.

Deno.test("DirectoryCore: clear_published ends listing, sessions and listener, and the name can be published again (scenarios 36, 37 and 38)", () => {
  const scenario = new Scenario();
  const host = scenario.host();
  const [p, s] = [scenario.process("p"), scenario.process("s")];
  p.publish("svc");
  s.subscribe("svc");
  scenario.run();
  const before = scenario.tree.listeners.size;
  p.clearPublished(received(p, Published));
  scenario.run();
  assertEquals(p.kinds(), ["Published", "Delivered", "PublishedCleared", "Dropped"]);
  assertEquals(s.kinds(), ["Subscribed", "Available", "Dropped"]);
  assertEquals([host.core.counts.publications, scenario.tree.listeners.size], [0, before - 1]);
  p.publish("svc");
  scenario.run();
  assertNotEquals(sessionOf(s)?.publishedId, received(p, Published).publishedId);
  assertEquals([s.availableCount, scenario.tree.problems], [2, []]);
});

Deno.test("DirectoryCore: clear_subscribed drops both ends once and leaves nothing in the process (scenarios 39 and 40)", () => {
  const scenario = new Scenario();
  const host = scenario.host();
  const [p, s] = [scenario.process("p"), scenario.process("s")];
  const near = p.process.object("near");
  p.publish("svc");
  s.subscribe("svc");
  near.subscribe("svc");
  scenario.run();
  for (const object of [s, near]) object.clearSubscribed(received(object, Subscribed));
  scenario.run(9_000);
  for (const object of [s, near]) {
    assertEquals(object.kinds(), ["Subscribed", "Available", "SubscribedCleared", "Dropped"]);
  }
  assertEquals(p.kinds().filter((kind) => kind === "Dropped").length, 2);
  const { pairings, transports } = s.process.core.counts;
  assertEquals([pairings, transports, host.core.counts.subscriptions, p.process.core.counts.peers], [0, 0, 0, 0]);
  assertEquals(s.process.timerCount, 1, "only the timer of the parent link may be left");
});

Deno.test("DirectoryCore: clearing an unknown id is answered and changes nothing (scenario 42)", () => {
  const scenario = new Scenario();
  const host = scenario.host();
  const [p, stranger] = [scenario.process("p"), scenario.process("stranger")];
  p.publish("svc");
  scenario.run();
  const { publishedId } = received(p, Published);
  stranger.ask(new ClearPublished({ name: "svc", scope: "HOST", publishedId, note: "mine" }));
  scenario.run();
  assertEquals([received(stranger, PublishedCleared).note, host.core.counts.publications], ["mine", 1]);
});

Deno.test("DirectoryCore: 1500 times publish and clear leave one session and no more sockets than the first (scenario 43)", () => {
  const scenario = new Scenario();
  scenario.host();
  const [p, s] = [scenario.process("p"), scenario.process("s")];
  s.subscribe("svc");
  p.publish("svc");
  scenario.run(20_000);
  const sockets = () => [s.process.ends.size, p.process.ends.size, scenario.tree.listeners.size];
  const before = sockets();
  for (let count = 0; count < 1500; count++) {
    p.clearPublished([...p.published.values()][0]!);
    p.publish("svc");
    scenario.run(count % 3 === 0 ? 100 : 10);
  }
  scenario.run(60_000);
  assertEquals([sessionOf(s)?.publishedId, sockets()], [[...p.published.keys()][0], before]);
  assertEquals(scenario.tree.problems, []);
});

// Administration.

Deno.test("Enquiry is answered with the same address before and after listening (scenario 58)", () => {
  const scenario = new Scenario();
  const object = scenario.process("p");
  object.ask(new Enquiry());
  scenario.run();
  object.ask(new Enquiry());
  scenario.run();
  const [one, other] = object.received;
  assert(one instanceof HostPort && other instanceof HostPort);
  assertEquals([one.host, one.port], ["127.0.0.1", other.port]);
});

Deno.test("OpenDirectory and ListDirectory without any host give the tree of the process alone", () => {
  const scenario = new Scenario();
  const object = scenario.process("cli", { connectTo: null });
  object.ask(new OpenDirectory());
  object.ask(new ListDirectory());
  scenario.run();
  assertEquals(object.kinds(), ["DirectoryListing", "DirectoryOpened"]);
  assertEquals(received(object, DirectoryListing).scope, "PROCESS");
  object.ask(new OpenDirectory({ scope: "LIBRARY" }));
  scenario.run();
  assert(object.received.at(-1) instanceof DirectoryOpened);
});

Deno.test("ListDirectory is answered by the topmost directory with its children", () => {
  const scenario = new Scenario();
  scenario.host();
  scenario.group(6000);
  const [p, s] = [scenario.process("p", scenario.in(6000)), scenario.process("s", scenario.in(6000))];
  p.publish("svc");
  s.subscribe("svc");
  scenario.run(5_000);
  p.ask(new ListDirectory());
  scenario.run();
  const listing = received(p, DirectoryListing);
  assertEquals([listing.scope, listing.subDirectory.size, listing.routed.length], ["HOST", 1, 1]);
  const own = s.process.report();
  assertEquals([...own.peer.values()].map(({ session }) => session.map(({ name }) => name)), [["svc"]]);
});

Deno.test("DirectoryCore: a role that can't listen ends with a fault, an ordinary process goes on", () => {
  const scenario = new Scenario();
  scenario.host();
  const second = scenario.host();
  scenario.run(60_000);
  assertEquals(second.failed?.startsWith('cannot listen for directories at "127.0.0.1:54195"'), true);
  const object = scenario.process("p");
  object.process.refusesListeners = true;
  object.ask(new Enquiry());
  scenario.run(60_000);
  assertEquals(object.process.failed, null);
  object.process.refusesListeners = false;
  scenario.run(60_000);
  assert(object.received[0] instanceof HostPort);
});

Deno.test("DirectoryCore: the station says once that names for the HOST are not met there", () => {
  const scenario = new Scenario();
  const lan = scenario.lan();
  const [one, other, far] = ["10.0.0.195", "10.0.0.195", "10.0.0.1"].map((machine, at) =>
    scenario.process(`p${at}`, { machine, connectTo: machine === "10.0.0.1" ? LAN_AT : HOST_AT })
  );
  for (const object of [far!, one!, other!]) {
    object.publish("near", "GROUP");
    object.publish("svc", "HOST");
    object.subscribe("svc", "HOST");
    scenario.run();
  }
  assertEquals(lan.logs.filter((line) => line.startsWith("warning")), [
    'warning: "svc"[HOST] is not met here, as this machine has no HOST directory besides: list it for the LAN',
  ]);
});
