// This module performs no I/O.

/**
 * The publisher's side of sessions: who has opened which, over which connection. A publisher hears Delivered before the
 * subscriber's process hears that the session is open, and Dropped exactly once for each Delivered.
 */

import type { AddressValue as Address, Instant } from "../../runtime/mod.ts";
import { LOOPS_PER_PEER_MAX, MALFORMED_MESSAGES_MAX } from "../bounds.ts";
import { loopProblem } from "../checks.ts";
import type { Effects, Moment } from "../effects.ts";
import { CloseLoop, Delivered, Dropped, LoopClosed, LoopOpened, OpenLoop } from "../messages.ts";

/** A publication of this process with a listener. */
interface Offer {
  readonly publishedId: string;
  readonly name: string;
  readonly publisher: Address;
  readonly peers: Set<Peer>;
}

/** What is published, and how it is reached. */
export interface NewOffer {
  readonly name: string;
  readonly publisher: Address;
  /** Where to listen, at any port. */
  readonly host: string;
  readonly encrypted: boolean;
}

/** A connection from the process of subscribers. */
interface Peer {
  readonly proxy: Address;
  readonly offer: Offer;
  /** By subscriber and route: the original tells loops apart by the subscriber alone, which two routes may share. */
  readonly loops: Map<string, { readonly request: OpenLoop; readonly openedAt: Instant }>;
  malformed: number;
}

/** The publications of one process and their sessions over transports. */
export class PublisherHome {
  readonly #effects: Effects;
  readonly #offers = new Map<string, Offer>();
  readonly #peers = new Map<Address, Peer>();

  constructor(effects: Effects) {
    this.#effects = effects;
  }

  /** How many connections there are for all publications. */
  get peerCount(): number {
    return this.#peers.size;
  }

  /** True for the proxy of a connection to a publication. */
  has(proxy: Address): boolean {
    return this.#peers.has(proxy);
  }

  /** Begins to listen for a publication. */
  add(publishedId: string, { name, publisher, host, encrypted }: NewOffer): void {
    this.#offers.set(publishedId, { publishedId, name, publisher, peers: new Set() });
    this.#effects.add({ kind: "listenPublication", publishedId, host, encrypted });
  }

  /** Ends a publication: its listener, its connections and its sessions. */
  remove(publishedId: string): void {
    const offer = this.#offers.get(publishedId);
    if (offer === undefined) return;
    this.#offers.delete(publishedId);
    this.#effects.add({ kind: "stopPublication", publishedId });
    for (const peer of offer.peers) {
      this.#effects.add({ kind: "closePeer", proxy: peer.proxy });
      this.closed(peer.proxy);
    }
  }

  /** A listener could not be had. */
  failed(publishedId: string): void {
    this.#offers.delete(publishedId);
  }

  /** A connection from subscribers. */
  accepted(publishedId: string, proxy: Address): void {
    const offer = this.#offers.get(publishedId);
    if (offer === undefined) {
      this.#effects.add({ kind: "closePeer", proxy });
      return;
    }
    const peer: Peer = { proxy, offer, loops: new Map(), malformed: 0 };
    offer.peers.add(peer);
    this.#peers.set(proxy, peer);
  }

  /** A connection is closed, and with it all of its sessions. */
  closed(proxy: Address): void {
    const peer = this.#peers.get(proxy);
    if (peer === undefined) return;
    this.#peers.delete(proxy);
    peer.offer.peers.delete(peer);
    for (const { request, openedAt } of peer.loops.values()) this.#dropped(peer, request, openedAt);
  }

  /** Takes OpenLoop and CloseLoop, and counts anything else against the connection. */
  received(proxy: Address, message: object, from: Address, moment: Moment): void {
    const peer = this.#peers.get(proxy);
    if (peer === undefined) return;
    const isLoop = message instanceof OpenLoop || message instanceof CloseLoop;
    const problem = isLoop ? loopProblem(message, proxy) : `unexpected ${message.constructor.name}`;
    if (problem !== null) this.#refuse(peer, problem);
    else if (message instanceof OpenLoop) this.#open(peer, message, from, moment);
    else if (message instanceof CloseLoop) this.#close(peer, message, from);
  }

  #open(peer: Peer, request: OpenLoop, from: Address, moment: Moment): void {
    const { publishedId, name, publisher } = peer.offer;
    if (request.name !== name) return this.#turnAway(peer, request);
    const key = keyOf(request);
    if (!peer.loops.has(key)) {
      if (peer.loops.size >= LOOPS_PER_PEER_MAX) {
        this.#effects.log(
          "warning",
          `Ignored a session with "${request.name}": ${LOOPS_PER_PEER_MAX} on one connection`,
        );
        return;
      }
      if (request.publishedId !== publishedId) {
        this.#effects.log("trace", `Session with "${request.name}" was opened by an id that is out of date`);
      }
      const openedAt = moment.draw.wall();
      peer.loops.set(key, { request, openedAt });
      const { subscriberAddress } = request;
      const delivered = new Delivered({ ...membersOf(request), subscriberAddress, openedAt });
      this.#effects.forward(publisher, delivered, subscriberAddress!);
    }
    this.#effects.send(from, new LoopOpened({ publisherAddress: publisher }));
  }

  /** Somebody goes by an address that another publication had before: it would meet the wrong one. */
  #turnAway(peer: Peer, request: OpenLoop): void {
    this.#effects.log("warning", `Refused a session with "${request.name}": here is "${peer.offer.name}"`);
    this.#effects.add({ kind: "closePeer", proxy: peer.proxy });
    this.closed(peer.proxy);
  }

  #close(peer: Peer, request: CloseLoop, from: Address): void {
    const key = keyOf(request);
    const loop = peer.loops.get(key);
    if (loop !== undefined) {
      peer.loops.delete(key);
      this.#dropped(peer, loop.request, loop.openedAt);
    }
    this.#effects.send(from, new LoopClosed({ publisherAddress: peer.offer.publisher }));
  }

  #dropped(peer: Peer, request: OpenLoop, openedAt: Instant): void {
    const remoteAddress = request.subscriberAddress;
    const dropped = new Dropped({ ...membersOf(request), remoteAddress, openedAt });
    this.#effects.forward(peer.offer.publisher, dropped, remoteAddress!);
  }

  #refuse(peer: Peer, problem: string): void {
    this.#effects.log("warning", `Ignored a message about a session: ${problem}`);
    if (++peer.malformed < MALFORMED_MESSAGES_MAX) return;
    this.#effects.add({ kind: "closePeer", proxy: peer.proxy });
    this.closed(peer.proxy);
  }
}

function keyOf({ subscriberAddress, routeId }: OpenLoop | CloseLoop): string {
  return `${subscriberAddress} ${routeId}`;
}

function membersOf({ name, scope, routeId, subscribedId, publishedId }: OpenLoop) {
  return { name, scope, routeId, subscribedId, publishedId };
}
