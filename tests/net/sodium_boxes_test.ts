import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Boxes, Cipher } from "../../net/cipher.ts";
import { prepareEncryption, sodiumBoxes } from "../../net/sodium_boxes.ts";
import { Simulation } from "../../runtime/simulation/mod.ts";

async function boxes(seed: number): Promise<Boxes> {
  await prepareEncryption();
  let made: Boxes | null = null;
  const simulation = new Simulation({ seed });
  await simulation.execute(simulation.host("alpha"), (world) => {
    made = sodiumBoxes(world.random);
    return Promise.resolve();
  });
  return made!;
}

async function pair(): Promise<[Cipher, Cipher]> {
  const [here, there] = [await boxes(1), await boxes(2)];
  const a = here.keyPair(), b = there.keyPair();
  return [here.cipher(a, b.publicKey), there.cipher(b, a.publicKey)];
}

Deno.test("SodiumBoxes: what one end seals, the other opens, once", async () => {
  const [a, b] = await pair();
  const plain = new TextEncoder().encode("hello");
  const sealed = a.seal(plain).slice();
  assertEquals(sealed.length, plain.length + a.overheadBytes);
  assertEquals(b.open(sealed), plain);
  assertEquals(b.open(sealed), null);
});

Deno.test("SodiumBoxes: a frame that comes back to its sender does not open", async () => {
  const [a] = await pair();
  assertEquals(a.open(a.seal(new Uint8Array(5)).slice()), null);
});

Deno.test("SodiumBoxes: changed, cut and empty boxes do not open", async () => {
  const [a, b] = await pair();
  const sealed = a.seal(new Uint8Array(100)).slice();
  for (const at of [0, 30, 139]) {
    const changed = sealed.slice();
    changed[at]! ^= 1;
    assertEquals(b.open(changed), null);
  }
  assertEquals(b.open(sealed.subarray(0, 39)), null);
  assertEquals(b.open(new Uint8Array(0)), null);
  assert(b.open(sealed) !== null, "the refused ones have not used the nonce up");
});

Deno.test("SodiumBoxes: unusable keys are refused", async () => {
  const made = await boxes(3);
  const own = made.keyPair();
  assertThrows(() => made.cipher(own, new Uint8Array(3)), RangeError, "32 bytes");
  assertThrows(() => made.cipher(own, new Uint8Array(32)), RangeError, "unusable");
});
