/** The lines of a stream, one when it is asked for. */
export class LineReader {
  readonly #pieces: ReadableStreamDefaultReader<string>;
  #rest = "";

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#pieces = stream.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** The next line without its end; null when there is none. What follows the last line feed is none. */
  async next(): Promise<string | null> {
    for (;;) {
      const end = this.#rest.indexOf("\n");
      if (end >= 0) {
        const line = this.#rest.slice(0, end);
        this.#rest = this.#rest.slice(end + 1);
        return line;
      }
      const { value, done } = await this.#pieces.read();
      if (done) return null;
      this.#rest += value;
    }
  }
}
