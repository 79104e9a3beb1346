// This module performs no I/O.

/** Keys out of what terminals send for them. */

/** Keys without a character, by what they send. Terminals differ in how they begin. */
const NAMED: Readonly<Record<string, string>> = {
  "\x1b[A": "up",
  "\x1bOA": "up",
  "\x1b[B": "down",
  "\x1bOB": "down",
  "\x1b[5~": "page up",
  "\x1b[6~": "page down",
  "\x1b[H": "home",
  "\x1b[1~": "home",
  "\x1bOH": "home",
  "\x1b[F": "end",
  "\x1b[4~": "end",
  "\x1bOF": "end",
  "\x1b": "escape",
  "\r": "enter",
  "\n": "enter",
  "\t": "tab",
  "\x03": "ctrl-c",
  "\x04": "ctrl-d",
  "\x0c": "ctrl-l",
  "\x7f": "backspace",
  "\b": "backspace",
};

// deno-lint-ignore no-control-regex -- what terminals send for keys begins with one
const KEY = /\x1b(?:\[[0-9;]*[A-Za-z~]|O[A-Za-z])|[^]/gu;

/** The keys of what was typed, in order: a name, or a character. Sequences that mean none of the known keys are left out. */
export function keysOf(typed: Uint8Array): string[] {
  const keys: string[] = [];
  for (const [sequence] of new TextDecoder().decode(typed).matchAll(KEY)) {
    const name = NAMED[sequence];
    if (name !== undefined) keys.push(name);
    else if (!sequence.startsWith("\x1b") && sequence >= " ") keys.push(sequence);
  }
  return keys;
}
