/** Texts that are almost right. */

import type { Word } from "../../runtime/types/word.ts";
import { isList } from "../../runtime/types/word.ts";
import { readWord } from "../../runtime/codec/json_reader.ts";
import { writeWord } from "../../runtime/codec/json_writer.ts";
import { type RandomSource, randomWord } from "./random_values.ts";

const CHARACTERS = [
  ...'{}[]":,.-+eE0129 \\u\n\ttrufalsn\u0000é😀',
  "NaN",
  "Infinity",
  "-0",
  "null",
  "1e999",
  "[[[[",
  '"value":',
  "\ufeff",
];

/** Changes characters here and there. */
export function mutateText(random: RandomSource, text: string): string {
  let mutated = text;
  for (let times = 1 + random.integer(3); times > 0; times--) {
    const at = random.integer(mutated.length + 1);
    const length = random.oneIn(3) ? random.integer(8) : random.integer(2);
    const insert = random.oneIn(3) ? "" : random.pick(CHARACTERS);
    mutated = mutated.slice(0, at) + insert + mutated.slice(at + length);
  }
  return mutated;
}

/** Changes a value in the text: other values, items more or less, other names. */
export function mutateWord(random: RandomSource, text: string): string {
  const word = readWord(text);
  const count = countNodes(word);
  return writeWord(changeNode(random, word, { left: 1 + random.integer(count) }));
}

function countNodes(word: Word): number {
  let count = 1;
  if (isList(word)) { for (const item of word) count += countNodes(item); }
  if (word instanceof Map) { for (const item of word.values()) count += countNodes(item as Word); }
  return count;
}

/** Changes the node at which the count runs out. */
function changeNode(random: RandomSource, word: Word, count: { left: number }): Word {
  if (--count.left === 0) return changed(random, word);
  if (isList(word)) return word.map((item) => changeNode(random, item, count));
  if (word instanceof Map) {
    return new Map([...word].map(([name, item]) => [name as string, changeNode(random, item as Word, count)]));
  }
  return word;
}

function changed(random: RandomSource, word: Word): Word {
  if (isList(word) && random.oneIn(2)) {
    if (random.oneIn(2)) return [...word, randomWord(random, 1)];
    return word.slice(0, random.integer(word.length + 1));
  }
  if (word instanceof Map && random.oneIn(2)) {
    const members = [...word] as [string, Word][];
    if (random.oneIn(2)) return new Map(members.slice(0, random.integer(members.length + 1)));
    return new Map([...members.reverse(), [random.pick(["", "x", "__proto__", "constructor"]), randomWord(random, 1)]]);
  }
  return randomWord(random, 2);
}
