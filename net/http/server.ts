/** HTTP listeners: `listen` with message classes, or with the form of a URI. */

import {
  type AddressValue,
  type ByteStream,
  HostPort,
  type Instant,
  type Kernel,
  type StreamListener,
} from "../../runtime/mod.ts";
import type { ListenForStream } from "../messages.ts";
import { ApiMapping } from "./api.ts";
import { type ConnectionContext, HttpConnection, type HttpEnding } from "./connection.ts";
import { HTTP_LIMITS, type HttpLimits } from "./limits.ts";
import { Llhttp } from "./llhttp.ts";
import { Outgoing } from "./outgoing.ts";
import { API_SERVER, httpDate, refusalResponse, REST_SERVER, writeResponse } from "./response.ts";
import { ResourceMapping } from "./resource.ts";
import { Refusal } from "./request_parser.ts";

/** How often connections are looked after. Time limits are exceeded by at most twice this. */
export const TICK_MS = 250;
/** Pause after a failed accept, so that a lasting failure does not keep the process busy. */
const ACCEPT_PAUSE_MS = 100;

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
}

/** What may be said besides. */
export interface HttpListenerOptions {
  /** Bounds that differ from the default. */
  readonly limits?: Partial<HttpLimits>;
  /** Called for each connection as it is accepted. */
  readonly opened?: (peer: HttpPeer) => void;
  /** Called for each connection when it is over. */
  readonly closed?: (peer: HttpPeer, ending: HttpEnding) => void;
}

/** An open HTTP port. */
export interface HttpListener {
  /** Where it really listens. */
  readonly listening: HostPort;
  /** Connections at this moment. */
  readonly connectionCount: number;
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
  #listener: StreamListener | null = null;
  #isTicking = false;
  #isClosed = false;
  #turnedAway = 0;
  #turnedAwayReported = 0;

  constructor(kernel: Kernel, request: HttpListenRequest, controller: AddressValue, options: HttpListenerOptions) {
    this.#kernel = kernel;
    this.#options = options;
    this.#limits = { ...HTTP_LIMITS, ...options.limits };
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
    const { host, port } = this.#listener!.local;
    return new HostPort(host, port);
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  start(listener: StreamListener): void {
    this.#listener = listener;
    this.#accept(listener);
  }

  async #accept(listener: StreamListener): Promise<void> {
    while (!this.#isClosed) {
      try {
        const stream = await listener.accept();
        if (stream === null) return;
        if (this.#isClosed) stream.close();
        else this.#open(stream);
      } catch (error) {
        this.#kernel.note("?", `HTTP listener ${this.listening}: ${error instanceof Error ? error.message : error}`);
        await new Promise<void>((resolve) => this.#kernel.after(ACCEPT_PAUSE_MS, resolve));
      }
    }
  }

  #open(stream: ByteStream): void {
    const { host } = stream.remote;
    if (!this.#makeRoom(host)) {
      this.#turnAway(stream);
      return;
    }
    this.#perAddress.set(host, (this.#perAddress.get(host) ?? 0) + 1);
    this.#startTicking();
    const connection = new HttpConnection(stream, this.#context);
    this.#connections.add(connection);
    this.#options.opened?.(connection);
    connection.run();
  }

  /** Sees to a place for a connection: if need be that of an idle one, of the same client if it has too many. */
  #makeRoom(host: string): boolean {
    const isHostFull = (this.#perAddress.get(host) ?? 0) >= this.#limits.connectionsPerAddress;
    if (!isHostFull && this.#connections.size < this.#limits.connections) return true;
    let least: HttpConnection | null = null;
    for (const connection of this.#connections) {
      if (isHostFull && connection.remote.host !== host) continue;
      if (connection.worth < (least?.worth ?? Infinity)) least = connection;
    }
    least?.close({ reason: "WENT_STALE", note: "too many connections", errorCode: null, message: null });
    return least !== null;
  }

  #forget(connection: HttpConnection, ending: HttpEnding): void {
    if (!this.#connections.delete(connection)) return;
    const host = connection.remote.host ?? "";
    const left = (this.#perAddress.get(host) ?? 1) - 1;
    if (left > 0) this.#perAddress.set(host, left);
    else this.#perAddress.delete(host);
    this.#options.closed?.(connection, ending);
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
    this.#report();
    if (this.#connections.size > 0) this.#startTicking();
  };

  #report(): void {
    const count = this.#turnedAway - this.#turnedAwayReported;
    if (count === 0) return;
    this.#turnedAwayReported = this.#turnedAway;
    this.#kernel.note("?", `HTTP listener ${this.listening}: ${count} connections too many were turned away`);
  }

  close(): void {
    this.#isClosed = true;
    this.#listener?.close();
    for (const connection of [...this.#connections]) connection.retire();
  }

  abandon(): void {
    this.close();
    for (const connection of [...this.#connections]) connection.close();
  }
}
