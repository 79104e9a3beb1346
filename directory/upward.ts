// This module performs no I/O.

/** What the directory above is told, and what it has been told. */

import { type AddressValue as Address, HostPort } from "../runtime/mod.ts";
import { BULK_BYTES_MAX, CLEARED_IDS_MAX } from "./bounds.ts";
import type { Effects } from "./effects.ts";
import { ClearListings, Published, PublishedDirectory, Subscribed } from "./messages.ts";
import type { Publication, Subscription } from "./records.ts";

/** What a listing takes besides its name or search: ids, address, member names. */
const LISTING_BYTES = 480;
/** A character may be written as an escape of six, and a pair of surrogates as two of them. */
const CHARACTER_BYTES_MAX = 6;

/** The listing of a publication as it is told to others. */
export function publishedOf(publication: Publication): Published {
  const { name, scope, encrypted, id, ipp, home } = publication;
  const listeningIpp = new HostPort(ipp.host, ipp.port);
  return new Published({ name, scope, encrypted, publishedId: id, listeningIpp, homeAddress: home });
}

/** The listing of a subscription as it is told to others. */
export function subscribedOf(subscription: Subscription): Subscribed {
  const { search, scope, id, home } = subscription;
  return new Subscribed({ search, scope, subscribedId: id, homeAddress: home });
}

/** An estimate, on the high side, of what a listing takes in a frame. */
export function listingBytes(nameOrSearch: string): number {
  return LISTING_BYTES + CHARACTER_BYTES_MAX * nameOrSearch.length;
}

/**
 * Collects what the directory above is to hear because of one event, and remembers what it knows, so that only what it
 * knows is cleared there. Clears go before listings.
 */
export class Upward {
  readonly #effects: Effects;
  /** The proxy of the parent, while it is connected. */
  #parent: Address | null = null;
  readonly #known = new Set<string>();
  #clearedPublishers: string[] = [];
  #clearedSubscribers: string[] = [];
  #publications: Publication[] = [];
  #subscriptions: Subscription[] = [];

  constructor(effects: Effects) {
    this.#effects = effects;
  }

  /** How many listings the directory above knows from here. */
  get knownCount(): number {
    return this.#known.size;
  }

  /** A connection to the directory above is there, or (null) gone; a new one knows nothing yet. */
  connect(parent: Address | null): void {
    this.#parent = parent;
    this.#known.clear();
  }

  publish(publication: Publication): void {
    if (this.#parent === null || this.#known.has(publication.id)) return;
    this.#known.add(publication.id);
    this.#publications.push(publication);
  }

  /** Tells again of a publication whose home or address has changed. */
  republish(publication: Publication): void {
    if (this.#known.delete(publication.id)) this.publish(publication);
  }

  subscribe(subscription: Subscription): void {
    if (this.#parent === null || this.#known.has(subscription.id)) return;
    this.#known.add(subscription.id);
    this.#subscriptions.push(subscription);
  }

  /**
   * Clears a subscription and tells of it again. A directory that only ever takes the first word for an id is made to
   * listen this way, and every directory makes the routes anew. One that it was not told of is none of its business.
   */
  renew(subscription: Subscription): void {
    if (!this.#known.has(subscription.id)) return;
    this.clearSubscription(subscription.id);
    this.subscribe(subscription);
  }

  clearPublication(id: string): void {
    if (this.#known.delete(id)) this.#clearedPublishers.push(id);
  }

  clearSubscription(id: string): void {
    if (this.#known.delete(id)) this.#clearedSubscribers.push(id);
  }

  /**
   * Sends what was collected.
   *
   * @param asBulk Listings go as lists even where there is only one.
   */
  flush(asBulk = false): void {
    this.#flushClears();
    const isWanted = ({ id }: { readonly id: string }) => this.#known.has(id);
    const publications = this.#publications.filter(isWanted);
    const subscriptions = this.#subscriptions.filter(isWanted);
    this.#publications = [];
    this.#subscriptions = [];
    const count = publications.length + subscriptions.length;
    if (count === 0) return;
    if (count === 1 && !asBulk) {
      this.#send(publications[0] !== undefined ? publishedOf(publications[0]) : subscribedOf(subscriptions[0]!));
    } else this.#sendBulks(publications, subscriptions);
  }

  #flushClears(): void {
    const subscribers = this.#clearedSubscribers;
    const publishers = this.#clearedPublishers;
    if (subscribers.length + publishers.length === 0) return;
    this.#clearedSubscribers = [];
    this.#clearedPublishers = [];
    for (let at = 0; at < subscribers.length || at < publishers.length; at += CLEARED_IDS_MAX) {
      this.#send(
        new ClearListings({
          subscribers: new Set(subscribers.slice(at, at + CLEARED_IDS_MAX)),
          publishers: new Set(publishers.slice(at, at + CLEARED_IDS_MAX)),
        }),
      );
    }
  }

  #sendBulks(publications: readonly Publication[], subscriptions: readonly Subscription[]): void {
    let bulk = new PublishedDirectory();
    let bytes = 0;
    const makeRoom = (text: string) => {
      bytes += listingBytes(text);
      if (bytes <= BULK_BYTES_MAX) return;
      this.#send(bulk);
      bulk = new PublishedDirectory();
      bytes = listingBytes(text);
    };
    for (const publication of publications) {
      makeRoom(publication.name);
      bulk.published.push(publishedOf(publication));
    }
    for (const subscription of subscriptions) {
      makeRoom(subscription.search);
      bulk.subscribed.push(subscribedOf(subscription));
    }
    this.#send(bulk);
  }

  #send(message: object): void {
    if (this.#parent !== null) this.#effects.send(this.#parent, message);
  }
}
