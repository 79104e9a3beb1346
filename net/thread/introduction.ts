/** The first bytes on the way to a thread: what it has to know before it has a runtime. */

import type { ByteStream, LogLevel } from "../../runtime/mod.ts";

/** What a thread is told first. */
export interface Introduction {
  /** Its name, for logs. */
  readonly name: string;
  /** True when it may hold several actors, and more that are bound to its name. */
  readonly isShared: boolean;
  readonly level: LogLevel;
  readonly strict: boolean;
  /** The main thread's directory, as a local address there; null where there is none. */
  readonly directory: string | null;
}

const LENGTH_BYTES = 4;
const INTRODUCTION_BYTES_MAX = 65_536;

/** Writes an introduction in front of everything else. */
export function introduce(stream: ByteStream, introduction: Introduction): void {
  const text = new TextEncoder().encode(JSON.stringify(introduction));
  const bytes = new Uint8Array(LENGTH_BYTES + text.length);
  new DataView(bytes.buffer).setUint32(0, text.length);
  bytes.set(text, LENGTH_BYTES);
  // A thread that is gone already is noticed by whoever reads.
  stream.write(bytes).catch(() => {});
}

/** Reads an introduction, and nothing of what follows. */
export async function readIntroduction(stream: ByteStream): Promise<Introduction> {
  const length = new DataView((await readExactly(stream, LENGTH_BYTES)).buffer).getUint32(0);
  if (length > INTRODUCTION_BYTES_MAX) throw new RangeError(`Cannot start a thread: introduction of ${length} bytes`);
  return JSON.parse(new TextDecoder().decode(await readExactly(stream, length))) as Introduction;
}

async function readExactly(stream: ByteStream, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const count = await stream.read(bytes.subarray(at));
    if (count === null) throw new TypeError("Cannot start a thread: the stream ended");
    at += count;
  }
  return bytes;
}
