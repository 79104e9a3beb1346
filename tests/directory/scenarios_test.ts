/** Numbered scenarios that no other file has: what happens in trees of directories, from the outside. */

import { assert, assertEquals } from "@std/assert";
import {
  Available,
  ClearListings,
  Delivered,
  Dropped,
  Published,
  PublishedDirectory,
  RouteOverLoop,
  Subscribed,
} from "../../directory/messages.ts";
import { type AddressValue as Address, HostPort, localAddress, type Scope } from "../../runtime/mod.ts";
import { directoryCounts, directoryOf, publish, subscribe } from "../../directory/mod.ts";
import { Simulation } from "../../runtime/simulation/mod.ts";
import { Member } from "./member.ts";
import { LAN_AT, received, Scenario, sessionOf } from "./scenario.ts";
import type { AppObject, Process } from "./simulated_tree.ts";

/** What goes from one process to another, by kind. */
function watch(scenario: Scenario): string[] {
  const lines: string[] = [];
  scenario.tree.trace = (line) => lines.push(line.replace(/^[\d.]+ /, ""));
  return lines;
}

function told(object: AppObject): string[] {
  return object.received.filter((message) => message instanceof Available || message instanceof Dropped)
    .map((message) => `${message.constructor.name} ${(message as Available).scope}`);
}

/** A lan, two hosts and a group under the first. */
function wholeTree(seed = 1) {
  const scenario = new Scenario(seed);
  const lan = scenario.lan();
  const hosts = ["10.0.0.1", "10.0.0.2"].map((machine) => scenario.host(machine, LAN_AT));
  const group = scenario.group(6000);
  return { scenario, lan, hosts: hosts as [Process, Process], group };
}

// Registration.

Deno.test("scenario 1: publish: Published for the object, and the same listing at the host", () => {
  const scenario = new Scenario();
  const host = scenario.host();
  const p = scenario.process("p");
  p.publish("abc");
  scenario.run();
  const published = received(p, Published);
  assertEquals([published.name, published.scope, published.homeAddress], ["abc", "HOST", "16"]);
  assertEquals([published.listeningIpp.host, published.listeningIpp.port! > 0], ["127.0.0.1", true]);
  assertEquals(host.report().published.map(({ publishedId }) => publishedId), [published.publishedId]);
});

Deno.test("scenario 6: a publication for the process has no address, no listener, and goes to nobody", () => {
  const scenario = new Scenario();
  scenario.host();
  const p = scenario.process("p");
  scenario.run();
  const lines = watch(scenario);
  const listeners = scenario.tree.listeners.size;
  p.publish("own", "PROCESS");
  scenario.run();
  const { listeningIpp } = received(p, Published);
  assertEquals([listeningIpp.host, listeningIpp.port], [null, null]);
  assertEquals([scenario.tree.listeners.size, lines], [listeners, []]);
});

Deno.test("scenario 7: a publication for the group of a process without one is ignored by the host", () => {
  const scenario = new Scenario();
  const host = scenario.host();
  const [p, s] = [scenario.process("p"), scenario.process("s")];
  p.publish("near", "GROUP");
  s.subscribe("near", "HOST");
  scenario.run(5_000);
  assertEquals([host.core.counts.publications, s.kinds(), p.kinds()], [0, ["Subscribed"], ["Published"]]);
});

// Matching at one level.

Deno.test("scenario 13: publish and subscribe at the same time: one session, fifty times", () => {
  for (let seed = 1; seed <= 50; seed++) {
    const scenario = new Scenario(seed);
    scenario.host();
    const [p, s] = [scenario.process("p"), scenario.process("s")];
    const { random } = scenario.tree;
    scenario.tree.at(random.float() * 30, () => p.publish("svc"));
    scenario.tree.at(random.float() * 30, () => s.subscribe("svc"));
    scenario.run(2_000);
    assertEquals([told(s), p.kinds().filter((kind) => kind === "Delivered").length], [["Available HOST"], 1]);
  }
});

Deno.test("scenario 14: GROUP scope in one group is matched by the group, and the host hears nothing", () => {
  const scenario = new Scenario();
  const host = scenario.host();
  scenario.group(6000);
  const [p, s] = [scenario.process("p", scenario.in(6000)), scenario.process("s", scenario.in(6000))];
  p.publish("svc", "GROUP");
  s.subscribe("svc", "GROUP");
  scenario.run(5_000);
  assertEquals([received(s, Available).scope, received(p, Delivered).scope], ["GROUP", "GROUP"]);
  assertEquals([host.core.counts.publications, host.core.counts.subscriptions], [0, 0]);
});

Deno.test("scenario 17: a search matches whole names, and case counts", () => {
  const scenario = new Scenario();
  scenario.host();
  const p = scenario.process("p");
  for (const name of ["svc:", "svc:1", "xsvc", "svc"]) p.publish(name);
  const names = (search: string) => {
    const s = scenario.process(`s ${search}`);
    s.subscribe(search);
    scenario.run();
    return [...s.sessions.values()].map(({ name }) => name).sort();
  };
  assertEquals([names("svc"), names("svc:.*"), names("SVC")], [["svc"], ["svc:", "svc:1"], []]);
});

Deno.test("scenario 19: one name, many subscribers: a session with each, and one Dropped for each that ends", () => {
  const scenario = new Scenario();
  scenario.host();
  const p = scenario.process("p");
  p.publish("svc");
  const all = Array.from({ length: 12 }, (_, at) => scenario.process(`s${at}`));
  for (const s of all) s.subscribe("svc");
  scenario.run();
  assertEquals(new Set([...p.delivered.values()].map(({ subscriberAddress }) => subscriberAddress)).size, 12);
  for (const s of all.slice(0, 5)) {
    s.process.kill();
    scenario.run();
  }
  assertEquals([p.delivered.size, p.kinds().filter((kind) => kind === "Dropped").length], [7, 5]);
});

Deno.test("scenario 23: a process gets a listing of another host through directories that do not act on it", () => {
  const { scenario, lan, hosts } = wholeTree();
  const [p, s] = [scenario.process("p"), scenario.process("s", { machine: "10.0.0.2" })];
  p.publish("svc", "LAN");
  scenario.run(3_000);
  const lines = watch(scenario);
  s.subscribe("svc", "LAN");
  scenario.run(3_000);
  const routes = lines.filter((line) => line.endsWith("RouteOverLoop"));
  assertEquals(routes, [`${lan.name} > ${hosts[1].name} RouteOverLoop`, `${hosts[1].name} > s RouteOverLoop`]);
  const { counts } = hosts[1].core;
  assertEquals([sessionOf(s)?.scope, counts.pairings, hosts[1].report().routed.length], ["LAN", 0, 0]);
});

// Scopes.

Deno.test("scenario 28: a subscriber for the group does not meet a publisher outside, and meets the same one inside", () => {
  const scenario = new Scenario();
  scenario.host();
  scenario.group(6000);
  const s = scenario.process("s", scenario.in(6000));
  s.subscribe("svc", "GROUP");
  const outside = scenario.process("outside");
  outside.publish("svc");
  scenario.run(5_000);
  assertEquals(sessionOf(s), null);
  outside.process.kill();
  scenario.process("inside", scenario.in(6000)).publish("svc");
  scenario.run(5_000);
  assertEquals(sessionOf(s)?.scope, "GROUP");
});

Deno.test("scenario 29: a subscriber for the LAN does not meet a publisher for its host on another one", () => {
  const { scenario, lan } = wholeTree();
  const [p, s] = [scenario.process("p"), scenario.process("s", { machine: "10.0.0.2" })];
  p.publish("svc", "HOST");
  s.subscribe("svc", "LAN");
  scenario.run(5_000);
  assertEquals([sessionOf(s), lan.core.counts.publications, lan.core.counts.subscriptions], [null, 0, 1]);
});

Deno.test("scenario 30: the nearest wins, in whatever order they come, and every Available has its Dropped", () => {
  const orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
  for (const [seed, order] of orders.entries()) {
    for (const pause of [0, 3, 2_000]) {
      const { scenario } = wholeTree(seed + 1);
      const wide = scenario.process("wide", { machine: "10.0.0.2" });
      const far = scenario.process("far");
      const near = scenario.process("near", scenario.in(6000));
      const s = scenario.process("s", scenario.in(6000));
      scenario.run(2_000);
      s.subscribe("svc", "LAN");
      const acts: [AppObject, Scope][] = [[wide, "LAN"], [far, "HOST"], [near, "GROUP"]];
      for (const at of order) {
        const [object, scope] = acts[at]!;
        object.publish("svc", scope);
        scenario.run(pause);
      }
      scenario.run(10_000);
      assertEquals(sessionOf(s)?.publishedId, received(near, Published).publishedId, `order ${order}, pause ${pause}`);
      assertEquals([sessionOf(s)?.scope, scenario.tree.problems], ["GROUP", []]);
      assertEquals([wide.delivered.size, far.delivered.size, near.delivered.size], [0, 0, 1]);
      assertEquals(told(s).filter((text) => text.startsWith("Dropped")).length, s.availableCount - 1);
    }
  }
});

// Collisions.

Deno.test("scenario 34: when the winner ends the loser is listed, matched and passed up, once at each level", () => {
  for (const end of ["clears", "ends"]) {
    const { scenario, lan } = wholeTree();
    const [first, second] = [scenario.process("p1"), scenario.process("p2")];
    const s = scenario.process("s", { machine: "10.0.0.2" });
    first.publish("dup", "LAN");
    scenario.run();
    second.publish("dup", "LAN");
    s.subscribe("dup", "LAN");
    scenario.run(3_000);
    assertEquals(sessionOf(s)?.publishedId, received(first, Published).publishedId);
    const lines = watch(scenario);
    if (end === "clears") first.clearPublished(received(first, Published));
    else first.process.kill();
    scenario.run(3_000);
    assertEquals(sessionOf(s)?.publishedId, received(second, Published).publishedId, end);
    assertEquals(lines.filter((line) => line.endsWith("> lan Published")).length, 1);
    assertEquals([lan.core.counts.publications, scenario.tree.problems], [1, []]);
  }
});

// Clearing.

Deno.test("scenarios 36 and 39: clears go up to the root, and routes are cleared on both sides", () => {
  const { scenario, lan } = wholeTree();
  const [p, s] = [scenario.process("p"), scenario.process("s", { machine: "10.0.0.2" })];
  p.publish("svc", "LAN");
  s.subscribe("svc", "LAN");
  scenario.run(3_000);
  const lines = watch(scenario);
  p.clearPublished(received(p, Published));
  scenario.run(2_000);
  for (const text of ["> lan ClearListings", "> s ClearSubscriberRoute", "> p ClearPublisherRoute"]) {
    assertEquals(lines.filter((line) => line.endsWith(text)).length, 1, text);
  }
  const late = scenario.process("late");
  late.subscribe("svc", "LAN");
  s.clearSubscribed(received(s, Subscribed));
  s.subscribe("svc", "LAN");
  scenario.run(2_000);
  assertEquals([late.kinds(), s.kinds().filter((kind) => kind === "Subscribed").length], [["Subscribed"], 2]);
  assertEquals([lan.core.counts.publications, lan.core.counts.subscriptions], [0, 2]);
});

Deno.test("scenario 41: what is cleared within a process is dropped at both ends, whoever clears", () => {
  for (const side of ["publisher", "subscriber"]) {
    const scenario = new Scenario();
    const p = scenario.process("p", { connectTo: null });
    const s = p.process.object("s");
    p.publish("own", "PROCESS");
    s.subscribe("own", "PROCESS");
    scenario.run();
    if (side === "publisher") p.clearPublished(received(p, Published));
    else s.clearSubscribed(received(s, Subscribed));
    scenario.run();
    assertEquals([p.kinds().at(-1), s.kinds().at(-1)], ["Dropped", "Dropped"], side);
    assertEquals([p.delivered.size, s.sessions.size, p.process.core.counts.pairings], [0, 0, 0]);
  }
});

// Ends of processes.

Deno.test("scenario 49: a publisher that ends is dropped once, cleared to the root, and its successor is met", () => {
  const { scenario, lan } = wholeTree();
  const p = scenario.process("p");
  const subscribers = ["10.0.0.1", "10.0.0.2"].map((machine) => scenario.process(`s ${machine}`, { machine }));
  p.publish("svc", "LAN");
  for (const s of subscribers) s.subscribe("svc", "LAN");
  scenario.run(3_000);
  p.process.kill();
  scenario.run(3_000);
  for (const s of subscribers) assertEquals(s.kinds().filter((kind) => kind === "Dropped").length, 1);
  assertEquals(lan.core.counts.publications, 0);
  const heir = scenario.process("heir");
  heir.publish("svc", "LAN");
  scenario.run(3_000);
  for (const s of subscribers) assertEquals(sessionOf(s)?.publishedId, received(heir, Published).publishedId);
});

Deno.test("scenario 50: a subscriber that ends is dropped once at each publisher, and leaves nothing behind", () => {
  const { scenario, lan, hosts } = wholeTree();
  const publishers = ["10.0.0.1", "10.0.0.2"].map((machine, at) => {
    const p = scenario.process(`p${at}`, { machine });
    p.publish(`svc:${at}`, "LAN");
    return p;
  });
  const s = scenario.process("s");
  s.subscribe("svc:.*", "LAN");
  scenario.run(3_000);
  assertEquals(s.sessions.size, 2);
  s.process.kill();
  scenario.run(3_000);
  for (const p of publishers) assertEquals(p.kinds().slice(1), ["Delivered", "Dropped"]);
  for (const { core, report } of [lan, ...hosts].map((process) => ({ core: process.core, report: process.report() }))) {
    assertEquals([core.counts.subscriptions, report.routed.length], [0, 0]);
  }
});

Deno.test("scenario 51: a host that appears after its processes is told by one bulk each, and they meet", () => {
  const scenario = new Scenario();
  const [p, s] = [scenario.process("p"), scenario.process("s")];
  p.publish("svc:1");
  p.publish("svc:2");
  s.subscribe("svc:.*");
  scenario.run(10_000);
  const lines = watch(scenario);
  const host = scenario.host();
  scenario.run(10_000);
  const bulks = lines.filter((line) => line.endsWith(`> ${host.name} PublishedDirectory`));
  assertEquals([bulks.length, s.sessions.size], [2, 2]);
});

Deno.test("scenario 52: the end of an application is one clear for all of its listings, and none where there were none", () => {
  const { scenario, lan } = wholeTree();
  const [p, idle] = [scenario.process("p"), scenario.process("idle", scenario.in(6000))];
  p.publish("a", "LAN");
  p.publish("b", "LAN");
  p.subscribe("c", "LAN");
  scenario.run(3_000);
  const lines = watch(scenario);
  const clears = () => lines.filter((line) => line.endsWith("> lan ClearListings")).length;
  idle.process.kill();
  scenario.run(2_000);
  assertEquals(clears(), 0);
  p.process.kill();
  scenario.run(2_000);
  assertEquals([clears(), lan.core.counts.publications, lan.core.counts.subscriptions], [1, 0, 0]);
});

// Robustness.

Deno.test("scenario 72: addresses of a thousand hops, zeros in odd places and strangers' are ignored", () => {
  const scenario = new Scenario();
  const host = scenario.host();
  const [p, s] = [scenario.process("p"), scenario.process("s")];
  const proxy = localAddress(9_000);
  host.handle({ kind: "childAccepted", proxy, ipp: new HostPort("127.0.0.1", 1) });
  const hops = Array.from({ length: 1000 }, (_, at) => (at + 1).toString(16)).join(",");
  for (const homeAddress of [`${hops},${proxy}`, "0", `0,${proxy}`, `16,${localAddress(77)}`] as Address[]) {
    const members = { name: "odd", scope: "HOST", encrypted: false, publishedId: scenario.tree.random.uuid() } as const;
    const message = new Published({ ...members, listeningIpp: new HostPort("127.0.0.1", 5), homeAddress });
    host.handle({ kind: "received", message, from: `16,${proxy}` as Address });
    host.handle({ kind: "received", message, from: homeAddress });
  }
  p.publish("svc");
  s.subscribe("svc");
  scenario.run();
  assertEquals(sessionOf(s)?.name, "svc");
  const names = host.report().published.map(({ name }) => name);
  assert(names.filter((name) => name === "odd").length <= 1, `${names}`);
});

Deno.test("scenario 74: 1000 children with a search each and 1000 with a name each, all at once: every match exactly once", () => {
  const scenario = new Scenario();
  const host = scenario.host();
  const { random } = scenario.tree;
  const seen = new Map<string, number>();
  const routed = (message: object) => {
    if (!(message instanceof RouteOverLoop)) return;
    const pair = `${message.subscribedId} ${message.name}`;
    seen.set(pair, (seen.get(pair) ?? 0) + 1);
  };
  let isAgainDue = false;
  const handle = (event: Parameters<Process["core"]["handle"]>[0]) => {
    for (const effect of host.core.handle(event, scenario.tree.now, host.draw)) {
      if (effect.kind === "send") routed(effect.message);
      isAgainDue ||= effect.kind === "again";
    }
  };
  scenario.run();
  const searches: { id: string; start: string }[] = [];
  for (let at = 0; at < 2000; at++) {
    const proxy = localAddress(20_000 + at);
    const home = { homeAddress: `16,${proxy}` as Address, scope: "HOST" } as const;
    handle({ kind: "childAccepted", proxy, ipp: new HostPort("127.0.0.1", at + 1) });
    const bulk = new PublishedDirectory();
    if (at % 2 === 0) {
      const listeningIpp = new HostPort("127.0.0.1", 5);
      bulk.published.push(new Published({ ...home, name: `name:${at}`, publishedId: random.uuid(), listeningIpp }));
    } else {
      const [id, start] = [random.uuid(), `${10 + random.integer(90)}`];
      searches.push({ id, start });
      bulk.subscribed.push(new Subscribed({ ...home, search: `[a-z]+:${start}\\d*(?:x${at})?`, subscribedId: id }));
    }
    handle({ kind: "received", message: bulk, from: `16,${proxy}` as Address });
  }
  while (isAgainDue) {
    isAgainDue = false;
    handle({ kind: "again" });
  }
  const numbers = Array.from({ length: 1000 }, (_, at) => `${2 * at}`);
  let expected = 0;
  for (const { id, start } of searches) {
    for (const text of numbers) {
      if (!text.startsWith(start)) continue;
      expected++;
      assert(seen.get(`${id} name:${text}`) === 1, `${id} ${text}`);
    }
  }
  assertEquals(seen.size, expected);
  assert(expected > 5_000);
});

Deno.test("scenario 66: what a stranger clears stays, also where it is told to the root", () => {
  const { scenario, lan } = wholeTree();
  const p = scenario.process("p");
  p.publish("svc", "LAN");
  scenario.run(3_000);
  const proxy = localAddress(9_000);
  lan.handle({ kind: "childAccepted", proxy, ipp: new HostPort("10.0.0.9", 1) });
  const publishers = new Set([received(p, Published).publishedId!]);
  const message = new ClearListings({ subscribers: new Set(), publishers });
  lan.handle({ kind: "received", message, from: `16,${proxy}` as Address });
  const s = scenario.process("s", { machine: "10.0.0.2" });
  s.subscribe("svc", "LAN");
  scenario.run(3_000);
  assertEquals([lan.core.counts.publications, sessionOf(s)?.scope], [1, "LAN"]);
});

Deno.test("scenario 70: a child that reads nothing is closed when too much waits for it, and others don't notice", async () => {
  const simulation = new Simulation({ seed: 70 });
  const limits = { outboundMessagesMax: 2000 };
  const host = new Member(simulation, "host", { scope: "HOST", limits });
  const [deaf, p, s] = ["deaf", "p", "s"].map((name) => new Member(simulation, name)) as [Member, Member, Member];
  await simulation.runFor(2000);
  deaf.act((self) => subscribe(self, "svc:.*"));
  await simulation.runFor(500);
  deaf.process.freeze();
  const children = () => directoryCounts(host.runtime, directoryOf(host.self))!.children;
  assertEquals(children(), 3);
  // Each name is a route for the child that does not read.
  for (let round = 0; round < 20 && children() === 3; round++) {
    p.act((self) => {
      for (let at = 0; at < 500; at++) publish(self, `svc:${round}:${at}`, { scope: "HOST" });
    });
    await simulation.runFor(2000);
  }
  assertEquals(children(), 2, "it was closed");
  p.act((self) => publish(self, "other"));
  s.act((self) => subscribe(self, "other"));
  await simulation.runFor(1000);
  assertEquals(s.find(Available).name, "other");
});
