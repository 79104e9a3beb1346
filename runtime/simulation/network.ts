/** The simulated network: hosts with addresses, ports, connections, and the ways between them. */

import { networkError } from "../real_world/errno.ts";
import {
  type ByteStream,
  type Endpoint,
  type Network,
  NetworkError,
  type PortHolder,
  type StreamListener,
} from "../world.ts";
import { type Engine, QUIET } from "./engine.ts";
import { type Connection, Connections } from "./connections.ts";
import { Lane } from "./lane.ts";
import { type Life, never } from "./life.ts";
import { Link } from "./link.ts";
import { Path } from "./path.ts";
import { SimulatedListener } from "./listener.ts";
import { type BreakOptions, type NetworkConditions, withConditions } from "./options.ts";
import { nameOf, SimulatedStream } from "./stream.ts";

/** Ports that the system gives out by itself, as on Linux. */
const EPHEMERAL_PORT_MIN = 32_768;
const EPHEMERAL_PORTS = 28_232;
/** How much of an address names the subnet of its host. */
const PREFIX_BITS = 24;

/** How long a system waits before it knocks again at a listener whose backlog is full. */
const KNOCK_AGAIN_US = 1_000_000;

const LOOPBACK = "127.0.0.1";

/** What hosts call the interface to their network. */
const INTERFACE = "eth0";

/** One host as the network sees it. */
export interface Station {
  readonly name: string;
  /** Null while it has none: it is reached by nobody else, and reaches nobody. */
  address: string | null;
  /** Open ports. */
  readonly listeners: Set<SimulatedListener>;
  isUp: boolean;
  /** The last of the ports that the system gives out by itself. */
  readonly lastPort: number;
  /** The port to try next where any will do. */
  nextPort: number;
}

/** A process as the network sees it, through all of its lives. */
export interface Resident {
  /** The name of its host. */
  readonly host: string;
  /** Host and process, `alpha/server`. */
  readonly label: string;
}

/** A connect under way. */
interface Attempt {
  readonly life: Life;
  readonly from: Station;
  readonly to: Station;
  readonly target: Endpoint;
  readonly stream: SimulatedStream;
  readonly links: readonly [Link, Link];
  readonly fail: (error: NetworkError) => void;
  isOver: boolean;
}

/** Joins hosts. */
export class SimulatedNetwork {
  readonly #engine: Engine;
  readonly #stations = new Map<string, Station>();
  readonly #links = new Map<string, Link>();
  readonly #lanes = new Map<string, Lane>();
  readonly #connections: Connections;
  #conditions: NetworkConditions;

  constructor(engine: Engine, conditions: NetworkConditions) {
    this.#engine = engine;
    this.#connections = new Connections(engine);
    this.#conditions = conditions;
  }

  /** What holds for links without conditions of their own. */
  get conditions(): NetworkConditions {
    return this.#conditions;
  }

  /**
   * Adds a host.
   *
   * @param portCount How many ports it has to give out
   */
  add(name: string, address: string, portCount: number = EPHEMERAL_PORTS): Station {
    this.#checkAddress(`Cannot add host "${name}"`, address);
    if (this.#stations.has(name)) throw new RangeError(`Cannot add host "${name}": there is one of that name`);
    if (!(Number.isInteger(portCount) && portCount >= 1 && portCount <= EPHEMERAL_PORTS)) {
      throw new RangeError(`Cannot add host "${name}": ${portCount} ports, not 1 to ${EPHEMERAL_PORTS}`);
    }
    const station: Station = {
      name,
      address,
      listeners: new Set<SimulatedListener>(),
      isUp: true,
      lastPort: EPHEMERAL_PORT_MIN + portCount - 1,
      nextPort: EPHEMERAL_PORT_MIN,
    };
    this.#stations.set(name, station);
    return station;
  }

  #checkAddress(complaint: string, address: string): void {
    if (!isIpv4(address)) throw new RangeError(`${complaint}: "${address}" is not an IPv4 address`);
    for (const other of this.#stations.values()) {
      if (other.address === address) throw new RangeError(`${complaint}: "${other.name}" has the address ${address}`);
    }
  }

  /**
   * Gives a host another address, or none. Connections by the one before are as good as cut: what is sent is held, until the
   * host has that address again or the sender gives up.
   */
  changeAddress(station: Station, address: string | null): void {
    if (address === station.address) return;
    if (address !== null) this.#checkAddress(`Cannot change the address of host "${station.name}"`, address);
    station.address = address;
    for (const link of this.#links.values()) if (link.joins(station.name)) link.release();
  }

  /** The way from one host to another. */
  link(from: string, to: string): Link {
    const label = `${from} > ${to}`;
    const known = this.#links.get(label);
    if (known !== undefined) return known;
    const station = this.#stations.get(to);
    if (station === undefined) throw new RangeError(`Cannot find host "${to}"`);
    const link = new Link(
      [from, to],
      this.#engine.random.fork(label),
      this.#conditions,
      () => station.isUp,
    );
    this.#links.set(label, link);
    return link;
  }

  /** The way from one process to another. */
  lane(from: Resident, to: Resident): Lane {
    const label = `${from.label} > ${to.label}`;
    const known = this.#lanes.get(label);
    if (known !== undefined) return known;
    const lane = new Lane(label, this.link(from.host, to.host));
    this.#lanes.set(label, lane);
    return lane;
  }

  /** Breaks all connections between two processes and returns how many there are. */
  loseBetween(one: Resident, other: Resident, options: BreakOptions): number {
    return this.#connections.loseBetween(one.label, other.label, options);
  }

  /** Changes the conditions between hosts, now and for links to come. */
  change(changes: Partial<NetworkConditions>): void {
    this.#conditions = withConditions(this.#conditions, changes);
    for (const link of this.#links.values()) link.conditions = withConditions(link.conditions, changes);
  }

  /** Ends all partitions. */
  healAll(): void {
    for (const link of this.#links.values()) link.heal();
    for (const lane of this.#lanes.values()) lane.heal();
  }

  /** A host that has got its power back gets what was sent to it meanwhile. */
  releaseTo(name: string): void {
    for (const [label, link] of this.#links) if (label.endsWith(` > ${name}`)) link.release();
  }

  /** The network as one process sees it. */
  viewOf(station: Station, life: Life): Network {
    return {
      // Errors must arrive as rejections, and nothing at all at a process that has ended.
      listen: (host, port) => {
        const delay = 1000 * this.#conditions.listenMs;
        const open = () => this.#listen(station, life, host, port);
        if (!life.isAlive) return never();
        return delay > 0 ? life.later(delay, open) : settled(open);
      },
      connect: (host, port) => life.isAlive ? this.#connect(station, life, host, port) : never(),
      primaryAddress: () => station.address,
      interfaceAddresses: () =>
        station.address === null ? [] : [{ name: INTERFACE, address: station.address, prefixBits: PREFIX_BITS }],
      portHolders: (ports) => life.isAlive ? settled(() => holdersOn(station, ports)) : never(),
    };
  }

  #listen(station: Station, life: Life, host: string, port: number): StreamListener {
    checkPort(port);
    const address = this.#ownAddress(station, host);
    const local = { host: address, port: port === 0 ? this.#freePort(station) : port };
    for (const other of station.listeners) if (isConflict(other.local, local)) throw networkError("EADDRINUSE");
    const listener = new SimulatedListener(life, local, () => {
      station.listeners.delete(listener);
      this.#engine.note(life.label, `unlisten ${nameOf(local)}`);
    });
    station.listeners.add(listener);
    this.#engine.note(life.label, `listen ${nameOf(local)}`);
    return listener;
  }

  #connect(from: Station, life: Life, host: string, port: number): Promise<ByteStream> {
    return new Promise((resolve, reject) => {
      checkPort(port);
      const [to, address] = this.#resolve(from, host);
      const timeoutMs = this.#conditions.connectTimeoutMs;
      const source = to === from && isLoopback(address) ? LOOPBACK : from.address;
      if (source === null) throw networkError("ENETUNREACH");
      const local = { host: source, port: this.#freePort(from) };
      const target = { host: address, port };
      const stream = new SimulatedStream(life, local, target);
      const fail = (error: NetworkError): void => {
        if (attempt.isOver) return;
        attempt.isOver = true;
        life.holdings.delete(stream);
        this.#engine.cancel(timer);
        this.#engine.note(life.label, `cannot connect ${nameOf(local)} ${nameOf(target)} ${error.message}`);
        // Closes the local end, so that a late answer meets a reset.
        stream.abandon(false);
        life.rouse(() => reject(error));
      };
      const timer = life.schedule(1000 * timeoutMs, () => fail(networkError("ETIMEDOUT")), "alarm");
      const links = [this.link(from.name, to?.name ?? from.name), this.link(to?.name ?? from.name, from.name)] as const;
      const attempt: Attempt = { life, from, to: to ?? from, target, stream, links, fail, isOver: false };
      // Nobody has that address: nothing answers.
      if (to === null) return;
      stream.await(() => {
        attempt.isOver = true;
        this.#engine.cancel(timer);
        this.#engine.note(life.label, `connected ${nameOf(local)} ${nameOf(target)}`);
        life.rouse(() => resolve(stream));
      }, fail);
      this.#knock(attempt, links[0].delay());
    });
  }

  #knock(attempt: Attempt, delay: number): void {
    const [there] = attempt.links;
    this.#engine.schedule(
      delay,
      () => {
        if (attempt.isOver || attempt.stream.isGone) return QUIET;
        if (there.isBlocked) {
          there.hold(() => this.#knock(attempt, there.delay()));
          return QUIET;
        }
        return this.#answer(attempt);
      },
      there.label,
      "work",
    );
  }

  #answer(attempt: Attempt): unknown {
    const { to, target, links: [there] } = attempt;
    // Nobody has that address any more, or nobody gets the answer.
    if (!this.#isCurrent(attempt)) return QUIET;
    const listener = [...to.listeners].find(({ local }) => isFor(local, target));
    const lane = listener === undefined ? null : this.lane(attempt.life, listener.life);
    if (lane?.isBlocked) {
      lane.hold(() => this.#knock(attempt, lane.delay()));
      return QUIET;
    }
    if (listener === undefined || there.chance(there.conditions.refuseProbability)) {
      this.#refuse(attempt);
      return QUIET;
    }
    if (listener.isFull) {
      this.#knock(attempt, KNOCK_AGAIN_US);
      return QUIET;
    }
    this.#accept(attempt, listener);
    return undefined;
  }

  /** True while both hosts have the addresses by which one connects, or has connected, to the other. */
  #isCurrent({ from, to, stream, target }: Attempt): boolean {
    return has(from, stream.local.host) && has(to, target.host);
  }

  #refuse(attempt: Attempt): void {
    const [, back] = attempt.links;
    this.#engine.schedule(
      back.delay(),
      () => {
        if (!this.#isCurrent(attempt)) return QUIET;
        if (!back.isBlocked) return attempt.fail(networkError("ECONNREFUSED"));
        back.hold(() => this.#refuse(attempt));
        return QUIET;
      },
      back.label,
      "work",
    );
  }

  #accept(attempt: Attempt, listener: SimulatedListener): void {
    const { stream: near, target, links } = attempt;
    const { life } = listener;
    const far = new SimulatedStream(life, target, near.local);
    const random = links[0].forkRandom();
    const isCurrent = () => this.#isCurrent(attempt);
    const there = new Path(this.lane(attempt.life, life), isCurrent);
    const back = new Path(this.lane(life, attempt.life), isCurrent);
    SimulatedStream.join(this.#engine, [near, far], [there, back], random);
    this.#engine.note(life.label, `accepted ${nameOf(target)} ${nameOf(near.local)}`);
    const { lifetimeMeanMs } = links[0].conditions;
    const lifetimeMs = Number.isFinite(lifetimeMeanMs) ? random.exponential(lifetimeMeanMs) : null;
    this.#watch({ ends: [near, far], owners: [attempt.life.label, life.label] }, lifetimeMs);
    far.establish();
    listener.offer(far);
  }

  /** Keeps a connection in the list, and breaks it after its lifetime. */
  #watch(connection: Connection, lifetimeMs: number | null): void {
    const { ends, owners } = connection;
    const lose = (): void => this.#connections.lose(connection);
    const loss = lifetimeMs === null ? null : this.#engine.schedule(1000 * lifetimeMs, lose, "network", "alarm");
    this.#connections.add(connection);
    for (const [at, end] of ends.entries()) {
      end.onGone = () => {
        this.#engine.note(owners[at]!, `closed ${nameOf(end.local)} ${nameOf(end.remote)}`);
        this.#connections.endGone(connection);
        if (loss !== null && ends.every((other) => other.isGone)) this.#engine.cancel(loss);
      };
    }
  }

  /** Host and address that a name stands for, seen from a host; no host where nobody has the address. */
  #resolve(from: Station, host: string): readonly [Station | null, string] {
    if (isWildcard(host) || host === "localhost" || host === "::1") return [from, LOOPBACK];
    if (isLoopback(host)) return [from, host];
    const station = this.#find(host);
    if (station?.address) return [station, station.address];
    if (isIpv4(host)) return [null, host];
    throw networkError("EAI_NONAME");
  }

  #ownAddress(station: Station, host: string): string {
    if (isWildcard(host)) return "0.0.0.0";
    const [owner, address] = this.#resolve(station, host);
    if (owner !== station) throw networkError("EADDRNOTAVAIL");
    return address;
  }

  #find(host: string): Station | null {
    const named = this.#stations.get(host);
    if (named !== undefined) return named;
    for (const station of this.#stations.values()) if (station.address === host) return station;
    return null;
  }

  #freePort(station: Station): number {
    const taken = new Set(Array.from(station.listeners, ({ local }) => local.port));
    for (let tries = station.lastPort - EPHEMERAL_PORT_MIN; tries >= 0; tries--) {
      const port = station.nextPort;
      station.nextPort = port === station.lastPort ? EPHEMERAL_PORT_MIN : port + 1;
      if (!taken.has(port)) return port;
    }
    throw networkError("EADDRINUSE");
  }
}

/** The result of an operation as a promise, also of one that throws. */
function settled<T>(operation: () => T): Promise<T> {
  return new Promise((resolve) => resolve(operation()));
}

function holdersOn({ listeners }: Station, ports: ReadonlySet<number>): PortHolder[] {
  return [...listeners].filter(({ local }) => ports.has(local.port)).map(({ local, life }) => ({
    address: local.host,
    port: local.port,
    pid: life.pid,
    command: life.label,
  }));
}

function checkPort(port: number): void {
  if (Number.isInteger(port) && port >= 0 && port <= 65535) return;
  throw new NetworkError(`Invalid port (out of range): ${port}`);
}

/** True for an address by which a host is reached. */
function has(station: Station, address: string): boolean {
  return isLoopback(address) || station.address === address;
}

function isWildcard(host: string): boolean {
  return host === "0.0.0.0" || host === "::" || host === "";
}

function isLoopback(host: string): boolean {
  return host.startsWith("127.") && isIpv4(host);
}

function isIpv4(host: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(host);
}

function isConflict(a: Endpoint, b: Endpoint): boolean {
  return a.port === b.port && (a.host === b.host || isWildcard(a.host) || isWildcard(b.host));
}

function isFor(local: Endpoint, target: Endpoint): boolean {
  return local.port === target.port && (isWildcard(local.host) || local.host === target.host);
}
