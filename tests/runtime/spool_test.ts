import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  Aborted,
  Ack,
  type AddressValue,
  Busy,
  Faulted,
  GetResponse,
  Integer8,
  JoinSpool,
  LeaveSpool,
  Message,
  ObjectSpool,
  OnReturned,
  Overloaded,
  Returned,
  type Routine,
  Stop,
  T1,
  TemporarilyUnavailable,
  TimedOut,
} from "../../runtime/mod.ts";
import { SpoolCore } from "../../runtime/spool/spool_core.ts";
import { runActor } from "../helpers/run_actor.ts";

class Job extends Message({ number: Integer8.default(0) }) {}

/** Answers each job with its number after `seconds`. */
function worker(seconds: number) {
  return async function slow(self: Routine) {
    while (true) {
      const m = await self.select(Job, Stop);
      if (m instanceof Stop) return new Aborted();
      const client = self.returnAddress;
      self.start(T1, seconds);
      const t = await self.select([T1, Stop], { saving: [Job] });
      if (t instanceof Stop) return new Aborted();
      self.send(new Job({ number: m.number }), client);
    }
  };
}

/** Sends jobs through the spool at once and gives the answers in the order of the jobs. */
async function askAll(self: Routine, spool: AddressValue, count: number): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (let i = 0; i < count; i++) {
    const child = self.create(GetResponse, { request: new Job({ number: i }), address: spool });
    self.onReturn(child, (_self, value) => void (answers[i] = value));
  }
  while (self.working() > 0) {
    const m = await self.select(Returned);
    const context = self.debrief();
    if (context instanceof OnReturned) context.run(self, m);
  }
  return answers;
}

Deno.test("ObjectSpool gives each requester its own answer, over several workers", async () => {
  const { elapsedMs } = await runActor(async (self) => {
    const spool = self.create(ObjectSpool, { worker: worker(1), objectCount: 4, responsiveness: null });
    const answers = await askAll(self, spool, 20);
    assertEquals(answers.map((answer) => (answer as Job).number), Array.from({ length: 20 }, (_, i) => i));
    assertInstanceOf(await self.stop(spool), Aborted);
  });
  assert(elapsedMs >= 5000 && elapsedMs < 5100, `${elapsedMs}`);
});

Deno.test("ObjectSpool without a worker is temporarily unavailable, until one joins", async () => {
  await runActor(async (self) => {
    const spool = self.create(ObjectSpool);
    const [refusal] = await askAll(self, spool, 1);
    assertInstanceOf(refusal, TemporarilyUnavailable);
    assertEquals(refusal.condition, "Service temporarily unavailable (no worker and no immediate prospects of one)");
    const w = self.create(worker(0.1));
    self.send(new JoinSpool(w), spool);
    assertInstanceOf((await askAll(self, spool, 1))[0], Job);
    self.send(new LeaveSpool(w), spool);
    assertInstanceOf((await askAll(self, spool, 1))[0], TemporarilyUnavailable);
  });
});

Deno.test("ObjectSpool tells the requester at once when a worker leaves with the request in hand", async () => {
  const { elapsedMs } = await runActor(async (self) => {
    const spool = self.create(ObjectSpool);
    const w = self.create(worker(1000));
    self.send(new JoinSpool(w), spool);
    const child = self.create(GetResponse, { request: new Job(), address: spool });
    const waiting = self.create(GetResponse, { request: new Job(), address: spool });
    self.start(T1, 0.5);
    await self.select(T1);
    self.send(new LeaveSpool(w), spool);
    assertInstanceOf((await self.select(Returned)).message, Aborted);
    assertEquals(self.returnAddress, child);
    assertInstanceOf((await self.select(Returned)).message, TemporarilyUnavailable);
    assertEquals(self.returnAddress, waiting);
  });
  assert(elapsedMs < 600);
});

Deno.test("ObjectSpool tells the requester the fault of a worker that crashes, and makes another after the stand-down", async () => {
  let lives = 0;
  async function crasher(self: Routine) {
    lives++;
    const m = await self.select(Job, Stop);
    if (m instanceof Job && lives === 1) throw new Error("crash");
    if (m instanceof Job) {
      self.reply(new Ack());
      await self.select(Stop);
    }
    return new Aborted();
  }
  const { elapsedMs } = await runActor(async (self) => {
    const spool = self.create(ObjectSpool, { worker: crasher, objectCount: 1, standDown: 10 });
    const [fault, answer] = await askAll(self, spool, 2);
    assertInstanceOf(fault, Faulted);
    assertEquals(fault.explanation, "unhandled exception (crash)");
    assertInstanceOf(answer, Ack);
  }, { level: "NONE" });
  assertEquals(lives, 2);
  assert(elapsedMs >= 7500 && elapsedMs <= 12600, `${elapsedMs}`);
});

Deno.test("ObjectSpool refuses what its queue has no room for", async () => {
  await runActor(async (self) => {
    const settings = { worker: worker(1), objectCount: 1, sizeOfQueue: 2, responsiveness: null };
    const answers = await askAll(self, self.create(ObjectSpool, settings), 4);
    const refused = answers.filter((answer) => answer instanceof Overloaded);
    assertEquals(refused.map((fault) => fault.condition), ["message rejected by spool (overloaded, 2 pending)"]);
  });
});

Deno.test("ObjectSpool gives up after five response times, and the late answer goes to nobody else", async () => {
  await runActor(async (self) => {
    const settings = { worker: worker(3), objectCount: 1, responsiveness: 0.5 };
    const spool = self.create(ObjectSpool, settings);
    const first = self.create(GetResponse, { request: new Job({ number: 1 }), address: spool });
    assertInstanceOf((await self.select(Returned)).message, TimedOut);
    assertEquals(self.returnAddress, first);
    self.create(GetResponse, { request: new Job({ number: 2 }), address: spool });
    const { message } = await self.select(Returned);
    // The worker is still busy with the first, answers it to nobody, and is too late for the second as well.
    assertInstanceOf(message, TimedOut);
  });
});

Deno.test("ObjectSpool tells everybody who waits when it stops", async () => {
  await runActor(async (self) => {
    const spool = self.create(ObjectSpool, { worker: worker(100), objectCount: 1, responsiveness: null });
    for (let i = 0; i < 3; i++) self.create(GetResponse, { request: new Job(), address: spool });
    self.start(T1, 1);
    await self.select(T1);
    self.send(new Stop(), spool);
    for (let i = 0; i < 4; i++) assertInstanceOf((await self.select(Returned)).message, Aborted);
  });
});

Deno.test("ObjectSpool takes the first answer to each request, whatever else a worker sends", async () => {
  async function talkative(self: Routine) {
    while (true) {
      const m = await self.select(Job, Stop);
      if (m instanceof Stop) return new Aborted();
      self.reply(new Job({ number: m.number }));
      self.reply(new Job({ number: -1 }));
    }
  }
  await runActor(async (self) => {
    const spool = self.create(ObjectSpool, { worker: talkative, objectCount: 2, responsiveness: null });
    const answers = await askAll(self, spool, 500);
    assertEquals(answers.map((answer) => (answer as Job).number), Array.from({ length: 500 }, (_, i) => i));
    assertEquals(self.kernel.counts.undeliverable, 500);
  });
});

Deno.test("ObjectSpool uses its return addresses again, but none whose answer may still come", async () => {
  await runActor(async (self) => {
    const spool = self.create(ObjectSpool, { responsiveness: 0.5 });
    const w = self.create(worker(0));
    self.send(new JoinSpool(w), spool);
    const atRest = self.kernel.receiverCount;
    await askAll(self, spool, 1000);
    const { receiverCount } = self.kernel;
    assert(receiverCount - atRest <= 65, `${receiverCount - atRest} addresses are kept`);
    // A worker that leaves, and one that is too slow: their addresses are gone for good.
    for (const seconds of [0, 10]) {
      const slow = self.create(worker(seconds === 0 ? 1000 : seconds));
      self.send(new LeaveSpool(w), spool);
      self.send(new JoinSpool(slow), spool);
      const before = self.kernel.receiverCount;
      const child = self.create(GetResponse, { request: new Job(), address: spool });
      if (seconds === 0) {
        self.start(T1, 0.5);
        await self.select(T1);
        self.send(new LeaveSpool(slow), spool);
        assertInstanceOf((await self.select(Returned)).message, Aborted);
      } else assertInstanceOf((await self.select(Returned)).message, TimedOut);
      assertEquals(self.returnAddress, child);
      assertEquals(self.kernel.receiverCount, before - 1, "one of the addresses at rest was used up");
    }
    await self.stop(spool);
    assert(self.kernel.receiverCount < atRest + 3, `${self.kernel.receiverCount} receivers are left`);
  });
});

Deno.test("ObjectSpool refuses parameters that make no sense", async () => {
  await runActor(async (self) => {
    self.create(ObjectSpool, { worker: worker(1), objectCount: 0 });
    const { message } = await self.select(Returned);
    const text = "unexpected parameters (count=0, size=null, responsiveness=5, stand_down=30)";
    assertEquals(String(message), text);
  });
});

Deno.test("SpoolCore refuses as busy by the average of answers, and lets every tenth through", () => {
  const core = new SpoolCore({ sizeOfQueue: null, responsiveness: 1, busyPassRate: 10, external: true });
  core.joined("1" as AddressValue);
  core.request(null, "9" as AddressValue, 0);
  core.answered(1, null, 2000);
  const outcomes: string[] = [];
  for (let id = 2; id <= 21; id++) {
    const [effect] = core.request(null, "9" as AddressValue, 2000);
    if (effect?.do === "assign") {
      outcomes.push("assign");
      core.answered(effect.request.id, null, 4000);
    } else if (effect?.do === "answer" && effect.message instanceof Busy) outcomes.push(effect.message.condition);
  }
  const busy = "message rejected by spool (average response time 2.00)";
  const nine = Array.from({ length: 9 }, () => busy);
  assertEquals(outcomes, [...nine, "assign", ...nine, "assign"]);
});

Deno.test("SpoolCore gives a request to the worker that has been idle longest, and forgets one that left", () => {
  const core = new SpoolCore({ sizeOfQueue: null, responsiveness: null, busyPassRate: 10, external: true });
  const [a, b] = ["1", "2"] as AddressValue[] as [AddressValue, AddressValue];
  core.joined(a);
  core.joined(b);
  core.joined(a);
  const worker = () => {
    const [effect] = core.request(null, "9" as AddressValue, 0);
    return effect?.do === "assign" ? effect.worker : null;
  };
  assertEquals([worker(), worker()], [a, b]);
  core.answered(2, null, 1);
  core.answered(1, null, 1);
  assertEquals(worker(), b);
  core.left(b);
  core.answered(3, null, 2);
  assertEquals([core.idle, worker(), core.idle], [1, a, 0]);
});
