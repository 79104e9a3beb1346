/** Actors in threads: in Web Workers, and in simulated ones. */

import { assert, assertEquals, assertInstanceOf, assertMatch, assertStrictEquals, assertThrows } from "@std/assert";
import {
  Accepted,
  Available,
  connect,
  Connected,
  listen,
  Listening,
  openRuntime,
  subscribe,
  Subscribed,
  terminateThread,
} from "../../mod.ts";
import {
  Ack,
  addressOf,
  bind,
  blockOf,
  castTo,
  Enquiry,
  Faulted,
  HostPort,
  Integer8,
  Message,
  Ping,
  realWorld,
  Returned,
  type Routine,
  Runtime,
  Stop,
  Unicode,
} from "../../runtime/mod.ts";
import {
  caller,
  Card,
  Clockwork,
  counter,
  creator,
  cruncher,
  echo,
  liar,
  misbound,
  Misdeed,
  neighbour,
  pipeHolder,
  portOwner,
  publisher,
  unsendable,
} from "../testdata/threads/thread_actors.ts";
import { both, checkLedger, inWorld, real, returnedBy, simulatedOnly } from "./thread_harness.ts";

both("an actor can be talked to from the moment when create() returns, and gives its own address", async (self) => {
  const child = self.create(echo, { greeting: "moin", friend: self.address, table: [[1, 2.5], []] });
  self.send(new Ping(), child);
  self.send(new Enquiry(), child);
  const first = await self.select(Card);
  assertEquals([first.text, first.count, first.who], ["moin", 2, child]);
  assertStrictEquals(self.returnAddress, child);
  assertInstanceOf(await self.input(), Ack);
  assertEquals((await self.select(Card)).who, child);
  self.send(new Stop(), child);
  assertEquals(await returnedBy(self, child), new Card({ text: "moin" }));
});

both("the order of messages is kept from the first on, while the thread begins", async (self) => {
  const child = self.create(counter);
  for (let count = 0; count < 10_000; count++) self.send(new Card({ count }), child);
  self.send(new Enquiry(), child);
  assertEquals(await self.select(Card), new Card({ count: 10_000, text: "in order" }));
  self.send(new Stop(), child);
  assertEquals(await returnedBy(self, child), castTo(10_000, Integer8));
});

both("actors bound to one name share a thread, and true gives each its own", async (self) => {
  const shared = [self.create(echo), self.create(Clockwork, { listener: self.address })].map(blockOf);
  assertEquals(new Set(shared).size, 1);
  const alone = [self.create(counter), self.create(counter)].map(blockOf);
  assertEquals(new Set([...shared, ...alone]).size, 3);
  await self.select(Returned);
});

both("timers and machines work as elsewhere", async (self) => {
  const child = self.create(Clockwork, { listener: self.address });
  for (const count of [1, 2, 3]) assertEquals(await self.select(Card), new Card({ count, who: child }));
  assertEquals(await returnedBy(self, child), new Ack());
});

both("an exception in an actor is a fault to its parent, and the thread lives on", async (self, { records }) => {
  const [first, second] = [self.create(echo), self.create(echo)];
  self.send(new Misdeed({ kind: "throw" }), first);
  const fault = await returnedBy(self, first);
  assertEquals(`${fault}`, "object faulted (unhandled exception (misdeed))");
  self.send(new Ping(), second);
  assertInstanceOf(await self.input(), Ack);
  const line = records.find(({ tag }) => tag === "!")!;
  assertEquals([line.name, line.address], ["echo@echoes", first]);
  assertMatch(line.text, /misdeed[^]*at misbehave/);
});

for (const kind of ["reject", "outside", "exit", "close"]) {
  real(`a thread that dies (${kind}) is a fault for each parent, and the next actor gets a new one`, async (self) => {
    const children = [self.create(echo), self.create(echo)];
    for (const child of children) self.send(new Ping(), child);
    for (const _ of children) assertInstanceOf(await self.input(), Ack);
    self.send(new Misdeed({ kind }), children[0]!);
    for (const child of children) {
      const fault = await returnedBy(self, child);
      assertInstanceOf(fault, Faulted);
      assertEquals(fault.condition, 'thread "echoes" ended');
    }
    self.send(new Ping(), children[0]!);
    const next = self.create(echo);
    self.send(new Ping(), next);
    assertInstanceOf(await self.input(), Ack);
    assertStrictEquals(self.returnAddress, next);
  });
}

real("terminateThread() ends a thread that never pauses", async (self) => {
  const child = self.create(echo);
  self.send(new Ping(), child);
  await self.select(Ack);
  self.send(new Misdeed({ kind: "spin" }), child);
  assertEquals(terminateThread(self, "echoes"), true);
  const fault = await returnedBy(self, child);
  assertEquals(`${fault}`, 'thread "echoes" ended (the thread was ended)');
  assertEquals(terminateThread(self, "echoes"), false);
});

real("the process ends although a thread never pauses", async (self) => {
  const child = self.create(echo);
  self.send(new Ping(), child);
  await self.select(Ack);
  self.send(new Misdeed({ kind: "spin" }), child);
});

real("terminateThread() leaves no program behind that an actor of the thread started", async (self) => {
  const folder = await Deno.makeTempDir();
  try {
    const pipe = `${folder}/pipe`;
    await new Deno.Command("mkfifo", { args: [pipe] }).output();
    const child = self.create(pipeHolder, { pipe });
    // It opens once the program has its end, and comes to an end with that.
    const file = await Deno.open(pipe);
    assertEquals(terminateThread(self, "pipes"), true);
    assertEquals((await new Response(file.readable).bytes()).length, 0);
    assertInstanceOf(await returnedBy(self, child), Faulted);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

simulatedOnly("terminateThread() is a fault to all parents", () => async (self) => {
  const children = [self.create(echo), self.create(echo)];
  self.send(new Ping(), children[0]!);
  await self.select(Ack);
  terminateThread(self, "echoes");
  for (const child of children) assertInstanceOf(await returnedBy(self, child), Faulted);
});

real("a thread that computes leaves the main thread responsive", async (self) => {
  const children = [self.create(cruncher, { milliseconds: 400 }), self.create(cruncher, { milliseconds: 400 })];
  const local = self.create(async (self: Routine) => {
    while (true) if (await self.input() instanceof Ping) self.reply(new Ack());
  });
  let answers = 0, ended = 0;
  self.send(new Ping(), local);
  while (ended < children.length) {
    const m = await self.input();
    if (m instanceof Returned) ended++;
    else {
      answers++;
      self.send(new Ping(), local);
    }
  }
  assert(answers > 100, `${answers} answers`);
});

both("an actor of one thread makes one in another, and is its parent", async (self) => {
  const child = self.create(creator);
  assertEquals(await returnedBy(self, child), new Card({ text: "from afar" }));
});

both("an actor of the same thread is made without a detour", async (self) => {
  const child = self.create(neighbour);
  assertEquals(await returnedBy(self, child), new Card({ text: "here" }));
});

both("actors of two threads talk with each other by addresses in messages", async (self) => {
  const [first, second] = [self.create(echo), self.create(counter)];
  // Whoever is in `who` gets an Ack, the sender its card back.
  self.send(new Enquiry(), second);
  assertEquals((await self.select(Card)).count, 0);
  self.send(new Card({ who: second, text: "for you" }), first);
  const back = await self.select(Card);
  assertEquals([back.who, back.text], [second, "for you"]);
});

both("what can't be encoded is a fault, and ends nothing else", async (self, { records }) => {
  const child = self.create(unsendable);
  assertMatch(`${await returnedBy(self, child)}`, /^object faulted \(cannot send what it returned \(cannot encode/);
  const other = self.create(echo);
  self.send(castTo("text" as never, Integer8), other);
  self.send(new Ping(), other);
  await self.select(Ack);
  assertEquals(records.filter(({ tag, text }) => tag === "!" && /cannot encode/.test(text)).length, 2);
});

both("what is not of the declared type is a fault to the parent", async (self) => {
  const fault = await returnedBy(self, self.create(liar));
  assertEquals(`${fault}`, 'unexpected return type for routine "liar" (expected a whole number)');
});

both("a large value crosses in one message", async (self) => {
  const child = self.create(echo);
  const text = "x".repeat(5_000_000);
  self.send(new Card({ text }), child);
  assertEquals((await self.select(Card)).text, text);
});

real("what can't be made is a fault: a module that is not there, settings that can't be encoded", async (self) => {
  const child = self.create(misbound);
  assertMatch(`${await returnedBy(self, child)}`, /^cannot create nowhere\.misbound in thread "echoes" \(.*nowhere/);
  const other = self.create(echo, { greeting: 7 as never });
  assertMatch(`${await returnedBy(self, other)}`, /^cannot create thread_actors\.echo in a thread \(cannot encode/);
});

both("settings that were not declared are refused where the actor is made", (self) => {
  const wrong = { milliseconds: 5, hours: 7 };
  assertThrows(() => self.create(cruncher, wrong), TypeError, 'in a thread: no setting "hours" is declared');
  return Promise.resolve();
});

both("publish and subscribe work in the directory of the process", async (self) => {
  subscribe(self, "thread:.*");
  await self.select(Subscribed);
  const child = self.create(publisher, { name: "thread:one" });
  const available = await self.select(Available);
  assertEquals([available.name, available.publisherAddress], ["thread:one", child]);
  assertInstanceOf(await self.ask(new Ping(), available.publisherAddress!, { timeout: 60 }), Ack);
  const local = self.create(publisher, { name: "thread:two" });
  assertEquals((await self.select(Available)).publisherAddress, local);
});

Deno.test("thread: an actor's address works in another process, over TCP, both ways", async () => {
  await inWorld(realWorld(), async (self) => {
    listen(self, new HostPort("127.0.0.1", 0));
    const { listeningIpp } = await self.select(Listening);
    const child = self.create(echo, { greeting: "from a thread" });
    const far = openRuntime();
    const outcome = far.run(async (self) => {
      connect(self, listeningIpp);
      await self.select(Connected);
      self.send(new Enquiry(), self.returnAddress);
      const { who } = await self.select(Card);
      assertInstanceOf(await self.ask(new Ping(), who!, { timeout: 60 }), Ack);
      // Ours in a message: the actor in the thread sends there, and the card comes back.
      self.send(new Card({ who: self.address, text: "mine" }), who!);
      assertInstanceOf(await self.input(), Ack);
      assertStrictEquals(self.returnAddress, who);
      const back = await self.select(Card);
      assertStrictEquals(back.who, self.address);
      self.send(new Stop(), child);
      return back;
    });
    await self.select(Accepted);
    await self.select(Enquiry);
    self.reply(new Card({ who: child }));
    assertEquals((await outcome as Card).text, "mine");
    await far.close();
  });
});

real("an actor in a thread listens and connects by itself", async (self) => {
  const owner = self.create(portOwner);
  const { count: port, who } = await self.select(Card);
  assertStrictEquals(who, owner);
  const child = self.create(caller, { port });
  assertEquals(await returnedBy(self, child), new Ack());
});

Deno.test("thread: who is connected to the process can't give orders to its threads", async () => {
  await inWorld(realWorld(), async (self, { runtime }) => {
    listen(self, new HostPort("127.0.0.1", 0));
    const { listeningIpp } = await self.select(Listening);
    const child = self.create(echo);
    const link = runtime.ledger().queues.find(({ name }) => name === "thread echoes")!.address;
    const far = openRuntime();
    const { undeliverable } = runtime.counts;
    const isDone = far.run(async (self) => {
      connect(self, listeningIpp);
      await self.select(Connected);
      const there = Number(self.returnAddress);
      self.send(new Ping(), addressOf([Number(link), there]));
      self.send(new Card(), addressOf([5, Number(link), there]));
      // The child is told of; nobody else is.
      const { who } = await self.select(Card);
      self.send(new Ping(), who!);
      await self.select(Ack);
      return null;
    });
    const { proxyAddress } = await self.select(Accepted);
    self.send(new Card({ who: child }), proxyAddress!);
    assertEquals(await isDone, null);
    assertEquals(runtime.counts.undeliverable - undeliverable, 2);
    await far.close();
  });
});

simulatedOnly("messages for a thread that takes none are bounded, and the discarded are counted", () => {
  return async (self, { runtime, records }) => {
    // The thread has not begun: all of these wait.
    const child = self.create(counter);
    const text = "x".repeat(1_000_000);
    const link = () => runtime.ledger().queues.find(({ name }) => name === "thread counter-1")!;
    for (let count = 0; count < 200; count++) self.send(new Card({ count, text }), child);
    const { discarded } = runtime.counts;
    assert(discarded > 50 && discarded < 100, `${discarded} discarded`);
    const { kind, accepted, delivered, waiting, discarded: { full } } = link();
    assertEquals([kind, full, accepted, accepted - delivered], ["outbound", discarded, 200 - discarded, waiting]);
    checkLedger(runtime);
    self.send(new Stop(), child);
    self.send(new Enquiry(), child);
    await self.select([Returned], { seconds: 5 });
    self.start(Misdeed, 2);
    await self.select(Misdeed);
    assert(records.some(({ tag, text }) => tag === "?" && text.includes("thread counter-1")), "a warning");
    assertEquals(link().waiting, 0);
  };
});

class Late extends Message({ text: Unicode }) {}

Deno.test("bind(): a thread needs import.meta, and a runtime that has threads", () => {
  bind(Late, "thread_test");
  async function actor(self: Routine): Promise<void> {
    await self.input();
  }
  assertThrows(() => bind(actor, "thread_test", { thread: true }), TypeError, "expected import.meta");
  const runtime = new Runtime(realWorld());
  assertThrows(() => runtime.start(echo), TypeError, "Cannot create echo in a thread");
  runtime.close();
});
