/** What strangers and broken programs may send: nothing of it ends a directory or touches what belongs to others. */

import { assert, assertEquals } from "@std/assert";
import { LISTINGS_PER_CHILD_MAX, MALFORMED_MESSAGES_MAX } from "../../directory/bounds.ts";
import type { DirectoryEvent } from "../../directory/effects.ts";
import * as messages from "../../directory/messages.ts";
import { neighbourhoodOf, reconnectDelay } from "../../directory/parent_address.ts";
import { type AddressValue as Address, HostPort, localAddress, type MessageClass, Ping } from "../../runtime/mod.ts";
import { received, Scenario, sessionOf } from "./scenario.ts";
import { Seeded } from "./seeded.ts";
import type { Process } from "./simulated_tree.ts";

const {
  Advisory,
  Available,
  ClearListings,
  CloseLoop,
  LoopClosed,
  LoopOpened,
  OpenLibrary,
  OpenLoop,
  Published,
  PublishedDirectory,
  Subscribed,
} = messages;

const CLASSES = Object.values(messages) as unknown as MessageClass[];
const STRANGER = localAddress(9_000);

/** Gives a directory a child that nobody made, and returns a way to speak for it. */
function strangerOf(directory: Process, proxy: Address = STRANGER): (message: object) => void {
  directory.handle({ kind: "childAccepted", proxy, ipp: new HostPort("127.0.0.1", 1) });
  return (message) => directory.handle({ kind: "received", message, from: `16,${proxy}` as Address });
}

function publishedBy(proxy: Address, members: object = {}) {
  const random = new Seeded(3);
  return new Published({
    name: "svc",
    scope: "HOST",
    encrypted: false,
    publishedId: random.uuid(),
    listeningIpp: new HostPort("127.0.0.1", 5),
    homeAddress: `16,${proxy}` as Address,
    ...members,
  });
}

/** Any value in the place of a member. */
function anything(random: Seeded, proxy: Address): unknown {
  return random.pick<() => unknown>([
    () => null,
    () => undefined,
    () => "",
    () => "x".repeat(random.integer(5_000)),
    () => random.uuid(),
    () => random.pick(["WAN", "LAN", "HOST", "GROUP", "PROCESS", "LIBRARY", "constructor", "__proto__"]),
    () => random.integer(100_000) - 50_000,
    () => NaN,
    () => true,
    () => ({}),
    () => [],
    () => new Set([random.uuid(), null, 5]),
    () => new HostPort(random.pick([null, "127.0.0.1", "x"]), random.pick([null, -1, 5, 70_000])),
    () => `16,${proxy}`,
    () => `16,5,6,${proxy}`,
    () => "0",
    () => Array.from({ length: 200 }, (_, at) => at).join(","),
    () => "(a|a)*b",
  ])();
}

function nonsense(random: Seeded, proxy: Address): object {
  const type = random.pick(CLASSES);
  const message = new type() as Record<string, unknown>;
  for (const { name, type: { kind } } of type.members) {
    const isList = kind === "vector" || kind === "set" || kind === "map";
    if (!isList && random.float() < 0.8) message[name] = anything(random, proxy);
  }
  if (message instanceof PublishedDirectory) {
    message.published = [nonsense(random, proxy)].filter((item) => item instanceof Published);
    message.subscribed = [nonsense(random, proxy)].filter((item) => item instanceof Subscribed);
  }
  return message;
}

Deno.test("DirectoryCore survives any message from any side, and pairs still meet (scenarios 63 and 64)", () => {
  for (let seed = 1; seed <= 30; seed++) {
    const scenario = new Scenario(seed);
    const host = scenario.host();
    const [p, s] = [scenario.process("p"), scenario.process("s")];
    p.publish("mine");
    scenario.run();
    const random = new Seeded(seed);
    for (let count = 0; count < 300; count++) {
      const proxy = localAddress(9_000 + count);
      const directory = random.pick([host, p.process]);
      const from = random.pick<Address>([
        `16,${proxy}` as Address,
        `16,${[...directory.ends.keys()][0]}` as Address,
        proxy,
        localAddress(77),
      ]);
      directory.handle({ kind: "childAccepted", proxy, ipp: new HostPort("127.0.0.1", count) });
      directory.handle({ kind: "received", message: nonsense(random, proxy), from });
      if (random.float() < 0.5) directory.handle({ kind: "childClosed", proxy });
    }
    const other = scenario.process("q");
    other.publish("healthy");
    s.subscribe("healthy");
    scenario.run(20_000);
    assertEquals(sessionOf(s)?.publishedId, received(other, Published).publishedId, `seed ${seed}`);
  }
});

Deno.test("DirectoryCore closes a connection that goes on making no sense, and clears what came by it", () => {
  const scenario = new Scenario();
  const host = scenario.host();
  const say = strangerOf(host);
  say(publishedBy(STRANGER));
  assertEquals(host.core.counts.publications, 1);
  for (let count = 0; count < MALFORMED_MESSAGES_MAX; count++) say(publishedBy(STRANGER, { scope: null }));
  assertEquals([host.core.counts.publications, host.core.counts.children], [0, 0]);
});

Deno.test("DirectoryCore refuses listings that claim to live at another connection", () => {
  const scenario = new Scenario();
  const host = scenario.host();
  const say = strangerOf(host);
  say(publishedBy(localAddress(5)));
  say(publishedBy(STRANGER, { homeAddress: localAddress(5) }));
  assertEquals(host.core.counts.publications, 0);
});

Deno.test("ClearListings of a stranger does not touch the listings of others (scenario 66)", () => {
  const scenario = new Scenario();
  const host = scenario.host();
  const [p, s] = [scenario.process("p"), scenario.process("s")];
  p.publish("svc");
  s.subscribe("svc");
  scenario.run();
  const say = strangerOf(host);
  say(
    new ClearListings({
      subscribers: new Set([received(s, Subscribed).subscribedId!]),
      publishers: new Set([received(p, Published).publishedId!]),
    }),
  );
  scenario.run();
  assertEquals([host.core.counts.publications, host.core.counts.subscriptions], [1, 1]);
});

Deno.test("DirectoryCore: a known id does not move to an older connection, nor to another name", () => {
  const scenario = new Scenario();
  const host = scenario.host();
  const older = strangerOf(host, localAddress(9_001));
  const newer = strangerOf(host, localAddress(9_002));
  newer(publishedBy(localAddress(9_002)));
  older(publishedBy(localAddress(9_001)));
  older(publishedBy(localAddress(9_001), { name: "other" }));
  assertEquals(host.report().published.map(({ homeAddress, name }) => [homeAddress, name]), [["16,9002", "svc"]]);
  host.handle({ kind: "childClosed", proxy: localAddress(9_001) });
  assertEquals(host.core.counts.publications, 1);
  host.handle({ kind: "childClosed", proxy: localAddress(9_002) });
  assertEquals(host.core.counts.publications, 0);
});

Deno.test("DirectoryCore: a newer connection of a child takes its listings over before the old one has ended (scenario 73)", () => {
  const scenario = new Scenario();
  const host = scenario.host();
  const [p, s] = [scenario.process("p"), scenario.process("s")];
  p.publish("svc");
  s.subscribe("svc");
  scenario.run();
  scenario.tree.cut(p.process, 30_000);
  scenario.run(20_000);
  assertEquals(host.core.counts.publications, 1);
  scenario.run(20_000);
  assertEquals([host.core.counts.publications, s.availableCount], [1, 1]);
});

Deno.test("DirectoryCore: a peer may open and close in any order, and is always answered (scenario 65)", () => {
  const scenario = new Scenario();
  scenario.host();
  const p = scenario.process("p");
  p.publish("svc");
  scenario.run();
  const { publishedId } = received(p, Published);
  const proxy = localAddress(9_000);
  const random = new Seeded(2);
  const loop = { name: "svc", scope: "HOST", subscribedId: random.uuid(), publishedId } as const;
  const [one, other] = [random.uuid(), random.uuid()].map((routeId) => ({
    ...loop,
    routeId,
    subscriberAddress: `21,${proxy}` as Address,
  }));
  const answers: string[] = [];
  const handle = (event: DirectoryEvent) => {
    for (const effect of p.process.core.handle(event, scenario.tree.now, p.process.draw)) {
      if (effect.kind === "send" && effect.to === `25,${proxy}`) answers.push(effect.message.constructor.name);
      else if (effect.kind === "send" && effect.to === p.address) p.receive(effect.message, effect.from!);
    }
  };
  const say = (message: object) => handle({ kind: "received", message, from: `25,${proxy}` as Address });
  handle({ kind: "peerAccepted", publishedId: publishedId!, proxy });
  for (
    const message of [new CloseLoop(one), new OpenLoop(one), new OpenLoop(one), new OpenLoop(other), new CloseLoop(one)]
  ) {
    say(message);
  }
  for (
    const message of [new CloseLoop(one), new OpenLoop(one), new LoopOpened(), new LoopClosed(), publishedBy(proxy)]
  ) {
    say(message);
  }
  const [open, close] = ["LoopOpened", "LoopClosed"];
  assertEquals(answers, [close, open, open, open, close, close, open]);
  assertEquals(p.kinds().slice(1), ["Delivered", "Delivered", "Dropped", "Delivered"]);
  handle({ kind: "peerClosed", proxy });
  assertEquals([p.delivered.size, scenario.tree.problems], [0, []]);
});

Deno.test("DirectoryCore: who comes by the address of another publication is turned away, and meets nobody by mistake", () => {
  const scenario = new Scenario();
  scenario.host();
  const [p, q, s] = [scenario.process("p"), scenario.process("q"), scenario.process("s")];
  p.publish("svc");
  q.publish("other");
  s.subscribe("svc");
  scenario.run();
  const { tree } = scenario;
  const listenerOf = (process: Process) => [...tree.listeners].find(([, listener]) => listener.process === process)!;
  const [place] = listenerOf(p.process);
  // The publisher ends, which the host does not hear of, and another one gets its port.
  p.process.kill(3_600_000);
  tree.listeners.set(place, listenerOf(q.process)[1]);
  tree.cutPeers(s.process);
  scenario.run(5_000);
  assertEquals([sessionOf(s), q.delivered.size, q.kinds()], [null, 0, ["Published"]]);
  assert(q.process.logs.some((line) => line.includes('Refused a session with "svc": here is "other"')));
  // Its own subscribers are none the worse for it.
  const t = scenario.process("t");
  t.subscribe("other");
  scenario.run(5_000);
  assertEquals([sessionOf(t)?.name, scenario.tree.problems], ["other", []]);
});

Deno.test("DirectoryCore: what comes down to a host, and up to a process, is ignored where it makes no sense (scenarios 63 and 64)", () => {
  const scenario = new Scenario();
  const host = scenario.host();
  const s = scenario.process("s");
  s.subscribe("svc");
  scenario.run();
  const [parent] = [...s.process.ends.values()];
  const id = scenario.tree.random.uuid();
  for (
    const message of [
      publishedBy(STRANGER),
      new PublishedDirectory(),
      new ClearListings(),
      new OpenLibrary({ publishedId: id }),
      new Advisory(),
    ]
  ) {
    s.process.handle({ kind: "received", message, from: `16,${parent!.proxy}` as Address });
  }
  assertEquals(s.process.core.counts.publications, 0);
  s.process.handle({ kind: "received", message: new Available(), from: `16,${localAddress(555)}` as Address });
  const say = strangerOf(host);
  say(new OpenLibrary({ publishedId: id }));
  assertEquals(host.core.counts.children, 2);
});

Deno.test("DirectoryCore: a child can't list more than its share", () => {
  const scenario = new Scenario();
  const host = scenario.host();
  const say = strangerOf(host);
  const random = new Seeded(1);
  for (let count = 0; count < LISTINGS_PER_CHILD_MAX + 5; count++) {
    say(
      new Subscribed({
        search: `s${count}`,
        scope: "HOST",
        subscribedId: random.uuid(),
        homeAddress: `16,${STRANGER}` as Address,
      }),
    );
  }
  assertEquals(host.core.counts.subscriptions, LISTINGS_PER_CHILD_MAX);
});

Deno.test("DirectoryCore: searches that take other engines for ever don't hold up a directory (scenario 67)", () => {
  const scenario = new Scenario();
  const host = scenario.host();
  const [p, s] = [scenario.process("p"), scenario.process("s")];
  for (const search of ["(a|a)*b", "(a+)+$", "(.*)*x"]) s.subscribe(search);
  s.subscribe("x".repeat(100_000));
  p.publish("a".repeat(1_000));
  p.publish("n".repeat(100_000));
  scenario.run();
  assertEquals([host.core.counts.subscriptions, host.core.counts.publications], [3, 1]);
  p.ask(new Ping());
  scenario.run();
  assert(p.received.at(-1) instanceof Ping);
});

Deno.test("DirectoryCore: 20 000 listings of one child are listed again after a restart of the host, in messages that fit into frames (scenario 68)", () => {
  const scenario = new Scenario();
  const host = scenario.host();
  const s = scenario.process("s");
  for (let count = 0; count < 20_000; count++) s.subscribe(`search number ${count} of this child`);
  scenario.run();
  host.kill();
  scenario.run(20_000);
  const bulks: number[] = [];
  const again = scenario.host();
  scenario.tree.trace = (line) => line.includes("PublishedDirectory") && bulks.push(1);
  scenario.run(20_000);
  assertEquals(again.core.counts.subscriptions, 20_000);
  assert(bulks.length > 20, `${bulks.length} messages`);
});

Deno.test("DirectoryCore: 200 children that join at once are passed up once each, and a thousand pairs meet once (scenario 69)", () => {
  const scenario = new Scenario();
  const host = scenario.host();
  scenario.group(6000);
  const objects = Array.from({ length: 200 }, (_, at) => scenario.process(`p${at}`, scenario.in(6000)));
  for (const [at, object] of objects.entries()) {
    object.publish(`name:${at}`);
    object.subscribe(`name:${(at + 7) % 200}`);
  }
  scenario.run(20_000);
  assertEquals([host.core.counts.publications, host.core.counts.subscriptions], [200, 200]);
  assertEquals(objects.filter((object) => sessionOf(object)?.scope !== "GROUP").length, 0);
  assertEquals(scenario.tree.problems, []);
});

Deno.test("reconnectDelay never waits longer than the original, within its tolerance", () => {
  for (const [host, longest] of [["127.0.0.1", 8_000], ["10.1.1.1", 32_000], ["example.com", 120_000]] as const) {
    for (const attempts of [0, 5, 61, 99, 1e6]) {
      for (const isFound of [false, true]) {
        const wait = { neighbourhood: neighbourhoodOf(host), attempts, isFound };
        for (const random of [0, 0.5, 0.9999]) assert(reconnectDelay(wait, random) <= longest * 1.1);
      }
    }
  }
});
