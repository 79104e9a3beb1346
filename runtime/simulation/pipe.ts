/** One direction of a connection: segments under way, in order. */

import { type Engine, QUIET } from "./engine.ts";
import type { ScheduledEvent } from "./event_queue.ts";
import type { Passage } from "./link.ts";
import type { SeededRandom } from "./prng.ts";

/** Most pieces that one write is split into. */
const PIECES_MAX = 4;

/** What travels: bytes, or a word about the connection. */
export type Segment =
  | { readonly kind: "data"; readonly chunks: Uint8Array[] }
  | { readonly kind: "established" | "end" | "reset" };

/** The two ends of a pipe. */
export interface PipeEnds {
  /** Takes a segment; true when that resumed somebody. */
  receive(segment: Segment): boolean;
  /** The sender may go on writing. */
  onRoom(): void;
  /** What was sent couldn't be delivered for too long. */
  onTimeout(): void;
}

/** Where a pipe is to be cut. */
interface PipeCut {
  /** How many bytes still get through. */
  bytes: number;
  readonly onCut: () => void;
}

/** Carries segments from one end to the other: late, in pieces, or not at all, but in order and complete. */
export class Pipe {
  readonly #engine: Engine;
  readonly #link: Passage;
  readonly #back: Passage;
  readonly #random: SeededRandom;
  readonly #ends: PipeEnds;
  #segments: Segment[] = [];
  #lastArrival = 0;
  #unread = 0;
  #held = 0;
  #breakTimer: ScheduledEvent | null = null;
  #isRoomAwaited = false;
  /** What ends the pipe, and how many bytes get through before. */
  #cut: PipeCut | null = null;

  constructor(engine: Engine, link: Passage, back: Passage, random: SeededRandom, ends: PipeEnds) {
    this.#engine = engine;
    this.#link = link;
    this.#back = back;
    this.#random = random;
    this.#ends = ends;
  }

  /** Bytes that may be sent before the receiver reads. */
  get room(): number {
    return this.#link.conditions.inFlightBytesMax - this.#unread;
  }

  /** Draws of this direction. */
  get random(): SeededRandom {
    return this.#random;
  }

  /** How often a read of this direction returns fewer bytes than are there. */
  get shortReadProbability(): number {
    return this.#link.conditions.shortReadProbability;
  }

  /** Sends bytes that nobody changes any more. */
  sendBytes(bytes: Uint8Array): void {
    const { splitProbability, mergeProbability } = this.#link.conditions;
    this.#unread += bytes.length;
    const tail = this.#segments.at(-1);
    if (tail?.kind === "data" && this.#random.chance(mergeProbability)) {
      tail.chunks.push(bytes);
    } else if (bytes.length > 1 && this.#random.chance(splitProbability)) {
      for (const piece of split(bytes, this.#random)) this.send({ kind: "data", chunks: [piece] });
    } else {
      this.send({ kind: "data", chunks: [bytes] });
    }
  }

  /** Sends a segment. */
  send(segment: Segment): void {
    this.#segments.push(segment);
    this.#depart();
  }

  /** Asks for {@link PipeEnds.onRoom} once the receiver has read. */
  awaitRoom(): void {
    this.#isRoomAwaited = true;
  }

  /** The receiver has read, or thrown away, this many bytes. */
  consume(bytes: number): void {
    this.#unread -= bytes;
    if (!this.#isRoomAwaited) return;
    this.#isRoomAwaited = false;
    this.#reportRoom();
  }

  /** Lets only so many more bytes through, and then calls back. */
  cutAfter(bytes: number, onCut: () => void): void {
    this.#cut ??= { bytes, onCut };
  }

  /** Forgets what is under way: the sender has given up. */
  sever(): void {
    this.#segments = [];
    this.#endBreakTimer();
  }

  /** Each departure is one arrival later; which segment it is, the order decides. */
  #depart(): void {
    const { now } = this.#engine;
    this.#lastArrival = Math.max(this.#lastArrival, now + this.#link.delay(this.#random));
    this.#engine.schedule(this.#lastArrival - now, this.#arrive, this.#link.label, "work");
  }

  readonly #arrive = (): unknown => {
    if (this.#link.isBlocked) {
      this.#hold();
      return QUIET;
    }
    const segment = this.#segments.shift();
    if (segment === undefined) return QUIET;
    const size = sizeOf(segment);
    this.#engine.history.mix(this.#engine.now, size);
    if (this.#cut !== null && segment.kind === "data") return this.#arriveCut(this.#cut, segment.chunks, size);
    return this.#ends.receive(segment) ? undefined : QUIET;
  };

  /** The last bytes before the cut arrive; what lies behind it never does. */
  #arriveCut(cut: PipeCut, chunks: readonly Uint8Array[], size: number): unknown {
    const passed: Uint8Array[] = [];
    for (const chunk of chunks) {
      const part = chunk.subarray(0, cut.bytes);
      cut.bytes -= part.length;
      if (part.length > 0) passed.push(part);
    }
    if (passed.length > 0) this.#ends.receive({ kind: "data", chunks: passed });
    this.#unread -= size - passed.reduce((sum, { length }) => sum + length, 0);
    if (cut.bytes > 0) return undefined;
    this.#cut = null;
    cut.onCut();
    return undefined;
  }

  #hold(): void {
    if (this.#segments.length === 0) return;
    this.#held++;
    this.#link.hold(() => {
      this.#held--;
      this.#endBreakTimer();
      this.#depart();
    });
    const { breakAfterMs } = this.#link;
    if (this.#breakTimer !== null || !Number.isFinite(breakAfterMs)) return;
    this.#breakTimer = this.#engine.schedule(
      1000 * breakAfterMs,
      () => this.#ends.onTimeout(),
      this.#link.label,
      "alarm",
    );
  }

  #endBreakTimer(): void {
    if (this.#breakTimer !== null) this.#engine.cancel(this.#breakTimer);
    this.#breakTimer = null;
  }

  #reportRoom(): void {
    const delay = this.#back.delay(this.#random);
    this.#engine.schedule(
      delay,
      () => {
        if (!this.#back.isBlocked) return this.#ends.onRoom();
        this.#back.hold(() => this.#reportRoom());
        return QUIET;
      },
      this.#back.label,
      "work",
    );
  }
}

function sizeOf(segment: Segment): number {
  if (segment.kind !== "data") return 0;
  let size = 0;
  for (const chunk of segment.chunks) size += chunk.length;
  return size;
}

/** Two to four pieces with random borders. */
function split(bytes: Uint8Array, random: SeededRandom): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (let count = 1 + random.integer(PIECES_MAX - 1); count > 0 && bytes.length - at > 1; count--) {
    const end = at + 1 + random.integer(bytes.length - at - 1);
    pieces.push(bytes.subarray(at, end));
    at = end;
  }
  pieces.push(bytes.subarray(at));
  return pieces;
}
