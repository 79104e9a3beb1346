/** What every way between two actors promises, whatever it is made of: sockets, simulated ones, threads. */

import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import {
  Ack,
  type AddressValue,
  Anything,
  Block,
  castTo,
  defType,
  Enquiry,
  Float8,
  Integer8,
  Nak,
  Ping,
  type Routine,
  Unicode,
  VectorOf,
} from "../../runtime/mod.ts";
import { Letter } from "../testdata/threads/answerer.ts";

const TABLE = defType(VectorOf(VectorOf(Float8)));
const BLOCK_BYTES = 65_536;

/** An actor asks another one, who answers as `answer()` of `answerer.ts` does. */
export type MessageScenario = (self: Routine, far: AddressValue) => Promise<void>;

/** Sends a message, and returns what comes next. */
export async function ask(self: Routine, message: object | null, to: AddressValue | null): Promise<unknown> {
  assert(to !== null);
  self.send(message, to);
  return await self.input();
}

/** Numbers that tell where a block belongs, and whether all of it came. */
function blockOf(index: number): Uint8Array {
  return new Uint8Array(BLOCK_BYTES).map((_, at) => index * 31 + at * 7);
}

/** The promises, each with what shows it. */
export const MESSAGE_SCENARIOS: Readonly<Record<string, MessageScenario>> = {
  async "carries messages and values of any type there and back"(self, far) {
    assert(await ask(self, new Ping(), far) instanceof Ack);
    const sent = new Letter({ text: "café \u{1F600}", count: 2n ** 60n as never });
    const letter = await ask(self, sent, far) as Letter;
    assertEquals([letter.text, letter.count, letter.who], ["café \u{1F600}", 2n ** 60n as never, null]);
    assertEquals(await ask(self, castTo([[1, 2.5], []], TABLE), far), [[1, 2.5], []]);
    assertEquals(await ask(self, castTo(42, Integer8), far), 42);
    assertEquals(await ask(self, castTo("", Unicode), far), "");
    assertEquals(await ask(self, null, far), null);
    assertEquals(await ask(self, castTo(new Uint8Array([0, 10, 255]), Block), far), new Uint8Array([0, 10, 255]));
    assertEquals(await ask(self, castTo(new Uint8Array(0), Block), far), new Uint8Array(0));
    const thing = new Anything({ thing: castTo(1.5, Float8) });
    assertEquals(await ask(self, thing, far), thing);
  },

  async "keeps the order of many messages"(self, far) {
    for (let i = 0; i < 1000; i++) self.send(castTo(i, Integer8), far);
    for (let i = 0; i < 1000; i++) assertEquals(await self.input(), i);
  },

  async "carries much at once, whole and in order"(self, far) {
    // More than buffers on the way hold, in small and large pieces in turn.
    for (let i = 0; i < 60; i++) {
      self.send(castTo(blockOf(i), Block), far);
      self.send(castTo(i, Integer8), far);
    }
    for (let i = 0; i < 60; i++) {
      assertEquals(await self.input(), blockOf(i));
      assertEquals(await self.input(), i);
    }
  },

  async "translates addresses, so that they work wherever they are sent"(self, far) {
    const found = await ask(self, new Enquiry(), far) as Letter;
    assert(await ask(self, new Ping(), found.who) instanceof Nak);
    assertStrictEquals(self.returnAddress, found.who);
    // Ours comes back as it was; the other end can use it meanwhile.
    self.send(new Letter({ who: self.address }), far);
    assert(await self.input() instanceof Ack);
    const back = await self.input() as Letter;
    assertStrictEquals(back.who, self.address);
    // Theirs comes back as it was, too.
    const theirs = await ask(self, new Letter({ who: found.who }), found.who) as Letter;
    assertStrictEquals(theirs.who, found.who);
  },

  async "drops what is sent to nobody, and goes on"(self, far) {
    self.send(new Ping(), `999999,${far}` as AddressValue);
    self.send(new Ping(), `7,999999,${far}` as AddressValue);
    assert(await ask(self, new Ping(), far) instanceof Ack);
  },
};
