/** HTTP clients: `connect` with `httpClient`. The connection is a session that any actor can send requests to. */

import {
  type AddressValue,
  Any,
  type ByteStream,
  CodecError,
  decode,
  Faulted,
  HostPort,
  Instant,
  type Kernel,
  NetworkError,
  type Receiver,
  Stop,
  TimedOut,
} from "../../runtime/mod.ts";
import { Close, Closed, Connected, type ConnectStream, type EndReason } from "../messages.ts";
import { Llhttp } from "./llhttp.ts";
import { HttpResponse } from "./messages.ts";
import { Outgoing } from "./outgoing.ts";
import { headerMap, mediaType } from "./pieces.ts";
import { type RequestStyle, writeRequest } from "./request_writer.ts";
import { type ParsedResponse, ResponseError, ResponseParser } from "./response_parser.ts";

/** Requests of one connection that wait, the one under way included; as in the original. */
export const QUEUED_REQUESTS_MAX = 257;
/** How long a server may take for an answer: longer than one of cake waits for its application. */
export const RESPONSE_TIMEOUT_MS = 90_000;
const READ_BYTES = 65_536;

/** What may be said besides. */
export interface HttpConnectionOptions {
  /** Milliseconds that a server may take for an answer. @default {90000} */
  readonly responseTimeoutMs?: number;
}

interface Queued {
  readonly message: unknown;
  readonly from: AddressValue;
}

/**
 * Connects to an HTTP server. The controller gets `Connected`, and `Closed` in the end; what anyone sends to its return
 * address becomes a request, one at a time, whose answer goes to who sent it.
 *
 * @throws {NetworkError} When the connection can't be had.
 */
export async function openHttpConnection(
  kernel: Kernel,
  request: ConnectStream,
  controller: AddressValue,
  options: HttpConnectionOptions = {},
): Promise<void> {
  const { host, port } = request.requestedIpp;
  const stream = await kernel.world.network.connect(host ?? "127.0.0.1", port ?? 0);
  new HttpSession(kernel, request, controller, stream, options.responseTimeoutMs ?? RESPONSE_TIMEOUT_MS).begin();
}

class HttpSession implements Receiver {
  readonly #kernel: Kernel;
  readonly #request: ConnectStream;
  readonly #controller: AddressValue;
  readonly #stream: ByteStream;
  readonly #responseTimeoutMs: number;
  readonly #style: RequestStyle;
  readonly #parser = new ResponseParser(new Llhttp());
  readonly #address: AddressValue;
  readonly #openedIpp: HostPort;
  readonly #openedAt: Instant;
  readonly #queue: Queued[] = [];
  readonly #outgoing = new Outgoing();
  /** The first of the queue is under way. */
  #isBusy = false;
  #isWriting = false;
  #isClosed = false;
  #timer: ReturnType<Kernel["after"]> | null = null;

  constructor(
    kernel: Kernel,
    request: ConnectStream,
    controller: AddressValue,
    stream: ByteStream,
    responseTimeoutMs: number,
  ) {
    this.#kernel = kernel;
    this.#request = request;
    this.#controller = controller;
    this.#stream = stream;
    this.#responseTimeoutMs = responseTimeoutMs;
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

  begin(): void {
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

  deliver(message: unknown, _to: AddressValue, from: AddressValue): void {
    if (message instanceof Close) this.#close("ON_REQUEST", message.note, message.errorCode, message.message);
    else if (message instanceof Stop) this.#close("ON_REQUEST");
    else if (this.#queue.length >= QUEUED_REQUESTS_MAX) this.#overflow(from);
    else {
      this.#queue.push({ message, from });
      this.#next();
    }
  }

  #overflow(from: AddressValue): void {
    const body = new TextEncoder().encode("Request queue overflow");
    this.#answer(new HttpResponse({ statusCode: 400, reasonPhrase: "Client Error", body }), from);
  }

  #answer(message: unknown, to: AddressValue): void {
    this.#kernel.send(message, to, this.#address);
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
    this.#timer = this.#kernel.after(this.#responseTimeoutMs, () => this.#late());
    if (!this.#isWriting) this.#write();
  }

  #write(): void {
    this.#isWriting = true;
    this.#stream.write(this.#outgoing.take()).then(() => {
      this.#isWriting = false;
      if (!this.#outgoing.isEmpty && !this.#isClosed) this.#write();
    }, (error) => this.#fail(error));
  }

  #late(): void {
    this.#timer = null;
    const waiting = this.#queue.shift();
    const seconds = this.#responseTimeoutMs / 1000;
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
    if (error instanceof ResponseError) this.#close("INBOUND_STREAMING", error.message);
    else if (error instanceof NetworkError) this.#close("ABANDONED_BY_REMOTE", error.message, error.errorCode);
    else {
      this.#kernel.note(
        "!",
        `HTTP session with ${this.#style.host} failed\n${error instanceof Error ? error.stack : error}`,
      );
      this.#close("INBOUND_STREAMING", String(error));
    }
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
    this.#answer(closed, this.#controller);
    for (const { from } of this.#queue) {
      if (from !== this.#controller) this.#answer(new Faulted("connection closed", note ?? reason), from);
    }
    this.#queue.length = 0;
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
