// This module performs no I/O.

/**
 * A message on its way between two threads, not decoded yet. Addresses mean the same in all threads of a process; they
 * stand beside the body all the same, so that it can go on to another process as it is.
 */

import {
  type AddressValue as Address,
  Any,
  Block,
  BookReader,
  Cast,
  decode,
  DECODE_LIMITS,
  type DecodeOptions,
  type Kernel,
  type Receiver,
} from "../../runtime/mod.ts";
import { EMPTY_BOOK } from "../book.ts";
import { THREAD_FRAME_BYTES_MAX } from "../limits.ts";
import type { Transit } from "../relay.ts";

/**
 * Where a message is from, which connections have to know: an actor of this process, another process, or an actor that
 * means the connection itself (`Close`, `Stop`), whatever it is addressed to behind it.
 */
export type FrameOrigin = "actor" | "process" | "command";

/** One message. */
export interface ThreadFrame {
  readonly to: Address;
  readonly from: Address;
  /** Text, or the very bytes of a binary message. */
  readonly body: string | Uint8Array;
  /** The addresses of the body, as text; empty where there are none. */
  readonly book: string;
  readonly origin: FrameOrigin;
}

/** A receiver that takes messages before they are decoded, as it only keeps them or passes them on. */
export interface FrameReceiver extends Receiver {
  takeFrame(frame: ThreadFrame): void;
}

/** True for {@link FrameReceiver}s. */
export function isFrameReceiver(receiver: Receiver): receiver is FrameReceiver {
  return "takeFrame" in receiver;
}

/** What a message between two threads may hold: the process is its own peer. */
const LIMITS = { ...DECODE_LIMITS, nodes: THREAD_FRAME_BYTES_MAX, stringLength: THREAD_FRAME_BYTES_MAX };

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();

/** How one runtime decodes frames. */
export class FrameDecoder {
  readonly #options: DecodeOptions;

  constructor({ world }: Kernel) {
    const zoneOffset = (wall: bigint) => world.clock.zoneOffset(wall);
    this.#options = { addresses: new BookReader(EMPTY_BOOK), zoneOffset, limits: LIMITS };
  }

  /**
   * The message of a frame.
   *
   * @throws {CodecError} When it can't be read.
   */
  message({ body, book }: Pick<ThreadFrame, "body" | "book">): unknown {
    if (typeof body !== "string") return new Cast(body, Block);
    const options = book === "" ? this.#options : { ...this.#options, addresses: new BookReader(readBook(book)) };
    const held = decode(body, Any, options);
    // A Cast to Any says nothing that its content doesn't say itself.
    return held instanceof Cast && held.type.kind === "any" ? held.value : held;
  }
}

/** The text of the addresses of a body. */
export function writeBook(entries: readonly (readonly [string, Address])[]): string {
  return entries.length === 0 ? "" : JSON.stringify(entries);
}

/** The reverse. */
export function readBook(book: string): ReadonlyMap<string, Address> {
  return book === "" ? EMPTY_BOOK : new Map(JSON.parse(book) as [string, Address][]);
}

/** A frame as connections to other processes pass it on. */
export function transitOf({ to, from, body, book }: ThreadFrame): Transit {
  const tunnel = typeof body !== "string";
  return { to, from, tunnel, body: tunnel ? body : ENCODER.encode(body), book: readBook(book) };
}

/** What came from another process, for a thread; it can be kept. */
export function frameOfTransit({ to, from, tunnel, body, book }: Transit): ThreadFrame {
  return {
    to,
    from,
    body: tunnel ? body.slice() : DECODER.decode(body),
    book: writeBook([...book]),
    origin: "process",
  };
}
