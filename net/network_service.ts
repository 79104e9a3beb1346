/** The network of one runtime: its ports and its connections. */

import {
  type AddressValue as Address,
  HostPort,
  type Kernel,
  NetworkError,
  Service,
  type Traffic,
  type TransportAccount,
} from "../runtime/mod.ts";
import { BufferPool } from "./buffer_pool.ts";
import { closedMessage, Connection, type ConnectionOptions, type Ending, ending } from "./connection.ts";
import type { HttpClientConnection } from "./http/client.ts";
import { HTTP_LIMITS, type HttpLimits } from "./http/limits.ts";
import type { HttpListener } from "./http/server.ts";
import { openHttpClient, openHttpPort } from "./http_door.ts";
import { DETECT_SECONDS, DETECT_SECONDS_MAX, DETECT_SECONDS_MIN } from "./keep_alive.ts";
import { KeyExchanges } from "./key_exchanges.ts";
import { limitsWith, NETWORK_LIMITS, type NetworkLimits } from "./limits.ts";
import { Listener } from "./listener.ts";
import { MalformedInput } from "./malformed.ts";
import {
  Accepted,
  Connected,
  type ConnectStream,
  ListenForStream,
  Listening,
  NotConnected,
  NotListening,
} from "./messages.ts";
import type { Port, PortStatus } from "./port.ts";
import { Reports } from "./reports.ts";
import { prepareEncryption } from "./sodium_boxes.ts";
import { TrafficSum } from "./traffic.ts";

/** The number and text of what the original reports after `stopListening`: its socket was shut down. */
const STOPPED_CODE = 22;
const STOPPED_TEXT = "[Errno 22] Invalid argument";

/** How often ports are looked at while they end. */
const DRAIN_POLL_MS = 10;

/** What can be set when the network is attached. */
export interface NetworkOptions {
  /** Limits that differ from {@link NETWORK_LIMITS}. */
  readonly limits?: Partial<NetworkLimits>;
  /** Limits of HTTP that differ from {@link HTTP_LIMITS}. */
  readonly httpLimits?: Partial<HttpLimits>;
  /** Longest time until a dead link to another cake is noticed, 0.5 to 60 seconds. @default {3} */
  readonly detectSeconds?: number;
}

/** What the network counts: traffic since the beginning, over connections that ended, too. */
export interface NetworkCounts extends Traffic {
  /** Ports open now. */
  readonly listeners: number;
  /** Connections now, those that exchange keys and those of HTTP included. */
  readonly connections: number;
  /** Refusals, errors and overflows by kind. */
  readonly reports: ReadonlyMap<string, number>;
}

/** An open port, as the service keeps it. */
interface OpenPort {
  readonly request: ListenForStream;
  readonly controller: Address;
  readonly port: Port;
}

/** Under this, the network of a runtime is found. */
const NETWORK: Service<NetworkService> = new Service("network");

/** Ports and connections of one runtime; made by {@link attachNetwork}. */
export class NetworkService {
  readonly #kernel: Kernel;
  readonly #limits: NetworkLimits;
  readonly #httpLimits: HttpLimits;
  readonly #detectSeconds: number;
  readonly #nobody: Address;
  readonly #reports: Reports;
  readonly #malformed: MalformedInput;
  readonly #keyExchanges: KeyExchanges;
  readonly #ports = new Map<string, OpenPort>();
  readonly #connections = new Set<Connection>();
  /** HTTP ports that are open, or whose connections still end. */
  readonly #httpPorts = new Set<HttpListener>();
  readonly #httpClients = new Set<HttpClientConnection>();
  readonly #past = new TrafficSum();
  readonly #buffers = new BufferPool();
  #isClosed = false;

  /**
   * Makes the network of a runtime; {@link attachNetwork} does it.
   *
   * @throws {RangeError} Naming a limit that is none.
   */
  constructor(kernel: Kernel, options: NetworkOptions = {}) {
    this.#kernel = kernel;
    this.#limits = limitsWith(NETWORK_LIMITS, options.limits);
    this.#httpLimits = limitsWith(HTTP_LIMITS, options.httpLimits);
    this.#detectSeconds = checkedDetection(options.detectSeconds ?? DETECT_SECONDS);
    this.#reports = new Reports(kernel);
    this.#malformed = new MalformedInput(this.#limits.malformedBytesPerSecondMax);
    this.#keyExchanges = new KeyExchanges(this.#limits.keyExchangesPerSecondMax);
    this.#nobody = kernel.register({ deliver() {} });
    kernel.unregister(this.#nobody);
  }

  /** What was counted so far. */
  get counts(): NetworkCounts {
    const { transports } = this;
    return {
      ...new TrafficSum(this.#past, ...transports).traffic,
      listeners: this.#ports.size,
      connections: transports.length,
      reports: new Map(this.#reports.totals),
    };
  }

  /** The connections at this moment, those under way included. */
  get transports(): TransportAccount[] {
    const own = [...this.#connections, ...this.#httpClients].map((connection) => connection.transportAccount());
    return [...own, ...[...this.#httpPorts].flatMap(({ transports }) => transports)];
  }

  /** The open ports at this moment. */
  get ports(): PortStatus[] {
    return Array.from(this.#ports.values(), ({ port }) => port.status);
  }

  /**
   * Calls `observer` with each message that comes by a connection for somebody of this process, before it is taken there; in
   * whatever thread that is, so that such messages are decoded here. Nothing happens if the connection has ended.
   */
  observe(proxy: Address, observer: (message: unknown, to: Address) => void): void {
    const connection = this.#kernel.receiverAt(proxy);
    if (connection instanceof Connection) connection.observer = observer;
  }

  /** The other end of a connection, by number; null if it has ended. A name that was connected to may be anywhere. */
  remoteOf(proxy: Address): HostPort | null {
    const connection = this.#kernel.receiverAt(proxy);
    return connection instanceof Connection ? connection.remote : null;
  }

  /** Bytes that wait to be sent over a connection; 0 if it has ended. */
  outboundBytesOf(proxy: Address): number {
    const connection = this.#kernel.receiverAt(proxy);
    return connection instanceof Connection ? connection.outboundBytes : 0;
  }

  // Listening.

  /** Opens a port. The controller gets `Listening` or `NotListening`, and then `Accepted` for each connection. */
  async listen(request: ListenForStream, controller: Address): Promise<void> {
    const kernel = this.#kernel;
    try {
      this.#checkRunning();
      const { host, port } = namedEndpoint(request.requestedIpp);
      const isHttp = request.httpServer.length > 0 || request.uriForm !== null;
      const opened = isHttp
        ? await this.#openHttp(request, controller)
        : await this.#openPort(request, controller, host, port);
      if (this.#isClosed) {
        opened.close();
        this.#checkRunning();
      }
      this.#ports.set(request.lid ?? "", { request, controller, port: opened });
      this.#trace(`Listening${request.encrypted ? " (encrypted)" : ""} on "${opened.listening}"`);
      const listening = new Listening({ request, listeningIpp: opened.listening, controllerAddress: controller });
      kernel.send(listening, controller, this.#nobody);
    } catch (error) {
      const { message, errorCode } = this.#failure(error);
      kernel.send(NotListening.of(request, message, errorCode), controller, this.#nobody);
    }
  }

  /** Each request has an address of its own; what is sent to that of the connection answers the oldest one. */
  async #openHttp(request: ListenForStream, controller: Address): Promise<Port> {
    const kernel = this.#kernel;
    const port = await openHttpPort(kernel, request, controller, {
      limits: this.#httpLimits,
      reports: this.#reports,
      malformed: this.#malformed,
      opened: ({ address: proxyAddress, remote: openedIpp, openedAt }) => {
        const listening = new Listening({ request, listeningIpp: port.listening, controllerAddress: controller });
        kernel.send(new Accepted({ listening, openedIpp, proxyAddress, openedAt }), controller, proxyAddress);
      },
      closed: (connection, end) => {
        const { address, remote, openedAt } = connection;
        this.#past.add(connection.transportAccount());
        kernel.send(closedMessage(end, remote, openedAt), controller, address);
      },
      failed: (error) => this.#portFailed(request, controller, error),
      ended: () => void this.#httpPorts.delete(port),
    });
    this.#httpPorts.add(port);
    return port;
  }

  async #openPort(request: ListenForStream, controller: Address, host: string, port: number): Promise<Port> {
    if (request.encrypted) await prepareEncryption();
    const stream = await this.#kernel.world.network.listen(host, port);
    const listeningIpp = new HostPort(stream.local.host, stream.local.port);
    const listening = new Listening({ request, listeningIpp, controllerAddress: controller });
    const listener = new Listener({
      kernel: this.#kernel,
      stream,
      listening,
      controller,
      connection: {
        ...this.#connectionOptions(controller),
        role: "acceptor",
        encrypted: request.encrypted === true,
        keyExchanges: this.#keyExchanges,
        keepAlive: false,
        onOpened: (connection) => {
          this.#trace(`Accepted "${connection.remote}", listening at "${listeningIpp}"`);
          const { address: proxyAddress, remote: openedIpp, openedAt } = connection;
          this.#kernel.send(new Accepted({ listening, openedIpp, proxyAddress, openedAt }), controller, proxyAddress);
        },
        onEnded: (connection, end, wasOpened) => {
          this.#forget(connection);
          if (wasOpened) this.#tellClosed(connection, connection.remote, controller, end);
          else this.#reports.add("Not accepted", `${end.note ?? end.reason} (from ${connection.remote})`);
        },
      },
      malformed: this.#malformed,
      onTaken: (connection) => void this.#connections.add(connection),
      onFailed: (error) => this.#portFailed(request, controller, error),
    });
    listener.run();
    return listener;
  }

  #portFailed(request: ListenForStream, controller: Address, error: NetworkError): void {
    this.#ports.delete(request.lid ?? "");
    this.#kernel.send(NotListening.of(request, error.message, error.errorCode), controller, this.#nobody);
  }

  /** Closes a port; connections live on. Its controller gets `NotListening`, as does who asks for an unknown one. */
  stopListening(lid: string, from: Address): void {
    const entry = this.#ports.get(lid);
    if (entry === undefined) {
      const request = new ListenForStream({ lid });
      const explanation = `no such entry "${lid}"`;
      this.#kernel.send(new NotListening({ request, explanation, errorCode: 0 }), from, this.#nobody);
      return;
    }
    this.#ports.delete(lid);
    entry.port.close();
    const { request, controller } = entry;
    this.#kernel.send(NotListening.of(request, STOPPED_TEXT, STOPPED_CODE), controller, this.#nobody);
  }

  // Connecting.

  /** Connects. The controller gets `Connected` or `NotConnected`, and `Closed` in the end. */
  async connect(request: ConnectStream, controller: Address): Promise<void> {
    const kernel = this.#kernel;
    try {
      this.#checkRunning();
      const { host, port } = namedEndpoint(request.requestedIpp);
      if (request.httpClient !== null) {
        await this.#connectHttp(request, controller);
        return;
      }
      if (request.encrypted) await prepareEncryption();
      const stream = await kernel.world.network.connect(host, port);
      if (this.#isClosed) stream.close();
      this.#checkRunning();
      const connection = new Connection({
        ...this.#connectionOptions(controller),
        stream,
        role: "connector",
        encrypted: request.encrypted === true,
        keepAlive: request.keepAlive === true,
        onOpened: (connection) => {
          this.#trace(`Connected to "${request.requestedIpp}", at local address "${connection.local}"`);
          const { address: proxyAddress, local: openedIpp, openedAt } = connection;
          kernel.send(new Connected({ request, openedIpp, proxyAddress, openedAt }), controller, proxyAddress);
        },
        onEnded: (connection, end, wasOpened) => {
          this.#forget(connection);
          if (wasOpened) this.#tellClosed(connection, connection.local, controller, end);
          else this.#notConnected(request, controller, end.note ?? "closed during key exchange", end.errorCode);
        },
      });
      this.#connections.add(connection);
      connection.begin();
    } catch (error) {
      const { message, errorCode } = this.#failure(error);
      this.#notConnected(request, controller, message, errorCode);
    }
  }

  async #connectHttp(request: ConnectStream, controller: Address): Promise<void> {
    const client = await openHttpClient(this.#kernel, request, controller, {
      limits: this.#httpLimits,
      reports: this.#reports,
      closed: (ended) => {
        if (this.#httpClients.delete(ended)) this.#past.add(ended.transportAccount());
      },
    });
    if (this.#isClosed) client.close();
    this.#checkRunning();
    this.#httpClients.add(client);
    client.begin();
  }

  #notConnected(request: ConnectStream, controller: Address, text: string, errorCode: number | null): void {
    this.#kernel.send(NotConnected.of(request, text, errorCode ?? 0), controller, this.#nobody);
  }

  #connectionOptions(controller: Address): Pick<
    ConnectionOptions,
    "kernel" | "controller" | "nobody" | "limits" | "reports" | "detectSeconds" | "buffers"
  > {
    return {
      kernel: this.#kernel,
      controller,
      nobody: this.#nobody,
      limits: this.#limits,
      reports: this.#reports,
      detectSeconds: this.#detectSeconds,
      buffers: this.#buffers,
    };
  }

  #tellClosed(connection: Connection, openedIpp: HostPort, controller: Address, end: Ending): void {
    this.#trace(`Closed "${connection.remote}" (${end.reason}${end.note === null ? "" : `, ${end.note}`})`);
    this.#kernel.send(closedMessage(end, openedIpp, connection.openedAt), controller, connection.address);
  }

  #forget(connection: Connection): void {
    if (this.#connections.delete(connection)) this.#past.add(connection.transportAccount());
  }

  // The end.

  /**
   * Closes all ports and connections. What was sent before goes out, if that takes no more than a short time; controllers
   * get `Closed`. Later requests are refused.
   */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const ports = Array.from(this.#ports.values(), ({ port }) => port);
    this.#ports.clear();
    for (const port of ports) port.close();
    for (const client of [...this.#httpClients]) client.close();
    const closing = [...this.#connections];
    for (const connection of closing) connection.close(ending("ON_REQUEST"));
    await Promise.all(closing.map((connection) => connection.gone));
    await this.#drain();
  }

  /** Gives connections that end with their port a short time, too. */
  async #drain(): Promise<void> {
    const { clock } = this.#kernel.world;
    const end = clock.now() + this.#limits.flushTimeoutMs;
    const isBusy = () => [...this.#httpPorts].some((port) => port.connectionCount > 0);
    while (isBusy() && clock.now() < end) {
      await new Promise<void>((resolve) => void clock.after(DRAIN_POLL_MS, resolve));
    }
    for (const port of [...this.#httpPorts]) port.abandon();
  }

  /** Whatever went wrong, who asked is told. */
  #failure(error: unknown): NetworkError {
    if (error instanceof NetworkError) return error;
    const text = error instanceof Error ? error.message : String(error);
    this.#kernel.note("!", `Unexpected failure of the network (${text})`);
    return new NetworkError(text, 0, { cause: error });
  }

  #checkRunning(): void {
    if (this.#isClosed) throw new NetworkError("sockets shutting down");
  }

  #trace(text: string): void {
    if (this.#kernel.log.enabled("~")) this.#kernel.note("~", text);
  }
}

function checkedDetection(seconds: number): number {
  if (seconds >= DETECT_SECONDS_MIN && seconds <= DETECT_SECONDS_MAX) return seconds;
  const range = `${DETECT_SECONDS_MIN} to ${DETECT_SECONDS_MAX}`;
  throw new RangeError(`Cannot use detectSeconds: expected ${range} seconds, got ${seconds}`);
}

const PORT_MAX = 65_535;

function namedEndpoint(at: HostPort): { readonly host: string; readonly port: number } {
  const { host, port } = at;
  if (host === null || host === "") throw new NetworkError("no host given");
  if (port === null || !Number.isInteger(port) || port < 0 || port > PORT_MAX) {
    throw new NetworkError(`port must be 0-${PORT_MAX}, got ${port}`);
  }
  return { host, port };
}

/** The network of a runtime; attached at the first call, with these options. */
export function attachNetwork(kernel: Kernel, options: NetworkOptions = {}): NetworkService {
  const attached = kernel.find(NETWORK);
  if (attached !== undefined) return attached;
  const service = new NetworkService(kernel, options);
  kernel.provide(NETWORK, service);
  return service;
}

/** Ends the network of a runtime, if there is one; see {@link NetworkService.close}. */
export async function detachNetwork(kernel: Kernel): Promise<void> {
  await kernel.find(NETWORK)?.close();
}
