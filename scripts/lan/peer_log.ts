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

/** The file that peers write to. */
export class PeerLog {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
    Deno.writeTextFileSync(path, "");
  }

  /** Everything so far, in order of writing. */
  events(): PeerEvent[] {
    return Deno.readTextFileSync(this.path).split("\n").filter(Boolean).map((line) => {
      const [at, label = "", pid, ...words] = line.split(" ");
      return { at: Number(at), label, pid: Number(pid), text: words.join(" ") };
    });
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
}

/** Milliseconds since 1970, as peers tell them. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}
