import { assert, assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import {
  Aborted,
  Ack,
  addressOf,
  castTo,
  Faulted,
  Float8,
  Integer8,
  Message,
  Nak,
  NO_ADDRESS,
  Ping,
  Returned,
  type Routine,
  Stop,
  T1,
  T2,
  TimedOut,
  Unknown,
  VectorOf,
} from "../../runtime/mod.ts";
import { runActor, texts } from "../helpers/run_actor.ts";

class Numbered extends Message({ number: Integer8.default(0) }) {}

async function echo(self: Routine) {
  while (true) {
    const m = await self.input();
    if (m instanceof Stop) return new Aborted();
    self.reply(self.received);
  }
}

Deno.test("Routine.input() gives messages in order of sending", async () => {
  const { value } = await runActor(async (self) => {
    const e = self.create(echo);
    for (let i = 0; i < 2000; i++) self.send(new Numbered({ number: i }), e);
    const seen: number[] = [];
    for (let i = 0; i < 2000; i++) seen.push((await self.input() as Numbered).number);
    return seen;
  });
  assertEquals(value, Array.from({ length: 2000 }, (_, i) => i));
});

Deno.test("Routine.reply() answers the sender of the message in hand", async () => {
  await runActor(async (self) => {
    const e = self.create(echo);
    self.send(new Ping(), e);
    const m = await self.input();
    assertInstanceOf(m, Ping);
    assertEquals(self.returnAddress, e);
  });
});

Deno.test("Routine.forward() makes answers go to another actor", async () => {
  await runActor(async (self) => {
    const e = self.create(echo);
    const listener = self.create(async (self: Routine) => await self.input());
    self.forward(new Ping(), e, listener);
    const m = await self.select(Returned);
    assertEquals(self.returnAddress, listener);
    assertInstanceOf(m.message, Ping);
  });
});

Deno.test("Routine.input() gives typed values bare, with their type", async () => {
  await runActor(async (self) => {
    const type = VectorOf(Float8);
    self.send(castTo([1.5, 2], type), self.address);
    assertEquals(await self.input(), [1.5, 2]);
    assertEquals(self.receivedType?.signature, "vector<float8>");
  });
});

Deno.test("Routine.select() drops what it does not name, with a line in the log", async () => {
  const { records } = await runActor(async (self) => {
    self.send(new Nak(), self.address);
    self.send(new Ack(), self.address);
    assertInstanceOf(await self.select(Ack), Ack);
  });
  assertEquals(records.length, 1);
  assertMatch(records[0]!.text, /^Dropped Nak from <[0-9a-f]{8}>$/);
});

Deno.test("Routine.select() takes derived faults by their base, constructed types and Unknown", async () => {
  await runActor(async (self) => {
    self.send(TimedOut.of(new T1()), self.address);
    assertInstanceOf(await self.select(Faulted), TimedOut);
    self.send(castTo([1], VectorOf(Float8)), self.address);
    assertEquals(await self.select(Ack, VectorOf(Float8)), [1]);
    self.send(new Nak(), self.address);
    assertInstanceOf(await self.select(Ack, Unknown), Nak);
  });
});

Deno.test("Routine.select() with seconds answers TimedOut, and leaves nothing behind", async () => {
  const { records } = await runActor(async (self) => {
    assertInstanceOf(await self.select([Ack], { seconds: 2 }), TimedOut);
    self.send(new Ack(), self.address);
    assertInstanceOf(await self.select([Ack], { seconds: 2 }), Ack);
    self.start(T2, 5);
    assertInstanceOf(await self.select(T2), T2);
  });
  assertEquals(texts(records), []);
});

Deno.test("Routine.select() with saving brings messages back in order of arrival, none lost", async () => {
  const { value } = await runActor(async (self) => {
    for (let i = 0; i < 20; i++) self.send(new Numbered({ number: i }), self.address);
    for (let round = 0; round < 12; round++) {
      self.send(new Ack(), self.address);
      await self.select([Ack], { saving: [Numbered] });
    }
    self.send(new Nak(), self.address);
    await self.select([Nak], { saving: [Numbered] });
    const seen: number[] = [];
    for (let i = 0; i < 20; i++) seen.push((await self.select(Numbered)).number);
    return seen;
  });
  assertEquals(value, Array.from({ length: 20 }, (_, i) => i));
});

Deno.test("Routine ends with a fault when its function throws; the process lives on", async () => {
  const { value, records } = await runActor(async (self) => {
    const child = self.create(function crash() {
      throw new Error("oops");
    });
    const m = await self.select(Returned);
    assertEquals(self.returnAddress, child);
    return m.message;
  });
  assertInstanceOf(value, Faulted);
  assertEquals(String(value), "object faulted (unhandled exception (oops))");
  assertEquals(records[0]!.tag, "!");
  assertMatch(records[0]!.text, /oops/);
});

Deno.test("Routine.complete() ends at once with a value", async () => {
  const { value } = await runActor((self) => self.complete(new Ack()));
  assertInstanceOf(value, Ack);
});

Deno.test("Routine.abort() stops the noted children and its value is what complete() returns", async () => {
  const { value } = await runActor(async (self) => {
    for (let i = 0; i < 3; i++) self.assign(self.create(echo), i);
    assertEquals(self.working(), 3);
    assertEquals(self.abort(new Nak()), 3);
    const contexts: unknown[] = [];
    while (self.working() > 0) {
      await self.select(Returned);
      assertEquals(self.progress(), self.progress(self.returnAddress));
      contexts.push(self.debrief());
    }
    assertEquals(contexts, [0, 1, 2]);
    self.complete(new Ack());
  });
  assertInstanceOf(value, Nak);
});

Deno.test("Routine.running() gives who was noted, in order, wherever they live", async () => {
  const { value } = await runActor((self) => {
    const near = self.create(echo);
    const far = addressOf([5, Number(self.address)]);
    self.assign(far, "far");
    self.assign(near, "near");
    assertEquals(self.running(), [[far, "far"], [near, "near"]]);
    assertEquals([self.progress(far), self.progress(self.address), self.debrief(far)], ["far", undefined, "far"]);
    assertEquals([self.running(), self.working()], [[[near, "near"]], 1]);
    return new Ack();
  });
  assertInstanceOf(value, Ack);
});

Deno.test("Routine.stop() asks a child to stop and gives what it returned", async () => {
  const { value } = await runActor(async (self) => await self.stop(self.create(echo)));
  assertInstanceOf(value, Aborted);
});

Deno.test("Routine.start() is never early; starting again replaces, cancel takes back", async () => {
  await runActor(async (self) => {
    const now = () => self.kernel.world.clock.now();
    const t0 = now();
    self.start(T1, 5);
    self.start(T1, 0.0105);
    await self.select(T1);
    assert(now() - t0 >= 10.5 && now() - t0 < 12, `${now() - t0}`);
    self.start(T1, 1);
    self.cancel(T1);
    self.start(T2, 3);
    const m = await self.input();
    assertInstanceOf(m, T2);
    assertEquals(self.returnAddress, NO_ADDRESS);
  });
});

Deno.test("Routine.start() with repeating goes on until cancelled", async () => {
  await runActor(async (self) => {
    const t0 = self.kernel.world.clock.now();
    self.start(T1, 1, { repeating: true });
    for (let i = 0; i < 5; i++) await self.select(T1);
    const elapsed = self.kernel.world.clock.now() - t0;
    assert(elapsed >= 5000 && elapsed < 5010, `${elapsed}`);
    self.cancel(T1);
    self.start(T2, 10);
    assertInstanceOf(await self.input(), T2);
  });
});

Deno.test("Actor.send() freezes messages in strict mode, so that misuse throws where it happens", async () => {
  class Basket extends Message({ items: VectorOf(Float8) }) {}
  const { value } = await runActor((self) => {
    const basket = new Basket({ items: [1] });
    self.send(basket, self.address);
    basket.items.push(2);
  });
  assertMatch(String(value), /not extensible/);
});

Deno.test("Actor.send() to an address that does not exist is quiet and counted", async () => {
  const { runtime, records } = await runActor(async (self) => {
    const child = self.create(() => null);
    await self.select(Returned);
    self.send(new Ping(), child);
  });
  assertEquals(runtime.counts.undeliverable, 1);
  assertEquals(texts(records), []);
});

Deno.test("Actor.send() beyond the mailbox limit discards, counts and warns once a second with the count", async () => {
  const { runtime, records } = await runActor(async (self) => {
    const idle = self.create(async (self: Routine) => {
      await self.select(Stop);
      await self.select(Stop);
    });
    for (let i = 0; i < 20_000; i++) self.send(new Ack(), idle);
    self.start(T1, 1.5);
    await self.select(T1);
  }, { level: "FAULT" });
  // The limit holds for what waits; a few had been taken by then.
  assert(
    runtime.counts.discarded > 3_000 && runtime.counts.discarded <= 20_000 - 16_384,
    `${runtime.counts.discarded}`,
  );
  assertEquals(texts(records), []);
});

Deno.test("Returned is never discarded: 50 000 children end and each is told", async () => {
  const { value } = await runActor(async (self) => {
    for (let i = 0; i < 50_000; i++) self.create(() => null);
    let count = 0;
    while (count < 50_000) {
      await self.select(Returned);
      count++;
    }
    return count;
  });
  assertEquals(value, 50_000);
});
