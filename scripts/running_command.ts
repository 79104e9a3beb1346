/** Commands that run, as whoever waits for what they say sees them. */

/** What a command gave. */
export interface CommandOutcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A command that runs, whose lines on stderr can be waited for. */
export class RunningCommand {
  readonly #child: Deno.ChildProcess;
  readonly #out: Promise<string>;
  readonly #ended: Promise<void>;
  #err = "";
  #hasEnded = false;
  readonly #waiting = new Set<() => void>();

  constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#out = new Response(child.stdout).text();
    this.#ended = this.#collect();
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Everything on stderr so far. */
  get err(): string {
    return this.#err;
  }

  async #collect(): Promise<void> {
    for await (const text of this.#child.stderr.pipeThrough(new TextDecoderStream())) {
      this.#err += text;
      for (const look of this.#waiting) look();
    }
    this.#hasEnded = true;
    for (const look of this.#waiting) look();
  }

  /**
   * Waits until stderr holds so many matches.
   *
   * @throws {Error} With all of stderr, when the command ends before.
   */
  seen(pattern: RegExp, count = 1): Promise<void> {
    const all = new RegExp(pattern.source, "g");
    return new Promise((resolve, reject) => {
      const look = () => {
        const isThere = (this.#err.match(all)?.length ?? 0) >= count;
        if (!isThere && !this.#hasEnded) return;
        this.#waiting.delete(look);
        if (isThere) resolve();
        else reject(new Error(`The command ended without ${count} of ${pattern}:\n${this.#err}`));
      };
      this.#waiting.add(look);
      look();
    });
  }

  signal(name: Deno.Signal): void {
    this.#child.kill(name);
  }

  /** Waits for its end. */
  async outcome(): Promise<CommandOutcome> {
    const { code } = await this.#child.status;
    await this.#ended;
    return { code, out: await this.#out, err: this.#err };
  }
}
