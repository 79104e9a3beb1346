/** What travels between threads as one text. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { AddressValue } from "../../runtime/mod.ts";
import { BatchReader, BatchWriter, type TextFrame } from "../../net/thread/batch.ts";
import { BlockSupply, districtOf, firstBlockOf } from "../../net/thread/districts.ts";
import { HEADERS_REMEMBERED_MAX } from "../../net/limits.ts";

type Item = TextFrame | string;

function write(writer: BatchWriter, item: Item): void {
  if (typeof item === "string") writer.addOrder(item);
  else writer.add(item);
}

/** Reads all batches; pauses behind each item, if asked to. */
function readAll(reader: BatchReader, batches: readonly string[], isPausing = false): Item[] {
  const items: Item[] = [];
  let most = Infinity;
  const taker = {
    frame: (frame: Item) => void items.push(frame),
    order: (order: string) => void items.push(order),
    get isPaused() {
      return items.length >= most;
    },
  };
  for (const batch of batches) {
    reader.load(batch);
    do {
      if (isPausing) most = items.length + 1;
      reader.read(taker as Parameters<BatchReader["read"]>[0]);
    } while (!reader.isEmpty);
  }
  return items;
}

const address = fc.constantFrom("1", "65537", "3,16777217", "4294967296", "0") as fc.Arbitrary<AddressValue>;
const anyText = fc.string({ unit: "binary", maxLength: 40 });
const frame = fc.record({
  to: address,
  from: address,
  body: anyText,
  book: anyText,
  origin: fc.constantFrom("actor" as const, "process" as const, "command" as const),
});
const items = fc.array(fc.oneof(frame, anyText) as fc.Arbitrary<Item>, { maxLength: 30 });

Deno.test("BatchReader reads what BatchWriter wrote, over several batches, with and without pauses", () => {
  fc.assert(fc.property(fc.array(items, { maxLength: 5 }), fc.boolean(), (batches, isPausing) => {
    const writer = new BatchWriter();
    const texts = batches.map((batch) => {
      for (const item of batch) write(writer, item);
      return writer.take();
    }).filter((text) => text !== "");
    assertEquals(readAll(new BatchReader(), texts, isPausing), batches.flat());
  }));
});

Deno.test("BatchWriter counts messages, and names a pair of addresses once", () => {
  const writer = new BatchWriter();
  const [to, from] = ["5", "6"] as [AddressValue, AddressValue];
  const frame: TextFrame = { to, from, body: "body", book: "", origin: "actor" };
  for (let i = 0; i < 3; i++) writer.add(frame);
  writer.addOrder("{}");
  writer.add({ ...frame, origin: "process" });
  assertEquals(writer.frames, 4);
  assertEquals(writer.take(), '@["5","6","actor"];0,4;body0,4;body0,4;body!2;{}@["5","6","process"];1,4;body');
  assertEquals([writer.frames, writer.length], [0, 0]);
  writer.add(frame);
  assertEquals(writer.take(), "0,4;body");
});

Deno.test("BatchWriter remembers so many pairs, and begins anew", () => {
  const writer = new BatchWriter(), reader = new BatchReader();
  const frames = Array.from({ length: 3 * HEADERS_REMEMBERED_MAX }, (_, i): TextFrame => {
    const [to, from] = [`${i}`, `${i % 7}`] as [AddressValue, AddressValue];
    return { to, from, body: "", book: "", origin: "actor" };
  });
  const texts = [...frames, ...frames].map((frame) => {
    writer.add(frame);
    return writer.take();
  });
  assertEquals(readAll(reader, texts), [...frames, ...frames]);
  assertEquals(texts.filter((text) => text.startsWith("*")).length, 5);
});

Deno.test("BlockSupply gives each block once, and asks for more in time", () => {
  const given = new Set<number>();
  let asked = 0, next = 8;
  const supply = new BlockSupply(() => {
    asked++;
    supply.add(next++);
  });
  supply.add(7);
  for (let i = 0; i < 1000; i++) given.add(supply.take());
  assertEquals(given.size, 1000);
  assertEquals(Math.min(...given), firstBlockOf(7));
  assertEquals(new Set([...given].map(districtOf)), new Set([7, 8, 9, 10]));
  assert(asked <= 4);
});

Deno.test("BlockSupply refuses what nobody has granted", () => {
  let asked = 0;
  const supply = new BlockSupply(() => void asked++);
  supply.add(0);
  for (let i = 0; i < 256; i++) supply.take();
  assertEquals(asked, 1);
  assertThrows(() => supply.take(), RangeError, "Cannot give an address");
});
