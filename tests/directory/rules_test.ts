/** Rules that keep originals alive and both sides in step, where no scenario shows them. */

import { assertEquals } from "@std/assert";
import type { DirectoryEvent } from "../../directory/effects.ts";
import {
  Available,
  type ClearSubscriberRoute,
  CloseLoop,
  Delivered,
  LoopOpened,
  OpenLoop,
  Published,
  type RouteOverLoop,
  Subscribed,
} from "../../directory/messages.ts";
import { type AddressValue as Address, HostPort, localAddress } from "../../runtime/mod.ts";
import { received, Scenario, sessionOf } from "./scenario.ts";
import { Seeded } from "./seeded.ts";
import type { Process } from "./simulated_tree.ts";

/** What a directory sends because of an event: kind and receiver. */
function sent(process: Process, event: DirectoryEvent): { kind: string; to: Address; message: object }[] {
  const list: { kind: string; to: Address; message: object }[] = [];
  for (const effect of process.core.handle(event, process.tree.now, process.draw)) {
    if (effect.kind === "send") {
      list.push({ kind: effect.message.constructor.name, to: effect.to, message: effect.message });
    }
  }
  return list;
}

Deno.test("rule 10: a publication that moves is cleared before it is told again", () => {
  const scenario = new Scenario();
  const host = scenario.host();
  scenario.run();
  const random = new Seeded(10);
  const [home, other] = [localAddress(9_001), localAddress(9_002)];
  for (const proxy of [home, other]) host.handle({ kind: "childAccepted", proxy, ipp: new HostPort("127.0.0.1", 1) });
  const say = (proxy: Address, message: object) =>
    sent(host, { kind: "received", message, from: `16,${proxy}` as Address }).filter(({ to }) => to.endsWith(other));
  const members = { name: "svc", scope: "HOST", encrypted: false, publishedId: random.uuid() } as const;
  const at = (port: number) =>
    new Published({ ...members, listeningIpp: new HostPort("127.0.0.1", port), homeAddress: `16,${home}` as Address });
  say(home, at(5));
  const search = { search: "svc", scope: "HOST", subscribedId: random.uuid() } as const;
  const [first] = say(other, new Subscribed({ ...search, homeAddress: `16,${other}` as Address }));
  const [clear, again] = say(home, at(6));
  assertEquals([clear!.kind, again!.kind], ["ClearSubscriberRoute", "RouteOverLoop"]);
  assertEquals((clear!.message as ClearSubscriberRoute).routeId, (first!.message as RouteOverLoop).routeId);
  assertEquals((again!.message as RouteOverLoop).ipp!.port, 6);
});

Deno.test("rule 20: CloseLoop is sent once, and only to what is open", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const scenario = new Scenario(seed);
    scenario.host();
    scenario.group(6000);
    const [far, near] = [scenario.process("far"), scenario.process("near", scenario.in(6000))];
    const s = scenario.process("s", scenario.in(6000));
    const loops = new Map<string, string[]>();
    const note = (from: string, to: string, kind: string) => {
      if (!/^(OpenLoop|LoopOpened|CloseLoop|LoopClosed)$/.test(kind)) return;
      const key = from === "s" ? to : from;
      loops.set(key, [...loops.get(key) ?? [], kind]);
    };
    scenario.tree.trace = (line) => {
      const [, from, , to, kind] = line.split(" ");
      note(from!, to!, kind!);
    };
    const { random } = scenario.tree;
    far.publish("svc");
    s.subscribe("svc");
    for (let step = 0; step < 12; step++) {
      scenario.run(random.pick([0, 1, 3, 8, 400, 900]));
      if (near.published.size === 0) near.publish("svc", "GROUP");
      else for (const published of [...near.published.values()]) near.clearPublished(published);
      if (random.float() < 0.2) {
        for (const subscribed of [...s.subscribed.values()]) s.clearSubscribed(subscribed);
        s.subscribe("svc");
      }
    }
    scenario.run(30_000);
    for (const [who, kinds] of loops) {
      let open = 0;
      for (const kind of kinds) {
        if (kind === "LoopOpened") open++;
        else if (kind === "CloseLoop") open--;
        assertEquals(open >= 0, true, `seed ${seed}, ${who}: ${kinds.join(" ")}`);
      }
    }
    assertEquals(scenario.tree.problems, [], `seed ${seed}`);
  }
});

/** A publisher whose peers the test plays. */
function publisherAlone() {
  const scenario = new Scenario();
  scenario.host();
  const p = scenario.process("p");
  p.publish("svc");
  scenario.run();
  const { publishedId } = received(p, Published);
  const proxy = localAddress(9_000);
  sent(p.process, { kind: "peerAccepted", publishedId: publishedId!, proxy });
  const random = new Seeded(23);
  const request = (id: string) => ({
    name: "svc",
    scope: "HOST" as const,
    routeId: random.uuid(),
    subscribedId: random.uuid(),
    publishedId: id,
    subscriberAddress: `21,${proxy}` as Address,
  });
  const say = (message: object) =>
    sent(p.process, { kind: "received", message, from: `25,${proxy}` as Address }).map(({ kind }) => kind);
  return { p, publishedId: publishedId!, random, request, say };
}

Deno.test("rule 23: Delivered is sent before LoopOpened, and Dropped before LoopClosed", () => {
  const { publishedId, request, say } = publisherAlone();
  const loop = request(publishedId);
  assertEquals(say(new OpenLoop(loop)), ["Delivered", "LoopOpened"]);
  assertEquals(say(new CloseLoop(loop)), ["Dropped", "LoopClosed"]);
});

Deno.test("rule 24: an id that is out of date is answered, and the log says so", () => {
  const { p, random, request } = publisherAlone();
  const loop = request(random.uuid());
  const proxy = localAddress(9_000);
  const effects = p.process.core.handle(
    { kind: "received", message: new OpenLoop(loop), from: `25,${proxy}` as Address },
    p.process.tree.now,
    p.process.draw,
  );
  const messages = effects.flatMap((effect) => effect.kind === "send" ? [effect.message] : []);
  assertEquals(messages.map((message) => message instanceof Delivered || message instanceof LoopOpened), [true, true]);
  assertEquals(effects.some((effect) => effect.kind === "log" && effect.text.includes("out of date")), true);
});

Deno.test("a cleared subscription with a second route does not fall back when the publisher ends", () => {
  const scenario = new Scenario();
  const { far, near, s } = scenario.farAndNear();
  far.publish("svc");
  near.publish("svc", "GROUP");
  s.subscribe("svc");
  scenario.run(3_000);
  assertEquals(sessionOf(s)?.scope, "GROUP");
  s.clearSubscribed(received(s, Subscribed));
  near.process.kill();
  scenario.run(20_000);
  assertEquals([s.kinds().at(-1), far.delivered.size], ["Dropped", 0]);
  const { pairings, transports } = s.process.core.counts;
  assertEquals([pairings, transports, scenario.tree.problems], [0, 0, []]);
  // The directory of the process lives, and takes further requests.
  s.subscribe("svc");
  scenario.run(3_000);
  assertEquals([sessionOf(s)?.scope, s.received.at(-1) instanceof Available], ["HOST", true]);
});
