import { assertEquals } from "@std/assert";
import { NONCES_REMEMBERED_MAX } from "../../net/limits.ts";
import { NonceMemory } from "../../net/nonce_memory.ts";

const OWN = new Uint8Array(16).fill(1);

function nonce(start: number, count: number): Uint8Array {
  const bytes = new Uint8Array(24).fill(start, 0, 16);
  new DataView(bytes.buffer).setUint32(20, count);
  return bytes;
}

/** Like one drawn at random: the beginning differs each time. */
function drawn(count: number): Uint8Array {
  const bytes = new Uint8Array(24).fill(7);
  new DataView(bytes.buffer).setUint32(0, count);
  return bytes;
}

Deno.test("NonceMemory refuses nonces that begin like our own", () => {
  assertEquals(new NonceMemory(OWN).has(nonce(1, 999)), true);
  assertEquals(new NonceMemory(OWN).has(nonce(2, 999)), false);
});

Deno.test("NonceMemory takes counted nonces only upwards", () => {
  const memory = new NonceMemory(OWN);
  memory.add(nonce(2, 1));
  memory.add(nonce(2, 5));
  assertEquals([1, 4, 5, 6].map((count) => memory.has(nonce(2, count))), [true, true, true, false]);
});

Deno.test("NonceMemory knows drawn nonces, the oldest forgotten first", () => {
  const memory = new NonceMemory(OWN);
  for (let i = 0; i < NONCES_REMEMBERED_MAX + 1; i++) memory.add(drawn(i));
  assertEquals(memory.has(drawn(0)), false);
  assertEquals(memory.has(drawn(1)), true);
  assertEquals(memory.has(drawn(NONCES_REMEMBERED_MAX)), true);
  assertEquals(memory.has(drawn(NONCES_REMEMBERED_MAX + 1)), false);
});
