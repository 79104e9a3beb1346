/** What an actor returns has to be of the type that was declared; otherwise its parent gets a fault. */

import { assertEquals, assertInstanceOf } from "@std/assert";
import {
  Aborted,
  Ack,
  Any,
  bind,
  Block,
  Boolean,
  Cast,
  castTo,
  Duration,
  Enumeration,
  Faulted,
  Float8,
  Instant,
  Integer8,
  Log,
  MapOf,
  Message,
  on,
  type Portable,
  realWorld,
  Runtime,
  type RuntimeOptions,
  SetOf,
  Start,
  Stateless,
  TimeDelta,
  typeOf,
  Unicode,
  VectorOf,
  WorldTime,
} from "../../runtime/mod.ts";

class Row extends Message({ x: Integer8 }) {}
bind(Row, "return_type_test");
const Colour = Enumeration({ RED: 1, GREEN: 2 });
bind(Colour, "return_type_test", { name: "Colour" });

async function returnedFrom(type: Portable<unknown>, value: unknown, options: RuntimeOptions = {}): Promise<unknown> {
  const actor = () => value;
  bind(actor, "return_type_test", { returns: type });
  const runtime = new Runtime(realWorld(), options);
  const returned = await runtime.start(actor).returned;
  runtime.close();
  return returned;
}

const TABLE = VectorOf(VectorOf(Float8));

const FITTING: readonly [Portable<unknown>, unknown][] = [
  [Unicode, "text"],
  [Integer8, 7],
  [Integer8, 2n ** 60n],
  [Float8, 1],
  [Boolean, false],
  [Block, new Uint8Array(2)],
  [TABLE, [[1, 2.5], []]],
  [MapOf(Unicode, Integer8), new Map([["a", 1]])],
  [SetOf(Unicode), new Set(["a"])],
  [WorldTime, new Instant(0n)],
  [TimeDelta, new Duration(0n)],
  [Colour, "RED"],
];

const MISFITTING: readonly [Portable<unknown>, unknown, string][] = [
  [Unicode, 7, "expected a text"],
  [Integer8, "7", "expected a whole number"],
  [Integer8, 7.5, "expected a whole number"],
  [Float8, "x", "expected a number"],
  [Boolean, 1, "expected a boolean"],
  [Block, "bytes", "expected binary data"],
  [TABLE, { rows: [] }, "expected a list"],
  [TABLE, [[1], [2, "3"]], "[1][1]: expected a number"],
  [MapOf(Unicode, Integer8), { a: 1 }, "expected a Map"],
  [MapOf(Unicode, Integer8), new Map([["a", "b"]]), "[0]: expected a whole number"],
  [SetOf(Unicode), ["a"], "expected a Set"],
  [WorldTime, new Date(), "expected an Instant"],
  [TimeDelta, 5, "expected a Duration"],
  [Colour, "BLUE", "expected one of RED, GREEN"],
  [typeOf(Row), { x: 1 }, "expected Row"],
];

Deno.test("an actor's value of its declared type arrives with that type", async () => {
  for (const [type, value] of FITTING) {
    const returned = await returnedFrom(type, value);
    assertInstanceOf(returned, Cast, type.signature);
    assertEquals([returned.value, returned.type], [value, type]);
  }
});

Deno.test("an actor's value of another type is a fault that says what was expected", async () => {
  for (const [type, value, explanation] of MISFITTING) {
    const tags: string[] = [];
    const log = { write: ({ tag }: { tag: string }) => void tags.push(tag) };
    const returned = await returnedFrom(type, value, { log: new Log("FAULT", log) });
    assertEquals(`${returned}`, `unexpected return type for routine "actor" (${explanation})`);
    assertInstanceOf(returned, Faulted);
    assertEquals(tags, ["!"]);
  }
});

Deno.test("messages, null and values that bring their own type are returned as they are", async () => {
  for (const value of [new Ack(), new Aborted(), null, castTo("text", Unicode)]) {
    assertEquals(await returnedFrom(Integer8, value), value);
  }
  assertEquals(await returnedFrom(Any, new Row({ x: 1 })), castTo(new Row({ x: 1 }), Any).value);
});

class Liar extends Stateless {}
bind(Liar, "return_type_test", {
  returns: Integer8,
  table: { always: [on(Start, (self) => self.complete("seven"))] },
});

Deno.test("the fault names a machine as one", async () => {
  const runtime = new Runtime(realWorld());
  const returned = await runtime.start(Liar).returned;
  assertEquals(`${returned}`, 'unexpected return type for machine "Liar" (expected a whole number)');
  runtime.close();
});
