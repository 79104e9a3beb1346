/** Two sessions that exchange keys and then sealed frames, with the ciphers that are in use. */

import { assert, assertEquals } from "@std/assert";
import { Ack, bind, Block, castTo, Message, Ping, type Random, Unicode } from "../../runtime/mod.ts";
import { Simulation } from "../../runtime/simulation/mod.ts";
import { prepareEncryption, sodiumBoxes } from "../../net/sodium_boxes.ts";
import { address, type Bench, bench } from "./session_harness.ts";

class Line extends Message({ text: Unicode }) {}
bind(Line, "sealed_session_test");

const TO = address("5,19");
const FROM = address("7");

async function chance(seed: number): Promise<Random> {
  const simulation = new Simulation({ seed });
  return await simulation.execute(simulation.host("alpha"), (world) => Promise.resolve(world.random)) as Random;
}

/** A connector and an acceptor; the acceptor has answered, and the answer has not arrived yet. */
async function ends(): Promise<[Bench, Bench]> {
  await prepareEncryption();
  const connector = bench({ role: "connector", encrypted: true, boxes: sodiumBoxes(await chance(1)) });
  const acceptor = bench({ role: "acceptor", encrypted: true, boxes: sodiumBoxes(await chance(2)) });
  assertEquals(acceptor.feed(connector.written()), null);
  return [connector, acceptor];
}

function told({ events }: Bench): unknown[] {
  return events.told.map(({ message }) => message);
}

Deno.test("a session that holds frames back lets them out with the first sealed one, and neither harms the other", async () => {
  const [connector, acceptor] = await ends();
  const held = [new Line({ text: "held ".repeat(30) }), new Ping(), castTo(new Uint8Array(3000).fill(1), Block)];
  for (const message of held) acceptor.session.send(message, TO, FROM);
  assertEquals(connector.feed(acceptor.written()), null);
  const first = new Line({ text: "first ".repeat(30) });
  connector.session.send(first, TO, FROM);
  assertEquals(acceptor.feed(connector.written()), null);
  assertEquals(told(acceptor), [first]);
  assertEquals(connector.feed(acceptor.written()), null);
  assertEquals(told(connector), held);
});

Deno.test("sealed frames of all sizes and kinds arrive as they were sent, however the bytes are divided", async () => {
  const [connector, acceptor] = await ends();
  connector.feed(acceptor.written());
  const sent: object[] = [];
  for (let i = 0; i < 60; i++) {
    const size = [0, 1, 50, 2000, 2100, 9000, 70_000, 1_000_000][i % 8]!;
    const message = [
      () => new Ping(),
      () => new Line({ text: "x".repeat(size) }),
      () => castTo(new Uint8Array(size).fill(i), Block),
      () => new Ack(),
      () => new Line({ text: "é€".repeat(Math.min(size, 10_000)) }),
    ][i % 5]!();
    sent.push(message);
    connector.session.send(message, TO, FROM);
  }
  for (let i = 0; !connector.session.output.isEmpty; i++) {
    assertEquals(acceptor.feed(connector.written(), [70_000, 4096, 1000][i % 3]), null);
  }
  assertEquals(told(acceptor).length, sent.length);
  told(acceptor).forEach((message, i) => assertEquals(message, sent[i]));
});

Deno.test("a frame that was sealed once is never taken twice, though its message comes again", async () => {
  const [connector, acceptor] = await ends();
  connector.feed(acceptor.written());
  const frames = [1, 2, 3].map(() => {
    connector.session.send(new Ping(), TO, FROM);
    return connector.written();
  });
  for (const frame of frames) assertEquals(acceptor.feed(frame), null);
  assertEquals(told(acceptor).length, 3);
  assert(acceptor.feed(frames[1]!) !== null);
});
