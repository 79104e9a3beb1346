// This module performs no I/O.

/**
 * The subscriber's side of sessions: transports to publications, and the loops that they carry.
 *
 * Loops of different subscriber objects share a transport to the same place; loops of one object never do, as the original
 * tells loops of a transport apart by that object alone. Requests of a transport are answered in their order. CloseLoop is
 * sent once, after LoopOpened, and never into a closed transport, since the original's listener would end by it.
 */

import type { AddressValue as Address, HostPort, Scope } from "../../runtime/mod.ts";
import { HANDOVER_MS, IDLE_TRANSPORT_MS, LOOP_ANSWER_MS, TRANSPORT_CONNECT_MS } from "../bounds.ts";
import { isBehind } from "../checks.ts";
import type { Effects, Moment } from "../effects.ts";
import { CloseLoop, LoopClosed, type LoopOpened, OpenLoop } from "../messages.ts";
import { neighbourhoodOf } from "../parent_address.ts";

/** What a loop is asked for with. */
export interface LoopRequest {
  readonly name: string;
  readonly scope: Scope;
  readonly routeId: string;
  readonly subscribedId: string;
  readonly publishedId: string;
  readonly subscriberAddress: Address;
}

/** Hears how a loop is getting on. */
export interface LoopUser {
  /** The transport is there: the loop can be opened. */
  loopReady(loop: Loop): void;
  loopOpened(loop: Loop, moment: Moment): void;
  /** It never was open, and will not be. */
  loopFailed(loop: Loop, reason: string, moment: Moment): void;
  /** It was open, and nobody here closed it. */
  loopLost(loop: Loop, reason: string, moment: Moment): void;
  /** It was open and was closed from here; confirmed, or no longer to be expected. */
  loopClosed(loop: Loop, moment: Moment): void;
}

type LoopState = "connecting" | "ready" | "opening" | "abandoned" | "open" | "retiring" | "closing" | "over";

/** One session with a publication, over a transport. */
export interface Loop {
  readonly id: number;
  readonly request: LoopRequest;
  readonly transport: Transport;
  state: LoopState;
  /** Null once nobody cares. */
  user: LoopUser | null;
  /** The publisher, as seen from here, once the loop is open. */
  publisher: Address | null;
}

/** A connection to the listener of a publication. */
export interface Transport {
  readonly id: number;
  readonly key: string;
  readonly loops: Set<Loop>;
  /** Loops with an unanswered request, in the order of asking. */
  readonly awaiting: Loop[];
  /** Null until connected. */
  proxy: Address | null;
  /** What the transport's connection is shown as in listings. */
  connected: object | null;
  /** True for one that left a request unanswered: it gets no new loops. */
  isRetired: boolean;
}

/** The transports of one process to publications of others. */
export class Transports {
  readonly #effects: Effects;
  readonly #byId = new Map<number, Transport>();
  readonly #byProxy = new Map<Address, Transport>();
  readonly #byKey = new Map<string, Set<Transport>>();
  readonly #loops = new Map<number, Loop>();
  #count = 0;

  constructor(effects: Effects) {
    this.#effects = effects;
  }

  /** How many transports there are, connecting ones included. */
  get size(): number {
    return this.#byId.size;
  }

  /** True for the proxy of a transport. */
  has(proxy: Address): boolean {
    return this.#byProxy.has(proxy);
  }

  /** A loop to be opened at this address. It is ready at once, or its user hears when it is, or that it failed. */
  request(request: LoopRequest, to: { ipp: HostPort; encrypted: boolean; user: LoopUser }): Loop {
    const transport = this.#transportFor(request.subscriberAddress, to.ipp, to.encrypted);
    const state = transport.proxy === null ? "connecting" : "ready";
    const loop: Loop = { id: ++this.#count, request, transport, state, user: to.user, publisher: null };
    if (transport.proxy !== null && transport.loops.size === 0) this.#effects.cancelTimer(transportTimer(transport));
    transport.loops.add(loop);
    this.#loops.set(loop.id, loop);
    return loop;
  }

  #transportFor(subscriber: Address, ipp: HostPort, encrypted: boolean): Transport {
    const key = `${ipp.host}:${ipp.port}/${encrypted}`;
    const others = this.#byKey.get(key) ?? new Set();
    for (const transport of others) {
      if (!transport.isRetired && !carries(transport, subscriber)) return transport;
    }
    const id = ++this.#count;
    const transport: Transport = {
      id,
      key,
      loops: new Set(),
      awaiting: [],
      proxy: null,
      connected: null,
      isRetired: false,
    };
    this.#byKey.set(key, others.add(transport));
    this.#byId.set(id, transport);
    const keepAlive = neighbourhoodOf(ipp.host ?? "") !== "loopback";
    this.#effects.add({ kind: "connectTransport", transport: id, ipp, encrypted, keepAlive });
    this.#effects.startTimer(transportTimer(transport), TRANSPORT_CONNECT_MS);
    return transport;
  }

  /** Asks the publisher's process for the session. */
  open(loop: Loop): void {
    if (loop.state !== "ready") return;
    loop.state = "opening";
    this.#ask(loop, new OpenLoop(loop.request));
  }

  #ask(loop: Loop, message: OpenLoop | CloseLoop): void {
    loop.transport.awaiting.push(loop);
    this.#effects.send(loop.transport.proxy!, message);
    this.#effects.startTimer(loopTimer(loop), LOOP_ANSWER_MS);
  }

  /** Gives up a loop in whatever state it is; its user hears `loopClosed` if it was open, else nothing. */
  close(loop: Loop): void {
    switch (loop.state) {
      case "connecting":
      case "ready":
        this.#end(loop);
        this.#leave(loop.transport);
        break;
      case "opening":
        // To be closed once it is open: closing what is not open yet would end the original's listener.
        loop.state = "abandoned";
        loop.user = null;
        break;
      case "open":
      case "retiring":
        loop.state = "closing";
        this.#ask(loop, new CloseLoop(loop.request));
        break;
    }
  }

  /** Closes an open loop after a while, for the sake of what is under way over it. Its user hears nothing further. */
  retire(loop: Loop): void {
    if (loop.state !== "open") return this.close(loop);
    loop.state = "retiring";
    loop.user = null;
    this.#effects.startTimer(loopTimer(loop), HANDOVER_MS);
  }

  /** Takes LoopOpened or LoopClosed. */
  answered(proxy: Address, message: LoopOpened | LoopClosed, moment: Moment): void {
    const transport = this.#byProxy.get(proxy);
    const loop = transport?.awaiting.shift();
    if (transport === undefined || loop === undefined) {
      this.#effects.log("warning", "Ignored an answer about a session that was not asked for");
      return;
    }
    this.#effects.cancelTimer(loopTimer(loop));
    const isExpected = (loop.state === "closing") === (message instanceof LoopClosed);
    if (!isExpected) this.#shut(transport, "unexpected answer about a session", moment);
    else if (message instanceof LoopClosed) this.#closed(loop, moment);
    else if (!isBehind(message.publisherAddress, proxy)) this.#shut(transport, "publisher without an address", moment);
    else this.#opened(loop, message.publisherAddress, moment);
  }

  #opened(loop: Loop, publisher: Address, moment: Moment): void {
    const isWanted = loop.state === "opening";
    loop.state = "open";
    loop.publisher = publisher;
    if (isWanted) loop.user?.loopOpened(loop, moment);
    else this.close(loop);
  }

  #closed(loop: Loop, moment: Moment): void {
    const { user, transport } = loop;
    this.#end(loop);
    this.#leave(transport);
    user?.loopClosed(loop, moment);
  }

  connected(id: number, proxy: Address, connected: object | null): void {
    const transport = this.#byId.get(id);
    if (transport === undefined || transport.proxy !== null) return;
    transport.proxy = proxy;
    transport.connected = connected;
    this.#byProxy.set(proxy, transport);
    this.#effects.cancelTimer(transportTimer(transport));
    const loops = [...transport.loops];
    for (const loop of loops) loop.state = "ready";
    for (const loop of loops) if (loop.state === "ready") loop.user?.loopReady(loop);
  }

  /** The transport could not be connected, or its connection has ended. */
  ended(id: number, reason: string, moment: Moment): void {
    const transport = this.#byId.get(id);
    if (transport !== undefined) this.#forget(transport, reason, moment);
  }

  /** True when the timer was one of these. */
  timerDue(timer: string, moment: Moment): boolean {
    const [kind, number] = timer.split(":");
    if (kind === "transport") {
      const transport = this.#byId.get(Number(number));
      if (transport !== undefined) {
        this.#shut(transport, transport.proxy === null ? "no connection in time" : "idle", moment);
      }
      return true;
    }
    if (kind !== "loop") return false;
    const loop = this.#loops.get(Number(number));
    if (loop?.state === "retiring") this.close(loop);
    else if (loop !== undefined) this.#unanswered(loop, moment);
    return true;
  }

  /** A request was not answered in time. Others on the same transport may be well, and keep it. */
  #unanswered(loop: Loop, moment: Moment): void {
    const { transport, user, state } = loop;
    transport.isRetired = true;
    const isShared = [...transport.loops].some((other) => other !== loop && other.state === "open");
    if (!isShared) {
      this.#shut(transport, "no answer about a session in time", moment);
    } else if (state === "closing") {
      this.#end(loop);
      user?.loopClosed(loop, moment);
    } else if (state === "opening") {
      // An answer that comes late still finds it, and closes it.
      loop.state = "abandoned";
      loop.user = null;
      user?.loopFailed(loop, "no answer in time", moment);
    }
  }

  #shut(transport: Transport, reason: string, moment: Moment): void {
    this.#effects.add({ kind: "closeTransport", transport: transport.id });
    this.#forget(transport, reason, moment);
  }

  #forget(transport: Transport, reason: string, moment: Moment): void {
    this.#effects.cancelTimer(transportTimer(transport));
    this.#byId.delete(transport.id);
    if (transport.proxy !== null) this.#byProxy.delete(transport.proxy);
    const others = this.#byKey.get(transport.key);
    others?.delete(transport);
    if (others?.size === 0) this.#byKey.delete(transport.key);
    transport.awaiting.length = 0;
    const ended = [...transport.loops].map((loop) => ({ loop, state: loop.state, user: loop.user }));
    for (const { loop } of ended) {
      this.#effects.cancelTimer(loopTimer(loop));
      this.#end(loop);
    }
    for (const { loop, state, user } of ended) {
      if (state === "open") user?.loopLost(loop, reason, moment);
      else if (state === "closing") user?.loopClosed(loop, moment);
      else user?.loopFailed(loop, reason, moment);
    }
  }

  #end(loop: Loop): void {
    loop.state = "over";
    loop.user = null;
    loop.transport.loops.delete(loop);
    this.#loops.delete(loop.id);
  }

  /** A transport that carries nothing any more is kept for a while, or not even connected. */
  #leave(transport: Transport): void {
    if (!this.#byId.has(transport.id) || isInUse(transport)) return;
    if (transport.proxy !== null && !transport.isRetired) {
      this.#effects.startTimer(transportTimer(transport), IDLE_TRANSPORT_MS);
      return;
    }
    for (const loop of [...transport.loops]) this.#end(loop);
    this.#effects.cancelTimer(transportTimer(transport));
    this.#effects.add({ kind: "closeTransport", transport: transport.id });
    this.#byId.delete(transport.id);
    if (transport.proxy !== null) this.#byProxy.delete(transport.proxy);
    const others = this.#byKey.get(transport.key);
    others?.delete(transport);
    if (others?.size === 0) this.#byKey.delete(transport.key);
  }
}

/** Loops that nobody wants keep a transport only while an answer may still come. */
function isInUse(transport: Transport): boolean {
  for (const loop of transport.loops) if (loop.state !== "abandoned" || !transport.isRetired) return true;
  return false;
}

function carries(transport: Transport, subscriber: Address): boolean {
  for (const loop of transport.loops) if (loop.request.subscriberAddress === subscriber) return true;
  return false;
}

function transportTimer(transport: Transport): string {
  return `transport:${transport.id}`;
}

function loopTimer(loop: Loop): string {
  return `loop:${loop.id}`;
}
