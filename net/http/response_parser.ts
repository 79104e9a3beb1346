// This module performs no I/O.

/** Bytes from an HTTP server to responses, within limits. */

import type { HttpLimits } from "./limits.ts";
import { LLHTTP, type Llhttp, LLHTTP_RESPONSE, type LlhttpEvents, LlhttpParser } from "./llhttp.ts";
import { joined, withoutTrailingBlanks } from "./pieces.ts";

/** A whole response. */
export interface ParsedResponse {
  /** `HTTP/1.1` or `HTTP/1.0`. */
  readonly http: string;
  readonly status: number;
  readonly reason: string;
  /** Names, as the server spelled them, and values in turn. */
  readonly headerLines: readonly string[];
  /** The value of `Content-Type`, however that was spelled. */
  readonly contentType: string | null;
  /** Null where the response says nothing of a body and has none. */
  readonly body: Uint8Array | null;
  readonly keepAlive: boolean;
}

/** A response that can't be read. The connection is of no use any more. */
export class ResponseError extends Error {
  override readonly name = "ResponseError";

  /** @param limit The limit that was reached; null for what is no response. */
  constructor(message: string, readonly limit: keyof HttpLimits | null = null) {
    super(message);
  }
}

/** Parses the responses of one connection, one for each {@link expect}. Call {@link free} when it is over. */
export class ResponseParser implements LlhttpEvents {
  readonly #parser: LlhttpParser;
  readonly #limits: HttpLimits;
  #isHead = false;
  #complaint: ResponseError | null = null;
  #done: ParsedResponse | null = null;
  /** True when more bytes came with a response than it has: nobody can say what they are. */
  hasSurplus = false;

  #reason = "";
  #lines: string[] = [];
  #name = "";
  #value: string | null = null;
  #headerBytes = 0;
  #contentType: string | null = null;
  #saysBody = false;
  #isInterim = false;
  #isInBody = false;
  #keepAlive = false;
  #body: Uint8Array[] = [];
  #bodyBytes = 0;

  constructor(llhttp: Llhttp, limits: HttpLimits) {
    this.#limits = limits;
    this.#parser = new LlhttpParser(llhttp, LLHTTP_RESPONSE, this);
  }

  /** Says what the next response answers. */
  expect(method: string): void {
    this.#isHead = method === "HEAD";
  }

  /**
   * Parses bytes up to the end of a response.
   *
   * @returns The response, or null when more bytes are needed.
   * @throws {ResponseError} When it is none, or too large.
   */
  feed(bytes: Uint8Array): ParsedResponse | null {
    this.#done = null;
    let rest = bytes;
    while (rest.length > 0 && this.#done === null) {
      const { result, taken } = this.#parser.execute(rest);
      rest = rest.subarray(taken);
      if (result === LLHTTP.OK) break;
      if (result === LLHTTP.PAUSED) this.#parser.resume();
      else throw this.#complaint ?? new ResponseError(`malformed HTTP response (${this.#parser.problem})`);
    }
    this.hasSurplus = rest.length > 0;
    return this.#done;
  }

  /**
   * Says that the stream ended, which ends a response without a length.
   *
   * @throws {ResponseError} When one was cut off.
   */
  finish(): ParsedResponse | null {
    this.#done = null;
    if (this.#parser.finish() !== LLHTTP.OK && this.#done === null) {
      throw new ResponseError("HTTP response cut off");
    }
    return this.#done;
  }

  /** Gives the parser's memory back. */
  free(): void {
    this.#parser.free();
  }

  // Events of the parser.

  begin(): void {
    this.#reason = "";
    this.#lines = [];
    this.#name = "";
    this.#value = null;
    this.#headerBytes = 0;
    this.#contentType = null;
    this.#saysBody = false;
    this.#isInBody = false;
    this.#body = [];
    this.#bodyBytes = 0;
  }

  target(): number {
    return LLHTTP.OK;
  }

  reason(piece: string): number {
    this.#reason += piece;
    return this.#countHeader(piece.length);
  }

  headerName(piece: string): number {
    if (this.#value !== null) this.#endHeader();
    this.#name += piece;
    return this.#countHeader(piece.length);
  }

  headerValue(piece: string): number {
    this.#value = (this.#value ?? "") + piece;
    return this.#countHeader(piece.length);
  }

  #countHeader(bytes: number): number {
    // Empty ones cost something, too.
    this.#headerBytes += bytes + 1;
    const { responseHeaderBytesMax } = this.#limits;
    if (this.#headerBytes <= responseHeaderBytesMax) return LLHTTP.OK;
    const text = `more than ${responseHeaderBytesMax} bytes of headers in an HTTP response`;
    return this.#complain(text, "responseHeaderBytesMax");
  }

  #endHeader(): void {
    const name = this.#name;
    const value = withoutTrailingBlanks(this.#value ?? "");
    this.#name = "";
    this.#value = null;
    if (this.#isInBody) return;
    this.#lines.push(name, value);
    const lower = name.toLowerCase();
    if (lower === "content-type") this.#contentType = value;
    else if (lower === "content-length" || lower === "transfer-encoding") this.#saysBody = true;
  }

  headersComplete(parser: LlhttpParser, keepAlive: boolean): number {
    if (this.#name !== "") this.#endHeader();
    this.#isInBody = true;
    this.#keepAlive = keepAlive;
    this.#isInterim = parser.status < 200;
    return this.#isHead ? 1 : LLHTTP.OK;
  }

  body(piece: Uint8Array): number {
    this.#bodyBytes += piece.length;
    const { responseBodyBytesMax } = this.#limits;
    if (this.#bodyBytes > responseBodyBytesMax) {
      const text = `more than ${responseBodyBytesMax} bytes in the body of an HTTP response`;
      return this.#complain(text, "responseBodyBytesMax");
    }
    this.#body.push(piece.slice());
    return LLHTTP.OK;
  }

  complete(): number {
    // The real one follows.
    if (this.#isInterim) return LLHTTP.OK;
    const hasBody = this.#bodyBytes > 0 || (this.#saysBody && !this.#isHead);
    this.#done = {
      http: `HTTP/${this.#parser.major}.${this.#parser.minor}`,
      status: this.#parser.status,
      reason: this.#reason,
      headerLines: this.#lines,
      contentType: this.#contentType,
      body: hasBody ? joined(this.#body, this.#bodyBytes) : null,
      keepAlive: this.#keepAlive,
    };
    this.#body = [];
    return LLHTTP.PAUSED;
  }

  #complain(text: string, limit: keyof HttpLimits): number {
    this.#complaint ??= new ResponseError(text, limit);
    return LLHTTP.USER;
  }
}
