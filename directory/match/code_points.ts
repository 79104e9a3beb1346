// This module performs no I/O.

/** Character classes of the original's expressions, as text for the inside of an RE2 bracket. */

const LAST_CODE_POINT = 0x10ffff;

/** The classes that escapes name, by their letters; each with its opposite. */
export interface EscapeClasses {
  readonly d: string;
  readonly D: string;
  readonly s: string;
  readonly S: string;
  readonly w: string;
  /** Null where RE2 has no short way to say it within a bracket: see {@link notWordClass}. */
  readonly W: string | null;
}

/** Letters, numbers and underscore of all scripts. */
export const WORD = "\\p{L}\\p{N}_";

/** What escapes mean in the original. */
export const UNICODE_CLASSES: EscapeClasses = {
  d: "\\p{Nd}",
  D: "\\P{Nd}",
  s: "\\x{9}-\\x{d}\\x{1c}-\\x{20}\\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}" +
    "\\x{202f}\\x{205f}\\x{3000}",
  S: "\\x{0}-\\x{8}\\x{e}-\\x{1b}\\x{21}-\\x{84}\\x{86}-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}" +
    "\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{10ffff}",
  w: WORD,
  W: null,
};

/** What escapes mean in the original under its flag `a`. */
export const ASCII_CLASSES: EscapeClasses = {
  d: "0-9",
  D: "\\x{0}-\\x{2f}\\x{3a}-\\x{10ffff}",
  s: "\\x{9}-\\x{d}\\x{20}",
  S: "\\x{0}-\\x{8}\\x{e}-\\x{1f}\\x{21}-\\x{10ffff}",
  w: "0-9A-Za-z_",
  W: "\\x{0}-\\x{2f}\\x{3a}-\\x{40}\\x{5b}-\\x{5e}\\x{60}\\x{7b}-\\x{10ffff}",
};

/** As much of {@link UNICODE_CLASSES} as there is in ASCII. */
export const UNICODE_CLASSES_IN_ASCII: EscapeClasses = {
  d: ASCII_CLASSES.d,
  D: "\\x{0}-\\x{2f}\\x{3a}-\\x{7f}",
  s: "\\x{9}-\\x{d}\\x{1c}-\\x{20}",
  S: "\\x{0}-\\x{8}\\x{e}-\\x{1b}\\x{21}-\\x{7f}",
  w: ASCII_CLASSES.w,
  W: "\\x{0}-\\x{2f}\\x{3a}-\\x{40}\\x{5b}-\\x{5e}\\x{60}\\x{7b}-\\x{7f}",
};

/** As much of {@link ASCII_CLASSES} as there is in ASCII. */
export const ASCII_CLASSES_IN_ASCII: EscapeClasses = {
  ...UNICODE_CLASSES_IN_ASCII,
  s: ASCII_CLASSES.s,
  S: "\\x{0}-\\x{8}\\x{e}-\\x{1f}\\x{21}-\\x{7f}",
};

let notWord: string | undefined;

/**
 * Everything but {@link WORD}. Within a bracket RE2 has no way to say it but by listing; the list takes a moment to make, is
 * rarely needed, and is made once.
 */
export function notWordClass(): string {
  notWord ??= listOf((text) => !/[\p{L}\p{N}_]/u.test(text));
  return notWord;
}

function listOf(contains: (text: string) => boolean): string {
  let text = "";
  let start = -1;
  for (let point = 0; point <= LAST_CODE_POINT + 1; point++) {
    const inside = point <= LAST_CODE_POINT && contains(String.fromCodePoint(point));
    if (inside && start < 0) start = point;
    if (!inside && start >= 0) {
      text += rangeText(start, point - 1);
      start = -1;
    }
  }
  return text;
}

/** A code point as RE2 text that means itself, inside a bracket or out. */
export function pointText(point: number): string {
  const isPlain = (point >= 0x30 && point <= 0x39) || (point >= 0x41 && point <= 0x5a) || point === 0x5f ||
    (point >= 0x61 && point <= 0x7a);
  return isPlain ? String.fromCharCode(point) : `\\x{${point.toString(16)}}`;
}

/** A range of code points as RE2 text for the inside of a bracket. */
export function rangeText(low: number, high: number): string {
  return low === high ? pointText(low) : `${pointText(low)}-${pointText(high)}`;
}
