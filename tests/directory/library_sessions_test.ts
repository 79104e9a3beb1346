/** Sessions of subscribers in libraries, told by hand to the directory of the process above them. */

import { assertEquals } from "@std/assert";
import { DirectoryCore } from "../../directory/core.ts";
import type { DirectoryEvent, Effect } from "../../directory/effects.ts";
import {
  Delivered,
  Dropped,
  OpenLibrary,
  PublishAs,
  RouteToAddress,
  Subscribed,
  SubscribeTo,
} from "../../directory/messages.ts";
import { type AddressValue as Address, HostPort, Instant, localAddress } from "../../runtime/mod.ts";
import { Seeded } from "./seeded.ts";

const NAMES = 10;

Deno.test("DirectoryCore: publishers hear of the ends of a library's sessions before it is asked for new ones, also in several turns", () => {
  const random = new Seeded(1);
  const draw = {
    uuid: () => random.uuid(),
    float: () => random.float(),
    wall: () => new Instant(0n),
    primaryAddress: () => null,
    primaryPrefixBits: () => null,
    waitingBytes: () => 0,
  };
  const core = new DirectoryCore({
    address: localAddress(16),
    scope: "PROCESS",
    connectTo: null,
    acceptAt: null,
    encrypted: false,
    uniqueId: random.uuid(),
    executable: "stage",
    turnUnits: 30,
  });
  const handle = (first: DirectoryEvent): Effect[] => {
    const all: Effect[] = [];
    let next: DirectoryEvent | null = first;
    while (next !== null) {
      const effects: Effect[] = core.handle(next, 0, draw);
      next = effects.some(({ kind }) => kind === "again") ? { kind: "again" } : null;
      all.push(...effects);
    }
    return all;
  };
  const messages = (effects: readonly Effect[]) =>
    effects.flatMap((effect) => effect.kind === "send" ? [effect.message] : []);
  const library = (order: number): Address => {
    const proxy = localAddress(order);
    handle({ kind: "childAccepted", proxy, ipp: new HostPort("127.0.0.1", order) });
    return proxy;
  };
  const subscribedId = random.uuid();
  const subscribe = (proxy: Address) =>
    handle({
      kind: "received",
      from: `16,${proxy}` as Address,
      message: new Subscribed({
        search: "svc:.*",
        scope: "PROCESS",
        subscribedId,
        homeAddress: `16,${proxy}` as Address,
      }),
    });

  for (let at = 0; at < NAMES; at++) {
    const publisherAddress = localAddress(100 + at);
    const message = new PublishAs({ name: `svc:${at}`, scope: "PROCESS", publisherAddress });
    handle({ kind: "received", message, from: publisherAddress });
  }
  const [old, young] = [library(31), library(32)];
  assertEquals(messages(subscribe(old)).filter((message) => message instanceof OpenLibrary).length, 1);
  const subscriberAddress = `20,${old}` as Address;
  const request = new SubscribeTo({ search: "svc:.*", scope: "PROCESS", subscriberAddress });
  const routes = messages(handle({ kind: "received", message: request, from: `16,${old}` as Address }))
    .filter((message) => message instanceof RouteToAddress);
  assertEquals(routes.length, NAMES);
  for (const { name, routeId, publishedId, publisherAddress } of routes) {
    const message = new Delivered({ name, scope: "PROCESS", routeId, subscribedId, publishedId, subscriberAddress });
    handle({ kind: "sessionSeen", proxy: old, message, publisher: publisherAddress! });
  }

  const told = messages(subscribe(young));
  const ends = told.flatMap((message) => message instanceof Dropped ? [message.routeId] : []);
  assertEquals(ends.sort(), routes.map(({ routeId }) => routeId).sort());
  const asked = told.findIndex((message) => message instanceof OpenLibrary);
  assertEquals(told.slice(asked).filter((message) => message instanceof Dropped), []);
});
