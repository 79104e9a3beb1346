import { assert, assertEquals } from "@std/assert";
import {
  Ack,
  type AddressValue,
  bind,
  castTo,
  Integer8,
  on,
  Ping,
  Returned,
  type Routine,
  Stateless,
  Stop,
} from "../../runtime/mod.ts";
import { Ring } from "../../runtime/ring.ts";
import { ROUND_MESSAGES_MAX, type Runnable, Turns } from "../../runtime/turns.ts";
import { runActor } from "../helpers/run_actor.ts";

Deno.test("Ring gives what was put in, in order, whatever its size", () => {
  const ring = new Ring<number>();
  assertEquals(ring.shift(), undefined);
  let put = 0;
  let taken = 0;
  for (const [puts, takes] of [[3, 2], [40, 30], [9000, 20], [1, 8000], [0, 992], [5, 5], [20_000, 20_000]] as const) {
    for (let i = 0; i < puts; i++) ring.push(put++);
    for (let i = 0; i < takes; i++) assertEquals(ring.shift(), taken++);
    assertEquals(ring.length, put - taken);
  }
  assertEquals(ring.shift(), undefined);
  ring.push(1);
  ring.clear();
  assertEquals([ring.length, ring.shift()], [0, undefined]);
});

/** A clock by hand: `soon` tasks are run when the test says so. */
class HandClock {
  time = 0;
  readonly tasks: (() => void)[] = [];
  now = () => this.time;
  soon = (task: () => void) => void this.tasks.push(task);
}

/** Lets all that is queued as a microtask happen. */
async function rest(): Promise<void> {
  for (let i = 0; i < 100; i++) await null;
}

/** Has work without end, each piece of which takes some time of the clock. */
class Worker implements Runnable {
  taken = 0;

  constructor(readonly turns: Turns, readonly clock: HandClock, readonly milliseconds: number) {}

  run(): void {
    for (let i = 0; i < 64 && this.turns.spend(this); i++) {
      this.taken++;
      this.clock.time += this.milliseconds;
    }
    this.turns.schedule(this);
  }
}

Deno.test("Turns leaves room for the platform after a number of messages", async () => {
  const clock = new HandClock();
  const turns = new Turns(clock);
  const workers = [1, 2, 3].map(() => new Worker(turns, clock, 0));
  for (const worker of workers) turns.schedule(worker);
  for (let round = 1; round <= 3; round++) {
    await rest();
    assertEquals(workers.reduce((sum, worker) => sum + worker.taken, 0), round * ROUND_MESSAGES_MAX);
    assertEquals(clock.tasks.length, 1);
    clock.tasks.shift()!();
  }
  for (const worker of workers) assert(worker.taken >= ROUND_MESSAGES_MAX - 64, `${worker.taken}`);
});

Deno.test("Turns asks for the next round when the time of one is up, so that who comes later need not wait for it", () => {
  const clock = new HandClock();
  const turns = new Turns(clock);
  const receiver: Runnable = { taken: 0, run() {} };
  let spent = 0;
  // One message each tenth of a millisecond, each of which is taken at once.
  for (; turns.spendAtOnce(receiver); spent++) {
    clock.time += 0.1;
    turns.rest();
  }
  assert(spent >= 40 && spent < ROUND_MESSAGES_MAX, `${spent}`);
  assertEquals([clock.tasks.length, turns.isBehind], [1, false], "asked for, though nobody waits");
  clock.tasks.shift()!();
  assert(turns.spendAtOnce(receiver));
  assertEquals([clock.tasks.length, receiver.taken], [0, 0]);
});

Deno.test("Turns leaves room for the platform after a few milliseconds when messages take long", async () => {
  const clock = new HandClock();
  const turns = new Turns(clock);
  const worker = new Worker(turns, clock, 3);
  turns.schedule(worker);
  await rest();
  // It takes a first look to find that out.
  clock.tasks.shift()!();
  for (let round = 0; round < 20; round++) {
    const before = worker.taken;
    await rest();
    assert(worker.taken - before <= 2, `${worker.taken - before} in one round`);
    clock.tasks.shift()!();
  }
});

Deno.test("Turns calls back those who bring work once all of it is done", async () => {
  const clock = new HandClock();
  const turns = new Turns(clock);
  let left = 2 * ROUND_MESSAGES_MAX + 10;
  const finite: Runnable = {
    taken: 0,
    run() {
      while (left > 0 && turns.spend(finite)) left--;
      if (left > 0) turns.schedule(finite);
    },
  };
  turns.schedule(finite);
  await rest();
  assert(turns.isBehind);
  const found: number[] = [];
  turns.whenCaughtUp(() => void found.push(left));
  await rest();
  assertEquals(found, [], "the round is over, and there is more");
  for (let round = 0; round < 2; round++) {
    for (const task of clock.tasks.splice(0)) task();
    await rest();
  }
  assertEquals(found, [0]);
  assert(!turns.isBehind);
});

Deno.test("Turns calls back those who bring work after a few rounds, when the work has no end", async () => {
  const clock = new HandClock();
  const turns = new Turns(clock);
  turns.schedule(new Worker(turns, clock, 0));
  await rest();
  let rounds = 0;
  let calledIn: number | null = null;
  turns.whenCaughtUp(() => calledIn = rounds);
  while (calledIn === null && rounds < 20) {
    rounds++;
    for (const task of clock.tasks.splice(0)) task();
    await rest();
  }
  assertEquals(calledIn, 4);
});

Deno.test("Turns gives others a turn between two services of those who are pressed", async () => {
  const clock = new HandClock();
  const turns = new Turns(clock);
  const order: string[] = [];
  /** As one that presses itself whenever it is served. */
  const presser = (name: string): Runnable => {
    const runnable = {
      taken: 0,
      run: () => {
        order.push(name);
        turns.press(runnable);
      },
    };
    return runnable;
  };
  const other: Runnable = {
    taken: 0,
    run: () => {
      order.push("other");
      turns.schedule(other);
    },
  };
  turns.press(presser("a"));
  turns.press(presser("b"));
  turns.schedule(other);
  await rest();
  assertEquals(order.slice(0, 6), ["a", "other", "b", "other", "a", "other"]);
  turns.end();
});

const SENDERS = 1000;
const MESSAGES = 150_000;

/** Sends to one receiver, so many at a time. */
function sender(each: number, burst: number, to: AddressValue): (self: Routine) => Promise<void> {
  return async (self) => {
    for (let sent = 0; sent < each;) {
      for (let i = 0; i < burst && sent < each; i++, sent++) self.send(new Ping(), to);
      self.send(new Ack(), self.address);
      await self.input();
    }
  };
}

class Taker extends Stateless {
  count = 0;
}
bind(Taker, "turns_test", {
  table: {
    always: [on(Ping, (self) => self.count++), on(Stop, (self) => self.complete(castTo(self.count, Integer8)))],
  },
});

async function taker(self: Routine) {
  for (let count = 0;; count++) if (await self.input() instanceof Stop) return castTo(count, Integer8);
}

Deno.test("1000 who send to one at once lose nothing, however many each time", async () => {
  for (const [type, burst] of [[taker, 1], [taker, 10], [taker, 300], [Taker, 10], [Taker, 300]] as const) {
    const { value, runtime } = await runActor(async (self) => {
      const address = self.create(type as typeof taker);
      for (let i = 0; i < SENDERS; i++) self.create(sender(MESSAGES / SENDERS, burst, address));
      for (let ends = 0; ends < SENDERS;) if (await self.input() instanceof Returned) ends++;
      return await self.stop(address);
    }, { strict: false });
    assertEquals(runtime.counts.discarded, 0);
    assertEquals((value as { value: unknown }).value, MESSAGES);
  }
});

Deno.test("a receiver that waits for something else is not waited for", async () => {
  const { runtime } = await runActor(async (self) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const late = self.create(async (self: Routine) => {
      await self.input();
      await promise;
      for (let i = 0; i < 5000; i++) await self.input();
    });
    for (let i = 0; i < 5001; i++) self.send(new Ping(), late);
    const busy = self.create(async (self: Routine) => {
      for (let i = 0; i < 5000; i++) {
        self.send(new Ack(), self.address);
        await self.input();
      }
    });
    await self.select(Returned);
    assertEquals(self.returnAddress, busy);
    resolve();
    await self.select(Returned);
    assertEquals(self.returnAddress, late);
  });
  assertEquals(runtime.counts.discarded, 0);
});

Deno.test("Turns counts what was done besides messages: the round is over sooner, and no later one is", async () => {
  const clock = new HandClock();
  const turns = new Turns(clock);
  const worker = new Worker(turns, clock, 0);
  turns.charge(ROUND_MESSAGES_MAX - 100);
  turns.schedule(worker);
  await rest();
  assertEquals([worker.taken, turns.isBehind], [100, true]);
  turns.charge(5 * ROUND_MESSAGES_MAX);
  clock.tasks.shift()!();
  await rest();
  assertEquals(worker.taken, 100 + ROUND_MESSAGES_MAX);
});
