/** The sentences in the module text of runtime/mod.ts, one by one. Each names its test, and all are here. */

import { assert, assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import {
  Aborted,
  Ack,
  type AddressValue,
  bind,
  castTo,
  Faulted,
  Float8,
  Integer8,
  MAILBOX_MESSAGES_MAX,
  Message,
  Nak,
  on,
  Ping,
  PROCESS_CONTEXT,
  ProcessObject,
  Returned,
  type Routine,
  runProgram,
  type Runtime,
  save,
  Start,
  Stateless,
  StateMachine,
  Stop,
  T1,
  T2,
  VectorOf,
  type World,
} from "../../runtime/mod.ts";
import { Simulation } from "../../runtime/simulation/mod.ts";
import { runActor, texts } from "../helpers/run_actor.ts";

class Numbered extends Message({ number: Integer8.default(0), sender: Integer8.default(0) }) {}
bind(Numbered, "guarantees_test");
class Basket extends Message({ items: VectorOf(Float8) }) {}
bind(Basket, "guarantees_test");
class Parcel extends Message({ items: VectorOf(Float8) }) {}
bind(Parcel, "guarantees_test", { copyBeforeSending: true });

/** A routine that goes on until it is told to stop, and then returns what it saw. */
async function collector(self: Routine) {
  const seen: number[] = [];
  while (true) {
    const m = await self.select(Numbered, Stop);
    if (m instanceof Stop) return castTo(seen, VectorOf(Float8));
    seen.push(m.number);
  }
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

async function collected(self: Routine, address: AddressValue): Promise<unknown> {
  const value = await self.stop(address);
  return (value as { value: unknown }).value;
}

/** Lets a virtual time pass. */
async function pause(self: Routine, seconds: number): Promise<void> {
  self.start(T2, seconds);
  await self.select([T2], { saving: [Ack, Nak, Ping, Numbered, Returned, Stop] });
}

// Messages.

Deno.test("order is kept between one sender and one receiver", async () => {
  await runActor(async (self) => {
    const c = self.create(collector);
    const senders = numbers(5).map((sender) =>
      self.create(async function (self: Routine) {
        for (let number = 0; number < 1000; number++) {
          self.send(new Numbered({ number, sender }), c);
          if (number % 97 === sender) await pause(self, 0.001);
        }
      })
    );
    for (const _ of senders) await self.select(Returned);
    const seen = await collected(self, c) as number[];
    assertEquals(seen.length, 5000);
    const next = new Map<number, number>();
    // What is taken out of order would leave its number behind.
    for (const number of seen) next.set(number, (next.get(number) ?? 0) + 1);
    assertEquals([...next.values()], Array(1000).fill(5));
    assertEquals([...next.keys()], numbers(1000).toSorted((a, b) => a - b));
  });
});

Deno.test("order is kept for each of several senders", async () => {
  await runActor(async (self) => {
    const seen = new Map<number, number[]>();
    const taker = self.create(async (self: Routine) => {
      for (let i = 0; i < 3000; i++) {
        const m = await self.select(Numbered);
        const list = seen.get(m.sender) ?? [];
        seen.set(m.sender, [...list, m.number]);
      }
    });
    for (const sender of [0, 1, 2]) {
      self.create(async (self: Routine) => {
        for (let number = 0; number < 1000; number++) {
          self.send(new Numbered({ number, sender }), taker);
          if (number % 10 === sender) await pause(self, 0.001);
        }
      });
    }
    for (let i = 0; i < 4; i++) await self.select(Returned);
    for (const sender of [0, 1, 2]) assertEquals(seen.get(sender), numbers(1000));
  });
});

Deno.test("send() returns before the receiver runs", async () => {
  await runActor(async (self) => {
    let hasRun = false;
    const taker = self.create(async (self: Routine) => {
      await self.input();
      hasRun = true;
    });
    await pause(self, 1);
    self.send(new Ping(), taker);
    assertEquals(hasRun, false);
    await self.select(Returned);
    assertEquals(hasRun, true);
  });
});

let inside = 0;
let insideMost = 0;
class Single extends Stateless {
  count = 0;

  handle(): void {
    inside++;
    insideMost = Math.max(insideMost, inside);
    // A message to itself, and one that comes back at once, must wait for the end of this handler.
    if (this.count++ < 100) this.send(new Ping(), this.address);
    else this.complete(null);
    inside--;
  }
}
bind(Single, "guarantees_test", { table: { always: [on(Start, () => {}), on(Ping, (self) => self.handle())] } });

Deno.test("an actor handles one message at a time", async () => {
  await runActor(async (self) => {
    const single = self.create(Single);
    for (let i = 0; i < 10; i++) self.send(new Ping(), single);
    await self.select(Returned);
    assertEquals(insideMost, 1);
    const log: string[] = [];
    const routine = self.create(async (self: Routine) => {
      for (let i = 0; i < 3; i++) {
        await self.input();
        log.push(`begin ${i}`);
        self.send(new Ping(), self.address);
        log.push(`end ${i}`);
      }
    });
    for (let i = 0; i < 3; i++) self.send(new Ack(), routine);
    await self.select(Returned);
    assertEquals(log, ["begin 0", "end 0", "begin 1", "end 1", "begin 2", "end 2"]);
  });
});

Deno.test("a message belongs to its receiver once sent, and strict mode holds the sender to it", async () => {
  const { value } = await runActor((self) => {
    const basket = new Basket({ items: [1] });
    self.send(basket, self.address);
    basket.items.push(2);
  }, { level: "NONE" });
  assertMatch(String(value), /not extensible/);
  await runActor(async (self) => {
    const parcel = new Parcel({ items: [1] });
    self.send(parcel, self.address);
    parcel.items.push(2);
    const m = await self.select(Parcel);
    assertEquals(m.items, [1]);
  });
});

// What is put aside.

interface Door {
  readonly order: number[];
}

class Gate extends StateMachine<"shut" | "open"> {
  readonly #door: Door;

  constructor(settings: Door) {
    super("shut");
    this.#door = settings;
  }

  pass(number: number): "open" {
    this.#door.order.push(number);
    return "open";
  }
}
bind(Gate, "guarantees_test", {
  table: {
    shut: [on(Start, () => "shut"), save(Numbered), on(Ack, () => "open"), on(Nak, () => "shut")],
    open: [on(Numbered, (self, m) => self.pass(m.number)), on(Nak, () => "shut"), on(Stop, (self) => self.complete())],
  },
});

Deno.test("messages put aside come back in order of arrival, and none is lost", async () => {
  const door: Door = { order: [] };
  await runActor(async (self) => {
    const gate = self.create(Gate, door);
    for (let number = 0; number < 20; number++) {
      self.send(new Numbered({ number }), gate);
      // Rounds in which nothing can be used.
      self.send(new Nak(), gate);
    }
    self.send(new Ack(), gate);
    await self.stop(gate);
    assertEquals(door.order, numbers(20));

    const order: number[] = [];
    self.create(async (self: Routine) => {
      await self.select([Ack], { saving: [Numbered] });
      for (let i = 0; i < 20; i++) order.push((await self.select(Numbered)).number);
    });
    const saver = self.returnAddress;
    assertEquals(saver, gate);
    const second = self.create(async (self: Routine) => {
      for (let round = 0; round < 12; round++) await self.select([Ack], { saving: [Numbered] });
      for (let i = 0; i < 20; i++) order.push((await self.select(Numbered)).number);
    });
    for (let number = 0; number < 20; number++) self.send(new Numbered({ number }), second);
    for (let i = 0; i < 12; i++) self.send(new Ack(), second);
    await self.select(Returned);
    assertEquals(order, numbers(20));
  });
});

Deno.test("more messages put aside than a mailbox holds are discarded, counted and warned about", async () => {
  const door: Door = { order: [] };
  const { runtime, records } = await runActor(async (self) => {
    const gate = self.create(Gate, door);
    for (let sent = 0; sent < MAILBOX_MESSAGES_MAX + 100;) {
      for (let i = 0; i < 1000 && sent < MAILBOX_MESSAGES_MAX + 100; i++, sent++) {
        self.send(new Numbered({ number: sent }), gate);
      }
      await pause(self, 0.1);
    }
    await pause(self, 2);
    self.send(new Ack(), gate);
    await self.stop(gate);
  }, { strict: false });
  assertEquals(door.order, numbers(MAILBOX_MESSAGES_MAX));
  assertEquals(runtime.ledger().total.discarded.aside, 100);
  assertEquals(records.map(({ tag }) => tag), ["?"]);
  assertMatch(texts(records)[0]!, /^Discarded 100 messages: <[0-9a-f]{8}>Gate \(100 too many put aside\)$/);
});

// Stop, and the end.

Deno.test("Stop is a message: it comes after what was sent before, and the receiver decides", async () => {
  await runActor(async (self) => {
    const c = self.create(collector);
    for (let number = 0; number < 100; number++) self.send(new Numbered({ number }), c);
    assertEquals(await collected(self, c), numbers(100));
    const stubborn = self.create(async (self: Routine) => {
      await self.select(Stop);
      await self.select(Stop);
      return new Nak();
    });
    self.send(new Stop(), stubborn);
    await pause(self, 10);
    assertInstanceOf(await self.stop(stubborn), Nak);
  });
});

Deno.test("abort() stops the noted children only, and children outlive an actor that ends", async () => {
  await runActor(async (self) => {
    let grandchild: AddressValue | null = null;
    const child = self.create(async (self: Routine) => {
      grandchild = self.create(collector);
      const noted = self.create(collector);
      self.assign(noted);
      await self.select(Ping);
      assertEquals(self.abort(), 1);
      await self.select(Returned);
      assertEquals(self.returnAddress, noted);
    });
    self.send(new Ping(), child);
    await self.select(Returned);
    assertEquals(self.returnAddress, child);
    const orphan = grandchild!;
    assert(self.kernel.receiverAt(orphan) !== undefined);
    self.send(new Stop(), orphan);
    await pause(self, 1);
    assertEquals(self.kernel.receiverAt(orphan), undefined);
  });
});

Deno.test("the parent gets Returned once, from the child's address, after all else that the child sent it", async () => {
  await runActor(async (self) => {
    const child = self.create((self: Routine) => {
      for (let number = 0; number < 10; number++) self.send(new Numbered({ number }), self.parentAddress);
      return new Ack();
    });
    for (let number = 0; number < 10; number++) assertEquals((await self.select(Numbered)).number, number);
    const returned = await self.select(Returned);
    assertInstanceOf(returned.message, Ack);
    assertEquals(self.returnAddress, child);
    self.start(T1, 60);
    assertInstanceOf(await self.input(), T1);
  });
});

Deno.test("Returned is taken into a full mailbox", async () => {
  await runActor(async (self) => {
    const count = MAILBOX_MESSAGES_MAX;
    for (let i = 0; i < count + 10; i++) self.send(new Ack(), self.address);
    for (let i = 0; i < 50; i++) self.create(() => null);
    await Promise.resolve();
    let ends = 0;
    while (ends < 50) if (await self.input() instanceof Returned) ends++;
  }, { level: "NONE" });
});

Deno.test("messages to an actor that ended are dropped quietly and counted", async () => {
  const { runtime, records } = await runActor(async (self) => {
    const child = self.create(async (self: Routine) => await self.input());
    for (let i = 0; i < 5; i++) self.send(new Ack(), child);
    await self.select(Returned);
    for (let i = 0; i < 3; i++) self.send(new Ack(), child);
  });
  const { total, undeliverable } = runtime.ledger();
  // Four waited when it ended; three came later.
  assertEquals([total.discarded.ended, undeliverable], [4, 3]);
  assertEquals(records, []);
});

Deno.test("an exception ends its actor with a fault, has a line in the log, and touches nobody else", async () => {
  const { value, records } = await runActor(async (self) => {
    const bystander = self.create(collector);
    const child = self.create(function crash() {
      throw new RangeError("too far");
    });
    const { message } = await self.select(Returned);
    assertEquals(self.returnAddress, child);
    self.send(new Numbered({ number: 7 }), bystander);
    assertEquals(await collected(self, bystander), [7]);
    return message;
  });
  assertInstanceOf(value, Faulted);
  assertEquals(String(value), "object faulted (unhandled exception (too far))");
  assertEquals(records.map(({ tag, name }) => [tag, name]), [["!", "crash"]]);
  // The stack names this file.
  assertMatch(records[0]!.text, /guarantees_test/);
});

// Overflow.

Deno.test("messages to a full mailbox are discarded, and one warning a second names receivers and counts", async () => {
  const { runtime, records } = await runActor(async (self) => {
    async function idle(self: Routine) {
      await self.select([Stop], { saving: [Ack] });
    }
    const [a, b] = [self.create(idle), self.create(idle)];
    // They wait for nothing while this loop goes on.
    for (let i = 0; i < MAILBOX_MESSAGES_MAX + 30; i++) self.send(new Ack(), a);
    for (let i = 0; i < MAILBOX_MESSAGES_MAX + 20; i++) self.send(new Ack(), b);
    await pause(self, 3);
  });
  assertEquals(runtime.counts.discarded, 50);
  const warnings = records.filter(({ text }) => text.startsWith("Discarded"));
  assertEquals(warnings.length, 1);
  const mailboxes =
    /^Discarded 50 messages: <[0-9a-f]{8}>idle \(30 mailbox full\), <[0-9a-f]{8}>idle \(20 mailbox full\)$/;
  assertMatch(warnings[0]!.text, mailboxes);
});

// Fairness.

Deno.test("an actor with many messages does not keep others from theirs", async () => {
  await runActor(async (self) => {
    const order: string[] = [];
    const busy = self.create(async (self: Routine) => {
      for (let i = 0; i < 10_000; i++) await self.input();
      order.push("busy");
    });
    const quick = self.create(async (self: Routine) => {
      await self.input();
      order.push("quick");
    });
    for (let i = 0; i < 10_000; i++) self.send(new Ack(), busy);
    self.send(new Ack(), quick);
    await self.select(Returned);
    await self.select(Returned);
    assertEquals(order, ["quick", "busy"]);
  });
});

Deno.test("messages without end do not keep timers and input from their turn", async () => {
  await runActor(async (self) => {
    const e = self.create(async (self: Routine) => {
      while (true) {
        await self.input();
        self.reply(self.received);
      }
    });
    self.start(T1, 0.001);
    self.send(new Ping(), e);
    let count = 0;
    for (;;) {
      const m = await self.input();
      if (m instanceof T1) break;
      assert(++count < 100_000, "the timer was kept waiting");
      self.reply(m as Ping);
    }
  });
});

Deno.test("few messages are handled between two turns of timers and input, however many wait", async () => {
  await runActor(async (self) => {
    let handled = 0;
    let most = 0;
    let last = 0;
    let turns = 0;
    let isOver = false;
    const { clock } = self.kernel.world;
    const look = (): void => {
      most = Math.max(most, handled - last);
      last = handled;
      turns++;
      if (!isOver) clock.soon(look);
    };
    async function taker(self: Routine) {
      while (true) {
        if (await self.input() instanceof Stop) return;
        handled++;
      }
    }
    const takers = numbers(50).map(() => self.create(taker));
    await pause(self, 1);
    clock.soon(look);
    for (const address of takers) for (let i = 0; i < 5000; i++) self.send(new Ack(), address);
    for (const address of takers) self.send(new Stop(), address);
    for (const _ of takers) await self.select(Returned);
    isOver = true;
    assertEquals(handled, 250_000);
    assert(turns > 50, `${turns} turns`);
    assert(most <= 6144, `${most} messages in one turn`);
  }, { strict: false });
});

Deno.test("100 000 actors that answer one collector at once lose nothing", async () => {
  const count = 100_000;
  let answers = 0;
  const { runtime } = await runActor(async (self) => {
    const taker = self.create(async (self: Routine) => {
      while (true) {
        const m = await self.input();
        if (m instanceof Stop) return;
        answers++;
      }
    });
    for (let i = 0; i < count; i++) {
      const actor = self.create(async (self: Routine) => {
        await self.input();
        self.reply(new Ack());
      });
      self.forward(new Ping(), actor, taker);
    }
    for (let ends = 0; ends < count;) if (await self.input() instanceof Returned) ends++;
    await self.stop(taker);
  }, { strict: false });
  assertEquals(answers, count);
  assertEquals(runtime.counts, { undeliverable: 0, discarded: 0 });
});

// Timers.

Deno.test("a timer is never early, and at most a millisecond late", async () => {
  await runActor(async (self) => {
    const { clock, random } = self.kernel.world;
    for (let i = 0; i < 200; i++) {
      const seconds = random.float() * (i % 2 === 0 ? 0.01 : 10);
      const start = clock.now();
      self.start(T1, seconds);
      await self.select(T1);
      const late = clock.now() - start - seconds * 1000;
      assert(late >= 0 && late < 1.001, `${late} ms after ${seconds} s`);
    }
  });
});

Deno.test("starting a timer again replaces it", async () => {
  await runActor(async (self) => {
    const { clock } = self.kernel.world;
    const start = clock.now();
    self.start(T1, 1);
    self.start(T1, 5, { repeating: true });
    self.start(T1, 3);
    await self.select(T1);
    assertEquals(Math.round(clock.now() - start), 3000);
    self.start(T2, 60);
    assertInstanceOf(await self.input(), T2);
  });
});

Deno.test("a timer that was taken back does not arrive, unless it was due before", async () => {
  await runActor(async (self) => {
    self.start(T1, 1);
    self.cancel(T1);
    self.start(T2, 10);
    assertInstanceOf(await self.input(), T2);
    self.start(T1, 0.001);
    self.start(T2, 0.002);
    assertInstanceOf(await self.select(T2, T1), T1);
    await self.select(T2);
    self.send(new Ack(), self.address);
    self.start(T1, 0);
    await self.select(Ack);
    const { promise, resolve } = Promise.withResolvers<void>();
    self.kernel.world.clock.after(5, resolve);
    await promise;
    self.cancel(T1);
    assertInstanceOf(await self.input(), T1);
  });
});

Deno.test("a repeating timer is counted from each arrival", async () => {
  await runActor(async (self) => {
    const { clock } = self.kernel.world;
    const start = clock.now();
    self.start(T1, 0.5, { repeating: true });
    for (let i = 1; i <= 10; i++) {
      await self.select(T1);
      const late = clock.now() - start - i * 500;
      assert(late >= 0 && late < i * 1.001, `${late}`);
    }
    self.cancel(T1);
  });
});

Deno.test("the timers of an actor end with it", async () => {
  const { runtime } = await runActor(async (self) => {
    self.create((self: Routine) => self.start(T1, 5));
    await self.select(Returned);
    await pause(self, 10);
  });
  assertEquals(runtime.counts.undeliverable, 0);
});

// Shutdown.

async function child(self: Routine): Promise<unknown> {
  await self.select(Stop);
  return new Aborted();
}
bind(child, "guarantees_test");

Deno.test("a process ends in order: main object, result, children, what was attached, logs, role", async () => {
  const order: string[] = [];
  const simulation = new Simulation({ seed: 3 });
  const host = simulation.host("alpha");
  host.disk.makeFolder("/project", 0);
  async function parent(self: Routine): Promise<unknown> {
    self.create(ProcessObject, { role: "/bin/child" });
    self.start(T1, 1);
    await self.select(T1);
    order.push("main object");
    return null;
  }
  bind(parent, "guarantees_test");
  const run = (main: typeof parent, argv?: readonly string[]) => async (world: World) => {
    const isParent = main === parent;
    const program = {
      main,
      name: main.name,
      executable: `/bin/${main.name}`,
      hooks: {
        attach: (runtime: Runtime) => {
          if (isParent) order.push(`attached ${runtime.find(PROCESS_CONTEXT) !== undefined}`);
        },
        detach: () => {
          if (isParent) order.push("detached");
        },
      },
    };
    const status = await runProgram(world, program, argv ?? world.processes.self.arguments);
    order.push(`${main.name} ended`);
    world.processes.exit(status);
  };
  host.install("/bin/child", run(child));
  host.disk.makeFolder("/bin", 0);
  host.disk.writeText("/bin/child", "", 0);
  const argv = ["--origin=RUN", "--home-path=/project/.layer-cake", "--role-name=parent", "--keep-logs"];
  const process = host.start("parent", run(parent, argv), { folder: "/project" });
  await simulation.runUntil(() => !process.isAlive);
  assertEquals(order, ["attached true", "main object", "child ended", "detached", "parent ended"]);
  assertEquals(process.exitStatus, 0);
});
