/** Threads of one process that talk with each other, each pair by a way of its own. */

import { assert, assertEquals, assertInstanceOf, assertMatch, assertStrictEquals } from "@std/assert";
import {
  Accepted,
  Close,
  Closed,
  connect,
  Connected,
  listen,
  Listening,
  openRuntime,
  terminateThread,
} from "../../mod.ts";
import type { TransitReceiver } from "../../net/mod.ts";
import {
  Ack,
  addressOf,
  type AddressValue,
  Boolean,
  castTo,
  encodeMessage,
  Enquiry,
  HostPort,
  Integer8,
  Ping,
  realWorld,
  Returned,
  type Routine,
  type Runtime,
  Stop,
} from "../../runtime/mod.ts";
import {
  asker,
  breeder,
  closer,
  founder,
  lamp,
  linkOwner,
  mirror,
  scribe,
  sender,
  survivor,
} from "../testdata/threads/peer_actors.ts";
import { Card, counter, creator, echo } from "../testdata/threads/thread_actors.ts";
import { both, inWorld, real, returnedBy, simulatedOnly } from "./thread_harness.ts";

/** Messages that the main thread has handed to others so far. */
function handedOver(runtime: Runtime): number {
  const links = runtime.ledger().queues.filter(({ name }) => name.startsWith("thread "));
  return links.reduce((sum, { delivered }) => sum + delivered, 0);
}

both("the order is kept from the first message on, while the way to another thread is made", async (self) => {
  const to = self.create(counter);
  const count = 5000;
  assertEquals(await returnedBy(self, self.create(sender, { to, count })), new Card({ count, text: "in order" }));
});

both("two threads talk without the main thread", async (self, { runtime }) => {
  const to = self.create(echo);
  const before = handedOver(runtime);
  const child = self.create(asker, { to, count: 500 });
  assertEquals(await returnedBy(self, child), castTo(500, Integer8));
  assert(handedOver(runtime) - before < 10, `${handedOver(runtime) - before} messages`);
});

both("a child in another thread has one address, for its parent as for others", async (self) => {
  const child = self.create(creator);
  assertEquals(await returnedBy(self, child), new Card({ text: "from afar" }));
});

both("an actor of a thread makes actors with threads of their own", async (self, { runtime }) => {
  const child = self.create(founder, { count: 3 });
  assertEquals(await returnedBy(self, child), castTo(3, Integer8));
  // Those have ended with their actors.
  while (runtime.ledger().queues.some(({ name }) => name.startsWith("thread counter"))) {
    self.start(Ack, 0.01);
    await self.select(Ack);
  }
});

both("bytes go from thread to thread as they are", async (self) => {
  const to = self.create(mirror);
  assertEquals(await returnedBy(self, self.create(lamp, { to })), castTo(true, Boolean));
});

for (const kind of ["close", "outside", "reject"]) {
  real(`a thread that dies (${kind}) is a fault to parents in others, after all that it said`, async (self) => {
    const { count, text } = await returnedBy(self, self.create(survivor, { kind })) as Card;
    assertEquals(count, 5);
    assertMatch(text!, /^thread "echoes" ended \(.*\); hello$/);
  });
}

both("a thread that is ended is a fault to parents in others, and they can go on", async (self) => {
  const child = self.create(breeder);
  self.send(new Ping(), child);
  await self.select(Card);
  assertStrictEquals(self.returnAddress, child);
  terminateThread(self, "echoes");
  const { message } = await self.select(Returned);
  assertEquals(`${message}`, 'thread "echoes" ended (the thread was ended)');
  self.send(new Ping(), child);
  assertEquals((await self.select(Card)).text, "bred");
});

simulatedOnly("an actor that is made in a thread just when it ends is a fault to its parent", () => async (self) => {
  const child = self.create(breeder);
  self.send(new Ping(), child);
  await self.select(Card);
  // The breeder makes another one before it can know.
  self.send(new Ping(), child);
  terminateThread(self, "echoes");
  const texts: string[] = [];
  for (let i = 0; i < 2; i++) texts.push(`${(await self.select(Returned)).message}`);
  assertEquals(texts.sort(), [
    'cannot create thread_actors.echo in a thread (thread "echoes" ended)',
    'thread "echoes" ended (the thread was ended)',
  ]);
  self.send(new Ping(), child);
  assertEquals((await self.select(Card)).text, "bred");
});

both("the end of an actor in a thread can be watched", async (self, { runtime }) => {
  const [first, second] = [self.create(echo), self.create(echo)];
  const ended: AddressValue[] = [];
  for (const address of [first, second, self.create(echo)]) runtime.watch(address, () => ended.push(address));
  const cancel = runtime.watch(first, () => ended.push(self.address));
  cancel();
  self.send(new Stop(), first);
  await returnedBy(self, first);
  while (ended.length === 0) {
    self.start(Ack, 0.01);
    await self.select(Ack);
  }
  assertEquals(ended, [first]);
  terminateThread(self, "echoes");
  await self.select(Returned);
  await self.select(Returned);
  self.start(Ack, 0.05);
  await self.select(Ack);
  assertEquals(ended.length, 3);
  const { promise, resolve } = Promise.withResolvers<void>();
  runtime.watch(second, resolve);
  await promise;
});

/** Two processes that have a connection to each other; the scenario is told the proxies that each knows the other by. */
async function withFar(
  scenario: (
    self: Routine,
    there: Routine,
    ways: { readonly near: AddressValue; readonly far: AddressValue },
  ) => unknown,
): Promise<void> {
  await inWorld(realWorld(), async (self) => {
    listen(self, new HostPort("127.0.0.1", 0));
    const { listeningIpp } = await self.select(Listening);
    const { run, close } = openRuntime();
    const returned = await run(async (there) => {
      connect(there, listeningIpp);
      await there.select(Connected);
      const far = there.returnAddress;
      await self.select(Accepted);
      await scenario(self, there, { near: self.returnAddress, far });
      return null;
    });
    assertEquals(returned, null);
    await close();
  });
}

Deno.test("thread: who is connected to the process can't end the connections of its threads", async () => {
  await withFar(async (self, there, { near, far }) => {
    listen(there, new HostPort("127.0.0.1", 0));
    const { listeningIpp } = await there.select(Listening);
    const owner = self.create(linkOwner, { port: listeningIpp.port! });
    await there.select(Accepted);
    const { who: proxy } = await self.select(Card);
    // Of whom it was never told it reaches nobody.
    self.send(new Card({ who: proxy }), near);
    await there.select(Card);
    // A cake would take this for itself, so it is put on the wire by hand.
    const way = there.kernel.receiverAt(far) as TransitReceiver;
    const body = new TextEncoder().encode(encodeMessage(new Close()));
    way.passOn({
      to: addressOf([Number(proxy), Number(far)]),
      from: there.address,
      tunnel: false,
      body,
      book: new Map(),
    });
    // It comes back here, as what it is: a message for somebody else.
    assertInstanceOf(await there.select(Close), Close);
    self.send(new Ping(), owner);
    await there.select(Ping);
    there.reply(new Ack());
    await self.select(Ack);
  });
});

for (const [what, isBehind] of [["the proxy", false], ["somebody behind the proxy", true]] as const) {
  Deno.test(`thread: what closes a connection does so from a thread, sent to ${what}`, async () => {
    await withFar(async (self, there, { near }) => {
      const target = isBehind ? addressOf([Number(there.address), Number(near)]) : near;
      self.create(sender, { to: target, count: 2 });
      for (const count of [0, 1]) assertEquals((await there.select(Card)).count, count);
      const child = self.create(closer, { to: target });
      assertInstanceOf(await there.select(Closed), Closed);
      const closed = await self.select(Closed);
      assertEquals([self.returnAddress, closed.note], [near, "said the closer"]);
      self.send(new Stop(), child);
    });
  });
}

both("what is sent to an actor of a thread that has ended is counted where it was", async (self, { runtime }) => {
  const child = self.create(counter);
  self.send(new Stop(), child);
  await returnedBy(self, child);
  while (runtime.ledger().queues.some(({ name }) => name === "thread counter-1")) {
    self.start(Ack, 0.01);
    await self.select(Ack);
  }
  const { undeliverable } = runtime.counts;
  for (let i = 0; i < 3; i++) self.send(new Enquiry(), child);
  assertEquals(runtime.counts.undeliverable - undeliverable, 3);
});

both(
  "what a thread logs is bounded while nobody takes it, and the lost records are counted",
  async (self, { records }) => {
    const count = 100;
    const child = self.create(scribe, { count });
    for (let i = 0; i < 2; i++) assertInstanceOf(await self.ask(new Ping(), child, { timeout: 60 }), Ack);
    const written = records.filter(({ text }) => text.length === 1_000_000).length;
    const lost = records.map(({ text }) => Number(/^Discarded (\d+) records of the log$/.exec(text)?.[1] ?? 0));
    const sum = lost.reduce((sum, number) => sum + number, 0);
    assert(written > count / 2 && written < count, `${written} written`);
    // A few more are lost: those that tell of messages.
    const missing = count - written;
    assert(sum >= missing && sum < missing + 10, `${written} written, ${sum} lost`);
  },
);
