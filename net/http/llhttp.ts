// This module performs no I/O.

/**
 * The HTTP parser: llhttp, the one of Node.js, as the WebAssembly module that the undici package carries. It is strict:
 * what has two readings (lengths given twice or beside chunks, folded headers, bare carriage returns) is an error. Here
 * are only its memory and its calls; what is made of them is decided by {@link LlhttpEvents}.
 */

import llhttpModule from "undici/llhttp";

/** What a parser parses. */
export const LLHTTP_REQUEST = 1;
/** What a parser parses. */
export const LLHTTP_RESPONSE = 2;

/** Results of callbacks and of {@link LlhttpParser.execute}; the numbers are llhttp's. */
export const LLHTTP = {
  OK: 0,
  CLOSED_CONNECTION: 5,
  INVALID_METHOD: 6,
  INVALID_VERSION: 9,
  PAUSED: 21,
  PAUSED_UPGRADE: 22,
  PAUSED_H2_UPGRADE: 23,
  USER: 24,
} as const;

/** What a parser reports, in the order of the bytes. Parts may come in pieces. Results: a value of {@link LLHTTP}. */
export interface LlhttpEvents {
  begin(): void;
  target(piece: string): number;
  reason(piece: string): number;
  headerName(piece: string): number;
  headerValue(piece: string): number;
  /** Result 1: the message has no body, whatever its headers say. */
  headersComplete(parser: LlhttpParser, keepAlive: boolean): number;
  /** The piece is valid during the call only. */
  body(piece: Uint8Array): number;
  complete(): number;
}

/** Bytes given to the parser at once. */
const WINDOW_BYTES = 65_536;

interface Exports {
  readonly memory: WebAssembly.Memory;
  _initialize(): void;
  malloc(bytes: number): number;
  llhttp_alloc(kind: number): number;
  llhttp_free(parser: number): void;
  llhttp_execute(parser: number, at: number, length: number): number;
  llhttp_finish(parser: number): number;
  llhttp_resume(parser: number): void;
  llhttp_resume_after_upgrade(parser: number): void;
  llhttp_get_error_pos(parser: number): number;
  llhttp_get_error_reason(parser: number): number;
  llhttp_get_method(parser: number): number;
  llhttp_method_name(method: number): number;
  llhttp_get_http_major(parser: number): number;
  llhttp_get_http_minor(parser: number): number;
  llhttp_get_status_code(parser: number): number;
  llhttp_message_needs_eof(parser: number): number;
  llhttp_set_lenient_optional_cr_before_lf(parser: number, on: number): void;
  llhttp_set_lenient_optional_lf_after_cr(parser: number, on: number): void;
}

let compiled: WebAssembly.Module | undefined;

/** One instance of the WebAssembly module, with its memory. The parsers of one listener share it. */
export class Llhttp {
  readonly exports: Exports;
  readonly #window: number;
  readonly #methods = new Map<number, string>();
  #memory: Uint8Array;
  /** The parser at work. */
  current: LlhttpParser | null = null;

  constructor() {
    compiled ??= new WebAssembly.Module(llhttpModule as BufferSource);
    this.exports = new WebAssembly.Instance(compiled, { env: this.#callbacks() }).exports as unknown as Exports;
    this.exports._initialize();
    this.#window = this.exports.malloc(WINDOW_BYTES);
    this.#memory = new Uint8Array(this.exports.memory.buffer);
  }

  #callbacks(): Record<string, (...args: number[]) => number> {
    return {
      wasm_on_message_begin: () => this.current!.begin(),
      wasm_on_url: (_, at, length) => this.current!.target(at! - this.#window, length!),
      wasm_on_status: (_, at, length) => this.current!.reason(at! - this.#window, length!),
      wasm_on_header_field: (_, at, length) => this.current!.headerName(at! - this.#window, length!),
      wasm_on_header_value: (_, at, length) => this.current!.headerValue(at! - this.#window, length!),
      wasm_on_headers_complete: (_, _status, _upgrade, keepAlive) => this.current!.headersComplete(keepAlive === 1),
      wasm_on_body: (_, at, length) => this.current!.body(at! - this.#window, length!),
      wasm_on_message_complete: () => this.current!.complete(),
    };
  }

  #view(): Uint8Array {
    // Growth of the memory detaches older views.
    if (this.#memory.byteLength === 0) this.#memory = new Uint8Array(this.exports.memory.buffer);
    return this.#memory;
  }

  /** Parses up to {@link WINDOW_BYTES}; returns the result. The position of a stop is {@link stopOffset}. */
  run(parser: LlhttpParser, pointer: number, bytes: Uint8Array): number {
    this.#view().set(bytes, this.#window);
    const outer = this.current;
    this.current = parser;
    try {
      return this.exports.llhttp_execute(pointer, this.#window, bytes.length);
    } finally {
      this.current = outer;
    }
  }

  /** Where the last run stopped, when it did. */
  stopOffset(pointer: number): number {
    return this.exports.llhttp_get_error_pos(pointer) - this.#window;
  }

  /** A text in the memory, up to its zero. */
  text(at: number): string {
    if (at === 0) return "";
    const memory = this.#view();
    return new TextDecoder().decode(memory.slice(at, memory.indexOf(0, at)));
  }

  /** The name of a method. */
  methodName(method: number): string {
    let name = this.#methods.get(method);
    if (name === undefined) this.#methods.set(method, name = this.text(this.exports.llhttp_method_name(method)));
    return name;
  }
}

const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** One character for one byte. */
export function octetText(bytes: Uint8Array): string {
  // Nearly everything is ASCII, for which this is the fast way.
  const text = UTF8.decode(bytes);
  if (text.length === bytes.length && !text.includes("\ufffd")) return text;
  return Array.from(bytes, (octet) => String.fromCharCode(octet)).join("");
}

/** The parser of one connection. Call {@link free} when the connection is over. */
export class LlhttpParser {
  readonly #llhttp: Llhttp;
  readonly #events: LlhttpEvents;
  #pointer: number;
  #bytes: Uint8Array = new Uint8Array();
  #text: string | null = null;
  #thrown: unknown = undefined;
  #isExecuting = false;
  #isFreed = false;

  constructor(llhttp: Llhttp, kind: typeof LLHTTP_REQUEST | typeof LLHTTP_RESPONSE, events: LlhttpEvents) {
    this.#llhttp = llhttp;
    this.#events = events;
    this.#pointer = llhttp.exports.llhttp_alloc(kind);
    if (this.#pointer === 0) throw new RangeError("Cannot make an HTTP parser: no memory");
  }

  /**
   * Parses bytes.
   *
   * @returns The result, and how many bytes were parsed before it stopped; all of them if the result is OK.
   */
  execute(bytes: Uint8Array): { readonly result: number; readonly taken: number } {
    this.#isExecuting = true;
    try {
      return this.#execute(bytes);
    } finally {
      this.#isExecuting = false;
      if (this.#isFreed) this.free();
    }
  }

  #execute(bytes: Uint8Array): { readonly result: number; readonly taken: number } {
    for (let start = 0; start < bytes.length; start += WINDOW_BYTES) {
      const piece = bytes.subarray(start, start + WINDOW_BYTES);
      this.#bytes = piece;
      this.#text = null;
      const result = this.#llhttp.run(this, this.#pointer, piece);
      if (this.#thrown !== undefined) throw this.#thrown;
      if (result !== LLHTTP.OK) return { result, taken: start + this.#llhttp.stopOffset(this.#pointer) };
    }
    return { result: LLHTTP.OK, taken: bytes.length };
  }

  /** Says that the stream ended. */
  finish(): number {
    const outer = this.#llhttp.current;
    this.#llhttp.current = this;
    try {
      return this.#llhttp.exports.llhttp_finish(this.#pointer);
    } finally {
      this.#llhttp.current = outer;
    }
  }

  /** Goes on after PAUSED. */
  resume(): void {
    this.#llhttp.exports.llhttp_resume(this.#pointer);
  }

  /** Goes on after PAUSED_UPGRADE, with HTTP as before. */
  resumeAfterUpgrade(): void {
    this.#llhttp.exports.llhttp_resume_after_upgrade(this.#pointer);
  }

  /** Takes lines that end without a carriage return, from now on. */
  allowLineFeeds(): void {
    this.#llhttp.exports.llhttp_set_lenient_optional_cr_before_lf(this.#pointer, 1);
    this.#llhttp.exports.llhttp_set_lenient_optional_lf_after_cr(this.#pointer, 1);
  }

  /** What is wrong, in llhttp's words. */
  get problem(): string {
    return this.#llhttp.text(this.#llhttp.exports.llhttp_get_error_reason(this.#pointer));
  }

  get method(): string {
    return this.#llhttp.methodName(this.#llhttp.exports.llhttp_get_method(this.#pointer));
  }

  get major(): number {
    return this.#llhttp.exports.llhttp_get_http_major(this.#pointer);
  }

  get minor(): number {
    return this.#llhttp.exports.llhttp_get_http_minor(this.#pointer);
  }

  get status(): number {
    return this.#llhttp.exports.llhttp_get_status_code(this.#pointer);
  }

  /** True when only the end of the stream ends the body. */
  get needsEnd(): boolean {
    return this.#llhttp.exports.llhttp_message_needs_eof(this.#pointer) === 1;
  }

  /** Gives the memory back. The parser must not be used any more. */
  free(): void {
    this.#isFreed = true;
    // An event can end a connection; the parser it came from still needs its memory then.
    if (this.#isExecuting || this.#pointer === 0) return;
    this.#llhttp.exports.llhttp_free(this.#pointer);
    this.#pointer = 0;
  }

  #slice(at: number, length: number): string {
    this.#text ??= octetText(this.#bytes);
    return this.#text.slice(at, at + length);
  }

  /** An exception must not unwind through the parser: it is thrown again behind it. */
  #caught(thrown: unknown): number {
    this.#thrown = thrown ?? new Error("nothing was thrown");
    return LLHTTP.USER;
  }

  // Called by the instance.

  /** @internal */
  begin(): number {
    this.#events.begin();
    return LLHTTP.OK;
  }

  /** @internal */
  target(at: number, length: number): number {
    return this.#events.target(this.#slice(at, length));
  }

  /** @internal */
  reason(at: number, length: number): number {
    return this.#events.reason(this.#slice(at, length));
  }

  /** @internal */
  headerName(at: number, length: number): number {
    return this.#events.headerName(this.#slice(at, length));
  }

  /** @internal */
  headerValue(at: number, length: number): number {
    return this.#events.headerValue(this.#slice(at, length));
  }

  /** @internal */
  headersComplete(keepAlive: boolean): number {
    try {
      return this.#events.headersComplete(this, keepAlive);
    } catch (thrown) {
      return this.#caught(thrown);
    }
  }

  /** @internal */
  body(at: number, length: number): number {
    return this.#events.body(this.#bytes.subarray(at, at + length));
  }

  /** @internal */
  complete(): number {
    try {
      return this.#events.complete();
    } catch (thrown) {
      return this.#caught(thrown);
    }
  }
}
