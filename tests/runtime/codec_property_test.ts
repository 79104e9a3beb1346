import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { decode, encode } from "../../runtime/codec/codec.ts";
import { CodecError } from "../../runtime/codec/codec_error.ts";
import { readWord } from "../../runtime/codec/json_reader.ts";
import { writeWord } from "../../runtime/codec/json_writer.ts";
import type { Portable } from "../../runtime/types/portable.ts";
import { isList, type Word, WordFloat } from "../../runtime/types/word.ts";
import { loadRecordedTypes } from "../../scripts/vectors.ts";
import { renamed } from "../../scripts/vectors/compare_texts.ts";
import { mutateText, mutateWord } from "../../scripts/vectors/mutate.ts";
import { RandomSource, randomType, randomValue } from "../../scripts/vectors/random_values.ts";
import { VERBATIM } from "../../scripts/vectors/replay_frame.ts";
import { canonicalText, tagValue } from "../../scripts/vectors/tagged.ts";

const seeds = fc.integer({ min: 0, max: 2 ** 31 });

/** What becomes of a text: the value encoded again, or the reason why not, without positions. */
function outcome(text: string, type: Portable<unknown>): string {
  try {
    return encode(decode(text, type), type);
  } catch (error) {
    assert(error instanceof CodecError, `${error} at ${type.signature} ${text}`);
    assertEquals(error.cause, undefined, `broke at ${type.signature} ${text}`);
    return error.message.replace(/\d+/g, "#");
  }
}

Deno.test("random values of random types survive encode() and decode()", async () => {
  await loadRecordedTypes();
  fc.assert(
    fc.property(seeds, (seed) => {
      const random = new RandomSource(seed);
      const type = randomType(random);
      const value = randomValue(random, type);
      const text = encode(value, type, { ...VERBATIM, uuid: () => random.uuid() });
      const again = decode(text, type, VERBATIM);
      // The one class of the recordings with defaults: nulls become these.
      if (text.includes('"ratio":null') || text.includes('"number":null') || text.includes('"text":null')) return;
      assertEquals(renamed(encode(again, type, { ...VERBATIM, uuid: () => random.uuid() })), renamed(text));
      const canonical = (value: unknown) => canonicalText(tagValue(value, type), { sortMaps: false });
      assertEquals(canonical(again), canonical(value));
    }),
    { numRuns: 2000, seed: 1 },
  );
});

Deno.test("random texts are decoded or refused, the same by the short way and the long", async () => {
  await loadRecordedTypes();
  fc.assert(
    fc.property(seeds, (seed) => {
      const random = new RandomSource(seed);
      const type = randomType(random);
      const right = encode(randomValue(random, type), type);
      const text = random.oneIn(2) ? mutateText(random, right) : mutateWord(random, right);
      // White space in front keeps a text from the short way.
      assertEquals(outcome(text, type), outcome(" " + text, type));
    }),
    { numRuns: 3000, seed: 2 },
  );
});

/** What `JSON.parse` would give. */
function plain(word: Word): unknown {
  if (word instanceof WordFloat) return word.value;
  if (isList(word)) return word.map(plain);
  if (word instanceof Map) {
    return Object.fromEntries([...word as Map<string, Word>].map(([name, item]) => [name, plain(item)]));
  }
  return typeof word === "bigint" ? Number(word) : word;
}

Deno.test("readWord() reads all JSON as the platform does, and writeWord() gives it back", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), (text) => {
      const word = readWord(text);
      assertEquals(plain(word), JSON.parse(text.replaceAll("-0,", "0,")));
      assertEquals(plain(readWord(writeWord(word))), plain(word));
    }),
    { numRuns: 2000, seed: 3 },
  );
});

Deno.test("readWord() refuses what the platform refuses, but for the three bare words", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), seeds, (text, seed) => {
      const random = new RandomSource(seed);
      const candidate = random.oneIn(3)
        ? text
        : mutateText(random, JSON.stringify([text, { a: 1.5, b: [null, true] }]));
      if (/NaN|Infinity/.test(candidate)) return;
      let accepted = true;
      try {
        JSON.parse(candidate);
      } catch {
        accepted = false;
      }
      let read = true;
      try {
        readWord(candidate);
      } catch {
        read = false;
      }
      assertEquals(read, accepted, candidate);
    }),
    { numRuns: 5000, seed: 4 },
  );
});
