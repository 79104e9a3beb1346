/** Scenarios of sessions: upgrade, fallback, failing publishers, interrupted links, libraries. */

import { assert, assertEquals } from "@std/assert";
import { Available, Delivered, Dropped, PublishAs, Published, RouteOverLoop } from "../../directory/messages.ts";
import { HostPort } from "../../runtime/mod.ts";
import type { AppObject } from "./simulated_tree.ts";
import { LAN_AT, received, Scenario, sessionOf } from "./scenario.ts";

/** A subscriber in a group with a publication far away at the host; `near` is a second process in the group. */
function farAndNear(seed = 1) {
  const scenario = new Scenario(seed);
  const host = scenario.host();
  const group = scenario.group(6000);
  const far = scenario.process("far");
  const near = scenario.process("near", scenario.in(6000));
  const s = scenario.process("s", scenario.in(6000));
  far.publish("svc");
  s.subscribe("svc");
  scenario.run(2_000);
  return { scenario, host, group, far, near, s };
}

function sessionsTold(object: AppObject): string[] {
  return object.received.filter((message) => message instanceof Available || message instanceof Dropped)
    .map((message) => `${message.constructor.name} ${(message as Available).scope}`);
}

Deno.test("SubscriberHome: a nearer publication takes over: Dropped, Available, and the old transport goes after the grace (scenario 44)", () => {
  const { scenario, near, far, s } = farAndNear();
  near.publish("svc", "GROUP");
  scenario.run(5_000);
  assertEquals(sessionsTold(s), ["Available HOST", "Dropped HOST", "Available GROUP"]);
  assertEquals([far.delivered.size, near.delivered.size, s.process.core.counts.transports], [0, 1, 2]);
  scenario.run(5_000);
  assertEquals([s.process.core.counts.transports, scenario.tree.problems], [1, []]);
});

Deno.test("SubscriberHome: when the nearer publisher ends the wider one is used again, over the route known before (scenario 45)", () => {
  const { scenario, near, s } = farAndNear();
  const before = sessionOf(s)!.routeId;
  near.publish("svc", "GROUP");
  scenario.run(5_000);
  near.process.kill();
  scenario.run(5_000);
  assertEquals(sessionsTold(s).slice(3), ["Dropped GROUP", "Available HOST"]);
  assertEquals(sessionOf(s)!.routeId, before);
});

Deno.test("SubscriberHome: a wider publication that comes and goes is not noticed (scenario 46)", () => {
  const { scenario, near, far, s } = farAndNear();
  near.publish("svc", "GROUP");
  scenario.run(5_000);
  const before = s.received.length;
  far.process.kill();
  scenario.run(5_000);
  const other = scenario.process("other");
  other.publish("svc");
  scenario.run(5_000);
  other.process.kill();
  scenario.run(5_000);
  assertEquals(s.received.length, before);
});

Deno.test("SubscriberHome: a publication of the process that is cleared gives way to one at the host (scenario 47)", () => {
  const { scenario, s } = farAndNear();
  const own = s.process.object("own");
  own.publish("svc", "PROCESS");
  scenario.run();
  own.clearPublished(received(own, Published));
  scenario.run();
  assertEquals(sessionsTold(s).slice(2), ["Available PROCESS", "Dropped PROCESS", "Available HOST"]);
});

Deno.test("SubscriberHome: a publisher that refuses connections is passed over, and taken when it answers (scenario 48)", () => {
  const { scenario, near, s } = farAndNear();
  near.publish("svc", "GROUP");
  // The listener is there for the directories, and refuses: its port is taken away from it.
  scenario.run(0);
  const { tree } = scenario;
  tree.run(3);
  const [key, listener] = [...tree.listeners].find(([, { process }]) => process === near.process)!;
  tree.listeners.delete(key);
  scenario.run(20_000);
  assertEquals(sessionsTold(s), ["Available HOST"]);
  tree.listeners.set(key, listener);
  scenario.run(40_000);
  assertEquals(sessionsTold(s), ["Available HOST", "Dropped HOST", "Available GROUP"]);
});

Deno.test("SubscriberHome: a frozen publisher costs one interruption, and is taken when it wakes", () => {
  const { scenario, near, s } = farAndNear();
  near.publish("svc", "GROUP");
  scenario.run(4);
  near.process.freeze();
  scenario.run(120_000);
  const told = sessionsTold(s);
  assertEquals(told.at(-1), "Available HOST");
  assert(told.length <= 3, told.join(", "));
  near.process.thaw();
  scenario.run(60_000);
  assertEquals(sessionOf(s)?.scope, "GROUP");
  assertEquals([near.delivered.size, scenario.tree.problems], [1, []]);
});

Deno.test("SubscriberHome: a publisher frozen while the only one is taken when it wakes, and hears of each session once", () => {
  const scenario = new Scenario();
  scenario.host();
  const [p, s] = [scenario.process("p"), scenario.process("s")];
  p.publish("svc");
  scenario.run();
  p.process.freeze();
  s.subscribe("svc");
  scenario.run(6_000);
  p.process.thaw();
  scenario.run(60_000);
  assertEquals([sessionOf(s)?.scope, p.delivered.size, scenario.tree.problems], ["HOST", 1, []]);
});

Deno.test("SubscriberHome: a transport that is lost alone is made again", () => {
  const { scenario, far, s } = farAndNear();
  scenario.tree.cutPeers(s.process);
  scenario.run(3_000);
  assertEquals(sessionsTold(s), ["Available HOST", "Dropped HOST", "Available HOST"]);
  assertEquals(far.delivered.size, 1);
});

for (const side of ["far", "s"] as const) {
  Deno.test(`SubscriberHome: a directory link of ${side === "s" ? "the subscriber" : "the publisher"} that is cut and back is not noticed`, () => {
    for (const silence of [0, 20_000]) {
      const { scenario, host, ...objects } = farAndNear();
      scenario.tree.cut(objects[side].process, silence);
      scenario.run(60_000);
      assertEquals(sessionsTold(objects.s), ["Available HOST"], `other side told after ${silence} ms`);
      assertEquals(objects.far.kinds(), ["Published", "Delivered"]);
      assertEquals(host.report().routed.length, 1);
    }
  });
}

Deno.test("SubscriberHome: a host that restarts is not noticed by those who are connected, and new ones meet", () => {
  const { scenario, host, far, s } = farAndNear();
  host.kill();
  scenario.run(20_000);
  const again = scenario.host();
  scenario.run(60_000);
  assertEquals([sessionsTold(s), far.kinds()], [["Available HOST"], ["Published", "Delivered"]]);
  assertEquals(again.report().routed.length, 1);
});

Deno.test("SubscriberHome: a name that comes back at another port while the host was away is met", () => {
  const { scenario, host, far, s } = farAndNear();
  host.kill();
  scenario.run(500);
  far.process.kill();
  scenario.run(2_000);
  scenario.host();
  const other = scenario.process("other");
  other.publish("svc");
  scenario.run(30_000);
  assertEquals(sessionOf(s)?.publishedId, received(other, Published).publishedId);
  assertEquals(sessionsTold(s), ["Available HOST", "Dropped HOST", "Available HOST"]);
});

Deno.test("SubscriberHome: routes of a host that nobody will ever clear are forgotten in the end", () => {
  const { scenario, host, far, s } = farAndNear();
  host.kill();
  far.process.kill();
  scenario.run(2_000);
  scenario.host();
  scenario.run(400_000);
  assertEquals([s.process.core.counts.pairings, s.process.core.counts.transports], [0, 0]);
});

Deno.test("SubscriberHome: eight workers of one search have a session each, and one Dropped when they end (scenario 18)", () => {
  const scenario = new Scenario();
  scenario.host();
  scenario.group(6000);
  const server = scenario.process("server", scenario.in(6000));
  server.subscribe("work:[-a-f0-9]+");
  const workers = Array.from({ length: 8 }, (_, at) => scenario.process(`w${at}`, scenario.in(6000)));
  for (const worker of workers) worker.publish(`work:${scenario.tree.random.uuid()}`);
  scenario.run(5_000);
  assertEquals([server.sessions.size, server.process.core.counts.transports], [8, 8]);
  const addresses = new Set([...server.sessions.values()].map(({ publisherAddress }) => publisherAddress));
  assertEquals(addresses.size, 8);
  for (const worker of workers) worker.process.kill();
  scenario.run(5_000);
  assertEquals([server.sessions.size, server.process.core.counts.pairings, scenario.tree.problems], [0, 0, []]);
});

Deno.test("SubscriberHome: a session that a LAN directory brought about within a machine does not depend on its address", () => {
  const scenario = new Scenario();
  scenario.lan();
  const at = (machine: string) => scenario.process(machine, { machine, connectTo: LAN_AT });
  const [publisher, near, far, offline] = ["10.0.0.1", "10.0.0.1", "10.0.0.2", "10.0.0.1"].map(at);
  offline!.process.primaryAddress = null;
  publisher!.publish("svc", "LAN");
  const subscribers = [near!, far!, offline!];
  for (const subscriber of subscribers) subscriber.subscribe("svc", "LAN");
  scenario.run();
  assertEquals(subscribers.map((subscriber) => sessionOf(subscriber)?.scope), ["LAN", "LAN", "LAN"]);
  const hosts = subscribers.map(({ process }) => process.transportHosts);
  assertEquals(hosts, [["127.0.0.1"], ["10.0.0.1"], ["10.0.0.1"]]);
});

// Libraries.

function processAndLibrary() {
  const scenario = new Scenario();
  const host = scenario.host();
  const main = scenario.process("main", { acceptAt: new HostPort("127.0.0.1", 7000) });
  scenario.run(10);
  const library = scenario.process("library", { scope: "LIBRARY", connectTo: new HostPort("127.0.0.1", 7000) });
  return { scenario, host, main, library };
}

Deno.test("SubscriberHome: a library's main object is met by its role name, and dropped when the library ends (scenario 57)", () => {
  const { scenario, main, library } = processAndLibrary();
  main.subscribe("lib-role", "PROCESS");
  library.ask(new PublishAs({ name: "lib-role", scope: "PROCESS", publisherAddress: library.address }));
  scenario.run();
  assertEquals(library.kinds(), ["Delivered"], "the main object hears of sessions only");
  const [available, delivered] = [received(main, Available), received(library, Delivered)];
  assertEquals([available.scope, available.publishedId], ["PROCESS", delivered.publishedId]);
  library.process.kill();
  scenario.run();
  assertEquals([main.kinds().at(-1), main.process.core.counts.pairings], ["Dropped", 0]);
});

Deno.test("SubscriberHome: a subscriber in a library meets its process, which is told when the library ends (scenario 57a)", () => {
  const { scenario, main, library } = processAndLibrary();
  main.publish("inner", "PROCESS");
  library.subscribe("inner", "PROCESS");
  scenario.run();
  assertEquals([sessionOf(library)?.scope, main.delivered.size], ["PROCESS", 1]);
  library.process.kill();
  scenario.run();
  assertEquals([main.kinds().at(-1), main.delivered.size, scenario.tree.problems], ["Dropped", 0, []]);
});

Deno.test("LibrarySessions: a library that ends at any moment leaves its process with as many Dropped as Delivered", () => {
  let [opened, unopened, asked] = [0, 0, 0];
  for (let seed = 1; seed <= 400; seed++) {
    const scenario = new Scenario(seed);
    scenario.host();
    const main = scenario.process("main", { acceptAt: new HostPort("127.0.0.1", 7000) });
    scenario.run(10);
    const library = scenario.process("library", { scope: "LIBRARY", connectTo: new HostPort("127.0.0.1", 7000) });
    const { random } = scenario.tree;
    let isTold = false;
    scenario.tree.trace = (line) => void (isTold ||= line.endsWith("> library RouteToAddress"));
    main.publish("inner", "PROCESS");
    library.subscribe("inner", "PROCESS");
    scenario.run(25 * random.float());
    // Perhaps it has to close what it may just be opening.
    const published = received(main, Published);
    if (random.float() < 0.5) main.clearPublished(published);
    scenario.run(6 * random.float());
    if (random.float() < 0.3) scenario.tree.cut(library.process);
    scenario.run(6 * random.float());
    library.process.kill();
    scenario.run(2_000);
    const count = (kind: string) => main.kinds().filter((text) => text === kind).length;
    assertEquals([count("Dropped"), scenario.tree.problems], [count("Delivered"), []], `seed ${seed}`);
    if (count("Delivered") > 0) opened++;
    else if (isTold) unopened++;
    if (count("Delivered") > 0 && main.published.size === 0) asked++;
  }
  assert(opened > 100 && unopened > 10 && asked > 50, `${opened}, ${unopened}, ${asked}`);
});

Deno.test("SubscriberHome: a library that is cut off and comes back has its sessions again", () => {
  const { scenario, main, library } = processAndLibrary();
  main.publish("inner", "PROCESS");
  library.subscribe("inner", "PROCESS");
  library.publish("outer", "PROCESS");
  main.subscribe("outer", "PROCESS");
  scenario.run();
  scenario.tree.cut(library.process);
  scenario.run(20_000);
  assertEquals([sessionOf(library)?.scope, sessionOf(main)?.scope], ["PROCESS", "PROCESS"]);
});

/** A library with a session in its process, which has asked anew for its routes since another publisher has failed. */
function libraryThatAskedAnew() {
  const { scenario, main, library } = processAndLibrary();
  const far = scenario.process("far");
  main.publish("inner", "PROCESS");
  far.publish("outer");
  library.subscribe("(inn|out)er", "HOST");
  scenario.run(2_000);
  const told: string[] = [];
  scenario.tree.trace = (line) => void told.push(line);
  // Nobody hears of the end of this one.
  far.process.kill(3_600_000);
  scenario.tree.cutPeers(library.process);
  const isAsked = () => told.some((line) => line.endsWith(" library > main ClearListings"));
  for (let wait = 0; wait < 30_000 && !isAsked(); wait += 10) scenario.run(10);
  assert(isAsked());
  return { scenario, main, library, told };
}

function toldOfInner(object: AppObject): string[] {
  return object.received.flatMap((message) =>
    (message instanceof Available || message instanceof Delivered || message instanceof Dropped) &&
      message.name === "inner"
      ? [message.constructor.name]
      : []
  );
}

Deno.test("SubscriberHome: routes that are asked for anew leave the sessions of a library with its process as they are", () => {
  const { scenario, main, library, told } = libraryThatAskedAnew();
  scenario.run(30_000);
  assert(told.some((line) => line.endsWith(" main > library ClearSubscriberRoute")));
  assertEquals([toldOfInner(library), toldOfInner(main)], [["Available"], ["Delivered"]]);
  main.clearPublished(received(main, Published));
  scenario.run(100);
  assertEquals([toldOfInner(library), toldOfInner(main)], [["Available", "Dropped"], ["Delivered", "Dropped"]]);
});

Deno.test("SubscriberHome: a publication that ends just when routes are asked for anew is dropped a little later", () => {
  const { scenario, main, library } = libraryThatAskedAnew();
  main.clearPublished(received(main, Published));
  scenario.run(10_000);
  assertEquals([toldOfInner(library), toldOfInner(main)], [["Available", "Dropped"], ["Delivered", "Dropped"]]);
  assertEquals(scenario.tree.problems, []);
});

Deno.test("LibrarySessions: the publisher hears of the end also where the route was told again meanwhile", () => {
  const { scenario, main, library } = libraryThatAskedAnew();
  scenario.run(2_000);
  // The library is back over another connection before its process hears of the end of this one.
  scenario.tree.cut(library.process, 60_000);
  scenario.run(30_000);
  assertEquals([toldOfInner(library), toldOfInner(main)], [
    ["Available", "Dropped", "Available"],
    ["Delivered", "Dropped", "Delivered"],
  ]);
  assertEquals(scenario.tree.problems, []);
});

Deno.test("SubscriberHome: a library's publication for the host is met from another process (scenario 57a)", () => {
  const { scenario, library } = processAndLibrary();
  const far = scenario.process("far");
  library.publish("outer");
  far.subscribe("outer");
  scenario.run(5_000);
  assertEquals([sessionOf(far)?.scope, received(library, Published).scope], ["HOST", "HOST"]);
  library.process.kill();
  scenario.run();
  assertEquals([far.kinds().at(-1), scenario.tree.problems], ["Dropped", []]);
});

Deno.test("SubscriberHome: a route for a subscription of another process is ignored", () => {
  const { scenario, s, group } = farAndNear();
  const [parent] = [...s.process.ends.values()];
  const strange = new RouteOverLoop({
    routeId: scenario.tree.random.uuid(),
    scope: "GROUP",
    subscribedId: scenario.tree.random.uuid(),
    publishedId: scenario.tree.random.uuid(),
    name: "svc",
    ipp: new HostPort("127.0.0.1", 1),
  });
  group.send(`16,${parent!.other.proxy}` as typeof s.address, strange, s.address);
  scenario.run(5_000);
  assertEquals(sessionsTold(s), ["Available HOST"]);
});
