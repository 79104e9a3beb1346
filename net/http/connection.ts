/** One HTTP connection: requests in, messages to the application, its answers out in the order of the requests. */

import {
  type Account,
  type AddressValue,
  type ByteStream,
  type EncodeOptions,
  HostPort,
  Instant,
  isRemote,
  type Kernel,
  lastHop,
  NetworkError,
  type QueueAccount,
  Stop,
  TemporarilyUnavailable,
  TimedOut,
  type TransportAccount,
} from "../../runtime/mod.ts";
import { Close, type EndReason } from "../messages.ts";
import type { BranchingReceiver } from "../relay.ts";
import type { Reports } from "../reports.ts";
import { Exchange } from "./exchange.ts";
import { type HttpLimits, limitName } from "./limits.ts";
import type { Llhttp } from "./llhttp.ts";
import { Outgoing } from "./outgoing.ts";
import { type ParsedRequest, Refusal, type RequestEvents, RequestParser } from "./request_parser.ts";
import { faultResponse, refusalResponse, type Response, responseTo, writeResponse } from "./response.ts";

/** What the connections of one listener share. */
export interface ConnectionContext {
  readonly kernel: Kernel;
  /** Who gets the messages. */
  readonly controller: AddressValue;
  readonly limits: HttpLimits;
  readonly reports: Reports;
  /** Called with the bytes of what turned out to be no request. */
  malformed(remote: HostPort, bytes: number): void;
  readonly llhttp: Llhttp;
  /** The value of the Server header. */
  readonly server: string;
  readonly encode: EncodeOptions;
  /** What a request comes to. */
  map(request: ParsedRequest): { readonly message: object } | { readonly response: Response };
  /**
   * A monotonic moment, in milliseconds, that is not before now; kept up to date by the listener, as asking the clock for
   * each request would cost more than it is worth.
   */
  readonly moment: number;
  /** The value of the Date header; likewise. */
  readonly date: string;
  /** Called once, when a connection is over. */
  closed(connection: HttpConnection, ending: HttpEnding): void;
}

/** How a connection ended. */
export interface HttpEnding {
  readonly reason: EndReason;
  /** Details, for people. */
  readonly note: string | null;
  readonly errorCode: number | null;
  /** What was in the `Close`. */
  readonly message: unknown;
}

function ending(reason: EndReason, note: string | null = null, errorCode: number | null = null): HttpEnding {
  return { reason, note, errorCode, message: null };
}

/** Bytes read at once while there is no body to come. */
const HEAD_READ_BYTES = 2048;
/** Bytes read at once in a body. */
const BODY_READ_BYTES = 65_536;
/** Requests of a connection are counted from below this. */
const EXCHANGES_MAX = 2 ** 40;
/** What is said of a controller that has ended. */
const GONE = "nobody is there to answer";
const CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";

/**
 * One HTTP connection. Make it, then call {@link run} once; {@link tick} from time to time. Each request has an address
 * of its own behind that of the connection, where its answer goes; what is sent to the connection itself answers the
 * oldest request.
 */
export class HttpConnection implements RequestEvents, BranchingReceiver {
  readonly hasBranches = true;
  readonly stream: ByteStream;
  readonly address: AddressValue;
  readonly remote: HostPort;
  readonly openedAt: Instant;
  readonly #context: ConnectionContext;
  readonly #parser: RequestParser;
  readonly #exchanges: Exchange[] = [];
  /** Where the numbers of requests begin: who knows one connection's address can't guess where answers go. */
  readonly #firstExchange: number;
  readonly #counts = { framesIn: 0, framesOut: 0, bytesIn: 0, bytesOut: 0, discarded: 0 };
  /** Responses to requests, and those of them that were moved on to be written. */
  #responded = 0;
  #moved = 0;
  #delivered = 0;
  /** Bytes that had come when the last whole request had. */
  #bytesWhole = 0;
  #buffer = new Uint8Array(0);
  /** Whatever still comes is dropped; so many bytes were. */
  #isDropping = false;
  #dropped = 0;
  readonly #outgoing = new Outgoing();
  #isWriting = false;
  #isClosed = false;
  /** No further request will be read: the connection ends with the last answer. */
  #isLast = false;
  #isWaitingBound = false;
  /** The client has finished sending. */
  #isFinished = false;
  /** Resumes reading when there is room for another request. */
  #makeRoom: (() => void) | null = null;
  /** When the request that is being read began, or the last one ended. */
  #readingSince: number;
  #quietSince: number;
  #writingSince = 0;
  #lingerUntil = Infinity;
  /** Why the connection ends, once that is known. */
  #ending: HttpEnding | null = null;

  constructor(stream: ByteStream, context: ConnectionContext) {
    this.stream = stream;
    this.remote = new HostPort(stream.remote.host, stream.remote.port);
    this.openedAt = new Instant(context.kernel.world.clock.wall());
    this.address = context.kernel.register(this);
    this.#context = context;
    this.#firstExchange = context.kernel.world.random.integer(EXCHANGES_MAX);
    this.#parser = new RequestParser(context.llhttp, context.limits, this);
    this.#quietSince = this.#readingSince = this.#now();
  }

  /** @internal The account of the connection. */
  transportAccount(): TransportAccount {
    const { host, port } = this.stream.local;
    return {
      kind: "http server",
      encrypted: false,
      proxy: this.address,
      remote: this.remote,
      local: new HostPort(host, port),
      openedAt: this.openedAt,
      ...this.#counts,
      waitingFrames: this.#exchanges.filter(({ isWaiting }) => isWaiting).length,
      outboundBytes: this.#outgoing.bytes,
      roundTripMs: null,
    };
  }

  /** @internal The account of the responses. */
  queueAccount(): QueueAccount {
    const name = `HTTP connection of ${this.remote}`;
    const waiting = this.#responded - this.#delivered;
    return { kind: "outbound", address: this.address, name, ...this.#balance(waiting, 0) };
  }

  #balance(waiting: number, ended: number): Account {
    const discarded = { full: 0, ended, aside: 0 };
    return { accepted: this.#responded, delivered: this.#delivered, waiting, discarded };
  }

  #now(): number {
    return this.#context.moment;
  }

  // Reading.

  /** Begins to serve the client; called once. */
  run(): void {
    this.#read();
  }

  #read(): void {
    if (this.#isClosed) return;
    const size = this.#parser.isReadingBody && !this.#isDropping ? BODY_READ_BYTES : HEAD_READ_BYTES;
    if (this.#buffer.length !== size) this.#buffer = new Uint8Array(size);
    this.stream.readThen(this.#buffer, this.#arrived, this.#broken);
  }

  readonly #arrived = (count: number | null): void => {
    if (this.#isClosed) return;
    try {
      this.#take(count);
    } catch (error) {
      this.#broken(error);
    }
  };

  #take(count: number | null): void {
    if (count === null) return this.#finished();
    this.#counts.bytesIn += count;
    if (this.#isDropping) return this.#drop(count);
    if (this.#isLast) return this.#drop(0);
    const goesOn = this.#parse(this.#buffer.subarray(0, count));
    if (typeof goesOn === "boolean") this.#goOn(goesOn);
    else goesOn.then(this.#goOn).catch(this.#broken);
  }

  readonly #goOn = (isMore: boolean): void => {
    if (isMore) this.#read();
    else this.#drop(0);
  };

  /** Gives false after the last request, or what is none; a promise of it when there is no room at the moment. */
  #parse(bytes: Uint8Array): boolean | Promise<boolean> {
    const wasReading = this.#parser.isReading;
    const { stop, taken } = this.#parser.feed(bytes);
    if (stop instanceof Refusal) return this.#refuse(stop);
    if (stop === "last") return this.#end();
    if (stop === "paused") return this.#parseLater(bytes.subarray(taken));
    if (!wasReading && this.#parser.isReading) this.#readingSince = this.#now();
    return true;
  }

  async #parseLater(bytes: Uint8Array): Promise<boolean> {
    await this.#room();
    if (this.#isClosed || this.#isLast) return false;
    return bytes.length === 0 || this.#parse(bytes);
  }

  #room(): Promise<void> {
    if (this.#exchanges.length < this.#context.limits.pipelineRequestsMax) return Promise.resolve();
    this.#context.kernel.limited(limitName("pipelineRequestsMax"));
    return new Promise((resolve) => this.#makeRoom = resolve);
  }

  /** Reads and drops what comes after the end, so that the client is not cut off before it has read the answer. */
  #drop(bytes: number): void {
    this.#isDropping = true;
    this.#dropped += bytes;
    if (this.#dropped <= this.#context.limits.lingerBytesMax) return this.#read();
    this.#report("lingerBytesMax", "Connection given up", "goes on after it was refused");
    this.#finished();
  }

  #finished(): void {
    this.#isFinished = true;
    this.#ending ??= ending("ABANDONED_BY_REMOTE");
    this.#isLast = true;
    this.#boundWaiting();
    this.#flush();
  }

  /** Lets waiting end soon. */
  #boundWaiting(): void {
    if (this.#isWaitingBound) return;
    this.#isWaitingBound = true;
    const deadline = this.#now() + this.#context.limits.finishedAnswerTimeoutMs;
    for (const exchange of this.#exchanges) exchange.deadline = Math.min(exchange.deadline, deadline);
  }

  #end(): false {
    this.#isLast = true;
    this.#flush();
    return false;
  }

  #report(limit: keyof HttpLimits, kind: string, detail: string): void {
    this.#context.reports.limit(limitName(limit), kind, `${detail} (HTTP from ${this.remote})`);
  }

  #refuse(refusal: Refusal): false {
    if (refusal.limit !== null) this.#report(refusal.limit, "Request refused", refusal.text);
    else {
      this.#context.reports.add("Request refused", `${refusal.text} (HTTP from ${this.remote})`);
      this.#context.malformed(this.remote, this.#counts.bytesIn - this.#bytesWhole);
    }
    this.#responded++;
    this.#ending ??= ending("INBOUND_STREAMING", refusal.text);
    const exchange = new Exchange(false, "Connection: close\r\n");
    exchange.response = refusalResponse(refusal);
    this.#exchanges.push(exchange);
    return this.#end();
  }

  // What the parser finds.

  expectContinue(): void {
    const word = new Exchange(false, "");
    word.response = CONTINUE;
    this.#exchanges.push(word);
    this.#flush();
  }

  request(request: ParsedRequest): boolean {
    const now = this.#now();
    this.#quietSince = this.#readingSince = now;
    this.#counts.framesIn++;
    this.#bytesWhole = this.#counts.bytesIn;
    const exchange = new Exchange(request.method === "HEAD", connectionLine(request));
    this.#exchanges.push(exchange);
    const mapped = this.#context.map(request);
    if ("message" in mapped) this.#pass(mapped.message, exchange, now);
    else this.#respond(exchange, mapped.response);
    return this.#exchanges.length < this.#context.limits.pipelineRequestsMax;
  }

  get #hasController(): boolean {
    const { kernel, controller } = this.#context;
    return kernel.receiverAt(lastHop(controller)) !== undefined;
  }

  #pass(message: object, exchange: Exchange, now: number): void {
    const { kernel, controller, limits } = this.#context;
    if (!this.#hasController) {
      this.#respond(exchange, faultResponse(new TemporarilyUnavailable({ explanation: GONE })));
      return;
    }
    exchange.deadline = now + limits.answerTimeoutMs;
    exchange.address = `${this.#firstExchange + this.#counts.framesIn},${this.address}` as AddressValue;
    kernel.send(message, controller, exchange.address);
  }

  // Answers.

  /** Takes answers, and what actors of this process send to the connection itself: others could but guess its address. */
  deliver(message: unknown, to: AddressValue, from: AddressValue): void {
    if (to === this.address && isRemote(from)) this.#context.kernel.lose(to, from);
    else if (to !== this.address) this.#answer(this.#exchanges.find(({ address }) => address === to), message);
    else if (message instanceof Close || message instanceof Stop) this.#closeByRequest(message);
    else this.#answer(this.#exchanges.find(({ isWaiting }) => isWaiting), message);
  }

  #closeByRequest(message: Close | Stop): void {
    this.#ending ??= message instanceof Close
      ? { reason: "ON_REQUEST", note: message.note, errorCode: message.errorCode, message: message.message }
      : ending("ON_REQUEST");
    const kept = this.#exchanges.findIndex((exchange) => exchange.response === null);
    if (kept >= 0) this.#exchanges.length = kept;
    this.#end();
  }

  #answer(exchange: Exchange | undefined, message: unknown): void {
    if (exchange?.isWaiting) this.#respond(exchange, responseTo(message, this.#context.encode));
    else {
      this.#counts.discarded++;
      this.#context.kernel.counts.undeliverable++;
    }
  }

  #respond(exchange: Exchange, response: Response): void {
    this.#responded++;
    exchange.response = response;
    this.#flush();
  }

  #flush(): void {
    if (this.#isWriting || this.#isClosed) return;
    this.#takeAnswers();
    if (!this.#outgoing.isEmpty) this.#write();
    else if (this.#isLast && this.#exchanges.length === 0) this.#leave();
  }

  #takeAnswers(): void {
    let isAny = false;
    for (let next = this.#exchanges[0]; next !== undefined && next.response !== null; next = this.#exchanges[0]) {
      this.#exchanges.shift();
      this.#move(next, next.response);
      isAny = true;
    }
    if (!isAny) return;
    this.#makeRoom?.();
    this.#makeRoom = null;
  }

  #move({ connection, isHead }: Exchange, response: Response | string): void {
    if (typeof response === "string") {
      this.#outgoing.add([response]);
      return;
    }
    const { server, date } = this.#context;
    this.#moved++;
    this.#outgoing.add(writeResponse(response, { date, server, connection, isHead }));
  }

  #write(): void {
    this.#isWriting = true;
    this.#writingSince = this.#now();
    const bytes = this.#outgoing.take();
    this.#counts.bytesOut += bytes.length;
    if (this.#outgoing.isEmpty) this.#counts.framesOut = this.#delivered = this.#moved;
    this.stream.writeThen(bytes, this.#written, this.#broken);
  }

  readonly #written = (): void => {
    this.#isWriting = false;
    if (this.#isClosed) return;
    if (!this.#outgoing.isEmpty) return this.#write();
    this.#quietSince = this.#now();
    this.#flush();
  };

  readonly #broken = (error: unknown): void => {
    if (this.#isClosed) return;
    if (error instanceof NetworkError) {
      this.close(ending("ABANDONED_BY_REMOTE", error.message, error.errorCode));
      return;
    }
    // A defect here must not leave its connection.
    const { kernel } = this.#context;
    kernel.note("!", `HTTP connection of ${this.remote} failed\n${error instanceof Error ? error.stack : error}`);
    this.close(ending("INBOUND_STREAMING", String(error)));
  };

  // The end.

  /** The last answer is out: the client is told, and given the time to tell us. */
  #leave(): void {
    this.#ending ??= ending("ON_REQUEST");
    if (this.#isFinished) return this.close();
    if (this.#lingerUntil !== Infinity) return;
    this.#lingerUntil = this.#now() + this.#context.limits.lingerTimeoutMs;
    this.stream.closeWrite().catch(this.#broken);
  }

  /** Ends the connection when it is idle, else soon: no further request is read. */
  retire(): void {
    this.#ending ??= ending("ON_REQUEST");
    if (this.isIdle) return this.close();
    this.#boundWaiting();
    this.#end();
  }

  /**
   * How dear an idle connection is, for comparison: those that never asked for anything come first, then the longest quiet.
   * Infinity for one that is not idle.
   */
  get worth(): number {
    if (!this.isIdle) return Infinity;
    return this.#counts.framesIn === 0 ? this.#quietSince - Number.MAX_SAFE_INTEGER : this.#quietSince;
  }

  /** True when nothing is under way. */
  get isIdle(): boolean {
    return this.#exchanges.length === 0 && !this.#isWriting && !this.#parser.isReading;
  }

  /** Ends the connection at once. Answers that are still to come will find nobody. */
  close(why: HttpEnding = ending("ON_REQUEST")): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#context.kernel.unregister(this.address);
    const unsent = this.#responded - this.#delivered;
    this.#counts.discarded += unsent;
    this.#context.kernel.settle(this.#balance(0, unsent));
    this.#exchanges.length = 0;
    this.#makeRoom?.();
    this.#parser.free();
    this.stream.close();
    this.#context.closed(this, this.#ending ?? why);
  }

  /** Sees to what takes too long. */
  tick(now: number): void {
    const { limits } = this.#context;
    if (now >= this.#lingerUntil) {
      this.#context.kernel.limited(limitName("lingerTimeoutMs"));
      return this.close();
    }
    if (this.#isWriting && now - this.#writingSince >= limits.writeTimeoutMs) {
      this.#report("writeTimeoutMs", "Connection given up", "the client does not read");
      return this.close(ending("OUTBOUND_STREAMING", "the client does not read"));
    }
    if (!this.#hasController) this.#boundWaiting();
    for (const exchange of [...this.#exchanges]) {
      if (exchange.isWaiting && now >= exchange.deadline) this.#answerLate(exchange);
    }
    if (this.#isClosed || this.#isLast || this.#makeRoom !== null) return;
    if (this.#parser.isReading) this.#checkReading(now - this.#readingSince);
    else if (this.isIdle && now - this.#quietSince >= limits.idleTimeoutMs) {
      this.#report("idleTimeoutMs", "Connection given up", "idle");
      this.close(ending("WENT_STALE", "idle"));
    }
  }

  #answerLate(exchange: Exchange): void {
    const seconds = this.#context.limits.answerTimeoutMs / 1000;
    if (this.#hasController) {
      const limit = this.#isWaitingBound ? "finishedAnswerTimeoutMs" : "answerTimeoutMs";
      this.#report(limit, "No answer", "the application took too long");
    }
    const fault = this.#hasController
      ? new TimedOut({ explanation: `no answer within ${seconds} seconds` })
      : new TemporarilyUnavailable({ explanation: GONE });
    this.#respond(exchange, faultResponse(fault));
  }

  #checkReading(duration: number): void {
    const limit = this.#parser.isReadingBody ? "requestTimeoutMs" : "headTimeoutMs";
    if (duration < this.#context.limits[limit]) return;
    this.#refuse(new Refusal(408, "Request Timeout", "the request took too long to arrive", limit));
  }
}

/** What an answer says of the connection, where the version does not say it. */
function connectionLine(request: ParsedRequest): string {
  if (!request.keepAlive) return "Connection: close\r\n";
  return request.http === "HTTP/1.0" ? "Connection: keep-alive\r\n" : "";
}
