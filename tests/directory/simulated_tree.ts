/**
 * Directories without sockets: cores connected by queues in virtual time. Addresses are rewritten at each connection as
 * a transport would, frames to further hops are relayed without a look at them, and connections can be cut on both
 * sides or on one. Latency is random, order within a connection is kept.
 */

import { TURN_UNITS } from "../../directory/chores.ts";
import { DirectoryCore, type DirectoryOptions } from "../../directory/core.ts";
import type { DirectoryEvent, Draw, Effect } from "../../directory/effects.ts";
import {
  Available,
  ClearPublished,
  ClearSubscribed,
  Delivered,
  DirectoryListing,
  Dropped,
  GetDirectory,
  NotPublished,
  NotSubscribed,
  PublishAs,
  Published,
  PublishedCleared,
  Subscribed,
  SubscribedCleared,
  SubscribeTo,
} from "../../directory/messages.ts";
import {
  type AddressValue as Address,
  HostPort,
  Instant,
  lastHop,
  localAddress,
  MessageBase,
  type MessageClass,
  type Scope,
} from "../../runtime/mod.ts";
import { Seeded } from "./seeded.ts";

const DIRECTORY = localAddress(16);
/** Turns that an answer may take. */
const ANSWER_TURNS_MAX = 10_000;

/** A message on its way to an address of a process. */
interface Parcel {
  readonly to: Address | null;
  readonly from: Address;
  readonly message: object;
}

/** One end of a connection. */
interface End {
  readonly process: Process;
  readonly proxy: Address;
  /** What the process takes the end of the connection for. */
  closedEvent: DirectoryEvent;
  isOpen: boolean;
  /** True once the process was told of the connection. */
  isAnnounced: boolean;
  other: End;
}

/** Something to be done at a moment; tasks of one moment keep their order. */
interface Task {
  readonly at: number;
  readonly order: number;
  readonly task: () => void;
}

function isBefore(one: Task, other: Task): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}

/** The whole: machines, processes, connections, and the time. */
export class SimulatedTree {
  readonly random: Seeded;
  now = 0;
  readonly processes = new Set<Process>();
  readonly #queue: Task[] = [];
  #order = 0;
  readonly #lanes = new Map<End, number>();
  readonly listeners = new Map<
    string,
    { process: Process; accept: (end: End, host: string) => DirectoryEvent; closed: (end: End) => DirectoryEvent }
  >();
  port = 40_000;
  /** Greatest latency of a message in milliseconds. */
  latency = 5;
  /** Units of work that directories do in one turn. */
  turnUnits = TURN_UNITS;
  readonly problems: string[] = [];
  /** Messages between processes, as text, when somebody wants to see them. */
  trace: ((line: string) => void) | null = null;
  frames = 0;

  constructor(seed: number) {
    this.random = new Seeded(seed);
  }

  at(delay: number, task: () => void): void {
    const queue = this.#queue;
    queue.push({ at: this.now + delay, order: ++this.#order, task });
    for (let child = queue.length - 1; child > 0;) {
      const parent = (child - 1) >> 1;
      if (isBefore(queue[parent]!, queue[child]!)) break;
      [queue[parent], queue[child]] = [queue[child]!, queue[parent]!];
      child = parent;
    }
  }

  /** Takes the first task out of the heap. */
  #next(): Task {
    const queue = this.#queue;
    const first = queue[0]!;
    const last = queue.pop()!;
    if (queue.length === 0) return first;
    queue[0] = last;
    for (let parent = 0;;) {
      const left = 2 * parent + 1;
      const right = left + 1;
      if (left >= queue.length) return first;
      const child = right < queue.length && isBefore(queue[right]!, queue[left]!) ? right : left;
      if (isBefore(queue[parent]!, queue[child]!)) return first;
      [queue[parent], queue[child]] = [queue[child]!, queue[parent]!];
      parent = child;
    }
  }

  /** Runs what is due within the next milliseconds. */
  run(milliseconds: number): void {
    const end = this.now + milliseconds;
    for (let next = this.#queue[0]; next !== undefined && next.at <= end; next = this.#queue[0]) {
      this.#next();
      this.now = next.at;
      next.task();
    }
    this.now = end;
  }

  /** Does something after a latency, and after all that was said before on the same lane. */
  later(end: End, task: () => void): void {
    const at = Math.max(this.now + this.random.float() * this.latency, this.#lanes.get(end) ?? 0);
    this.#lanes.set(end, at);
    this.at(at - this.now, task);
  }

  connect(
    process: Process,
    ipp: HostPort,
    made: (end: End) => DirectoryEvent,
    closed: (end: End) => DirectoryEvent,
  ): End | null {
    const host = ipp.host === process.machine ? "127.0.0.1" : ipp.host!;
    const machine = host.startsWith("127.") ? process.machine : host;
    const listener = this.listeners.get(`${machine}/${host.startsWith("127.") ? host : "0.0.0.0"}:${ipp.port}`) ??
      this.listeners.get(`${machine}/0.0.0.0:${ipp.port}`);
    if (listener === undefined || !listener.process.isAlive) return null;
    const source = host.startsWith("127.") ? "127.0.0.1" : process.machine;
    const [here, there] = [newEnd(process), newEnd(listener.process)];
    here.other = there;
    there.other = here;
    process.ends.set(here.proxy, here);
    listener.process.ends.set(there.proxy, there);
    there.closedEvent = listener.closed(there);
    here.closedEvent = closed(here);
    const announce = (end: End, event: () => DirectoryEvent) =>
      this.later(end, () => {
        if (!end.isOpen) return;
        end.isAnnounced = true;
        end.process.handle(event());
      });
    announce(there, () => listener.accept(there, source));
    announce(here, () => made(here));
    return here;
  }

  /** Ends a connection: this side knows at once, the other after a latency, or after `silence` milliseconds. */
  close(end: End, silence = 0): void {
    if (!end.isOpen) return;
    end.isOpen = false;
    const { other } = end;
    const tell = () => {
      this.later(other, () => {
        if (!other.isOpen || !other.isAnnounced) return;
        other.isOpen = false;
        other.process.ends.delete(other.proxy);
        other.process.handle(other.closedEvent);
      });
    };
    end.process.ends.delete(end.proxy);
    if (silence > 0) this.at(silence, tell);
    else tell();
  }

  /** Cuts the link of a process to its parent, as a network would. */
  cut(process: Process, silence = 0): void {
    for (const end of [...process.ends.values()]) {
      if (end.closedEvent.kind !== "parentClosed" || !end.isAnnounced) continue;
      this.close(end, silence);
      process.handle(end.closedEvent);
    }
  }

  /** Cuts all peer transports of a process. */
  cutPeers(process: Process): void {
    for (const end of [...process.ends.values()]) {
      const isPeer = end.closedEvent.kind === "transportClosed" || end.closedEvent.kind === "peerClosed";
      if (!isPeer || !end.isAnnounced) continue;
      this.close(end);
      process.handle(end.closedEvent);
    }
  }

  send(end: End, parcel: Parcel): void {
    if (!end.isOpen) return;
    this.frames++;
    const { other } = end;
    const message = rewritten(parcel.message, end.proxy, other.proxy) as object;
    const from = hop(parcel.from, end.proxy, other.proxy);
    this.trace?.(`${this.now.toFixed(1)} ${end.process.name} > ${other.process.name} ${message.constructor.name}`);
    this.later(other, () => {
      if (other.isOpen) other.process.deliver({ to: parcel.to, from, message });
    });
  }
}

function newEnd(process: Process): End {
  const proxy = localAddress(++process.addresses);
  const end = { process, proxy, isOpen: true, isAnnounced: false } as End;
  end.closedEvent = { kind: "childClosed", proxy };
  return end;
}

/** An address as the far end sees it. */
function hop(address: Address, here: Address, there: Address): Address {
  if (lastHop(address) !== here) return `${address},${there}` as Address;
  const comma = address.lastIndexOf(",");
  return (comma < 0 ? "0" : address.slice(0, comma)) as Address;
}

/** A copy of a message with all addresses as the far end sees them. */
function rewritten(value: unknown, here: Address, there: Address): unknown {
  if (Array.isArray(value)) return value.map((item) => rewritten(item, here, there));
  if (!(value instanceof MessageBase)) return value;
  const from = value as unknown as Record<string, unknown>;
  const type = value.constructor as unknown as MessageClass;
  const members = type.members.map(({ name, type: { kind } }) => {
    const held = from[name];
    const isAddress = (kind === "address" || kind === "target") && typeof held === "string";
    return [name, isAddress ? hop(held as Address, here, there) : rewritten(held, here, there)];
  });
  return new type(Object.fromEntries(members) as never);
}

/** An object of a process that publishes and subscribes, and checks what it is told. */
export class AppObject {
  readonly address: Address;
  readonly received: object[] = [];
  readonly published = new Map<string, Published>();
  readonly subscribed = new Map<string, Subscribed>();
  /** Sessions as a subscriber: subscription and name to the last Available. */
  readonly sessions = new Map<string, Available>();
  /** Sessions as a publisher: route, subscriber to Delivered. */
  readonly delivered = new Map<string, Delivered>();
  listing: DirectoryListing | null = null;
  availableCount = 0;
  droppedCount = 0;

  constructor(readonly process: Process, readonly name: string) {
    this.address = localAddress(++process.addresses);
    process.objects.set(this.address, this);
  }

  ask(message: object): void {
    this.process.handle({ kind: "received", message, from: this.address });
  }

  publish(name: string, scope: Scope = "HOST"): void {
    this.ask(new PublishAs({ name, scope, publisherAddress: this.address, encrypted: false }));
  }

  subscribe(search: string, scope: Scope = "HOST"): void {
    this.ask(new SubscribeTo({ search, scope, subscriberAddress: this.address }));
  }

  clearPublished({ name, scope, publishedId }: Published): void {
    this.published.delete(publishedId!);
    this.ask(new ClearPublished({ name, scope, publishedId, note: "test" }));
  }

  clearSubscribed({ search, scope, subscribedId }: Subscribed): void {
    this.subscribed.delete(subscribedId!);
    this.ask(new ClearSubscribed({ search, scope, subscribedId, note: "test" }));
  }

  /** The kinds of messages that this object got, in order. */
  kinds(): string[] {
    return this.received.map((message) => message.constructor.name);
  }

  receive(message: object, from: Address): void {
    this.received.push(message);
    const problem = this.#take(message, from);
    if (problem !== null) {
      this.process.tree.problems.push(`${this.process.name}/${this.name}: ${problem} (${message.constructor.name})`);
    }
  }

  #take(message: object, from: Address): string | null {
    if (message instanceof Published) this.published.set(message.publishedId!, message);
    else if (message instanceof Subscribed) this.subscribed.set(message.subscribedId!, message);
    else if (message instanceof Available) return this.#available(message, from);
    else if (message instanceof Delivered) return this.#delivered(message, from);
    else if (message instanceof Dropped) return this.#dropped(message, from);
    else if (message instanceof DirectoryListing) this.listing = message;
    else if (
      message instanceof NotPublished || message instanceof NotSubscribed || message instanceof PublishedCleared ||
      message instanceof SubscribedCleared
    ) return null;
    return null;
  }

  #available(message: Available, from: Address): string | null {
    this.availableCount++;
    const key = `${message.subscribedId} ${message.name}`;
    if (this.sessions.has(key)) return `second Available for "${message.name}"`;
    this.sessions.set(key, message);
    return from === message.publisherAddress ? null : "return address is not the publisher";
  }

  #delivered(message: Delivered, from: Address): string | null {
    const key = `${message.publishedId} ${message.routeId} ${message.subscriberAddress}`;
    if (this.delivered.has(key)) return `second Delivered for "${message.name}"`;
    this.delivered.set(key, message);
    return from === message.subscriberAddress ? null : "return address is not the subscriber";
  }

  #dropped(message: Dropped, from: Address): string | null {
    this.droppedCount++;
    if (from !== message.remoteAddress) return "return address is not the remote";
    const key = `${message.subscribedId} ${message.name}`;
    const available = this.sessions.get(key);
    if (available !== undefined && available.routeId === message.routeId && available.publisherAddress === from) {
      this.sessions.delete(key);
      return available.openedAt!.equals(message.openedAt!) ? null : "opened at another time";
    }
    const delivered = `${message.publishedId} ${message.routeId} ${from}`;
    return this.delivered.delete(delivered) ? null : `Dropped for "${message.name}" that was not there`;
  }
}

/** A process with a directory. */
export class Process {
  readonly core: DirectoryCore;
  readonly ends = new Map<Address, End>();
  readonly objects = new Map<Address, AppObject>();
  readonly #timers = new Map<string, number>();
  readonly #transports = new Map<number, End>();
  readonly #publicationPorts = new Map<string, string>();
  /** Connections of libraries. */
  readonly #watched = new Set<Address>();
  readonly logs: string[] = [];
  addresses = 16;
  isAlive = true;
  #timerCount = 0;
  readonly #draw: Draw;
  /** Ports that listeners refuse to be made at, for tests. */
  refusesListeners = false;
  #backlog: (() => void)[] | null = null;
  failed: string | null = null;
  /** Its machine's address towards others, as far as it has one. */
  primaryAddress: string | null;
  /** Connections whose other end reads nothing at the moment. */
  readonly slowReaders = new Set<Address>();
  /** Where its transports were to lead. */
  readonly transportHosts: (string | null)[] = [];

  constructor(
    readonly tree: SimulatedTree,
    readonly name: string,
    readonly machine: string,
    options: Partial<DirectoryOptions> & { readonly scope: Scope },
  ) {
    const { random } = tree;
    this.primaryAddress = machine;
    this.#draw = {
      uuid: () => random.uuid(),
      float: () => random.float(),
      wall: () => new Instant(BigInt(Math.round(tree.now * 1000))),
      primaryAddress: () => this.primaryAddress,
      primaryPrefixBits: () => 24,
      waitingBytes: (proxy) => this.slowReaders.has(proxy) ? Infinity : 0,
    };
    this.core = new DirectoryCore({
      address: DIRECTORY,
      connectTo: null,
      acceptAt: null,
      encrypted: false,
      uniqueId: random.uuid(),
      executable: name,
      turnUnits: tree.turnUnits,
      ...options,
    });
    tree.processes.add(this);
    this.handle({ kind: "started" });
  }

  get draw(): Draw {
    return this.#draw;
  }

  object(name: string): AppObject {
    return new AppObject(this, name);
  }

  /** Ends the process: every connection and listener with it. */
  kill(silence = 0): void {
    this.isAlive = false;
    this.tree.processes.delete(this);
    for (const [key, listener] of this.tree.listeners) if (listener.process === this) this.tree.listeners.delete(key);
    for (const end of [...this.ends.values()]) this.tree.close(end, silence);
  }

  /** Stops to act on anything, as a process that is stopped or starved. */
  freeze(): void {
    this.#backlog ??= [];
  }

  /** Acts on all that has come since {@link freeze}. */
  thaw(): void {
    const backlog = this.#backlog ?? [];
    this.#backlog = null;
    for (const task of backlog) task();
  }

  handle(event: DirectoryEvent): void {
    if (!this.isAlive) return;
    if (this.#backlog !== null) {
      this.#backlog.push(() => this.handle(event));
      return;
    }
    for (const effect of this.core.handle(event, this.tree.now, this.#draw)) this.#perform(effect);
  }

  /** Takes a parcel from a connection: for the directory, for an object, or for another hop. */
  deliver(parcel: Parcel): void {
    if (!this.isAlive) return;
    if (this.#backlog !== null) {
      this.#backlog.push(() => this.deliver(parcel));
      return;
    }
    const { message, from, to } = parcel;
    const isOfSession = message instanceof Delivered || message instanceof Dropped;
    const proxy = lastHop(from);
    if (to !== null && isOfSession && this.#watched.has(proxy)) {
      this.handle({ kind: "sessionSeen", proxy, message, publisher: to });
    }
    if (parcel.to === null || parcel.to === DIRECTORY) {
      this.handle({ kind: "received", message: parcel.message, from: parcel.from });
    } else this.send(parcel.to, parcel.message, parcel.from);
  }

  send(to: Address, message: object, from: Address): void {
    const object = this.objects.get(to);
    if (object !== undefined) {
      object.receive(message, from);
      return;
    }
    if (to === DIRECTORY) {
      this.handle({ kind: "received", message, from });
      return;
    }
    const end = this.ends.get(lastHop(to));
    const comma = to.lastIndexOf(",");
    if (end !== undefined) this.tree.send(end, { to: comma < 0 ? null : to.slice(0, comma) as Address, message, from });
  }

  #perform(effect: Effect): void {
    const { tree } = this;
    switch (effect.kind) {
      case "send":
        return this.send(effect.to, effect.message, effect.from ?? DIRECTORY);
      case "listen":
        return this.#listen(effect.ipp);
      case "connectParent":
        return this.#connectParent(effect.ipp);
      case "watchSessions":
        this.#watched.add(effect.proxy);
        return;
      case "closeChild":
      case "closePeer": {
        const end = this.ends.get(effect.proxy);
        if (end !== undefined) tree.close(end);
        return;
      }
      case "listenPublication":
        return this.#listenPublication(effect.publishedId, effect.host);
      case "stopPublication": {
        tree.listeners.delete(this.#publicationPorts.get(effect.publishedId) ?? "");
        this.#publicationPorts.set(effect.publishedId, "stopped");
        return;
      }
      case "connectTransport":
        return this.#connectTransport(effect.transport, effect.ipp);
      case "closeTransport": {
        const end = this.#transports.get(effect.transport);
        this.#transports.delete(effect.transport);
        if (end !== undefined) tree.close(end);
        return;
      }
      case "startTimer":
        return this.#startTimer(effect.timer, effect.milliseconds);
      case "cancelTimer":
        this.#timers.delete(effect.timer);
        return;
      case "again":
        return tree.at(0, () => this.handle({ kind: "again" }));
      case "log":
        this.logs.push(`${effect.level}: ${effect.text}`);
        return;
      case "fail":
        this.failed = effect.fault.toString();
    }
  }

  #startTimer(timer: string, milliseconds: number): void {
    const id = ++this.#timerCount;
    this.#timers.set(timer, id);
    this.tree.at(milliseconds, () => {
      if (this.#timers.get(timer) !== id) return;
      this.#timers.delete(timer);
      this.handle({ kind: "timerDue", timer });
    });
  }

  get timerCount(): number {
    return this.#timers.size;
  }

  #listen(ipp: HostPort): void {
    const port = ipp.port === 0 ? ++this.tree.port : ipp.port!;
    const key = `${this.machine}/${ipp.host}:${port}`;
    this.tree.at(0, () => {
      if (this.refusesListeners || this.tree.listeners.has(key)) {
        this.handle({ kind: "notListening", reason: "address in use" });
        return;
      }
      this.tree.listeners.set(key, {
        process: this,
        accept: (end, host) => ({ kind: "childAccepted", proxy: end.proxy, ipp: new HostPort(host, ++this.tree.port) }),
        closed: (end) => ({ kind: "childClosed", proxy: end.proxy }),
      });
      this.handle({ kind: "listening", ipp: new HostPort(ipp.host, port) });
    });
  }

  #connectParent(ipp: HostPort): void {
    this.tree.at(this.tree.random.float() * this.tree.latency, () => {
      if (!this.isAlive) return;
      const end = this.tree.connect(
        this,
        ipp,
        ({ proxy }) => ({ kind: "parentConnected", proxy }),
        () => ({ kind: "parentClosed", reason: "cut" }),
      );
      if (end === null) this.handle({ kind: "parentNotConnected", reason: "refused" });
    });
  }

  #listenPublication(publishedId: string, host: string): void {
    const port = ++this.tree.port;
    const key = `${this.machine}/${host}:${port}`;
    this.tree.at(this.tree.random.float() * 2, () => {
      if (!this.isAlive || this.#publicationPorts.get(publishedId) === "stopped") return;
      if (this.refusesListeners) {
        this.handle({ kind: "publicationNotListening", publishedId, reason: "no ports" });
        return;
      }
      this.#publicationPorts.set(publishedId, key);
      this.tree.listeners.set(key, {
        process: this,
        accept: (end) => ({ kind: "peerAccepted", publishedId, proxy: end.proxy }),
        closed: (end) => ({ kind: "peerClosed", proxy: end.proxy }),
      });
      this.handle({ kind: "publicationListening", publishedId, ipp: new HostPort(host, port) });
    });
  }

  #connectTransport(transport: number, ipp: HostPort): void {
    this.transportHosts.push(ipp.host);
    this.tree.at(this.tree.random.float() * this.tree.latency, () => {
      if (!this.isAlive) return;
      const end = this.tree.connect(
        this,
        ipp,
        ({ proxy }) => ({ kind: "transportConnected", transport, proxy }),
        () => ({ kind: "transportClosed", transport, reason: "cut" }),
      );
      if (end === null) this.handle({ kind: "transportNotConnected", transport, reason: "refused" });
      else this.#transports.set(transport, end);
    });
  }

  /** All that the directory says it knows. */
  report(): DirectoryListing {
    return this.answer(new GetDirectory());
  }

  /** What the directory answers to a question, however many turns it takes. */
  answer(message: GetDirectory): DirectoryListing {
    const from = localAddress(1);
    let event: DirectoryEvent = { kind: "received", message, from };
    for (let turn = 0; turn < ANSWER_TURNS_MAX; turn++) {
      let answer: DirectoryListing | null = null;
      for (const effect of this.core.handle(event, this.tree.now, this.#draw)) {
        if (effect.kind === "send" && effect.to === from && effect.message instanceof DirectoryListing) {
          answer = effect.message;
        } else this.#perform(effect);
      }
      if (answer !== null) return answer;
      event = { kind: "again" };
    }
    throw new Error("no listing");
  }
}
