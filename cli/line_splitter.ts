// This module performs no I/O.

/** Lines out of pieces of text in bytes. */

/** Characters after which a line that does not end is given away as one. */
const LINE_CHARACTERS_MAX = 16_384;

/** Puts pieces together and gives away whole lines, without their ends. */
export class LineSplitter {
  readonly #decoder = new TextDecoder();
  readonly #give: (line: string) => void;
  #rest = "";

  constructor(give: (line: string) => void) {
    this.#give = give;
  }

  take(bytes: Uint8Array): void {
    this.takeText(this.#decoder.decode(bytes, { stream: true }));
  }

  takeText(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop()!;
    for (const line of lines) this.#give(line.endsWith("\r") ? line.slice(0, -1) : line);
    while (this.#rest.length > LINE_CHARACTERS_MAX) {
      this.#give(this.#rest.slice(0, LINE_CHARACTERS_MAX));
      this.#rest = this.#rest.slice(LINE_CHARACTERS_MAX);
    }
  }

  /** Gives away what has no end yet: nothing more will come. */
  end(): void {
    if (this.#rest !== "") this.#give(this.#rest);
    this.#rest = "";
  }
}
