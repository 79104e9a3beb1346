// This module performs no I/O.

import type { Traffic } from "../runtime/mod.ts";

/** Traffic that grows as connections end. */
export class TrafficSum implements Traffic {
  framesIn = 0;
  framesOut = 0;
  bytesIn = 0;
  bytesOut = 0;
  discarded = 0;

  /** @param parts What to begin with. */
  constructor(...parts: readonly Traffic[]) {
    for (const part of parts) this.add(part);
  }

  add({ framesIn, framesOut, bytesIn, bytesOut, discarded }: Traffic): void {
    this.framesIn += framesIn;
    this.framesOut += framesOut;
    this.bytesIn += bytesIn;
    this.bytesOut += bytesOut;
    this.discarded += discarded;
  }

  /** The sum as a plain value. */
  get traffic(): Traffic {
    const { framesIn, framesOut, bytesIn, bytesOut, discarded } = this;
    return { framesIn, framesOut, bytesIn, bytesOut, discarded };
  }
}
