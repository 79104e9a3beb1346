// This module performs no I/O.

/** Colours and weights of text on a terminal, where they are wanted. */

/** How a text looks, by the number of the sequence that makes it so. */
const STYLES = {
  bold: 1,
  dim: 2,
  reverse: 7,
  red: 31,
  green: 32,
  yellow: 33,
  blue: 34,
  magenta: 35,
  cyan: 36,
  brightGreen: 92,
  brightBlue: 94,
  brightMagenta: 95,
  brightCyan: 96,
} as const;

/** A name of a style. */
export type Style = keyof typeof STYLES;

/** Makes texts look as wanted; gives them back as they are where no colours are. */
export type Paint = (text: string, ...styles: readonly Style[]) => string;

/** A {@link Paint}. @param isColoured False for none. */
export function paintFor(isColoured: boolean): Paint {
  if (!isColoured) return (text) => text;
  return (text, ...styles) =>
    styles.length === 0 ? text : `\x1b[${styles.map((style) => STYLES[style]).join(";")}m${text}\x1b[0m`;
}

/**
 * Whether colours are wanted on a terminal: not with `NO_COLOR` (no-color.org), nor on one that has none.
 *
 * @param variable A variable of the environment.
 */
export function wantsColour(variable: (name: string) => string | undefined): boolean {
  return !variable("NO_COLOR") && variable("TERM") !== "dumb";
}

/** Colours that tell roles apart, none of which means anything else. */
const ROLE_STYLES: readonly Style[] = [
  "cyan",
  "magenta",
  "blue",
  "brightCyan",
  "brightMagenta",
  "brightBlue",
  "brightGreen",
];

/** The colour of the role at a place in the list of all. */
export function roleStyle(index: number): Style {
  return ROLE_STYLES[index % ROLE_STYLES.length]!;
}

// deno-lint-ignore no-control-regex -- what terminals take as orders begins with one
const SEQUENCES = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-_])/g;
// deno-lint-ignore no-control-regex -- these are what it is about
const CONTROLS = /[\x00-\x08\x0a-\x1f\x7f-\x9f]/g;

/** A text without orders to the terminal, and without control characters but tabs, which become blanks. */
export function plainText(text: string): string {
  return text.replace(SEQUENCES, "").replace(CONTROLS, "").replaceAll("\t", "  ");
}
