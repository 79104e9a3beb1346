/** HTTP listeners: `listen` with message classes, or with the form of a URI. */

import {
  type AddressValue,
  type ByteStream,
  HostPort,
  type Instant,
  type Kernel,
  type NetworkError,
  type StreamListener,
  type TransportAccount,
} from "../../runtime/mod.ts";
import { Accepting } from "../accepting.ts";
import { limitsWith } from "../limits.ts";
import { MalformedInput } from "../malformed.ts";
import type { Port, PortStatus } from "../port.ts";
import { Reports } from "../reports.ts";
import { TrafficSum } from "../traffic.ts";
import type { ListenForStream } from "../messages.ts";
import { ApiMapping } from "./api.ts";
import { type ConnectionContext, HttpConnection, type HttpEnding } from "./connection.ts";
import { HTTP_LIMITS, type HttpLimits, limitName } from "./limits.ts";
import { Llhttp } from "./llhttp.ts";
import { Outgoing } from "./outgoing.ts";
import { API_SERVER, httpDate, refusalResponse, REST_SERVER, writeResponse } from "./response.ts";
import { ResourceMapping } from "./resource.ts";
import { Refusal } from "./request_parser.ts";

/** How often connections are looked after. Time limits are exceeded by at most twice this. */
export const TICK_MS = 250;

/**
 * What an HTTP listener is asked for: the members of `ListenForStream` that matter here. `defaultToRequest` true lets
 * requests that name no class go to the application as `HttpRequest`; so does `HttpRequest` among the classes. Else
 * they get 404.
 */
export type HttpListenRequest = Pick<
  ListenForStream,
  "requestedIpp" | "httpServer" | "uriForm" | "defaultToRequest"
>;

/** A connection, as others need to know it. */
export interface HttpPeer {
  /** What is sent here answers the oldest request that waits; `Close` ends the connection. */
  readonly address: AddressValue;
  /** The client. */
  readonly remote: HostPort;
  readonly openedAt: Instant;
  /** @internal The account of the connection. */
  transportAccount(): TransportAccount;
}

/** What may be said besides. */
export interface HttpListenerOptions {
  /** Limits that differ from the default. */
  readonly limits?: Partial<HttpLimits>;
  /** Where what limits do is written. */
  readonly reports?: Reports;
  /** What remote hosts have sent that was malformed; no limit without. */
  readonly malformed?: MalformedInput;
  /** Called when accepting has failed for good; the listener closes itself. */
  readonly failed?: (error: NetworkError) => void;
  /** Called once, when the listener is closed and the last of its connections is over. */
  readonly ended?: () => void;
  /** Called for each connection as it is accepted. */
  readonly opened?: (peer: HttpPeer) => void;
  /** Called for each connection when it is over. */
  readonly closed?: (peer: HttpPeer, ending: HttpEnding) => void;
}

/** An open HTTP port. */
export interface HttpListener extends Port {
  /** The accounts of its connections. */
  readonly transports: TransportAccount[];
  /**
   * Ends the port. Idle connections end at once; the others as soon as the requests that were read are answered, or within
   * `finishedAnswerTimeoutMs`.
   */
  close(): void;
  /** Ends the port and its connections at once. Answers that are still to come find nobody. */
  abandon(): void;
}

/**
 * Opens an HTTP port. Requests arrive at the controller as messages; what is sent to their return address becomes the
 * answer.
 *
 * @param controller The listening actor.
 * @throws {NetworkError} When the port can't be had.
 * @throws {TypeError} When the form of the URI is no form.
 */
export async function openHttpListener(
  kernel: Kernel,
  request: HttpListenRequest,
  controller: AddressValue,
  options: HttpListenerOptions = {},
): Promise<HttpListener> {
  const server = new HttpServer(kernel, request, controller, options);
  const { host, port } = request.requestedIpp;
  server.start(await kernel.world.network.listen(host ?? "127.0.0.1", port ?? 0));
  return server;
}

const TOO_MANY_CONNECTIONS = refusalResponse(new Refusal(503, "Unavailable", "too many connections"));

class HttpServer implements HttpListener {
  readonly #kernel: Kernel;
  readonly #options: HttpListenerOptions;
  readonly #limits: HttpLimits;
  readonly #context: ConnectionContext & { moment: number; date: string };
  readonly #connections = new Set<HttpConnection>();
  readonly #perAddress = new Map<string, number>();
  readonly #reports: Reports;
  readonly #malformed: MalformedInput;
  readonly #past = new TrafficSum();
  #local: HostPort | null = null;
  #accepting: Accepting | null = null;
  #isTicking = false;
  #isClosed = false;
  #isEnded = false;
  #accepted = 0;
  #turnedAway = 0;

  constructor(kernel: Kernel, request: HttpListenRequest, controller: AddressValue, options: HttpListenerOptions) {
    this.#kernel = kernel;
    this.#options = options;
    this.#limits = limitsWith(HTTP_LIMITS, options.limits);
    this.#reports = options.reports ?? new Reports(kernel);
    this.#malformed = options.malformed ?? new MalformedInput(Infinity);
    const { clock, random } = kernel.world;
    const zoneOffset = (wall: bigint) => clock.zoneOffset(wall);
    const { httpServer: classes, uriForm } = request;
    const isApi = classes.length > 0 || uriForm === null;
    const mapping = isApi
      ? new ApiMapping({ classes, defaultToRequest: request.defaultToRequest === true, zoneOffset })
      : new ResourceMapping(uriForm);
    this.#context = {
      kernel,
      controller,
      limits: this.#limits,
      reports: this.#reports,
      malformed: ({ host }, bytes) => this.#malformed.add(host ?? "", bytes, clock.now()),
      llhttp: new Llhttp(),
      server: isApi ? API_SERVER : REST_SERVER,
      encode: { zoneOffset, uuid: () => random.uuid() },
      map: (parsed) => mapping.map(parsed),
      moment: 0,
      date: "",
      closed: (connection, ending) => this.#forget(connection, ending),
    };
  }

  get listening(): HostPort {
    return this.#local!;
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  get transports(): TransportAccount[] {
    return Array.from(this.#connections, (connection) => connection.transportAccount());
  }

  get status(): PortStatus {
    return {
      kind: "http",
      at: this.listening,
      controller: this.#context.controller,
      encrypted: false,
      connections: this.#connections.size,
      accepted: this.#accepted,
      turnedAway: this.#turnedAway,
      ...new TrafficSum(this.#past, ...this.transports).traffic,
    };
  }

  start(listener: StreamListener): void {
    const { host, port } = listener.local;
    this.#local = new HostPort(host, port);
    this.#accepting = new Accepting({
      kernel: this.#kernel,
      listener,
      reports: this.#reports,
      take: (stream) => this.#open(stream),
      failed: (error) => {
        this.close();
        this.#options.failed?.(error);
      },
    });
    this.#accepting.run();
  }

  #open(stream: ByteStream): boolean {
    const { host } = stream.remote;
    if (this.#malformed.isTooMuch(host, this.#kernel.world.clock.now())) {
      this.#turnedAway++;
      this.#reports.limit(
        "malformedBytesPerSecondMax",
        "Connection refused",
        `too much malformed input (from ${host})`,
      );
      stream.close();
      return false;
    }
    if (!this.#makeRoom(host)) {
      this.#turnAway(stream);
      return false;
    }
    this.#accepted++;
    this.#perAddress.set(host, (this.#perAddress.get(host) ?? 0) + 1);
    this.#startTicking();
    const connection = new HttpConnection(stream, this.#context);
    this.#connections.add(connection);
    this.#options.opened?.(connection);
    connection.run();
    return true;
  }

  /** Sees to a place for a connection: if need be that of an idle one, of the same client if it has too many. */
  #makeRoom(host: string): boolean {
    const isHostFull = (this.#perAddress.get(host) ?? 0) >= this.#limits.connectionsPerHostMax;
    if (!isHostFull && this.#connections.size < this.#limits.connectionsMax) return true;
    const limit = limitName(isHostFull ? "connectionsPerHostMax" : "connectionsMax");
    let least: HttpConnection | null = null;
    for (const connection of this.#connections) {
      if (isHostFull && connection.remote.host !== host) continue;
      if (connection.worth < (least?.worth ?? Infinity)) least = connection;
    }
    if (least === null) {
      this.#reports.limit(limit, "Connection refused", `too many connections (HTTP from ${host})`);
      return false;
    }
    this.#reports.limit(limit, "Connection given up", `idle, and there are too many (HTTP from ${least.remote})`);
    least.close({ reason: "WENT_STALE", note: "too many connections", errorCode: null, message: null });
    return true;
  }

  #forget(connection: HttpConnection, ending: HttpEnding): void {
    if (!this.#connections.delete(connection)) return;
    this.#past.add(connection.transportAccount());
    const host = connection.remote.host ?? "";
    const left = (this.#perAddress.get(host) ?? 1) - 1;
    if (left > 0) this.#perAddress.set(host, left);
    else this.#perAddress.delete(host);
    this.#options.closed?.(connection, ending);
    this.#endWithLast();
  }

  #endWithLast(): void {
    if (!this.#isClosed || this.#isEnded || this.#connections.size > 0) return;
    this.#isEnded = true;
    this.#options.ended?.();
  }

  #turnAway(stream: ByteStream): void {
    this.#turnedAway++;
    this.#startTicking();
    const { server } = this.#context;
    const context = { date: this.#context.date, server, connection: "Connection: close\r\n", isHead: false };
    const outgoing = new Outgoing();
    outgoing.add(writeResponse(TOO_MANY_CONNECTIONS, context));
    const close = () => stream.close();
    stream.write(outgoing.take()).then(close, close);
  }

  /** Brings what the connections know of the time up to date; true until the next tick. */
  #readClocks(): void {
    const { clock } = this.#kernel.world;
    this.#context.moment = clock.now() + TICK_MS;
    this.#context.date = httpDate(clock.wall());
  }

  #startTicking(): void {
    if (this.#isTicking) return;
    this.#isTicking = true;
    this.#readClocks();
    this.#kernel.after(TICK_MS, this.#tick);
  }

  readonly #tick = (): void => {
    this.#isTicking = false;
    const now = this.#kernel.world.clock.now();
    for (const connection of [...this.#connections]) connection.tick(now);
    if (this.#connections.size > 0) this.#startTicking();
  };

  close(): void {
    this.#isClosed = true;
    this.#accepting?.close();
    for (const connection of [...this.#connections]) connection.retire();
    this.#endWithLast();
  }

  abandon(): void {
    this.close();
    for (const connection of [...this.#connections]) connection.close();
  }
}
