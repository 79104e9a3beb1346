import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  Aborted,
  Ack,
  castBack,
  castTo,
  Concurrently,
  CreateFrame,
  Delay,
  Faulted,
  Float8,
  GetResponse,
  Integer8,
  Message,
  Nak,
  OnReturned,
  Ping,
  Returned,
  type Routine,
  Sequentially,
  Stop,
  T1,
  TimedOut,
  Unicode,
  VectorOf,
} from "../../runtime/mod.ts";
import { runActor, texts } from "../helpers/run_actor.ts";

class Job extends Message({ number: Integer8.default(0), seconds: Float8.default(0) }) {}

/** Answers each job after its time with twice its number; a negative number is refused. */
async function server(self: Routine) {
  while (true) {
    const m = await self.select(Job, Stop);
    if (m instanceof Stop) return new Aborted();
    const client = self.returnAddress;
    const { number } = m;
    const answer = number < 0 ? new Faulted("refused", `${number}`) : castTo(2 * number, Integer8);
    self.kernel.after(m.seconds * 1000, () => self.send(answer, client));
  }
}

/** Works for a time, and says when it was stopped. */
async function laborious(self: Routine, { seconds }: { seconds: number }) {
  self.start(T1, seconds);
  const m = await self.select(T1, Stop);
  return m instanceof Stop ? new Aborted() : new Ack();
}

function bare(value: unknown): unknown[] {
  return (castBack(value) as unknown[]).map((item) => item instanceof Message({}) ? item : castBack(item));
}

// ask.

Deno.test("Routine.ask() gives the answer as it came, ready to be sent on, and keeps the message in hand", async () => {
  await runActor(async (self) => {
    const worker = self.create(server);
    const front = self.create(async (self: Routine) => {
      const m = await self.select(Job);
      self.reply(await self.ask(m, worker));
    });
    self.send(new Job({ number: 21, seconds: 1 }), front);
    assertEquals(await self.input(), 42);
    assertEquals(self.receivedType, Integer8);
  });
});

Deno.test("Routine.ask() with a type gives the bare value, a fault, or a fault for anything else", async () => {
  await runActor(async (self) => {
    const worker = self.create(server);
    const answer: number | bigint | Faulted = await self.ask(new Job({ number: 4 }), worker, { type: Integer8 });
    assertEquals(answer, 8);
    const refused = await self.ask(new Job({ number: -1 }), worker, { type: Integer8 });
    assertEquals(String(refused), "refused (-1)");
    const other = await self.ask(new Job({ number: 1 }), worker, { type: Unicode });
    assertEquals(String(other), "unexpected answer (integer8)");
  });
});

Deno.test("Routine.ask() takes no other message for the answer, and leaves them in the mailbox", async () => {
  await runActor(async (self) => {
    const worker = self.create(server);
    self.send(new Nak(), self.address);
    const answers = await Promise.all(
      [3, 1, 2].map((seconds) => self.ask(new Job({ number: seconds, seconds }), worker)),
    );
    assertEquals(answers.map(castBack), [6, 2, 4]);
    assertInstanceOf(await self.input(), Nak);
  });
});

Deno.test("Routine.ask() is over after its timeout, in seconds; a late answer goes to nobody", async () => {
  const { runtime, elapsedMs } = await runActor(async (self) => {
    const worker = self.create(server);
    const answer = await self.ask(new Job({ seconds: 5 }), worker, { timeout: 2 });
    assertInstanceOf(answer, TimedOut);
    assertInstanceOf(answer.timer, T1);
    const next = await self.ask(new Job({ number: 7, seconds: 4 }), worker, { timeout: 10 });
    assertEquals(castBack(next), 14);
  });
  assertEquals(Math.round(elapsedMs), 6000);
  assertEquals(runtime.counts.undeliverable, 1);
});

Deno.test("Routine.ask() ends by its signal with Aborted", async () => {
  await runActor(async (self) => {
    const worker = self.create(server);
    const controller = new AbortController();
    self.kernel.after(1000, () => controller.abort());
    const { signal } = controller;
    const { clock } = self.kernel.world;
    const start = clock.now();
    assertInstanceOf(await self.ask(new Job({ seconds: 9 }), worker, { signal }), Aborted);
    assertEquals(Math.round(clock.now() - start), 1000);
    const before = self.kernel.receiverCount;
    assertInstanceOf(await self.ask(new Job({ seconds: 9 }), worker, { signal }), Aborted);
    assertEquals(self.kernel.receiverCount, before);
  });
});

Deno.test("Routine.ask() leaves nothing behind when its actor ends first", async () => {
  const { runtime } = await runActor(async (self) => {
    const worker = self.create(server);
    const before = self.kernel.receiverCount;
    self.create((self: Routine) => {
      self.ask(new Job({ seconds: 9 }), worker, { timeout: 20 });
      return new Ack();
    });
    await self.select(Returned);
    assertEquals(self.kernel.receiverCount, before);
    await self.stop(worker);
  });
  assertEquals(runtime.counts.discarded, 0);
});

Deno.test("Routine.ask() with a list of types still waits at the mailbox", async () => {
  const { records } = await runActor(async (self) => {
    const worker = self.create(server);
    self.send(new Nak(), self.address);
    assertEquals(await self.ask(new Job({ number: 2 }), [Integer8, Faulted], worker), 4);
  });
  assertEquals(texts(records).length, 1);
});

Deno.test("Routine.select() ends by its signal with Aborted, at once or before it began", async () => {
  await runActor(async (self) => {
    const controller = new AbortController();
    const { signal } = controller;
    const { clock } = self.kernel.world;
    const start = clock.now();
    self.kernel.after(3000, () => controller.abort());
    self.send(new Ack(), self.address);
    assertInstanceOf(await self.select([Nak], { signal, seconds: 10, saving: [Ack] }), Aborted);
    assertEquals(Math.round(clock.now() - start), 3000);
    assertInstanceOf(await self.select([Ack], { signal }), Aborted);
    assertInstanceOf(await self.input(), Ack);
  });
});

Deno.test("Routine.select() whose time is over leaves no message behind", async () => {
  await runActor(async (self) => {
    for (let i = 0; i < 50; i++) {
      self.kernel.after(10, () => self.send(new Ack(), self.address));
      const m = await self.select([Ack], { seconds: 0.01 });
      if (m instanceof TimedOut) assertInstanceOf(await self.input(), Ack);
    }
    self.start(T1, 1);
    assertInstanceOf(await self.input(), T1);
  });
});

// GetResponse and Delay.

Deno.test("GetResponse returns the answer, TimedOut or Aborted", async () => {
  await runActor(async (self) => {
    const address = self.create(server);
    self.create(GetResponse, { request: new Job({ number: 5 }), address });
    assertEquals(castBack((await self.select(Returned)).message), 10);
    self.create(GetResponse, { request: new Job({ seconds: 9 }), address, seconds: 1 });
    assertInstanceOf((await self.select(Returned)).message, TimedOut);
    const waiting = self.create(GetResponse, { request: new Job({ seconds: 9 }), address });
    assertInstanceOf(await self.stop(waiting), Aborted);
  });
});

Deno.test("Delay returns TimedOut after its time, Aborted on Stop", async () => {
  const { elapsedMs } = await runActor(async (self) => {
    self.create(Delay, { seconds: 2.5 });
    assertInstanceOf((await self.select(Returned)).message, TimedOut);
    assertInstanceOf(await self.stop(self.create(Delay, { seconds: 100 })), Aborted);
  });
  assertEquals(Math.round(elapsedMs), 2500);
});

// Concurrently.

Deno.test("Concurrently gives all results in the order of the items, faults included, in the time of the longest", async () => {
  const { elapsedMs } = await runActor(async (self) => {
    const address = self.create(server);
    self.create(Concurrently, {
      items: [
        [new Job({ number: 1, seconds: 3 }), address],
        new CreateFrame(laborious, { seconds: 2 }),
        [new Job({ number: -4 }), address],
        new CreateFrame(() => {
          throw new Error("crash");
        }),
        new CreateFrame(() => null),
      ],
    });
    const { message } = await self.select(Returned);
    const [first, second, third, fourth, fifth] = bare(message);
    assertEquals(first, 2);
    assertInstanceOf(second, Ack);
    assertEquals(String(third), "refused (-4)");
    assertEquals(String(fourth), "object faulted (unhandled exception (crash))");
    assertEquals(fifth, null);
  }, { level: "NONE" });
  assertEquals(Math.round(elapsedMs), 3000);
});

Deno.test("Concurrently without items returns an empty list at once", async () => {
  const { elapsedMs } = await runActor(async (self) => {
    self.create(Concurrently, { items: [] });
    assertEquals(castBack((await self.select(Returned)).message), []);
  });
  assertEquals(elapsedMs, 0);
});

Deno.test("Concurrently stops everything when its time is over, and returns TimedOut once all have ended", async () => {
  const { elapsedMs } = await runActor(async (self) => {
    const ends: string[] = [];
    async function slowToStop(self: Routine, { seconds }: { seconds: number }) {
      await self.select(Stop);
      self.start(T1, seconds);
      await self.select(T1);
      ends.push(`${seconds}`);
    }
    const items = [2, 1].map((seconds) => new CreateFrame(slowToStop, { seconds }));
    self.create(Concurrently, { items, seconds: 5 });
    assertInstanceOf((await self.select(Returned)).message, TimedOut);
    assertEquals(ends, ["1", "2"]);
  });
  assertEquals(Math.round(elapsedMs), 7000);
});

Deno.test("Concurrently stops everything on Stop, and returns Aborted once all have ended", async () => {
  await runActor(async (self) => {
    const address = self.create(server);
    const both = self.create(Concurrently, {
      items: [[new Job({ seconds: 50 }), address], new CreateFrame(laborious, { seconds: 50 })],
    });
    self.start(T1, 1);
    await self.select(T1);
    const before = self.kernel.receiverCount;
    assertInstanceOf(await self.stop(both), Aborted);
    assertEquals(self.kernel.receiverCount, before - 3);
  });
});

// Sequentially.

Deno.test("Sequentially does one after the other, and gives the list of results", async () => {
  const { elapsedMs } = await runActor(async (self) => {
    const address = self.create(server);
    self.create(Sequentially, {
      items: [
        [new Job({ number: 1, seconds: 3 }), address],
        new CreateFrame(laborious, { seconds: 2 }),
        [new Job({ number: 2, seconds: 1 }), address],
      ],
    });
    const [first, second, third] = bare((await self.select(Returned)).message);
    assertEquals([first, third], [2, 4]);
    assertInstanceOf(second, Ack);
  });
  assertEquals(Math.round(elapsedMs), 6000);
});

Deno.test("Sequentially ends with the first fault; what comes after it is not done", async () => {
  let hasRun = false;
  await runActor(async (self) => {
    const address = self.create(server);
    self.create(Sequentially, {
      items: [
        [new Job({ number: 1 }), address],
        [new Job({ number: -1 }), address],
        new CreateFrame(() => void (hasRun = true)),
      ],
    });
    assertEquals(String((await self.select(Returned)).message), "refused (-1)");
  });
  assertEquals(hasRun, false);
});

Deno.test("Sequentially ends with TimedOut or Aborted once the item in hand has ended", async () => {
  const { elapsedMs } = await runActor(async (self) => {
    let made = 0;
    const frame = () =>
      new CreateFrame(async (self: Routine) => {
        made++;
        self.start(T1, 4);
        return await self.select(T1, Stop);
      });
    self.create(Sequentially, { items: [frame(), frame(), frame()], seconds: 5 });
    assertInstanceOf((await self.select(Returned)).message, TimedOut);
    assertEquals(made, 2);
    const second = self.create(Sequentially, { items: [frame(), frame()] });
    self.start(T1, 1);
    await self.select(T1);
    assertInstanceOf(await self.stop(second), Aborted);
    assertEquals(made, 3);
  });
  assertEquals(Math.round(elapsedMs), 6000);
});

Deno.test("Sequentially without items returns an empty list", async () => {
  await runActor(async (self) => {
    self.create(Sequentially, { items: [] });
    assertEquals(castBack((await self.select(Returned)).message), []);
  });
});

// Callbacks.

/** Takes `Returned` until no noted child is left, and gives what `run` was not there for. */
async function untilAllReturned(self: Routine): Promise<unknown[]> {
  const others: unknown[] = [];
  while (self.working() > 0) {
    const m = await self.select(Returned, Stop);
    if (m instanceof Stop) {
      self.abort();
      continue;
    }
    const context = self.debrief();
    if (context instanceof OnReturned) context.run(self, m);
    else others.push(m.message);
  }
  return others;
}

Deno.test("onReturn() calls back with the value, once; continuation() hands the rest of a chain on", async () => {
  await runActor(async (self) => {
    const steps: unknown[] = [];
    const address = self.create(server);
    const step = (number: number) => self.create(GetResponse, { request: new Job({ number, seconds: 1 }), address });
    const last = new OnReturned((_self, value) => void steps.push(`last ${castBack(value)}`));
    self.onReturn(step(1), (self, value) => {
      steps.push(castBack(value));
      self.onReturn(step(2), (self, value) => {
        steps.push(castBack(value));
        self.continuation(step(3), last);
      });
    });
    assertEquals(await untilAllReturned(self), []);
    assertEquals(steps, [2, 4, "last 6"]);
  });
});

Deno.test("onReturn() gets faults as values", async () => {
  const { records } = await runActor(async (self) => {
    const faults: string[] = [];
    const crash = self.create(() => {
      throw new Error("crash");
    });
    self.onReturn(crash, (_self, value) => void faults.push(String(value)));
    self.onReturn(self.create(Delay, { seconds: 1 }), (_self, value) => void faults.push(String(value)));
    await untilAllReturned(self);
    assertEquals(faults, ["object faulted (unhandled exception (crash))", 'timed out ("T1" exceeded)']);
  });
  assertEquals(records.length, 1);
});

Deno.test("a chain of callbacks ends on Stop with those that it noted", async () => {
  await runActor(async (self) => {
    const chain = self.create(async (self: Routine) => {
      const ends: unknown[] = [];
      self.onReturn(self.create(laborious, { seconds: 100 }), (_self, value) => void ends.push(value));
      self.assign(self.create(laborious, { seconds: 200 }));
      const others = await untilAllReturned(self);
      return castTo([ends.length, others.length], VectorOf(Integer8));
    });
    self.send(new Ping(), self.address);
    await self.select(Ping);
    const started = self.kernel.world.clock.now();
    assertEquals(castBack(await self.stop(chain)), [1, 1]);
    assert(self.kernel.world.clock.now() - started < 1);
  });
});
