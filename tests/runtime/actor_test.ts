/** What actors keep from those who extend them, and what they make of mistakes. */

import { assert, assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import {
  Ack,
  Actor,
  bind,
  castTo,
  type Faulted,
  isBalanced,
  Message,
  Nak,
  on,
  Ping,
  Returned,
  type Routine,
  save,
  Start,
  Stateless,
  StateMachine,
  Stop,
  T1,
  Unicode,
  VectorOf,
} from "../../runtime/mod.ts";
import { runActor, texts } from "../helpers/run_actor.ts";

/** Names of everything that makes an actor work, where members of users could get in its way. */
async function internalNames(): Promise<string[]> {
  const names = new Set<string>();
  for (const file of ["cell", "routine_cell", "machine_cell", "actor", "routine", "machine", "mailbox", "turns"]) {
    const text = await Deno.readTextFile(new URL(`../../runtime/${file}.ts`, import.meta.url));
    for (const [, name] of text.matchAll(/^ {2}(?:[a-z]+ )*#?([a-zA-Z]+)(?:\(|<|:| =|;)/gm)) names.add(name!);
  }
  names.delete("constructor");
  return [...names];
}

const ROW = VectorOf(Unicode);

class Taken extends StateMachine<"shut" | "open"> {
  readonly seen: string[] = [];

  constructor({ names }: { names: readonly string[] }) {
    super("shut");
    // What a class in JavaScript could do to every member, be it by accident.
    for (const name of names) Object.defineProperty(this, name, { value: `my ${name}`, writable: true });
  }
}
/** Operations out of reach of what the class above did. */
const { send, complete, start } = Actor.prototype;
bind(Taken, "actor_test", {
  returns: ROW,
  table: {
    shut: [
      on(Start, (self) => {
        start.call(self, T1, 1);
        return "shut";
      }),
      save(Ping),
      on(T1, () => "open"),
    ],
    open: [
      on(Ping, (self) => {
        self.seen.push("ping");
        return "open";
      }),
      on(Stop, (self) => complete.call(self, castTo(self.seen, ROW))),
    ],
  },
});

Deno.test("no member of a machine can get in the way of what makes it work", async () => {
  const names = await internalNames();
  for (const name of ["deliver", "mailbox", "taken", "run", "begin", "accept", "end", "state", "send", "address"]) {
    assert(names.includes(name), name);
  }
  const { value, runtime, records } = await runActor(async (self) => {
    const machine = self.create(Taken, { names: names.filter((name) => name !== "seen") });
    for (let i = 0; i < 100; i++) self.send(new Ping(), machine);
    await self.select([Returned], { seconds: 2 });
    return await self.stop(machine);
  });
  assertEquals((value as { value: unknown }).value, Array(100).fill("ping"));
  assert(isBalanced(runtime.ledger().total));
  assertEquals(texts(records), []);
});

Deno.test("no member that a routine gives itself can get in the way of what makes it work", async () => {
  const names = await internalNames();
  const { value } = await runActor(async (self) => {
    const child = self.create(async (self: Routine) => {
      const { input, reply } = self;
      for (const name of names) Object.defineProperty(self, name, { value: `my ${name}`, writable: true });
      start.call(self, T1, 1);
      for (let i = 0; i < 100; i++) {
        await input.call(self);
        reply.call(self, new Ack());
      }
      assertInstanceOf(await input.call(self), T1);
      send.call(self, new Nak(), self.parentAddress);
      return null;
    });
    for (let i = 0; i < 100; i++) self.send(new Ping(), child);
    let answers = 0;
    while (await self.select(Ack, Returned) instanceof Ack) answers++;
    return castTo([`${answers}`], ROW);
  }, { level: "NONE" });
  assertEquals((value as { value: unknown }).value, ["100"]);
});

class Hasty extends Stateless {
  constructor() {
    super();
    this.send(new Ping(), this.address);
  }
}
bind(Hasty, "actor_test", { table: { always: [] } });

Deno.test("a machine whose constructor throws ends as one whose handler throws", async () => {
  const { value, records } = await runActor(async (self) => {
    const hasty = self.create(Hasty);
    self.send(new Ping(), hasty);
    const { message } = await self.select(Returned);
    assertEquals(self.returnAddress, hasty);
    return message;
  });
  assertMatch(String(value), /Cannot use an actor's operations in its constructor: use Start/);
  assertEquals(records.map(({ tag, name }) => [tag, name]), [["!", "Hasty"]]);
});

Deno.test("what was thrown is told as text, whatever it is", async () => {
  const hostile = {
    toString() {
      throw new Error("no text");
    },
  };
  const noMessage = Object.defineProperty(new Error(), "message", {
    get() {
      throw new Error("again");
    },
  });
  const told: [unknown, string][] = [
    [new RangeError("far"), "far"],
    ["text", "text"],
    [undefined, "undefined"],
    [Symbol("s"), "Symbol(s)"],
    [Object.create(null), "object"],
    [hostile, "object"],
    [noMessage, "object"],
  ];
  for (const [thrown, text] of told) {
    const { value } = await runActor(async (self) => {
      self.create(() => {
        throw thrown;
      });
      return (await self.select(Returned)).message;
    }, { level: "NONE" });
    assertEquals((value as Faulted).explanation, `unhandled exception (${text})`);
  }
});

class Step extends Message({ text: Unicode }) {}
bind(Step, "actor_test");

/** Lets other actors have their turns. */
async function others(): Promise<void> {
  for (let i = 0; i < 50; i++) await null;
}

class Slow extends StateMachine<"one" | "two"> {
  readonly log: string[] = [];

  constructor() {
    super("one");
  }

  async step(text: string | null): Promise<void> {
    this.log.push(`${this.state} begins ${text}`);
    await others();
    this.log.push(`${this.state} ends ${text}`);
    this.reply(new Ack());
  }
}
bind(Slow, "actor_test", {
  returns: ROW,
  table: {
    one: [
      on(Start, () => "one"),
      on(Nak, () => "one"),
      save(Ping),
      on(Step, async (self, { text }) => {
        await self.step(text);
        return "two";
      }),
    ],
    two: [
      on(Ping, (self) => {
        self.log.push("ping");
        return "two";
      }),
      on(Step, async (self, { text }) => {
        await self.step(text);
        return "one";
      }),
      on(Stop, async (self) => {
        await others();
        return self.complete(castTo(self.log, ROW));
      }),
    ],
  },
});

Deno.test("a handler that is an async function is over before the next message is handled", async () => {
  const { value } = await runActor(async (self) => {
    const slow = self.create(Slow);
    self.send(new Ping(), slow);
    for (const text of ["a", "b", "c"]) self.send(new Step({ text }), slow);
    for (let i = 0; i < 3; i++) await self.select(Ack);
    return await self.stop(slow);
  });
  assertEquals((value as { value: unknown }).value, [
    "one begins a",
    "one ends a",
    "ping",
    "two begins b",
    "two ends b",
    "one begins c",
    "one ends c",
  ]);
});

class Breaker extends Stateless {}
bind(Breaker, "actor_test", {
  table: {
    always: [
      on(Ping, async () => {
        await others();
        throw new RangeError("late");
      }),
    ],
  },
});

Deno.test("a handler that is an async function and throws ends its machine as any other", async () => {
  const { value, records, runtime } = await runActor(async (self) => {
    const breaker = self.create(Breaker);
    for (let i = 0; i < 3; i++) self.send(new Ping(), breaker);
    const { message } = await self.select(Returned);
    return message;
  });
  assertEquals((value as Faulted).explanation, "unhandled exception (late)");
  assertEquals(records.map(({ tag, name }) => [tag, name]), [["!", "Breaker"]]);
  assertEquals(runtime.ledger().total.discarded.ended, 2);
});

class Family extends Message({ names: VectorOf(Unicode) }) {}
bind(Family, "actor_test", { copyBeforeSending: true });
class Offspring extends Family {}
bind(Offspring, "actor_test");
class Sealed extends Family {}
bind(Sealed, "actor_test", { copyBeforeSending: false });

Deno.test("copyBeforeSending holds for derived classes, unless they say otherwise", async () => {
  await runActor(async (self) => {
    for (const [message, isCopy] of [[new Family(), true], [new Offspring(), true], [new Sealed(), false]] as const) {
      self.send(message, self.address);
      assertEquals(await self.input() !== message, isCopy);
    }
  }, { strict: false });
});

class Narrow extends Stateless {}
bind(Narrow, "actor_test", { mailboxMessagesMax: 5, table: { always: [] } });

Deno.test("mailboxMessagesMax bounds what waits for an actor", async () => {
  const { runtime } = await runActor((self) => {
    const narrow = self.create(Narrow);
    // `Start` is one of the five.
    for (let i = 0; i < 10; i++) self.send(new Ping(), narrow);
    const account = self.kernel.ledger().queues.find(({ address }) => address === narrow);
    assertEquals([account?.waiting, account?.discarded.full], [5, 6]);
  }, { level: "NONE" });
  assert(isBalanced(runtime.ledger().total));
});
