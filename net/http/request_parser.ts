// This module performs no I/O.

/** Bytes of one connection to requests, within limits; what breaks them, or HTTP, ends the connection with a refusal. */

import { CHUNKED_BODY_FACTOR, type HttpLimits } from "./limits.ts";
import { LLHTTP, type Llhttp, LLHTTP_REQUEST, type LlhttpEvents, LlhttpParser, octetText } from "./llhttp.ts";
import { joined, withoutTrailingBlanks } from "./pieces.ts";

/** A whole request. */
export interface ParsedRequest {
  readonly method: string;
  readonly target: string;
  /** `HTTP/1.1` or `HTTP/1.0`. */
  readonly http: string;
  /** Names, as the client spelled them, and values in turn. */
  readonly headerLines: readonly string[];
  /** The value of `Content-Type`, however that was spelled. */
  readonly contentType: string | null;
  /** Null where the request says nothing of a body. */
  readonly body: Uint8Array | null;
  readonly keepAlive: boolean;
}

/** An answer to what is no acceptable request. */
export class Refusal {
  constructor(
    readonly status: number,
    /** At most 16 characters. */
    readonly reason: string,
    /** For people. */
    readonly text: string,
    /** The limit that was reached; null for what is malformed, or not offered. */
    readonly limit: keyof HttpLimits | null = null,
  ) {}
}

/** What a parser reports. */
export interface RequestEvents {
  /** A client waits for a word before it sends the body. */
  expectContinue(): void;
  /** A request is complete. False: no more of them for now. */
  request(request: ParsedRequest): boolean;
}

/** Why parsing stopped: at the end of what was given, at the connection's last request, for a pause, or for good. */
export type ParserStop = "more" | "last" | "paused" | Refusal;

const CR = 0x0d, LF = 0x0a;
const OVER = LLHTTP.USER;
/** Lengths of the names of headers that matter here, so that others cost little. */
const KNOWN_NAME_LENGTHS: ReadonlySet<number> = new Set(
  ["content-length", "content-type", "transfer-encoding", "expect"].map((name) => name.length),
);
/** As much of a request line as tells an unknown method from garbage. */
const METHOD_LENGTH_MAX = 32;

/** Parses the requests of one connection. Call {@link free} when it is over. */
export class RequestParser implements LlhttpEvents {
  readonly #limits: HttpLimits;
  readonly #events: RequestEvents;
  readonly #parser: LlhttpParser;
  #refusal: Refusal | null = null;
  /** The beginning of the request under way, for complaints about its method. */
  #beginning = "";
  /** False until the end of the first line tells how this client ends lines. */
  #lineEndKnown = false;
  #lastOctet = 0;
  #lineFeedsOnly = false;
  #last = false;
  /** True from the first byte of a request to its last. */
  isReading = false;
  /** True while the body of a request is awaited. */
  isReadingBody = false;

  #target = "";
  #lines: string[] = [];
  #name = "";
  #value: string | null = null;
  #headerBytes = 0;
  #headerLines = 0;
  #contentType: string | null = null;
  #contentLength: number | null = null;
  #isChunked = false;
  #expect: string | null = null;
  #keepAlive = false;
  #method = "";
  #http = "";
  #body: Uint8Array[] = [];
  #bodyBytes = 0;
  #rawBytes = 0;

  constructor(llhttp: Llhttp, limits: HttpLimits, events: RequestEvents) {
    this.#limits = limits;
    this.#events = events;
    this.#parser = new LlhttpParser(llhttp, LLHTTP_REQUEST, this);
  }

  /** Parses bytes; what is not taken is to be given again after a pause. */
  feed(bytes: Uint8Array): { readonly stop: ParserStop; readonly taken: number } {
    this.#observeLineEnd(bytes);
    let taken = 0;
    while (taken < bytes.length && !this.#last) {
      const piece = bytes.subarray(taken);
      const step = this.#parser.execute(piece);
      taken += step.taken;
      if (step.result === LLHTTP.OK) {
        this.#noteBeginning(piece);
        break;
      }
      const stop = this.#stopOf(step.result, piece.subarray(lineStart(piece, step.taken)));
      if (stop !== null) return { stop, taken };
    }
    if (this.#last) return { stop: "last", taken };
    this.#rawBytes += this.isReadingBody ? bytes.length : 0;
    if (this.#rawBytes > CHUNKED_BODY_FACTOR * this.#limits.bodyBytesMax) {
      const text = "the body takes too many bytes for its length";
      return { stop: new Refusal(413, "Too Large", text, "bodyBytesMax"), taken };
    }
    return { stop: "more", taken };
  }

  #stopOf(result: number, line: Uint8Array): ParserStop | null {
    switch (result) {
      case LLHTTP.PAUSED:
        this.#parser.resume();
        return this.#last ? "last" : "paused";
      case LLHTTP.PAUSED_UPGRADE:
        // Other protocols are not offered: the request stands as it is.
        this.#parser.resumeAfterUpgrade();
        return null;
      case LLHTTP.PAUSED_H2_UPGRADE:
        return new Refusal(505, "Bad Version", "this server speaks HTTP/1.1");
    }
    return this.#refusal ?? this.#refusalOf(result, line);
  }

  #refusalOf(result: number, line: Uint8Array): Refusal {
    const problem = this.#parser.problem;
    if (result === LLHTTP.INVALID_METHOD) {
      const beginning = this.#beginning + octetText(line.subarray(0, METHOD_LENGTH_MAX));
      const method = /^([A-Z]+)(?: |$)/.exec(beginning)?.[1];
      if (method !== undefined) return new Refusal(501, "Not Implemented", `unknown HTTP method "${method}"`);
    }
    if (result === LLHTTP.INVALID_VERSION && problem === "Invalid HTTP version") {
      return new Refusal(505, "Bad Version", "this server speaks HTTP/1.1");
    }
    return new Refusal(400, "Bad Request", `malformed HTTP request (${problem})`);
  }

  /** Gives the parser's memory back. */
  free(): void {
    this.#parser.free();
  }

  /**
   * Lines that end without a carriage return are taken from whoever begins so (scripts, people). As parsers differ over
   * them, such a connection carries one request only.
   */
  #observeLineEnd(bytes: Uint8Array): void {
    if (this.#lineEndKnown) return;
    let start = 0;
    while (this.#lastOctet === 0 && (bytes[start] === CR || bytes[start] === LF)) start++;
    if (start === bytes.length) return;
    const end = bytes.indexOf(LF, start);
    if (end < 0) {
      this.#lastOctet = bytes[bytes.length - 1]!;
      return;
    }
    this.#lineEndKnown = true;
    if ((end > start ? bytes[end - 1] : this.#lastOctet) === CR) return;
    this.#lineFeedsOnly = true;
    this.#parser.allowLineFeeds();
  }

  #noteBeginning(piece: Uint8Array): void {
    if (!this.isReading || this.#target !== "") this.#beginning = "";
    else if (this.#beginning.length < METHOD_LENGTH_MAX) {
      const line = piece.subarray(lineStart(piece, piece.length));
      this.#beginning += octetText(line.subarray(0, METHOD_LENGTH_MAX));
    }
  }

  // Events of the parser.

  begin(): void {
    this.isReading = true;
    this.#target = "";
    this.#lines = [];
    this.#name = "";
    this.#value = null;
    this.#headerBytes = 0;
    this.#headerLines = 0;
    this.#contentType = null;
    this.#contentLength = null;
    this.#isChunked = false;
    this.#expect = null;
    this.#body = [];
    this.#bodyBytes = 0;
    this.#rawBytes = 0;
  }

  target(piece: string): number {
    this.#target += piece;
    const { targetBytesMax } = this.#limits;
    if (this.#target.length <= targetBytesMax) return LLHTTP.OK;
    const text = `the request target has more than ${targetBytesMax} bytes`;
    return this.#refuse(414, "URI Too Long", text, "targetBytesMax");
  }

  reason(): number {
    return LLHTTP.OK;
  }

  headerName(piece: string): number {
    if (this.#value !== null) this.#endHeader();
    this.#name += piece;
    return this.#countHeader(piece.length);
  }

  headerValue(piece: string): number {
    if (this.#value === null && ++this.#headerLines > this.#limits.headerLinesMax) {
      return this.#refuseHeaders("headerLinesMax");
    }
    this.#value = (this.#value ?? "") + piece;
    return this.#countHeader(piece.length);
  }

  #countHeader(bytes: number): number {
    this.#headerBytes += bytes;
    return this.#headerBytes <= this.#limits.headerBytesMax ? LLHTTP.OK : this.#refuseHeaders("headerBytesMax");
  }

  #refuseHeaders(limit: keyof HttpLimits): number {
    const { headerBytesMax, headerLinesMax } = this.#limits;
    const text = `more than ${headerBytesMax} bytes or ${headerLinesMax} lines of headers`;
    return this.#refuse(431, "Header Too Large", text, limit);
  }

  #endHeader(): void {
    const name = this.#name;
    const value = withoutTrailingBlanks(this.#value ?? "");
    this.#name = "";
    this.#value = null;
    // Headers behind a chunked body are nobody's business.
    if (this.isReadingBody) return;
    this.#lines.push(name, value);
    if (KNOWN_NAME_LENGTHS.has(name.length)) this.#noteHeader(name.toLowerCase(), value);
  }

  #noteHeader(name: string, value: string): void {
    switch (name) {
      case "content-length":
        this.#contentLength = Number(value);
        break;
      case "content-type":
        this.#contentType = value;
        break;
      case "transfer-encoding":
        this.#isChunked = true;
        if (value.toLowerCase() !== "chunked") {
          this.#refuse(501, "Not Implemented", `unknown transfer encoding "${value}"`);
        }
        break;
      case "expect":
        this.#expect = value;
        break;
    }
  }

  headersComplete(parser: LlhttpParser, keepAlive: boolean): number {
    if (this.#name !== "") this.#endHeader();
    this.#method = parser.method;
    this.#http = `HTTP/${parser.major}.${parser.minor}`;
    this.#keepAlive = keepAlive && !this.#lineFeedsOnly;
    this.isReadingBody = true;
    return this.#refusal !== null ? OVER : this.#checkHead(parser);
  }

  #checkHead(parser: LlhttpParser): number {
    if (parser.major === 0) return this.#refuse(400, "Bad Request", "malformed HTTP request (no version)");
    if (parser.major !== 1) return this.#refuse(505, "Bad Version", "this server speaks HTTP/1.1");
    if (this.#method === "CONNECT") return this.#refuse(501, "Not Implemented", "this server is no proxy");
    if (this.#isChunked && (parser.minor === 0 || this.#lineFeedsOnly)) {
      return this.#refuse(400, "Bad Request", "malformed HTTP request (chunks where there can be none)");
    }
    const { bodyBytesMax } = this.#limits;
    if ((this.#contentLength ?? 0) > bodyBytesMax) return this.#refuseBody();
    if (this.#expect === null || parser.minor === 0) return LLHTTP.OK;
    if (this.#expect.toLowerCase() !== "100-continue") {
      return this.#refuse(417, "Bad Expectation", `unknown expectation "${this.#expect}"`);
    }
    if (this.#isChunked || (this.#contentLength ?? 0) > 0) this.#events.expectContinue();
    return LLHTTP.OK;
  }

  body(piece: Uint8Array): number {
    this.#bodyBytes += piece.length;
    if (this.#bodyBytes > this.#limits.bodyBytesMax) return this.#refuseBody();
    this.#body.push(piece.slice());
    return LLHTTP.OK;
  }

  #refuseBody(): number {
    const text = `the body has more than ${this.#limits.bodyBytesMax} bytes`;
    return this.#refuse(413, "Too Large", text, "bodyBytesMax");
  }

  complete(): number {
    this.isReading = false;
    this.isReadingBody = false;
    const goesOn = this.#events.request({
      method: this.#method,
      target: this.#target,
      http: this.#http,
      headerLines: this.#lines,
      contentType: this.#contentType,
      body: this.#contentLength === null && !this.#isChunked ? null : joined(this.#body, this.#bodyBytes),
      keepAlive: this.#keepAlive,
    });
    this.#body = [];
    this.#last = !this.#keepAlive;
    return this.#last || !goesOn ? LLHTTP.PAUSED : LLHTTP.OK;
  }

  #refuse(status: number, reason: string, text: string, limit: keyof HttpLimits | null = null): number {
    this.#refusal ??= new Refusal(status, reason, text, limit);
    return OVER;
  }
}

/** Where the line begins that an offset is in. */
function lineStart(bytes: Uint8Array, offset: number): number {
  return offset === 0 ? 0 : bytes.lastIndexOf(LF, offset - 1) + 1;
}
