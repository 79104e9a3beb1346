/** What actors published and subscribed leaves the directory with them, however they end, and in whatever thread. */

import { assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import {
  Available,
  Delivered,
  Dropped,
  publish,
  Published,
  subscribe,
  Subscribed,
  terminateThread,
} from "../../mod.ts";
import { type AddressValue, Faulted, Returned, type Routine, Stop } from "../../runtime/mod.ts";
import { both } from "../net/thread_harness.ts";
import { subscriber } from "../testdata/threads/peer_actors.ts";
import { Card, Misdeed, publisher } from "../testdata/threads/thread_actors.ts";

/** Publishes itself, in the thread where it is made. */
async function localPublisher(self: Routine, { name }: { name: string }): Promise<unknown> {
  publish(self, name, { scope: "HOST" });
  for (;;) {
    const m = await self.input();
    if (m instanceof Misdeed) throw new Error("misdeed");
    if (m instanceof Stop) return null;
  }
}

const NAME = "ended:one";

const ENDS: readonly [string, (self: Routine, child: AddressValue) => void][] = [
  ["returned", (self, child) => self.send(new Stop(), child)],
  ["crashed", (self, child) => self.send(new Misdeed({ kind: "throw" }), child)],
];

for (const [where, make] of [["the main thread", localPublisher], ["a thread", publisher]] as const) {
  for (const [how, end] of ENDS) {
    both(`subscribers hear at once that a publisher in ${where} has ${how}; its name is free`, async (self) => {
      await subscribeFirst(self);
      const child = self.create<{ name: string }>(make as never, { name: NAME });
      assertEquals((await self.select(Available)).publisherAddress, child);
      end(self, child);
      await droppedAndReturned(self);
      // Nobody stands in the way of the next one.
      const next = self.create<{ name: string }>(make as never, { name: NAME });
      assertEquals((await self.select(Available)).publisherAddress, next);
      self.send(new Stop(), next);
      await self.select(Dropped);
    });
  }
}

both("subscribers hear at once that the thread of a publisher was ended", async (self) => {
  await subscribeFirst(self);
  const child = self.create(publisher, { name: NAME });
  assertEquals((await self.select(Available)).publisherAddress, child);
  terminateThread(self, "publishers");
  const { message } = await droppedAndReturned(self);
  assertInstanceOf(message, Faulted);
  const next = self.create(publisher, { name: NAME });
  assertEquals((await self.select(Available)).publisherAddress, next);
  self.send(new Stop(), next);
  await self.select(Dropped);
});

both("a publisher hears at once that a subscriber in a thread has crashed", async (self) => {
  publish(self, NAME, { scope: "PROCESS" });
  await self.select(Published);
  for (let i = 0; i < 2; i++) {
    const child = self.create(subscriber, { search: "ended:.*" });
    await self.select([Delivered], { saving: [Card] });
    assertStrictEquals(self.returnAddress, child);
    assertEquals((await self.select(Card)).who, self.address);
    self.send(new Stop(), child);
    await droppedAndReturned(self);
  }
});

async function subscribeFirst(self: Routine): Promise<void> {
  subscribe(self, "ended:.*", { scope: "HOST" });
  await self.select(Subscribed);
}

/** Both come, in whatever order. */
async function droppedAndReturned(self: Routine): Promise<Returned> {
  const first = await self.select(Dropped, Returned);
  const second = await self.select(Dropped, Returned);
  assertEquals([first, second].filter((message) => message instanceof Dropped).length, 1);
  return (first instanceof Returned ? first : second) as Returned;
}
