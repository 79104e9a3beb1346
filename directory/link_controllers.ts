/**
 * The sockets of a directory. Each listener and each connection has a controller of its own, a small receiver that turns
 * what the transport says into an event of the core, and what the far end sends to its default target into a message.
 *
 * The far end can send whatever it likes, also what looks like a notification of the transport. So a notification
 * counts only if it holds the very request object that was made here, or tells the end of a proxy that is gone indeed.
 */

import {
  Accepted,
  attachNetwork,
  Close,
  Closed,
  Connected,
  ConnectStream,
  ListenForStream,
  Listening,
  NotConnected,
  NotListening,
} from "../net/mod.ts";
import { type AddressValue as Address, type Faulted, HostPort, type Kernel } from "../runtime/mod.ts";
import { SILENT_CONNECTION_MS } from "./bounds.ts";
import type { DirectoryEvent, Effect } from "./effects.ts";
import { Delivered, Dropped } from "./messages.ts";
import { neighbourhoodOf } from "./parent_address.ts";

/** Takes an event, in the turn of the directory. */
export type PostEvent = (event: DirectoryEvent) => void;

/** A kind of effect that concerns sockets. */
type SocketEffect = Extract<
  Effect,
  {
    readonly kind:
      | "listen"
      | "connectParent"
      | "closeChild"
      | "watchSessions"
      | "listenPublication"
      | "stopPublication"
      | "closePeer"
      | "connectTransport"
      | "closeTransport";
  }
>;

/** What is known of a publication's listener. */
interface PublicationListener {
  readonly controller: Address;
  readonly lid: string;
  readonly peers: Set<Address>;
  /** True once the transport has answered. */
  isSettled: boolean;
  isStopped: boolean;
}

/** What an outgoing connection is made with. */
interface ConnectEffect {
  readonly ipp: HostPort;
  readonly encrypted: boolean;
  readonly keepAlive: boolean;
}

/** What is known of a connection that this directory makes. */
interface OutgoingLink {
  readonly controller: Address;
  readonly request: ConnectStream;
  proxy: Address | null;
  isClosing: boolean;
}

/** Carries out the effects that concern sockets. */
export class LinkControllers {
  readonly #kernel: Kernel;
  readonly #directory: Address;
  readonly #post: PostEvent;
  readonly #publications = new Map<string, PublicationListener>();
  readonly #transports = new Map<number, OutgoingLink>();
  readonly #lids = new Set<string>();
  /** Every open connection, so that the end of the directory ends them. */
  readonly #proxies = new Set<Address>();
  /** Accepted from other machines since the last look at them, and before it. */
  #newcomers = new Set<Address>();
  #probed = new Set<Address>();
  #probeTimer: ReturnType<Kernel["after"]> | null = null;
  #isOver = false;

  constructor(kernel: Kernel, directory: Address, post: PostEvent) {
    this.#kernel = kernel;
    this.#directory = directory;
    this.#post = post;
  }

  perform(effect: SocketEffect): void {
    switch (effect.kind) {
      case "listen":
        return this.#listen(effect.ipp, effect.encrypted);
      case "connectParent":
        return this.#connectParent(effect);
      case "watchSessions":
        return this.#watchSessions(effect.proxy);
      case "closeChild":
      case "closePeer":
        return this.#close(effect.proxy);
      case "listenPublication":
        return this.#listenPublication(effect.publishedId, new HostPort(effect.host, 0), effect.encrypted);
      case "stopPublication":
        return this.#stopPublication(effect.publishedId);
      case "connectTransport":
        return this.#connectTransport(effect.transport, effect);
      case "closeTransport":
        return this.#closeTransport(effect.transport);
    }
  }

  /** Ends every listener and connection, also those that are just being made. */
  closeAll(): void {
    this.#isOver = true;
    for (const lid of this.#lids) attachNetwork(this.#kernel).stopListening(lid, this.#directory);
    for (const proxy of this.#proxies) this.#close(proxy);
    for (const link of this.#transports.values()) link.isClosing = true;
    for (const listener of this.#publications.values()) listener.isStopped = true;
    if (this.#probeTimer !== null) this.#kernel.cancelTimer(this.#probeTimer);
    this.#probeTimer = null;
  }

  /** A controller that translates what it knows; anything else is a message for the directory. */
  #controller(translate: (message: unknown, from: Address) => DirectoryEvent | "nothing" | null): Address {
    return this.#kernel.register({
      deliver: (message, _to, from) => {
        const event = translate(message, from);
        if (event === "nothing") return;
        if (event !== null) this.#post(event);
        else if (typeof message === "object" && message !== null) this.#post({ kind: "received", message, from });
      },
    });
  }

  #close(proxy: Address): void {
    this.#kernel.send(new Close(), proxy, this.#directory);
  }

  #opened(proxy: Address): void {
    this.#proxies.add(proxy);
    if (this.#isOver) this.#close(proxy);
  }

  /**
   * A connection that was accepted. Whoever connects from another machine asks to be watched at once; if nothing ever
   * comes, that machine went away just then, and nobody else would notice.
   */
  #accepted(proxy: Address, remote: HostPort): void {
    this.#opened(proxy);
    if (this.#isOver || neighbourhoodOf(remote.host ?? "") === "loopback") return;
    this.#newcomers.add(proxy);
    this.#probeTimer ??= this.#kernel.after(SILENT_CONNECTION_MS, () => this.#probe());
  }

  /** Closes those that have said nothing since the time before last; once for all, as there may be many. */
  #probe(): void {
    this.#probeTimer = null;
    for (const { proxy, framesIn, encrypted } of attachNetwork(this.#kernel).transports) {
      // The first frame of an encrypted connection is a key, and no word yet.
      const isSilent = framesIn <= (encrypted ? 1 : 0);
      if (isSilent && this.#probed.has(proxy) && this.#proxies.has(proxy)) this.#close(proxy);
    }
    this.#probed = this.#newcomers;
    this.#newcomers = new Set();
    if (this.#probed.size > 0) this.#probeTimer = this.#kernel.after(SILENT_CONNECTION_MS, () => this.#probe());
  }

  // Children.

  #listen(ipp: HostPort, encrypted: boolean): void {
    const request = this.#listenRequest(ipp, encrypted);
    const children = new Set<Address>();
    let isOver = false;
    // A port that is closed, or could not be had, needs its controller as long as connections from there live on.
    const forgetIfOver = () => {
      if (isOver && children.size === 0) this.#kernel.unregister(controller);
    };
    const controller = this.#controller((message, from) => {
      if (isListening(message, request)) {
        if (this.#isOver) attachNetwork(this.#kernel).stopListening(request.lid!, controller);
        return { kind: "listening", ipp: message.listeningIpp };
      }
      if (isAccepted(message, request)) {
        this.#accepted(from, message.openedIpp);
        children.add(from);
        return { kind: "childAccepted", proxy: from, ipp: message.openedIpp };
      }
      if (this.#isEnd(message, from)) {
        children.delete(from);
        forgetIfOver();
        return this.#closed(from, { kind: "childClosed", proxy: from });
      }
      if (!isNotListening(message, request)) return null;
      isOver = true;
      this.#lids.delete(request.lid!);
      forgetIfOver();
      return { kind: "notListening", reason: reasonOf(message) };
    });
    attachNetwork(this.#kernel).listen(request, controller);
  }

  #watchSessions(proxy: Address): void {
    attachNetwork(this.#kernel).observe(proxy, (message, publisher) => {
      if (!(message instanceof Delivered || message instanceof Dropped)) return;
      this.#post({ kind: "sessionSeen", proxy, message, publisher });
    });
  }

  #listenRequest(ipp: HostPort, encrypted: boolean): ListenForStream {
    const lid = this.#kernel.world.random.uuid();
    this.#lids.add(lid);
    return new ListenForStream({ lid, requestedIpp: ipp, encrypted });
  }

  #closed(proxy: Address, event: DirectoryEvent): DirectoryEvent {
    this.#proxies.delete(proxy);
    return event;
  }

  // The parent.

  #connectParent(effect: ConnectEffect): void {
    const request = connectRequest(effect);
    const controller = this.#controller((message, from) => {
      if (isConnected(message, request)) {
        this.#opened(from);
        return { kind: "parentConnected", proxy: from, remote: attachNetwork(this.#kernel).remoteOf(from) };
      }
      if (this.#isEnd(message, from)) {
        this.#kernel.unregister(controller);
        return this.#closed(from, { kind: "parentClosed", reason: message.note ?? message.reason });
      }
      if (!isNotConnected(message, request)) return null;
      this.#kernel.unregister(controller);
      return { kind: "parentNotConnected", reason: reasonOf(message) };
    });
    attachNetwork(this.#kernel).connect(request, controller);
  }

  // Sessions, at the publisher's end.

  #listenPublication(publishedId: string, ipp: HostPort, encrypted: boolean): void {
    const request = this.#listenRequest(ipp, encrypted);
    const controller = this.#controller((message, from) => {
      if (isListening(message, request)) return this.#publicationListening(publishedId, request, message.listeningIpp);
      if (isAccepted(message, request)) return this.#peerAccepted(publishedId, from, message.openedIpp);
      if (this.#isEnd(message, from)) return this.#peerClosed(publishedId, from);
      if (isNotListening(message, request)) return this.#publicationNotListening(publishedId, reasonOf(message));
      return null;
    });
    const lid = request.lid!;
    this.#publications.set(publishedId, { controller, lid, peers: new Set(), isSettled: false, isStopped: false });
    attachNetwork(this.#kernel).listen(request, controller);
  }

  #publicationListening(publishedId: string, request: ListenForStream, ipp: HostPort): DirectoryEvent | "nothing" {
    const listener = this.#publications.get(publishedId);
    if (listener === undefined) return "nothing";
    listener.isSettled = true;
    if (!listener.isStopped) return { kind: "publicationListening", publishedId, ipp };
    // It was stopped before the port was open.
    attachNetwork(this.#kernel).stopListening(request.lid!, this.#directory);
    return "nothing";
  }

  #publicationNotListening(publishedId: string, reason: string): DirectoryEvent | "nothing" {
    const listener = this.#publications.get(publishedId);
    if (listener === undefined) return "nothing";
    const wasStopped = listener.isStopped;
    listener.isSettled = listener.isStopped = true;
    this.#lids.delete(listener.lid);
    this.#forgetStopped(publishedId);
    return wasStopped ? "nothing" : { kind: "publicationNotListening", publishedId, reason };
  }

  #peerAccepted(publishedId: string, proxy: Address, remote: HostPort): DirectoryEvent | "nothing" {
    const listener = this.#publications.get(publishedId);
    this.#accepted(proxy, remote);
    listener?.peers.add(proxy);
    if (listener === undefined || listener.isStopped) {
      this.#close(proxy);
      return "nothing";
    }
    return { kind: "peerAccepted", publishedId, proxy };
  }

  #peerClosed(publishedId: string, proxy: Address): DirectoryEvent {
    const listener = this.#publications.get(publishedId);
    listener?.peers.delete(proxy);
    this.#forgetStopped(publishedId);
    return this.#closed(proxy, { kind: "peerClosed", proxy });
  }

  #stopPublication(publishedId: string): void {
    const listener = this.#publications.get(publishedId);
    if (listener === undefined) return;
    listener.isStopped = true;
    this.#lids.delete(listener.lid);
    if (listener.isSettled) attachNetwork(this.#kernel).stopListening(listener.lid, listener.controller);
  }

  /** A listener that was stopped is needed until its port is closed and the last of its connections has ended. */
  #forgetStopped(publishedId: string): void {
    const listener = this.#publications.get(publishedId);
    if (listener === undefined || !listener.isStopped || !listener.isSettled || listener.peers.size > 0) return;
    this.#kernel.unregister(listener.controller);
    this.#publications.delete(publishedId);
  }

  // Sessions, at the subscriber's end.

  #connectTransport(transport: number, effect: ConnectEffect): void {
    const request = connectRequest(effect);
    const controller = this.#controller((message, from) => this.#onTransport(transport, message, from));
    this.#transports.set(transport, { controller, request, proxy: null, isClosing: false });
    attachNetwork(this.#kernel).connect(request, controller);
  }

  #onTransport(transport: number, message: unknown, from: Address): DirectoryEvent | "nothing" | null {
    const link = this.#transports.get(transport);
    if (link === undefined) return "nothing";
    if (isConnected(message, link.request)) {
      link.proxy = from;
      this.#opened(from);
      if (link.isClosing) {
        this.#close(from);
        return "nothing";
      }
      return { kind: "transportConnected", transport, proxy: from, connected: message };
    }
    if (this.#isEnd(message, from)) {
      this.#forgetTransport(transport, link);
      return this.#closed(from, { kind: "transportClosed", transport, reason: message.note ?? message.reason });
    }
    if (!isNotConnected(message, link.request)) return null;
    this.#forgetTransport(transport, link);
    return { kind: "transportNotConnected", transport, reason: reasonOf(message) };
  }

  #forgetTransport(transport: number, link: OutgoingLink): void {
    this.#kernel.unregister(link.controller);
    this.#transports.delete(transport);
  }

  #closeTransport(transport: number): void {
    const link = this.#transports.get(transport);
    if (link === undefined) return;
    link.isClosing = true;
    if (link.proxy !== null) this.#close(link.proxy);
  }

  /** True for the end of a connection that was open here and is no more. */
  #isEnd(message: unknown, proxy: Address): message is Closed {
    return message instanceof Closed && this.#proxies.has(proxy) && this.#kernel.receiverAt(proxy) === undefined;
  }
}

function connectRequest({ ipp, encrypted, keepAlive }: ConnectEffect): ConnectStream {
  return new ConnectStream({ requestedIpp: ipp, encrypted, keepAlive });
}

function isListening(message: unknown, request: ListenForStream): message is Listening {
  return message instanceof Listening && message.request === request;
}

function isAccepted(message: unknown, request: ListenForStream): message is Accepted {
  return message instanceof Accepted && message.listening.request === request;
}

function isNotListening(message: unknown, request: ListenForStream): message is NotListening {
  return message instanceof NotListening && message.request === request;
}

function isConnected(message: unknown, request: ConnectStream): message is Connected {
  return message instanceof Connected && message.request === request;
}

function isNotConnected(message: unknown, request: ConnectStream): message is NotConnected {
  return message instanceof NotConnected && message.request === request;
}

function reasonOf(fault: Faulted): string {
  return fault.explanation ?? fault.condition;
}
