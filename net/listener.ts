/** One open port at work: accepts connections, within limits. */

import type {
  AddressValue as Address,
  ByteStream,
  HostPort,
  Kernel,
  NetworkError,
  StreamListener,
} from "../runtime/mod.ts";
import { Accepting } from "./accepting.ts";
import { Connection, type ConnectionOptions } from "./connection.ts";
import type { NetworkLimits } from "./limits.ts";
import type { MalformedInput } from "./malformed.ts";
import type { Listening } from "./messages.ts";
import type { Port, PortStatus } from "./port.ts";
import { TrafficSum } from "./traffic.ts";

/** What a listener is made from. */
export interface ListenerOptions {
  readonly kernel: Kernel;
  readonly stream: StreamListener;
  readonly listening: Listening;
  readonly controller: Address;
  /** The options of its connections, without what differs from one to the next. */
  readonly connection: Omit<ConnectionOptions, "stream">;
  /** What remote hosts have sent that was malformed. */
  readonly malformed: MalformedInput;
  /** Called for each connection before it begins. */
  readonly onTaken: (connection: Connection) => void;
  /** Called when accepting has failed for good. */
  readonly onFailed: (error: NetworkError) => void;
}

/** Accepts the connections of one port. They live on when it closes. */
export class Listener implements Port {
  readonly #options: ListenerOptions;
  /** Connections in the order of accepting. */
  readonly #connections = new Set<Connection>();
  /** Those of whom nothing whole has been heard, in the same order. */
  readonly #unheard = new Set<Connection>();
  readonly #perHost = new Map<string, number>();
  readonly #past = new TrafficSum();
  #accepted = 0;
  #turnedAway = 0;
  readonly #accepting: Accepting;

  constructor(options: ListenerOptions) {
    this.#options = options;
    const { kernel, stream: listener, connection: { reports, limits }, onFailed: failed } = options;
    const perSecondMax = limits.acceptsPerSecondMax;
    const take = (stream: ByteStream) => this.#take(stream);
    this.#accepting = new Accepting({ kernel, listener, reports, perSecondMax, take, failed });
  }

  get status(): PortStatus {
    const { listening, controller, connection } = this.#options;
    const traffic = new TrafficSum(this.#past);
    for (const one of this.#connections) traffic.add(one.transportAccount());
    return {
      kind: "stream",
      at: listening.listeningIpp,
      controller,
      encrypted: connection.encrypted,
      connections: this.#connections.size,
      accepted: this.#accepted,
      turnedAway: this.#turnedAway,
      ...traffic.traffic,
    };
  }

  /** None of them ends with the port. */
  get connectionCount(): number {
    return 0;
  }

  /** The port in use. */
  get listening(): HostPort {
    return this.#options.listening.listeningIpp;
  }

  /** Accepts until closed. */
  run(): void {
    this.#accepting.run();
  }

  #take(stream: ByteStream): boolean {
    const { connection: options, malformed, kernel, onTaken } = this.#options;
    const { host } = stream.remote;
    if (malformed.isTooMuch(host, kernel.world.clock.now())) {
      this.#refuse(stream, "malformedBytesPerSecondMax", "too much malformed input");
      return false;
    }
    const full = this.#fullLimit(host);
    if (full !== null && !this.#giveUpOldest(full, host)) {
      this.#refuse(stream, full, "too many connections");
      return false;
    }
    this.#accepted++;
    const connection = new Connection({
      ...options,
      stream,
      onHeard: (heard) => void this.#unheard.delete(heard),
      onMalformed: (bytes) => malformed.add(host, bytes, kernel.world.clock.now()),
      onEnded: (ended, ending, wasOpened) => {
        this.#forget(ended);
        options.onEnded(ended, ending, wasOpened);
      },
    });
    this.#connections.add(connection);
    this.#unheard.add(connection);
    this.#perHost.set(host, (this.#perHost.get(host) ?? 0) + 1);
    onTaken(connection);
    connection.begin();
    return true;
  }

  #refuse(stream: ByteStream, limit: keyof NetworkLimits, why: string): void {
    this.#turnedAway++;
    this.#options.connection.reports.limit(limit, "Connection refused", `${why} (from ${stream.remote.host})`);
    stream.close();
  }

  /** The limit that has no room for one more connection of a host, if there is one. */
  #fullLimit(host: string): keyof NetworkLimits | null {
    const { limits } = this.#options.connection;
    if ((this.#perHost.get(host) ?? 0) >= limits.connectionsPerHostMax) return "connectionsPerHostMax";
    if (this.#connections.size >= limits.connectionsMax) return "connectionsMax";
    return this.#unheard.size >= limits.unauthenticatedConnectionsMax ? "unauthenticatedConnectionsMax" : null;
  }

  /** Gives up the oldest connection of whom nothing was heard, where the host has too many one of its own; false if there is none. */
  #giveUpOldest(limit: keyof NetworkLimits, host: string): boolean {
    for (const connection of this.#unheard) {
      const { remote } = connection;
      if (limit === "connectionsPerHostMax" && remote.host !== host) continue;
      const { reports } = this.#options.connection;
      reports.limit(limit, "Connection given up", `nothing was heard since it was accepted (${remote})`);
      connection.abandon("too many connections");
      return true;
    }
    return false;
  }

  #forget(connection: Connection): void {
    this.#connections.delete(connection);
    this.#unheard.delete(connection);
    this.#past.add(connection.transportAccount());
    const host = connection.remote.host ?? "";
    const count = (this.#perHost.get(host) ?? 0) - 1;
    if (count > 0) this.#perHost.set(host, count);
    else this.#perHost.delete(host);
  }

  /** Ends listening. Connections live on. */
  close(): void {
    this.#accepting.close();
  }

  /** Nothing ends with the port. */
  abandon(): void {}
}
