// This module performs no I/O.

/** What the directory above is told, and what it has been told. */

import { type AddressValue as Address, HostPort } from "../runtime/mod.ts";
import { BULK_BYTES_MAX, CLEARED_IDS_MAX } from "./bounds.ts";
import type { Effects } from "./effects.ts";
import { Effort } from "./match/effort.ts";
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

/** Units of work for telling one listing, and as much as there is in one turn. */
const TELL_UNITS = 5;
const TELL_TURN_UNITS = 3000;

/**
 * Collects what the directory above is to hear, and remembers what it knows, so that only what it knows is cleared there. Clears
 * go before listings. What is too much for one turn is told in several.
 */
export class Upward {
  readonly #effects: Effects;
  /** The proxy of the parent, while it is connected. */
  #parent: Address | null = null;
  /** Listings that were told or wait to be. */
  readonly #known = new Set<string>();
  #clearedPublishers: string[] = [];
  #clearedSubscribers: string[] = [];
  readonly #publications = new Map<string, Publication>();
  /** Those of them that were told before, in other words. */
  readonly #toldBefore = new Set<string>();
  readonly #subscriptions = new Map<string, Subscription>();

  constructor(effects: Effects) {
    this.#effects = effects;
  }

  /** How many listings the directory above knows from here. */
  get knownCount(): number {
    return this.#known.size;
  }

  /** True when there is something left to tell. */
  get isWaiting(): boolean {
    return this.#publications.size + this.#subscriptions.size > 0;
  }

  /** A connection to the directory above is there, or (null) gone; a new one knows nothing yet. */
  connect(parent: Address | null): void {
    this.#parent = parent;
    this.#known.clear();
    this.#clearedPublishers = [];
    this.#clearedSubscribers = [];
    this.#publications.clear();
    this.#subscriptions.clear();
    this.#toldBefore.clear();
  }

  publish(publication: Publication): void {
    if (this.#parent === null || this.#known.has(publication.id)) return;
    this.#known.add(publication.id);
    this.#publications.set(publication.id, publication);
  }

  /** Tells again of a publication whose home or address has changed. */
  republish(publication: Publication): void {
    const { id } = publication;
    if (!this.#known.has(id)) return;
    if (!this.#publications.has(id)) this.#toldBefore.add(id);
    this.#publications.set(id, publication);
  }

  subscribe(subscription: Subscription): void {
    if (this.#parent === null || this.#known.has(subscription.id)) return;
    this.#known.add(subscription.id);
    this.#subscriptions.set(subscription.id, subscription);
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
    if (!this.#known.delete(id)) return;
    const isUntold = this.#publications.delete(id) && !this.#toldBefore.delete(id);
    if (!isUntold) this.#clearedPublishers.push(id);
  }

  clearSubscription(id: string): void {
    if (this.#known.delete(id) && !this.#subscriptions.delete(id)) this.#clearedSubscribers.push(id);
  }

  /**
   * Sends what was collected, or as much of it as there is room for in one turn.
   *
   * @param asBulk Listings go as lists even where there is only one.
   */
  flush(asBulk = false): void {
    this.#flushClears();
    const [publication] = this.#publications.values();
    const [subscription] = this.#subscriptions.values();
    if (this.#publications.size + this.#subscriptions.size === 1 && !asBulk) {
      this.#publications.clear();
      this.#subscriptions.clear();
      this.#toldBefore.clear();
      this.#send(publication !== undefined ? publishedOf(publication) : subscribedOf(subscription!));
    } else if (this.isWaiting) this.#sendBulks();
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

  #sendBulks(): void {
    const effort = new Effort(TELL_TURN_UNITS);
    while (this.isWaiting && !effort.isSpent) this.#sendBulk(effort);
  }

  /** As many listings as fit into one message, publications first. */
  #sendBulk(effort: Effort): void {
    const bulk = new PublishedDirectory();
    let bytes = 0;
    const hasRoom = (text: string): boolean => {
      bytes += listingBytes(text);
      effort.spend(TELL_UNITS);
      return bytes <= BULK_BYTES_MAX;
    };
    for (const [id, publication] of this.#publications) {
      if (!hasRoom(publication.name)) break;
      bulk.published.push(publishedOf(publication));
      this.#publications.delete(id);
      this.#toldBefore.delete(id);
    }
    for (const [id, subscription] of this.#subscriptions) {
      if (!hasRoom(subscription.search)) break;
      bulk.subscribed.push(subscribedOf(subscription));
      this.#subscriptions.delete(id);
    }
    this.#send(bulk);
  }

  #send(message: object): void {
    if (this.#parent !== null) this.#effects.send(this.#parent, message);
  }
}
