/** What a directory answers when it is asked about a name: the listings that have to do with it, their ages, and what waits. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { DirectoryDetails, type DirectoryListing, type DirectoryPeer, GetDirectory } from "../../directory/messages.ts";
import { encodeMessage } from "../../runtime/mod.ts";
import { Scenario } from "./scenario.ts";
import type { Process } from "./simulated_tree.ts";

/** What a directory says about something, as it goes over the wire. */
function ask(process: Process, about: string | null): DirectoryListing {
  return process.answer(new GetDirectory({ about }));
}

function detailsOf(listing: DirectoryListing): DirectoryDetails {
  assert(listing.details instanceof DirectoryDetails);
  return listing.details;
}

Deno.test("GetDirectory about a name is answered with what has to do with it, and how long that has been there", () => {
  const scenario = new Scenario();
  const host = scenario.host();
  const [p, q, s] = [scenario.process("p"), scenario.process("q"), scenario.process("s")];
  for (let at = 0; at < 3000; at++) p.publish(`other:${at}`);
  p.publish("svc:1");
  scenario.run(10_000);
  q.publish("svc:1");
  q.publish("svc:2");
  s.subscribe("svc:.*");
  s.subscribe("other:7");
  scenario.run(5_000);
  assertEquals(ask(host, null).details, null, "who does not ask is told what the original tells");
  const one = ask(host, "svc:1");
  assertEquals(one.published.map(({ name }) => name), ["svc:1", "svc:1"], "the one that stands by, too");
  assertEquals(one.subscribed.map(({ search }) => search), ["svc:.*"]);
  assertEquals([one.routed.length, one.subDirectory.size], [1, 3]);
  const { ages, isPartial } = detailsOf(one);
  const seconds = one.published.map(({ publishedId }) => Math.floor((ages as Map<string, number>).get(publishedId!)!));
  assertEquals([seconds, isPartial], [[14, 4], false]);
  assertEquals(ask(host, "svc:.*").published.map(({ name }) => name).sort(), ["svc:1", "svc:1", "svc:2"]);
  const none = ask(host, "other:nobody");
  assertEquals([none.published.length, none.subscribed.length], [0, 0]);
  // Who looks for a name that is not there, by it or by the very search.
  s.subscribe("lost:[a-z]+");
  scenario.run();
  assertEquals(ask(host, "lost:x").subscribed.map(({ search }) => search), ["lost:[a-z]+"]);
  assertEquals(ask(host, "lost:[a-z]+").subscribed.map(({ search }) => search), ["lost:[a-z]+"]);
  assertEquals(ask(host, "(").published, []);
  // A home tells everything as long as it can, and then the sessions of these names and no others.
  const sessions = () => {
    const [peer] = [...(ask(s.process, "svc:2").peer as Map<string, DirectoryPeer>).values()];
    return peer!.session.map(({ name }) => name);
  };
  assertEquals(sessions(), ["svc:1", "svc:2"]);
  for (let at = 0; at < 600; at++) s.subscribe(`unmet:${at}`);
  scenario.run();
  assertEquals(sessions(), ["svc:2"]);
});

Deno.test("GetDirectory about very much is answered in one frame, and says that there is more", () => {
  const scenario = new Scenario();
  const host = scenario.host();
  const p = scenario.process("p");
  for (let at = 0; at < 12_000; at++) p.publish(`svc:${at}`);
  scenario.run(10_000);
  assertEquals(host.core.counts.publications, 12_000);
  const listing = ask(host, "svc:.*");
  assert(detailsOf(listing).isPartial);
  assert(listing.published.length > 500);
  assert(encodeMessage(listing).length < 1_048_576, "the largest frame");
  const looked = ask(host, "[a-z]+:\\d{6}");
  assertEquals([looked.published.length, detailsOf(looked).isPartial], [0, true], "not all names were tried");
});

Deno.test("GetDirectory tells why a home waits with a route: it is tried, has failed, or comes and goes", () => {
  const scenario = new Scenario();
  const { far, near, s } = scenario.farAndNear();
  far.publish("svc");
  s.subscribe("svc");
  scenario.run(2_000);
  const waiting = () => detailsOf(ask(s.process, "svc")).waiting;
  assertEquals(waiting(), [], "what is further away than the session does not wait");
  near.publish("svc", "GROUP");
  scenario.run(6);
  near.process.freeze();
  scenario.run(1_000);
  const texts = new Set<string>();
  for (let step = 0; step < 100; step++) {
    scenario.run(100);
    for (const { reason, scope } of waiting()) texts.add(`${scope} ${reason!.replaceAll(/\d+(\.\d+)?/g, "N")}`);
  }
  assert(texts.has("GROUP opening at the moment"), [...texts].join("\n"));
  assert(texts.has("GROUP failed once (no answer about a session in time), to be tried again in N s"));
  assert([...texts].some((text) => /^GROUP failed N times/.test(text)));
  near.process.thaw();
  scenario.run(20_000);
  assertEquals(waiting(), []);
  for (let at = 0; at < 40; at++) {
    for (const published of [...near.published.values()]) near.clearPublished(published);
    near.publish("svc", "GROUP");
    scenario.run(50);
  }
  assertMatch(
    waiting()[0]!.reason!,
    /^comes and goes, to be joined again in \d\.\d s: after 10 losses in a row it is joined once in 1\.0 s$/,
  );
});
