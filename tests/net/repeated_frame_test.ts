import { assert, assertEquals, assertNotStrictEquals } from "@std/assert";
import { Ack, Ping, Stop } from "../../runtime/mod.ts";
import { bench, frameOf, headerOf, joined } from "./session_harness.ts";

const PING = '{"value":["layer_cake.point_runtime.Ping",{},[]]}';
const ACK = '{"value":["layer_cake.point_runtime.Ack",{},[]]}';
const STOP = '{"value":["layer_cake.point_runtime.Stop",{},[]]}';

Deno.test("a frame that comes again brings a fresh message each time", () => {
  const { feed, events } = bench();
  const frame = frameOf(headerOf("5,12", "7"), PING);
  assertEquals(feed(joined(frame, frame, frame)), null);
  assertEquals(feed(frame, 7), null);
  assertEquals(events.told.length, 4);
  for (const { message, to, from } of events.told) {
    assert(message instanceof Ping);
    assertEquals([to, from], ["5", "7,19"]);
  }
  assertNotStrictEquals(events.told[0]!.message, events.told[1]!.message);
});

Deno.test("a frame that differs from the last in any byte is not taken for it", () => {
  const frame = frameOf(headerOf("5,12", "7"), PING);
  const { feed: check, events: expected } = bench();
  check(joined(frame, frame));
  for (let at = 0; at < frame.length; at++) {
    for (const bit of [1, 2, 0x10, 0x80]) {
      const other = frame.slice();
      other[at]! ^= bit;
      const repeated = bench();
      assertEquals(repeated.feed(joined(frame, frame)), null);
      const fresh = bench();
      // Whatever the other frame means: it means the same behind the repeated ones.
      const failure = repeated.feed(other);
      assertEquals(failure?.message, fresh.feed(other)?.message);
      assertEquals(repeated.events.told, [...expected.told, ...fresh.events.told]);
    }
  }
});

Deno.test("frames of the same length in turn are told apart", () => {
  const { feed, events } = bench();
  const frames = [
    frameOf(headerOf("5,12", "7"), PING),
    frameOf(headerOf("6,12", "7"), PING),
    frameOf(headerOf("5,12", "8"), PING),
    frameOf(headerOf("5,12", "7"), STOP),
    frameOf(headerOf("5,12", "7"), ACK),
  ];
  for (let i = 0; i < 20; i++) assertEquals(feed(frames[i % 5]!), null);
  const told = events.told.map(({ message, to, from }) => [(message as object).constructor, to, from]);
  for (let i = 0; i < 20; i++) {
    assertEquals(
      told[i],
      [[Ping, "5", "7,19"], [Ping, "6", "7,19"], [Ping, "5", "8,19"], [Stop, "5", "7,19"], [
        Ack,
        "5",
        "7,19",
      ]][i % 5],
    );
  }
});

Deno.test("a message without members goes out as the same bytes each time, and between others in order", () => {
  const { session, written } = bench();
  const to = "5,19" as never;
  const expected = frameOf(headerOf("5,19", "7"), PING);
  session.send(new Ping(), to, "7" as never);
  assertEquals(written(), expected);
  session.send(new Ping(), to, "7" as never);
  session.send(new Ack(), to, "7" as never);
  session.send(new Ping(), to, "8" as never);
  session.send(new Ping(), to, "7" as never);
  assertEquals(
    written(),
    joined(
      expected,
      frameOf(headerOf("5,19", "7"), ACK),
      frameOf(headerOf("5,19", "8"), PING),
      expected,
    ),
  );
});
