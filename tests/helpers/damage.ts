/** Texts that are almost right: what hands, editors and half-written files make of a good one. */

import type { SeededRandom } from "../../runtime/simulation/prng.ts";

/** Pieces that readers of YAML, JSON and command lines may stumble over. */
const PIECES = [
  ...[
    "",
    " ",
    "\n",
    "\t",
    "\0",
    "\ufeff",
    "\ud800",
    "\u2028",
    "é",
    "😀",
    "-",
    "--",
    "=",
    ":",
    ": ",
    "- ",
    "? ",
    "#",
    ",",
    "&a ",
    "*a",
  ],
  ...[
    "{",
    "}",
    "[",
    "]",
    "[[[[",
    '"',
    "'",
    "|\n",
    ">\n",
    "!t ",
    "%YAML 1.1\n",
    "---\n",
    "...\n",
    "<<: ",
    "null",
    "true",
    "~",
    ".inf",
  ],
  ...[
    "0",
    "-1",
    "1e999",
    "99999999999999999999",
    "0x1F",
    "1.5",
    "__proto__",
    "constructor",
    "toString",
    "group",
    "roles:",
  ],
  ...['{"value": ', '"value"', "[1, 2]", '["unicode", "x", []]', "../../etc", "\\u0000", "\\", "$(x)", "a".repeat(300)],
] as const;

/** A text with a few changes: pieces put in, parts left out, doubled or swapped, an end cut off. */
export function damaged(random: SeededRandom, text: string): string {
  let changed = text;
  for (let left = 1 + random.integer(3); left > 0; left--) changed = once(random, changed);
  return changed;
}

function once(random: SeededRandom, text: string): string {
  const [a, b] = [random.integer(text.length + 1), random.integer(text.length + 1)].sort((x, y) => x - y) as [
    number,
    number,
  ];
  const near = Math.min(text.length, a + 1 + random.integer(12));
  switch (random.integer(8)) {
    case 0:
      return text.slice(0, a) + piece(random) + text.slice(a);
    case 1:
      return text.slice(0, a) + piece(random) + text.slice(near);
    case 2:
      return text.slice(0, a) + text.slice(near);
    case 3:
      return text.slice(0, a);
    case 4:
      return text.slice(0, b) + text.slice(a, b) + text.slice(b);
    case 5:
      return text.slice(0, a) + text.slice(b);
    case 6:
      return swappedLines(random, text);
    default: {
      const words = [...text.matchAll(/[\w.-]+/g)];
      if (words.length === 0) return piece(random);
      const word = words[random.integer(words.length)]!;
      return text.slice(0, word.index) + piece(random) + text.slice(word.index + word[0].length);
    }
  }
}

function swappedLines(random: SeededRandom, text: string): string {
  const lines = text.split("\n");
  const [i, j] = [random.integer(lines.length), random.integer(lines.length)];
  [lines[i], lines[j]] = [lines[j]!, lines[i]!];
  return lines.join("\n");
}

/** One of the pieces. */
export function piece(random: SeededRandom): string {
  return PIECES[random.integer(PIECES.length)]!;
}
