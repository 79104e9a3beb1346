/** Telling somebody at a terminal what takes so long. */

import type { World } from "../runtime/mod.ts";

/** How long something may take before it is told. */
export const PROGRESS_AFTER_MS = 1000;

/** How often a line is written anew. */
const PROGRESS_PAUSE_MS = 200;

/** One line on stderr that says how far something is, from a second on, and goes at the end. Nothing without a terminal. */
export class Progress {
  readonly #world: World;
  readonly #isShown: boolean;
  readonly #begun: number;
  #written = 0;
  /** Characters of the line that is shown. */
  #width = 0;

  constructor(world: World) {
    this.#world = world;
    this.#isShown = world.environment.isErrorTerminal();
    this.#begun = this.#written = world.clock.now();
  }

  /** Says how far it is. */
  tell(text: string): void {
    const now = this.#world.clock.now();
    if (!this.#isShown || now - this.#begun < PROGRESS_AFTER_MS) return;
    if (this.#width > 0 && now - this.#written < PROGRESS_PAUSE_MS) return;
    const line = `cake: ${text}`;
    this.#world.environment.writeError(`\r${line.padEnd(this.#width)}`);
    this.#width = line.length;
    this.#written = now;
  }

  /** Takes the line away. */
  end(): void {
    if (this.#width > 0) this.#world.environment.writeError(`\r${" ".repeat(this.#width)}\r`);
    this.#width = 0;
  }
}
