import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { BufferPool, POOL_BUFFER_BYTES } from "../../net/buffer_pool.ts";
import { Output } from "../../net/output.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Everything that waits, as it is written. */
function taken(output: Output): string {
  let all = "";
  while (!output.isEmpty) {
    const bytes = output.take();
    assert(bytes.length > 0 && bytes.length <= POOL_BUFFER_BYTES);
    all += text(bytes);
  }
  output.release();
  return all;
}

Deno.test("Output gives everything that waits as one piece, in order", () => {
  const output = new Output();
  output.addText("one ");
  output.addParts("<", new Uint8Array([0x61, 0x62]), "> ");
  output.addText("two");
  assertEquals([output.frames, output.bytes], [3, 12]);
  assertEquals(text(output.take()), "one <ab> two");
  assert(output.isEmpty);
  assertEquals(output.bytes, 0);
});

Deno.test("Output keeps a taken piece until the next is taken", () => {
  const output = new Output();
  output.addText("first");
  const first = output.take();
  output.addText("second");
  assertEquals(text(first), "first");
  const second = output.take();
  assertEquals(text(second), "second");
});

Deno.test("Output takes more than one text's worth", () => {
  const output = new Output();
  const piece = "x".repeat(40_000);
  for (let i = 0; i < 10; i++) output.addText(piece);
  assertEquals(output.bytes, 400_000);
  assert(taken(output) === piece.repeat(10));
});

Deno.test("Output forgets what waits", () => {
  const output = new Output();
  output.addText("gone");
  output.clear();
  assertEquals([output.frames, output.bytes, output.take().length], [0, 0, 0]);
});

Deno.test("Output copies a frame that is there as bytes", () => {
  const output = new Output();
  const frame = new TextEncoder().encode("<frame>");
  output.addText("before ");
  output.addBytes(frame);
  frame.fill(0);
  output.addText(" after");
  assertEquals([output.frames, output.bytes], [3, 20]);
  assertEquals(text(output.take()), "before <frame> after");
});

Deno.test("Output does not copy a constant frame that waits alone, and copies it to where others wait", () => {
  const output = new Output();
  const frame = new TextEncoder().encode("<constant>");
  output.addConstant(frame);
  assertEquals([output.frames, output.bytes], [1, 10]);
  assert(output.take() === frame);
  assertEquals([output.frames, output.bytes], [0, 0]);
  output.addConstant(frame);
  output.addConstant(frame);
  output.addText(" text");
  assertEquals([output.frames, output.bytes], [3, 25]);
  assertEquals(text(output.take()), "<constant><constant> text");
});

/** A pool that knows what it has lent. */
class CountedPool extends BufferPool {
  readonly lent = new Set<Uint8Array>();

  override borrow(): Uint8Array<ArrayBuffer> {
    const buffer = super.borrow();
    assert(!this.lent.has(buffer), "a buffer is lent to one at a time");
    this.lent.add(buffer);
    return buffer;
  }
  override giveBack(buffer: Uint8Array<ArrayBuffer>): void {
    assert(this.lent.delete(buffer), "a buffer is given back once");
    super.giveBack(buffer);
  }
}

Deno.test("Output gives frames of all sizes in order, and the buffers back", () => {
  const size = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 10_000, max: 600_000 }));
  const step = fc.oneof(
    fc.record({ kind: fc.constantFrom("text", "bytes", "parts", "three"), size }),
    fc.record({ kind: fc.constant("constant"), size: fc.integer({ min: 1, max: 300 }) }),
    fc.record({ kind: fc.constant("take"), size }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      const pool = new CountedPool();
      const output = new Output(pool);
      let expected = "", written = "", frames = 0;
      steps.forEach(({ kind, size }, i) => {
        const body = String.fromCharCode(65 + i).repeat(size);
        const bytes = new TextEncoder().encode(body);
        if (kind === "take") written += text(output.take());
        else if (kind === "text") output.addText(body);
        else if (kind === "bytes") output.addBytes(bytes);
        else if (kind === "constant") output.addConstant(bytes);
        else if (kind === "parts") output.addParts("<", bytes, ">");
        else output.addBytes(new Uint8Array([0x3c]), bytes, new Uint8Array([0x3e]));
        if (kind !== "constant") bytes.fill(0);
        if (kind === "take") return;
        frames++;
        expected += kind === "parts" || kind === "three" ? `<${body}>` : body;
        assertEquals(output.bytes, expected.length - written.length);
        assert(output.frames <= frames && output.frames > 0);
      });
      written += taken(output);
      assert(written === expected);
      assertEquals([output.frames, output.bytes, pool.lent.size], [0, 0, 0]);
    }),
    { seed: 20261122, numRuns: 60 },
  );
});

Deno.test("Output writes little with much, and counts a frame once its last byte is taken", () => {
  const output = new Output();
  output.addText("head");
  output.addParts("<", new Uint8Array(300_000).fill(0x61), ">");
  output.addText("tail");
  assertEquals(output.take().length, POOL_BUFFER_BYTES);
  assertEquals(output.frames, 2);
  assertEquals(output.take().length, 4 + 300_002 + 4 - POOL_BUFFER_BYTES);
  assertEquals(output.frames, 0);
});

Deno.test("Output that is cleared does not let others have what may be under way", () => {
  const pool = new CountedPool();
  const output = new Output(pool);
  output.addBytes(new Uint8Array(200_000));
  output.take();
  output.clear();
  output.release();
  assertEquals(pool.lent.size, 1);
});
