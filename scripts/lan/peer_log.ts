/** What the peers of a laboratory tell, as they tell it. */

import { sleep } from "./laboratory.ts";

/** Something that a peer told. */
export interface PeerEvent {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly label: string;
  readonly pid: number;
  readonly text: string;
}

const POLL_MS = 10;
const CHUNK_BYTES = 65_536;

/** The file that peers write to. */
export class PeerLog implements Disposable {
  readonly path: string;
  readonly #file: Deno.FsFile;
  readonly #decoder = new TextDecoder();
  readonly #events: PeerEvent[] = [];
  /** The beginning of a line whose end was not there yet. */
  #begun = "";

  constructor(path: string) {
    this.path = path;
    Deno.writeTextFileSync(path, "");
    this.#file = Deno.openSync(path);
  }

  /** Everything so far, in order of writing. */
  events(): readonly PeerEvent[] {
    const chunk = new Uint8Array(CHUNK_BYTES);
    for (let length = this.#file.readSync(chunk); length !== null; length = this.#file.readSync(chunk)) {
      const lines = (this.#begun + this.#decoder.decode(chunk.subarray(0, length), { stream: true })).split("\n");
      this.#begun = lines.pop()!;
      for (const line of lines) this.#events.push(event(line));
    }
    return this.#events;
  }

  /** What a peer has told since. */
  since(label: string, at: number): string[] {
    return this.events().filter((event) => event.label === label && event.at >= at).map(({ text }) => text);
  }

  /** Waits for the first event of a peer after a moment whose text matches; null when none comes in time. */
  async first(label: string, pattern: RegExp, after: number, seconds: number): Promise<PeerEvent | null> {
    for (let waited = 0; waited < seconds * 1000; waited += POLL_MS) {
      const event = this.events().find((one) => one.label === label && one.at >= after && pattern.test(one.text));
      if (event !== undefined) return event;
      await sleep(POLL_MS);
    }
    return null;
  }

  /** The process that told last under a label. */
  pidOf(label: string): number {
    return this.events().findLast((event) => event.label === label)?.pid ?? 0;
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}

function event(line: string): PeerEvent {
  const [at, label = "", pid, ...words] = line.split(" ");
  return { at: Number(at), label, pid: Number(pid), text: words.join(" ") };
}

/** Milliseconds since 1970, as peers tell them. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}
