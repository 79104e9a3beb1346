/** Compares encoded texts apart from what is random in them. */

import { writeWord } from "../../runtime/codec/json_writer.ts";
import { isList, type Word } from "../../runtime/types/word.ts";

const UUID_PART = /(\d+:)?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(:\d+)?/g;

/** The same text with the random parts of aliases and keys numbered in order of appearance. */
export function renamed(text: string): string {
  const names = new Map<string, string>();
  return text.replace(UUID_PART, (whole, before = "", uuid: string, after = "") => {
    if (before === "" && after === "") return whole;
    const kind = before === "" ? "key" : "alias";
    if (!names.has(kind + uuid)) names.set(kind + uuid, `${kind}-${names.size}`);
    return before + names.get(kind + uuid) + after;
  });
}

/** Equal but for the order of the aliases of an Any, of which there may be more than the original lists. */
export function sameWords(got: Word, recorded: Word): boolean {
  if (isList(got) && isList(recorded)) {
    if (got.length !== recorded.length) return false;
    return got.every((item, i) => sameWords(item, recorded[i]!) || (i === 2 && isSuperset(item, recorded[i]!)));
  }
  if (got instanceof Map && recorded instanceof Map) {
    const names = [...got.keys()];
    if (names.join() !== [...recorded.keys()].join()) return false;
    return names.every((name) => sameWords(got.get(name), recorded.get(name)));
  }
  return writeWord(got) === writeWord(recorded);
}

function isSuperset(got: Word, recorded: Word): boolean {
  if (!isList(got) || !isList(recorded)) return false;
  return got.every((item) => typeof item === "string") &&
    recorded.every((item) => (got as readonly Word[]).includes(item));
}
