// This module performs no I/O.

/**
 * A frame that means the same whenever it comes again: one whose message has no members. Requests, answers and signals are
 * often of that kind, and then nothing but bytes is compared.
 */

import { constantText, type MessageClass } from "../runtime/mod.ts";
import type { ArrivedHeader } from "./header.ts";

/** The last such frame of a connection. */
export class RepeatedFrame {
  /** Its header. */
  readonly header: ArrivedHeader;
  readonly #headerBytes: number;
  readonly #bodyBytes: number;
  readonly #bytes: DataView;
  readonly #messageClass: MessageClass;

  private constructor(
    header: ArrivedHeader,
    headerBytes: number,
    bodyBytes: number,
    data: Uint8Array,
    messageClass: MessageClass,
  ) {
    this.header = header;
    this.#headerBytes = headerBytes;
    this.#bodyBytes = bodyBytes;
    this.#bytes = new DataView(data.slice().buffer);
    this.#messageClass = messageClass;
  }

  /** The frame of these bytes, whose book is empty, if it is of that kind; else null. `body` is its text. */
  static of(
    header: ArrivedHeader,
    headerBytes: number,
    body: string,
    data: Uint8Array,
    message: unknown,
  ): RepeatedFrame | null {
    if (constantText(message) !== body) return null;
    const messageClass = (message as object).constructor as unknown as MessageClass;
    return new RepeatedFrame(header, headerBytes, body.length, data, messageClass);
  }

  /** True for a frame of the same bytes; `start` is where they are in `bytes`. */
  isSame(headerBytes: number, bodyBytes: number, dataBytes: number, bytes: DataView, start: number): boolean {
    const known = this.#bytes;
    const { byteLength } = known;
    if (dataBytes !== byteLength || headerBytes !== this.#headerBytes || bodyBytes !== this.#bodyBytes) return false;
    let at = 0;
    for (const end = byteLength - 3; at < end; at += 4) {
      if (known.getInt32(at) !== bytes.getInt32(start + at)) return false;
    }
    for (; at < byteLength; at++) {
      if (known.getInt8(at) !== bytes.getInt8(start + at)) return false;
    }
    return true;
  }

  /** A fresh message, as each frame brings one. */
  message(): object {
    return new this.#messageClass();
  }
}
