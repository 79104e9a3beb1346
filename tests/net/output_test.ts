import { assert, assertEquals } from "@std/assert";
import { Output } from "../../net/output.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

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
  assertEquals(text(output.take()), piece.repeat(10));
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
