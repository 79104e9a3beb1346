/** An actor that publishes and subscribes, and remembers what it is told: each Available and Delivered has its Dropped. */

import {
  Available,
  Delivered,
  Dropped,
  NotPublished,
  NotSubscribed,
  Published,
  PublishedCleared,
  Subscribed,
  SubscribedCleared,
} from "../../directory/mod.ts";
import { DirectoryListing } from "../../directory/messages.ts";
import { Ack, type AddressValue as Address, type Instant, Ping, type Routine } from "../../runtime/mod.ts";

/** What one actor of a simulated process has been told, checked as it comes. */
export class Witness {
  readonly name: string;
  /** Publications that were confirmed and not cleared, by id. */
  readonly published = new Map<string, Published>();
  /** Subscriptions that were confirmed and not cleared, by id. */
  readonly subscribed = new Map<string, Subscribed>();
  /** Open sessions by subscription and name. */
  readonly sessions = new Map<string, Available>();
  /** Open sessions at the publisher's end by route and subscriber. */
  readonly delivered = new Map<string, Delivered>();
  /** What should not have happened. */
  readonly problems: string[] = [];
  /** Who answered a Ping since it was last emptied. */
  readonly answered = new Set<Address>();
  /** True once it has listed something for more than its process. */
  hasReached = false;
  /** Requests that were not answered yet. */
  unanswered = 0;
  /** The last listing of all that a directory knows. */
  listing: DirectoryListing | null = null;
  /** Null before it runs. */
  self: Routine | null = null;

  constructor(name: string) {
    this.name = name;
  }

  /** Takes a message. */
  take(message: unknown, from: Address): void {
    if (message instanceof Available) this.#available(message, from);
    else if (message instanceof Delivered) this.#delivered(message, from);
    else if (message instanceof Dropped) this.#dropped(message, from);
    else if (message instanceof Ping) this.#ping(from);
    else if (message instanceof Ack) this.answered.add(from);
    else if (message instanceof DirectoryListing) this.listing = message;
    else this.#answer(message);
  }

  /** Nobody speaks before Delivered, or after Dropped. */
  #ping(from: Address): void {
    const isKnown = [...this.delivered.values()].some(({ subscriberAddress }) => subscriberAddress === from);
    if (!isKnown) this.#problem("a message without a session");
    this.self?.reply(new Ack());
  }

  #answer(message: unknown): void {
    this.unanswered--;
    if (message instanceof Published || message instanceof Subscribed) this.#listed(message);
    else if (message instanceof PublishedCleared) this.published.delete(message.publishedId!);
    else if (message instanceof SubscribedCleared) this.subscribed.delete(message.subscribedId!);
    else if (!(message instanceof NotPublished || message instanceof NotSubscribed)) {
      this.#problem(`did not expect ${message?.constructor.name}`);
    }
  }

  #listed(message: Published | Subscribed): void {
    if (message.scope !== "PROCESS") this.hasReached = true;
    if (message instanceof Published) this.published.set(message.publishedId!, message);
    else this.subscribed.set(message.subscribedId!, message);
  }

  #available(message: Available, from: Address): void {
    const key = sessionKey(message.subscribedId!, message.name!);
    if (this.sessions.has(key)) this.#problem(`second Available for "${message.name}"`);
    if (from !== message.publisherAddress) this.#problem("Available from somebody else than the publisher");
    this.sessions.set(key, message);
    this.self?.send(new Ping(), from);
  }

  #delivered(message: Delivered, from: Address): void {
    const key = deliveredKey(message.routeId!, from);
    if (this.delivered.has(key)) this.#problem(`second Delivered for "${message.name}"`);
    if (from !== message.subscriberAddress) this.#problem("Delivered from somebody else than the subscriber");
    this.delivered.set(key, message);
  }

  #dropped(message: Dropped, from: Address): void {
    if (from !== message.remoteAddress) this.#problem("Dropped from somebody else than the remote");
    const key = sessionKey(message.subscribedId!, message.name!);
    const available = this.sessions.get(key);
    if (available?.routeId === message.routeId && available?.publisherAddress === from) {
      this.sessions.delete(key);
      this.#checkPair(available, message);
      return;
    }
    const delivered = this.delivered.get(deliveredKey(message.routeId!, from));
    if (delivered === undefined) this.#problem(`Dropped for "${message.name}" without a session`);
    else {
      this.delivered.delete(deliveredKey(message.routeId!, from));
      this.#checkPair(delivered, message);
    }
  }

  #checkPair(begin: Available | Delivered, end: Dropped): void {
    const same = begin.publishedId === end.publishedId && begin.subscribedId === end.subscribedId &&
      begin.name === end.name && begin.scope === end.scope && isSameInstant(begin.openedAt, end.openedAt);
    if (!same) this.#problem(`Dropped for "${end.name}" that differs from its beginning`);
  }

  #problem(text: string): void {
    this.problems.push(`${this.name}: ${text}`);
  }
}

/** The body of the actor. */
export async function testify(self: Routine, { witness }: { witness: Witness }): Promise<void> {
  witness.self = self;
  for (;;) witness.take(await self.input(), self.returnAddress);
}

/** A subscriber has at most one session for each of its subscriptions and names. */
export function sessionKey(subscribedId: string, name: string): string {
  return `${subscribedId} ${name}`;
}

function deliveredKey(routeId: string, subscriber: Address): string {
  return `${routeId} ${subscriber}`;
}

function isSameInstant(one: Instant | null, other: Instant | null): boolean {
  return one !== null && other !== null && one.equals(other);
}
