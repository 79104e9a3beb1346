/** HTTP clients: `connect` with `httpClient`. The connection is a session that any actor can send requests to. */

import {
  type Account,
  type AddressValue,
  Any,
  type ByteStream,
  CodecError,
  decode,
  Faulted,
  HostPort,
  Instant,
  isRemote,
  type Kernel,
  NetworkError,
  type QueueAccount,
  type Receiver,
  Stop,
  TimedOut,
  type TransportAccount,
} from "../../runtime/mod.ts";
import { limitsWith } from "../limits.ts";
import { Close, Closed, Connected, type ConnectStream, type EndReason } from "../messages.ts";
import { Reports } from "../reports.ts";
import { HTTP_LIMITS, type HttpLimits, limitName } from "./limits.ts";
import { Llhttp } from "./llhttp.ts";
import { HttpResponse } from "./messages.ts";
import { Outgoing } from "./outgoing.ts";
import { headerMap, mediaType } from "./pieces.ts";
import { type RequestStyle, writeRequest } from "./request_writer.ts";
import { type ParsedResponse, ResponseError, ResponseParser } from "./response_parser.ts";

const READ_BYTES = 65_536;

/** What may be said besides. */
export interface HttpConnectionOptions {
  /** Limits that differ from the default. */
  readonly limits?: Partial<HttpLimits>;
  /** Where what limits do is written. */
  readonly reports?: Reports;
  /** Called when the connection is over. */
  readonly closed?: (connection: HttpClientConnection) => void;
}

/** A connection to a server. Make it, then call {@linkcode HttpClientConnection.begin} once. */
export interface HttpClientConnection {
  /** Tells the controller, and sets the connection in motion. */
  begin(): void;
  /** @internal The account of the connection. */
  transportAccount(): TransportAccount;
  /** Ends the connection at once; who waits for an answer is told. */
  close(): void;
}

interface Queued {
  readonly message: unknown;
  readonly from: AddressValue;
}

/**
 * Connects to an HTTP server. Once begun, the controller gets `Connected`, and `Closed` in the end; what anyone sends to its return
 * address becomes a request, one at a time, whose answer goes to who sent it.
 *
 * @throws {NetworkError} When the connection can't be had.
 */
export async function openHttpConnection(
  kernel: Kernel,
  request: ConnectStream,
  controller: AddressValue,
  options: HttpConnectionOptions = {},
): Promise<HttpClientConnection> {
  const { host, port } = request.requestedIpp;
  const stream = await kernel.world.network.connect(host ?? "127.0.0.1", port ?? 0);
  return new HttpSession({ kernel, request, controller, stream, options });
}

/** What a session is made from. */
interface SessionParts {
  readonly kernel: Kernel;
  readonly request: ConnectStream;
  readonly controller: AddressValue;
  readonly stream: ByteStream;
  readonly options: HttpConnectionOptions;
}

class HttpSession implements Receiver, HttpClientConnection {
  readonly #kernel: Kernel;
  readonly #request: ConnectStream;
  readonly #controller: AddressValue;
  readonly #stream: ByteStream;
  readonly #limits: HttpLimits;
  readonly #reports: Reports;
  readonly #closed: ((connection: HttpClientConnection) => void) | undefined;
  readonly #style: RequestStyle;
  readonly #parser: ResponseParser;
  readonly #address: AddressValue;
  readonly #openedIpp: HostPort;
  readonly #openedAt: Instant;
  readonly #queue: Queued[] = [];
  readonly #outgoing = new Outgoing();
  /** The first of the queue is under way. */
  #isBusy = false;
  #isBegun = false;
  #isWriting = false;
  #isClosed = false;
  #timer: ReturnType<Kernel["after"]> | null = null;
  readonly #counts = { framesIn: 0, framesOut: 0, bytesIn: 0, bytesOut: 0, discarded: 0 };
  #accepted = 0;
  #askedAt = 0;
  #roundTripMs: number | null = null;

  constructor({ kernel, request, controller, stream, options }: SessionParts) {
    this.#kernel = kernel;
    this.#request = request;
    this.#controller = controller;
    this.#stream = stream;
    this.#limits = limitsWith(HTTP_LIMITS, options.limits);
    this.#reports = options.reports ?? new Reports(kernel);
    this.#closed = options.closed;
    this.#parser = new ResponseParser(new Llhttp(), this.#limits);
    const { clock } = kernel.world;
    this.#style = {
      path: request.httpClient ?? "/",
      layerCakeJson: request.layerCakeJson === true,
      host: String(request.requestedIpp),
      zoneOffset: (wall) => clock.zoneOffset(wall),
    };
    this.#openedIpp = new HostPort(stream.local.host, stream.local.port);
    this.#openedAt = new Instant(clock.wall());
    this.#address = kernel.register(this);
  }

  /** @internal */
  transportAccount(): TransportAccount {
    const { host, port } = this.#stream.remote;
    return {
      kind: "http client",
      encrypted: false,
      proxy: this.#address,
      remote: new HostPort(host, port),
      local: this.#openedIpp,
      openedAt: this.#openedAt,
      ...this.#counts,
      waitingFrames: this.#queue.length,
      outboundBytes: this.#outgoing.bytes,
      roundTripMs: this.#roundTripMs,
    };
  }

  /** @internal The account of the requests. */
  queueAccount(): QueueAccount {
    const name = `HTTP client of ${this.#style.host}`;
    return { kind: "outbound", address: this.#address, name, ...this.#balance(this.#queue.length, 0) };
  }

  #balance(waiting: number, ended: number): Account {
    const discarded = { full: this.#counts.discarded, ended, aside: 0 };
    return { accepted: this.#accepted, delivered: this.#accepted - waiting - ended, waiting, discarded };
  }

  begin(): void {
    this.#isBegun = true;
    const connected = new Connected({
      request: this.#request,
      openedIpp: this.#openedIpp,
      proxyAddress: this.#address,
      openedAt: this.#openedAt,
    });
    this.#answer(connected, this.#controller);
    this.#read();
  }

  // Requests.

  deliver(message: unknown, to: AddressValue, from: AddressValue): void {
    const isCommand = message instanceof Close || message instanceof Stop;
    // Other processes may ask, as of any address that they were given; they can't end what is not theirs.
    if (isCommand && isRemote(from)) this.#kernel.lose(to, from);
    else if (message instanceof Close) this.#close("ON_REQUEST", message.note, message.errorCode, message.message);
    else if (message instanceof Stop) this.#close("ON_REQUEST");
    else if (this.#queue.length >= this.#limits.queuedRequestsMax) this.#overflow(from);
    else {
      this.#accepted++;
      this.#queue.push({ message, from });
      this.#next();
    }
  }

  #overflow(from: AddressValue): void {
    this.#counts.discarded++;
    this.#report("queuedRequestsMax", "Request refused", "too many wait");
    const body = new TextEncoder().encode("Request queue overflow");
    this.#answer(new HttpResponse({ statusCode: 400, reasonPhrase: "Client Error", body }), from);
  }

  #answer(message: unknown, to: AddressValue): void {
    this.#kernel.send(message, to, this.#address);
  }

  #report(limit: keyof HttpLimits, kind: string, detail: string): void {
    this.#reports.limit(limitName(limit), kind, `${detail} (HTTP client of ${this.#style.host})`);
  }

  /** Sends the next request, if none is under way. */
  #next(): void {
    while (!this.#isBusy && this.#queue.length > 0 && !this.#isClosed) this.#start(this.#queue[0]!);
  }

  #start({ message, from }: Queued): void {
    try {
      const { method, parts } = writeRequest(message, this.#style);
      this.#parser.expect(method);
      this.#outgoing.add(parts);
    } catch (error) {
      this.#queue.shift();
      this.#answer(new Faulted("cannot send request", error instanceof Error ? error.message : String(error)), from);
      return;
    }
    this.#isBusy = true;
    this.#counts.framesOut++;
    this.#askedAt = this.#kernel.world.clock.now();
    this.#timer = this.#kernel.after(this.#limits.responseTimeoutMs, () => this.#late());
    if (!this.#isWriting) this.#write();
  }

  #write(): void {
    this.#isWriting = true;
    const bytes = this.#outgoing.take();
    this.#counts.bytesOut += bytes.length;
    this.#stream.write(bytes).then(() => {
      this.#isWriting = false;
      if (!this.#outgoing.isEmpty && !this.#isClosed) this.#write();
    }, (error) => this.#fail(error));
  }

  #late(): void {
    this.#timer = null;
    const waiting = this.#queue.shift();
    const seconds = this.#limits.responseTimeoutMs / 1000;
    this.#report("responseTimeoutMs", "Connection given up", `no response within ${seconds} seconds`);
    if (waiting !== undefined) {
      this.#answer(new TimedOut({ explanation: `no HTTP response within ${seconds} seconds` }), waiting.from);
    }
    this.#close("WENT_STALE", `no HTTP response within ${seconds} seconds`);
  }

  // Responses.

  async #read(): Promise<void> {
    const buffer = new Uint8Array(READ_BYTES);
    try {
      while (!this.#isClosed) {
        const count = await this.#stream.read(buffer);
        if (this.#isClosed) return;
        if (count === null) return this.#ended();
        this.#counts.bytesIn += count;
        if (!this.#isBusy) throw new ResponseError("an HTTP response without a request");
        this.#settle(this.#parser.feed(buffer.subarray(0, count)));
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  #ended(): void {
    if (this.#isBusy && this.#outgoing.isEmpty) this.#settle(this.#parser.finish());
    this.#close("ABANDONED_BY_REMOTE");
  }

  #settle(response: ParsedResponse | null): void {
    if (response === null) return;
    this.#isBusy = false;
    this.#counts.framesIn++;
    this.#roundTripMs = this.#kernel.world.clock.now() - this.#askedAt;
    this.#stopTimer();
    const { from } = this.#queue.shift()!;
    this.#answer(this.#style.layerCakeJson ? messageOf(response) : httpResponseOf(response), from);
    if (this.#parser.hasSurplus) this.#close("INBOUND_STREAMING", "more than one HTTP response for one request");
    else if (response.keepAlive) this.#next();
    else this.#close("ABANDONED_BY_REMOTE");
  }

  #stopTimer(): void {
    if (this.#timer !== null) this.#kernel.cancelTimer(this.#timer);
    this.#timer = null;
  }

  // The end.

  #fail(error: unknown): void {
    if (this.#isClosed) return;
    if (error instanceof ResponseError) {
      if (error.limit !== null) this.#report(error.limit, "Connection given up", error.message);
      this.#close("INBOUND_STREAMING", error.message);
    } else if (error instanceof NetworkError) this.#close("ABANDONED_BY_REMOTE", error.message, error.errorCode);
    else {
      this.#kernel.note(
        "!",
        `HTTP session with ${this.#style.host} failed\n${error instanceof Error ? error.stack : error}`,
      );
      this.#close("INBOUND_STREAMING", String(error));
    }
  }

  close(): void {
    this.#close("ON_REQUEST");
  }

  #close(
    reason: EndReason,
    note: string | null = null,
    errorCode: number | null = null,
    message: unknown = null,
  ): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#stopTimer();
    this.#kernel.unregister(this.#address);
    this.#parser.free();
    this.#stream.close();
    const closed = new Closed({
      message,
      reason,
      note,
      errorCode,
      openedIpp: this.#openedIpp,
      openedAt: this.#openedAt,
    });
    if (this.#isBegun) this.#answer(closed, this.#controller);
    for (const { from } of this.#queue) {
      if (from !== this.#controller) this.#answer(new Faulted("connection closed", note ?? reason), from);
    }
    this.#kernel.settle(this.#balance(0, this.#queue.length));
    this.#queue.length = 0;
    this.#closed?.(this);
  }
}

/** A response as it is. */
function httpResponseOf(response: ParsedResponse): HttpResponse {
  const { http, status, reason, headerLines, body } = response;
  return new HttpResponse({ http, statusCode: status, reasonPhrase: reason, header: headerMap(headerLines), body });
}

/** What a layer-cake server answered: a message or value, a fault included; or a response that is none of that. */
function messageOf(response: ParsedResponse): unknown {
  const { http, contentType, body } = response;
  if (http !== "HTTP/1.1") return unusable(http, `unexpected HTTP version "${http}"`);
  if (mediaType(contentType) !== "application/json") return httpResponseOf(response);
  if (body === null || body.length === 0) return unusable(http, "no JSON body");
  try {
    return decode(body, Any);
  } catch (error) {
    if (error instanceof CodecError) return unusable(http, `unexpected body "${error.message}"`);
    throw error;
  }
}

function unusable(http: string, text: string): HttpResponse {
  return new HttpResponse({
    http,
    statusCode: 500,
    reasonPhrase: "Server Error",
    body: new TextEncoder().encode(text),
  });
}
