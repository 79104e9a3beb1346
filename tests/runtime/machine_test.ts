import { assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import {
  Ack,
  bind,
  castTo,
  Faulted,
  Float8,
  Integer8,
  Message,
  Nak,
  on,
  Ping,
  Returned,
  save,
  Start,
  Stateless,
  StateMachine,
  Stop,
  T1,
  TimedOut,
  Unicode,
  Unknown,
  VectorOf,
} from "../../runtime/mod.ts";
import { runActor, texts } from "../helpers/run_actor.ts";

class Coin extends Message({ value: Integer8.default(1) }) {}
class Push extends Message({ person: Unicode.default("") }) {}
bind(Coin, "machine_test");
bind(Push, "machine_test");
const ROW = VectorOf(Float8);

class Turnstile extends StateMachine<"locked" | "open"> {
  readonly through: string[] = [];
  readonly price: number;

  constructor(settings: { price: number }) {
    super("locked");
    this.price = settings.price;
  }
}
bind(Turnstile, "machine_test", {
  settings: { price: Integer8.default(2) },
  returns: VectorOf(Unicode),
  table: {
    locked: [
      on(Start, () => "locked"),
      on(Coin, (self, coin) => coin.value >= self.price ? "open" : "locked"),
      save(Push),
      on(Stop, (self) => self.complete(self.through)),
    ],
    open: [
      on(Push, (self, push) => {
        self.through.push(push.person);
        return "locked";
      }),
      on(Stop, (self) => self.complete(self.through)),
    ],
  },
});

Deno.test("StateMachine saves what a state can't use and replays it in order when the state changes", async () => {
  const { value } = await runActor(async (self) => {
    const t = self.create(Turnstile);
    for (const person of ["a", "b", "c"]) self.send(new Push({ person }), t);
    self.send(new Coin({ value: 1 }), t);
    self.send(new Coin({ value: 2 }), t);
    self.send(new Push({ person: "d" }), t);
    self.send(new Coin({ value: 5 }), t);
    return await self.stop(t);
  });
  assertEquals((value as { value: unknown }).value, ["a", "b"]);
});

class Taker extends Stateless {
  readonly seen: string[] = [];
}
bind(Taker, "machine_test", {
  table: {
    always: [
      on(Faulted, (self, fault) => void self.seen.push(`fault ${fault.condition}`)),
      on(ROW, (self, row) => void self.seen.push(`row ${row.join()}`)),
      on(Unknown, (self) => void self.seen.push(`unknown ${self.received?.constructor.name}`)),
      on(Ping, (self) => self.reply(castTo(self.seen, VectorOf(Unicode)))),
    ],
  },
});

Deno.test("Stateless dispatches exactly, then by base class, then to Unknown", async () => {
  await runActor(async (self) => {
    const t = self.create(Taker);
    self.send(TimedOut.of(new T1()), t);
    self.send(castTo([1, 2], VectorOf(Float8)), t);
    self.send(new Nak(), t);
    self.send(new Ping(), t);
    const seen = await self.select(VectorOf(Unicode));
    assertEquals(seen, ["unknown Start", "fault timed out", "row 1,2", "unknown Nak"]);
  });
});

class Fragile extends StateMachine<"only"> {
  constructor() {
    super("only");
  }
}
bind(Fragile, "machine_test", {
  table: {
    only: [
      on(Ping, () => {
        throw new RangeError("broken");
      }),
      on(Coin, () => "nowhere" as "only"),
    ],
  },
});

Deno.test("a machine whose handler throws ends with a fault, in the log too", async () => {
  const { value, records } = await runActor(async (self) => {
    self.send(new Ping(), self.create(Fragile));
    return (await self.select(Returned)).message;
  });
  assertInstanceOf(value, Faulted);
  assertEquals(value.explanation, "unhandled exception (broken)");
  assertEquals(records[0]!.tag, "!");
  assertEquals(records[0]!.state, "only");
});

Deno.test("a state machine that shifts to nowhere faults", async () => {
  const { value } = await runActor(async (self) => {
    self.send(new Coin(), self.create(Fragile));
    return (await self.select(Returned)).message;
  });
  assertMatch(String(value), /machine "Fragile" shifted to nowhere/);
});

Deno.test("a machine drops what no row takes, with a line in the log", async () => {
  const { records } = await runActor(async (self) => {
    const f = self.create(Fragile);
    self.send(new Ack(), f);
    self.send(new Coin(), f);
    await self.select(Returned);
  });
  assertMatch(texts(records)[0]!, /^Dropped Ack from /);
});

Deno.test("bind() refuses at compile time what a table can't mean", () => {
  class Two extends StateMachine<"one" | "two"> {}
  const attempts = () => {
    // @ts-expect-error a state is missing
    bind(Two, "machine_test", { table: { one: [] } });
    // @ts-expect-error there is no such next state
    bind(Two, "machine_test", {
      table: { one: [on(Ack, () => "three")], two: [] },
    });
    bind(Two, "machine_test", {
      // @ts-expect-error a handler for another message
      table: { one: [on(Ack, (_self, message: Coin) => message.value > 0 ? "one" : "two")], two: [] },
    });
  };
  assertEquals(typeof attempts, "function");
});
