/** The network of one runtime: its ports and its connections. */

import { type AddressValue as Address, HostPort, Instant, type Kernel, NetworkError, Service } from "../runtime/mod.ts";
import { closedMessage, Connection, type ConnectionOptions, type Ending, ending } from "./connection.ts";
import { openHttpConnection, openHttpPort, type Port } from "./http_door.ts";
import { DETECT_SECONDS } from "./keep_alive.ts";
import { NETWORK_LIMITS, type NetworkLimits } from "./limits.ts";
import { Listener } from "./listener.ts";
import {
  Accepted,
  Connected,
  type ConnectStream,
  ListenForStream,
  Listening,
  NotConnected,
  NotListening,
} from "./messages.ts";
import { Reports } from "./reports.ts";
import { prepareEncryption } from "./sodium_boxes.ts";

/** The number and text of what the original reports after `stopListening`: its socket was shut down. */
const STOPPED_CODE = 22;
const STOPPED_TEXT = "[Errno 22] Invalid argument";

/** What can be set when the network is attached. */
export interface NetworkOptions {
  /** Limits that differ from {@link NETWORK_LIMITS}. */
  readonly limits?: Partial<NetworkLimits>;
  /** Longest time until a dead link to another cake is noticed, 0.5 to 60 seconds. @default {3} */
  readonly detectSeconds?: number;
}

/** What the network counts. */
export interface NetworkCounts {
  readonly listeners: number;
  readonly connections: number;
  readonly framesIn: number;
  readonly framesOut: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Refusals, errors and overflows by kind. */
  readonly reports: ReadonlyMap<string, number>;
}

/** Under this, the network of a runtime is found. */
const NETWORK: Service<NetworkService> = new Service("network");

/** Ports and connections of one runtime; made by {@link attachNetwork}. */
export class NetworkService {
  readonly #kernel: Kernel;
  readonly #limits: NetworkLimits;
  readonly #detectSeconds: number;
  readonly #nobody: Address;
  readonly #reports: Reports;
  readonly #ports = new Map<
    string,
    { readonly request: ListenForStream; readonly controller: Address; readonly port: Port }
  >();
  readonly #connections = new Set<Connection>();
  readonly #past = { framesIn: 0, framesOut: 0, bytesIn: 0, bytesOut: 0 };
  #isClosed = false;

  constructor(kernel: Kernel, options: NetworkOptions = {}) {
    this.#kernel = kernel;
    this.#limits = { ...NETWORK_LIMITS, ...options.limits };
    this.#detectSeconds = options.detectSeconds ?? DETECT_SECONDS;
    this.#reports = new Reports(kernel);
    this.#nobody = kernel.register({ deliver() {} });
    kernel.unregister(this.#nobody);
  }

  /** What was counted so far. */
  get counts(): NetworkCounts {
    const sum = { ...this.#past };
    for (const { counts } of this.#connections) addCounts(sum, counts);
    return {
      ...sum,
      listeners: this.#ports.size,
      connections: this.#connections.size,
      reports: new Map(this.#reports.totals),
    };
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
      const { message, errorCode } = networkErrorOf(error);
      kernel.send(NotListening.of(request, message, errorCode), controller, this.#nobody);
    }
  }

  /** An HTTP client has no address of its own: its requests have one each. */
  async #openHttp(request: ListenForStream, controller: Address): Promise<Port> {
    const kernel = this.#kernel;
    const times = new Map<object, Instant>();
    const port = await openHttpPort(kernel, request, controller, {
      opened: (peer) => {
        const openedAt = new Instant(kernel.world.clock.wall());
        times.set(peer, openedAt);
        const listening = new Listening({ request, listeningIpp: port.listening, controllerAddress: controller });
        kernel.send(new Accepted({ listening, openedIpp: peer.remote, openedAt }), controller, this.#nobody);
      },
      closed: (peer) => {
        const openedAt = times.get(peer);
        if (!times.delete(peer) || openedAt === undefined) return;
        kernel.send(closedMessage(ending("ABANDONED_BY_REMOTE"), peer.remote, openedAt), controller, this.#nobody);
      },
    });
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
        keepAlive: false,
        onOpened: (connection) => {
          this.#connections.add(connection);
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
      onFailed: (error) => this.#portFailed(request, controller, error),
    });
    listener.run();
    return { listening: listeningIpp, close: () => listener.close() };
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
        await openHttpConnection(kernel, request, controller);
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
          else {this.#notConnected(
              request,
              controller,
              end.note ?? "connection closed during key exchange",
              end.errorCode,
            );}
        },
      });
      this.#connections.add(connection);
      connection.begin();
    } catch (error) {
      const { message, errorCode } = networkErrorOf(error);
      this.#notConnected(request, controller, message, errorCode);
    }
  }

  #notConnected(request: ConnectStream, controller: Address, text: string, errorCode: number | null): void {
    this.#kernel.send(NotConnected.of(request, text, errorCode ?? 0), controller, this.#nobody);
  }

  #connectionOptions(controller: Address): Pick<
    ConnectionOptions,
    "kernel" | "controller" | "nobody" | "limits" | "reports" | "detectSeconds"
  > {
    return {
      kernel: this.#kernel,
      controller,
      nobody: this.#nobody,
      limits: this.#limits,
      reports: this.#reports,
      detectSeconds: this.#detectSeconds,
    };
  }

  #tellClosed(connection: Connection, openedIpp: HostPort, controller: Address, end: Ending): void {
    this.#trace(`Closed "${connection.remote}" (${end.reason}${end.note === null ? "" : `, ${end.note}`})`);
    this.#kernel.send(closedMessage(end, openedIpp, connection.openedAt), controller, connection.address);
  }

  #forget(connection: Connection): void {
    if (this.#connections.delete(connection)) addCounts(this.#past, connection.counts);
  }

  // The end.

  /**
   * Closes all ports and connections. What was sent before goes out, if that takes no more than a short time; controllers
   * get `Closed`. Later requests are refused.
   */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const { port } of this.#ports.values()) port.close();
    this.#ports.clear();
    const closing = [...this.#connections];
    for (const connection of closing) connection.close(ending("ON_REQUEST"));
    await Promise.all(closing.map((connection) => connection.gone));
  }

  #checkRunning(): void {
    if (this.#isClosed) throw new NetworkError("sockets shutting down");
  }

  #trace(text: string): void {
    if (this.#kernel.log.enabled("~")) this.#kernel.note("~", text);
  }
}

function addCounts(sum: { -readonly [K in keyof Connection["counts"]]: number }, counts: Connection["counts"]): void {
  sum.framesIn += counts.framesIn;
  sum.framesOut += counts.framesOut;
  sum.bytesIn += counts.bytesIn;
  sum.bytesOut += counts.bytesOut;
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

function networkErrorOf(error: unknown): NetworkError {
  if (error instanceof NetworkError) return error;
  throw error;
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
