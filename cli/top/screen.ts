/** The terminal while `cake top` has it: a screen of its own, which is drawn where it changes. */

import type { TerminalSize, World } from "../../runtime/mod.ts";

/** The other screen, without a cursor; and back. */
const ENTER = "\x1b[?1049h\x1b[?25l";
const LEAVE = "\x1b[?25h\x1b[?1049l";
const CLEAR = "\x1b[2J";

/** What a terminal that does not tell its size is taken to have. */
const USUAL_SIZE: TerminalSize = { columns: 80, lines: 24 };

/** Draws. */
export class Screen {
  readonly #environment: World["environment"];
  #shown: readonly string[] = [];
  #isOpen = false;

  constructor({ environment }: World) {
    this.#environment = environment;
  }

  get size(): TerminalSize {
    const size = this.#environment.terminalSize();
    // Some terminals say that they have no lines.
    return size === null || size.columns === 0 || size.lines === 0 ? USUAL_SIZE : size;
  }

  open(): void {
    this.#isOpen = true;
    this.#environment.writeOutput(`${ENTER}${CLEAR}`);
  }

  /** Shows these lines, from the top of the screen on; what is there already is not written again. */
  draw(lines: readonly string[]): void {
    if (!this.#isOpen) return;
    let text = "";
    for (const [index, line] of lines.entries()) {
      if (this.#shown[index] !== line) text += `\x1b[${index + 1};1H${line}\x1b[K`;
    }
    if (lines.length < this.#shown.length) text += `\x1b[${lines.length + 1};1H\x1b[J`;
    this.#shown = lines;
    if (text !== "") this.#environment.writeOutput(text);
  }

  /** Forgets what is there, so that everything is drawn again: its size has changed, or somebody wrote into it. */
  clear(): void {
    this.#shown = [];
    if (this.#isOpen) this.#environment.writeOutput(CLEAR);
  }

  /** Leaves the terminal as it was. */
  close(): void {
    if (this.#isOpen) this.#environment.writeOutput(LEAVE);
    this.#isOpen = false;
  }
}
