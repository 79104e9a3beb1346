// This module performs no I/O.

/** A stream of bytes over a port for messages, as between two threads. */

import { type ByteStream, type Endpoint, NetworkError } from "./world.ts";

/** Bytes under way to the other end before a write has to wait: what it has not read yet. */
const WINDOW_BYTES = 1_048_576;
/** Bytes read until the other end is told of it. */
const RECEIPT_BYTES = 262_144;
/** From so many bytes on, their memory changes hands; a copy of less is cheaper. */
const TRANSFER_BYTES_MIN = 262_144;

/** What travels: bytes; how many were read; nothing more will be written; the stream is given up. */
type Parcel = Uint8Array | number | "end" | "gone";

/** As much of a port as a stream needs. */
export interface BytePort {
  postMessage(message: unknown, transfer: Transferable[]): void;
  /** Says who takes what arrives. */
  listen(take: (message: unknown) => void): void;
  /** Lets go of the port. */
  close(): void;
}

/** One end of a stream between two threads. */
export class PortStream implements ByteStream {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly #port: BytePort;
  #arrived: Uint8Array[] = [];
  /** Bytes of the first piece that were read already. */
  #offset = 0;
  #unreceipted = 0;
  #underWay = 0;
  #hasEnded = false;
  #isClosed = false;
  #broken: NetworkError | null = null;
  #reader: { readonly buffer: Uint8Array; readonly done: PromiseWithResolvers<number | null> } | null = null;
  #writer: PromiseWithResolvers<void> | null = null;

  constructor(port: BytePort, names: { readonly local: string; readonly remote: string }) {
    this.#port = port;
    this.local = { host: names.local, port: 0 };
    this.remote = { host: names.remote, port: 0 };
    port.listen((parcel) => this.#take(parcel as Parcel));
  }

  #take(parcel: Parcel): void {
    if (this.#isClosed) return;
    if (typeof parcel === "number") {
      this.#underWay -= parcel;
      if (this.#underWay < WINDOW_BYTES) this.#wake();
      return;
    }
    if (parcel === "gone") this.#breakWriting(new NetworkError("the other end gave up the stream", 32));
    if (parcel === "gone" || parcel === "end") this.#hasEnded = true;
    else this.#arrived.push(parcel);
    const reader = this.#reader;
    if (reader === null) return;
    this.#reader = null;
    reader.done.resolve(this.#readNow(reader.buffer));
  }

  #wake(): void {
    const writer = this.#writer;
    this.#writer = null;
    writer?.resolve();
  }

  read(buffer: Uint8Array): Promise<number | null> {
    if (this.#arrived.length > 0 || this.#hasEnded) return Promise.resolve(this.#readNow(buffer));
    if (this.#broken !== null) return Promise.reject(this.#broken);
    if (this.#isClosed) return Promise.resolve(null);
    const done = Promise.withResolvers<number | null>();
    this.#reader = { buffer, done };
    return done.promise;
  }

  #readNow(buffer: Uint8Array): number | null {
    let count = 0;
    while (count < buffer.length && this.#arrived.length > 0) {
      const first = this.#arrived[0]!;
      const part = first.subarray(this.#offset, this.#offset + buffer.length - count);
      buffer.set(part, count);
      count += part.length;
      this.#offset += part.length;
      if (this.#offset === first.length) {
        this.#arrived.shift();
        this.#offset = 0;
      }
    }
    if (count === 0) return null;
    this.#unreceipted += count;
    if (this.#unreceipted >= RECEIPT_BYTES) {
      this.#post(this.#unreceipted);
      this.#unreceipted = 0;
    }
    return count;
  }

  write(bytes: Uint8Array): Promise<void> {
    if (this.#broken !== null) return Promise.reject(this.#broken);
    if (this.#isClosed) return Promise.reject(new NetworkError("the stream is closed"));
    if (bytes.length === 0) return Promise.resolve();
    const copy = bytes.slice();
    this.#post(copy, copy.length >= TRANSFER_BYTES_MIN ? [copy.buffer] : []);
    this.#underWay += bytes.length;
    if (this.#underWay < WINDOW_BYTES) return Promise.resolve();
    this.#writer = Promise.withResolvers();
    return this.#writer.promise;
  }

  closeWrite(): Promise<void> {
    if (this.#broken !== null) return Promise.reject(this.#broken);
    if (!this.#isClosed) this.#post("end");
    return Promise.resolve();
  }

  close(): void {
    if (this.#isClosed) return;
    if (this.#broken === null) this.#post("gone");
    this.#isClosed = true;
    this.#arrived = [];
    this.#port.close();
    const reader = this.#reader;
    this.#reader = null;
    reader?.done.resolve(null);
    const writer = this.#writer;
    this.#writer = null;
    writer?.reject(new NetworkError("the stream is closed"));
  }

  /** The other end is no more. What arrived before can still be read. */
  break(error: NetworkError): void {
    if (this.#broken !== null || this.#isClosed) return;
    this.#breakWriting(error);
    const reader = this.#reader;
    this.#reader = null;
    if (this.#hasEnded) reader?.done.resolve(null);
    else reader?.done.reject(error);
  }

  #breakWriting(error: NetworkError): void {
    this.#broken ??= error;
    const writer = this.#writer;
    this.#writer = null;
    writer?.reject(error);
  }

  #post(parcel: Parcel, transfer: Transferable[] = []): void {
    this.#port.postMessage(parcel, transfer);
  }
}
