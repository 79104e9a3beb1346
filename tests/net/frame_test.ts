import { assert, assertEquals, assertThrows } from "@std/assert";
import { BufferPool } from "../../net/buffer_pool.ts";
import { type Frame, FrameError, FrameReader } from "../../net/frame.ts";
import { FRAME_BYTES_MAX } from "../../net/limits.ts";
import fc from "fast-check";
import { joined } from "./session_harness.ts";

const ENCODER = new TextEncoder();

/** All frames of some bytes that arrive in pieces of a size, as `[n0, n1, data]`. */
function read(bytes: Uint8Array, piece: number, reader = new FrameReader()): [number, number, string][] {
  const frames: [number, number, string][] = [];
  for (let at = 0; at < bytes.length; at += piece) {
    feed(reader, bytes.subarray(at, at + piece), ({ headerBytes, bodyBytes, data }) => {
      frames.push([headerBytes, bodyBytes, new TextDecoder().decode(data)]);
    });
  }
  return frames;
}

/** Gives a reader some bytes. */
function feed(reader: FrameReader, bytes: Uint8Array, take: (frame: Frame) => void): void {
  for (let at = 0; at < bytes.length;) {
    const room = reader.room();
    assert(room.length > 0, "a reader always has room");
    const part = bytes.subarray(at, at + room.length);
    room.set(part);
    reader.filled(part.length);
    at += part.length;
    for (let frame = reader.next(); frame !== null; frame = reader.next()) take(frame);
  }
}

function text(text: string, piece = text.length): [number, number, string][] {
  return read(ENCODER.encode(text), piece);
}

Deno.test("FrameReader reads frames however they are divided", () => {
  const wire = "1,2,5\nhbbkk\n0,0,0\n\n2,0,2\nhh\n1,1,3\n\n,7\n";
  const expected: [number, number, string][] = [[1, 2, "hbbkk"], [0, 0, ""], [2, 0, "hh"], [1, 1, "\n,7"]];
  for (let piece = 1; piece <= wire.length; piece++) assertEquals(text(wire, piece), expected);
});

Deno.test("FrameReader gives the same frames at every split point of random ones (scenario 71)", () => {
  const part = fc.uint8Array({ maxLength: 40 });
  fc.assert(
    fc.property(fc.array(fc.tuple(part, part, part), { minLength: 1, maxLength: 4 }), (frames) => {
      const bytes = joined(...frames.map(([header, body, book]) => {
        const size = header.length + body.length + book.length;
        const line = ENCODER.encode(`${header.length},${body.length},${size}\n`);
        return joined(line, header, body, book, ENCODER.encode("\n"));
      }));
      const whole = read(bytes, bytes.length);
      assertEquals(whole.length, frames.length);
      for (let split = 0; split <= bytes.length; split++) {
        const reader = new FrameReader();
        const first = read(bytes.subarray(0, split), bytes.length, reader);
        assertEquals([...first, ...read(bytes.subarray(split), bytes.length, reader)], whole);
      }
    }),
    { seed: 20261122, numRuns: 40 },
  );
});

Deno.test("FrameReader says where a frame is in its text, however the bytes arrive, and that there is none of other bytes", () => {
  const ascii = fc.string({ unit: "grapheme-ascii", maxLength: 700 }).map((text) => ENCODER.encode(text));
  const data = fc.oneof(
    { weight: 4, arbitrary: ascii },
    fc.uint8Array({ maxLength: 60 }),
    fc.constant(ENCODER.encode("é")),
  );
  fc.assert(
    fc.property(fc.array(data, { minLength: 1, maxLength: 12 }), fc.integer({ min: 1, max: 3000 }), (all, piece) => {
      const wire = joined(
        ...all.map((part) => joined(ENCODER.encode(`0,0,${part.length}\n`), part, ENCODER.encode("\n"))),
      );
      const reader = new FrameReader();
      const seen: Uint8Array[] = [];
      for (let at = 0; at < wire.length; at += piece) {
        feed(reader, wire.subarray(at, at + piece), (frame) => {
          const isAscii = frame.data.every((byte) => byte < 0x80);
          const { textAt } = frame;
          assertEquals(textAt >= 0, isAscii);
          const text = reader.text.slice(textAt, textAt + frame.dataBytes);
          if (isAscii) assertEquals(ENCODER.encode(text), frame.data);
          seen.push(frame.data.slice());
        });
      }
      assertEquals(seen, all);
    }),
    { seed: 20261122, numRuns: 300 },
  );
});

Deno.test("FrameReader accepts leading zeros within 23 characters, and no more", () => {
  assertEquals(text("0000000,0000000,0000002\nxx\n"), [[0, 0, "xx"]]);
  assertThrows(() => text("0000000,0000000,00000002\nxx\n"), FrameError, "23 digits");
});

for (
  const [wire, complaint] of [
    ["GET / HTTP/1.1\r\n", "unexpected 71"],
    ["1,2,3\r\nxxx\n", "unexpected 13"],
    [" 1,2,3\nxxx\n", "unexpected 32"],
    ["-1,2,3\nxxx\n", "unexpected 45"],
    ["1,2\n", "unexpected dimension"],
    ["1,2,3,4\n", "unexpected dimension"],
    ["\n", "unexpected dimension"],
    ["1,,3\nxxx\n", "mangled"],
    [",,\n", "mangled"],
    ["1,1,\n", "mangled"],
    ["4,0,3\nxxx\n", "offsets"],
    ["2,2,3\nxxx\n", "offsets"],
    [`1,1,${FRAME_BYTES_MAX + 1}\n`, "oversize"],
    ["9,9,99999999999999999999\n", "23 digits"],
    ["0,0,9999999999999999999\n", "oversize"],
    ["1,1,3\nxxxX", "end-of-frame"],
  ] as const
) {
  Deno.test(`FrameReader refuses ${JSON.stringify(wire)}`, () => {
    for (const piece of [1, 3, 100]) assertThrows(() => text(wire, piece), FrameError, complaint);
  });
}

Deno.test("FrameReader gives the frames before a bad one", () => {
  const reader = new FrameReader();
  const wire = ENCODER.encode("0,0,1\na\n!");
  reader.room().set(wire);
  reader.filled(wire.length);
  assertEquals(reader.next()?.data.length, 1);
  assertThrows(() => reader.next(), FrameError);
});

Deno.test("FrameReader takes a frame of the greatest size", () => {
  const wire = joined(
    ENCODER.encode(`1,1,${FRAME_BYTES_MAX}\n`),
    new Uint8Array(FRAME_BYTES_MAX).fill(120),
    ENCODER.encode("\n0,0,1\na\n"),
  );
  for (const piece of [4096, 65_536, wire.length]) {
    const frames = read(wire, piece);
    assertEquals(frames.map(([, , data]) => data.length), [FRAME_BYTES_MAX, 1]);
  }
});

Deno.test("FrameReader grows by what arrives, not by what is promised", () => {
  const reader = new FrameReader();
  const promise = ENCODER.encode(`0,0,${FRAME_BYTES_MAX}\n`);
  reader.room().set(promise);
  reader.filled(promise.length);
  assertEquals(reader.next(), null);
  assert(reader.room().buffer.byteLength <= 4096);
  assert(reader.isAmidFrame);
});

Deno.test("FrameReader gives up the room of a giant", () => {
  const reader = new FrameReader();
  const wire = joined(ENCODER.encode(`0,0,500000\n`), new Uint8Array(500_000), ENCODER.encode("\n"));
  assertEquals(read(wire, 60_000, reader).length, 1);
  assert(reader.room().buffer.byteLength <= 65_536);
  assert(!reader.isAmidFrame);
});

Deno.test("FrameReader borrows a large buffer only while large frames come", () => {
  const lent: Uint8Array[] = [];
  const pool = new class extends BufferPool {
    override borrow() {
      const buffer = super.borrow();
      lent.push(buffer);
      return buffer;
    }
    override giveBack(buffer: Uint8Array<ArrayBuffer>) {
      assertEquals(lent.splice(lent.indexOf(buffer), 1), [buffer]);
      super.giveBack(buffer);
    }
  }();
  const reader = new FrameReader(pool);
  const large = joined(ENCODER.encode(`0,0,100000\n`), new Uint8Array(100_000), ENCODER.encode("\n"));
  for (let i = 0; i < 3; i++) {
    assertEquals(read(joined(large, large, large), 70_000, reader).length, 3);
    reader.room();
    assertEquals(lent.length, 0);
  }
  read(large.subarray(0, 90_000), 90_000, reader);
  assertEquals(lent.length, 1);
  // A giant needs one of its own.
  read(joined(large.subarray(90_000), ENCODER.encode(`0,0,400000\n`), new Uint8Array(390_000)), 70_000, reader);
  assertEquals(lent.length, 0);
});

Deno.test("FrameReader is held to a smaller frame when asked", () => {
  const reader = new FrameReader();
  reader.bytesMax = 10;
  assertThrows(() => read(ENCODER.encode("0,0,11\n"), 100, reader), FrameError, "oversize");
});
