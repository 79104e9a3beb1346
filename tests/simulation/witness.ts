/**
 * An actor that publishes and subscribes, and remembers what it is told, checked as it comes: each Available and each
 * Delivered has its Dropped, none comes more often than it may, and of what is said in a session nothing is lost, doubled or out
 * of order while it lasts.
 */

import { DirectoryListing } from "../../directory/messages.ts";
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
import type { AddressValue as Address, Instant, Routine } from "../../runtime/mod.ts";
import type { Claims } from "./claims.ts";
import type { Pace } from "./pace.ts";
import { EndYourself, Heard, Said, Told } from "./talk.ts";

/** Words at the beginning of each session. */
const FIRST_WORDS = 2;

/** A session at the subscriber. */
interface Session {
  readonly available: Available;
  /** What this side calls it in {@link Said}. */
  readonly token: string;
  /** Words said, and those that were answered. */
  said: number;
  heard: number;
}

/** A session at the publisher. */
interface Visit {
  readonly delivered: Delivered;
  /** What this side calls it in {@link Told}. */
  readonly token: string;
  told: number;
}

/** What one actor of a simulated process has been told. */
export class Witness {
  readonly name: string;
  /** Publications that were confirmed and not cleared, by id. */
  readonly published = new Map<string, Published>();
  /** Subscriptions that were confirmed and not cleared, by id. */
  readonly subscribed = new Map<string, Subscribed>();
  /** Open sessions by subscription and name. */
  readonly sessions = new Map<string, Session>();
  /** Open sessions at the publisher's end by route and subscriber. */
  readonly visits = new Map<string, Visit>();
  /** The last number that came in each session, by what its other end calls it. */
  readonly received = new Map<string, number>();
  /** What should not have happened. */
  readonly problems: string[] = [];
  /** True once it has listed something for more than its process. */
  hasReached = false;
  /** Requests that were not answered yet. */
  unanswered = 0;
  /** Sessions that have begun or ended at either side. */
  changes = 0;
  /** The last listing of all that a directory knows. */
  listing: DirectoryListing | null = null;
  /** Null before it runs, and once it has ended. */
  self: Routine | null = null;
  /** Names that it has asked for without an answer. */
  readonly asked: string[] = [];
  readonly #claims: Claims;
  readonly #pace: Pace;
  readonly #visitors = new Set<Address>();
  #tokens = 0;

  /**
   * @param name Given to no other actor, nor to the same one in another life.
   * @param options The names of its process, and how fast it may be told of sessions.
   */
  constructor(name: string, { claims, pace }: { readonly claims: Claims; readonly pace: Pace }) {
    this.name = name;
    this.#claims = claims;
    this.#pace = pace;
  }

  /** Asks for a name; the request itself is for the caller. */
  ask(name: string): void {
    this.asked.push(name);
    this.#claims.ask(name);
  }

  /** It is asked for nothing more, and waits for nothing: its listings and sessions are to go. */
  end(): void {
    this.self = null;
    this.#claims.end(this.asked, [...this.published.values()].map(({ name }) => name!));
  }

  /** Says so many words in each of its sessions, at either side. */
  talk(words: number): void {
    for (const session of this.sessions.values()) this.#say(session, words);
    for (const visit of this.visits.values()) this.#tell(visit, words);
  }

  /** Takes a message. */
  take(message: unknown, from: Address): void {
    if (message instanceof Available) this.#available(message, from);
    else if (message instanceof Delivered) this.#delivered(message, from);
    else if (message instanceof Dropped) this.#dropped(message, from);
    else if (message instanceof Said) this.#takeSaid(message, from);
    else if (message instanceof Heard) this.#takeHeard(message);
    else if (message instanceof Told) this.#takeNext(message);
    else if (message instanceof DirectoryListing) this.listing = message;
    else this.#takeAnswer(message);
  }

  // Requests.

  #takeAnswer(message: unknown): void {
    this.unanswered--;
    if (message instanceof Published || message instanceof Subscribed) this.#listed(message);
    else if (message instanceof PublishedCleared) this.#cleared(message);
    else if (message instanceof SubscribedCleared) this.subscribed.delete(message.subscribedId!);
    else if (message instanceof NotPublished) this.#refused(message);
    else if (!(message instanceof NotSubscribed)) this.#problem(`did not expect ${message?.constructor.name}`);
    else if (![...this.subscribed.values()].some(({ search }) => search === message.search)) {
      this.#problem(`can't subscribe to "${message.search}" (${message.note}), but nothing is in the way`);
    }
  }

  #cleared({ publishedId, name }: PublishedCleared): void {
    // Whoever clears twice is answered twice.
    if (this.published.delete(publishedId!)) this.#claims.giveUp(name!);
  }

  /** Names are refused that others of the process have; those of libraries, and ports that run out, are explained. */
  #refused({ name, note, explanation }: NotPublished): void {
    this.#answered(name!);
    const isRight = this.#claims.refuse(name!);
    if (!isRight && explanation === note) this.#problem(`can't publish "${name}" (${note}), but nobody has it`);
  }

  #listed(message: Published | Subscribed): void {
    if (message.scope !== "PROCESS") this.hasReached = true;
    if (message instanceof Published) {
      this.published.set(message.publishedId!, message);
      this.#answered(message.name!);
      this.#claims.take(message.name!);
    } else this.subscribed.set(message.subscribedId!, message);
  }

  #answered(name: string): void {
    this.asked.splice(this.asked.indexOf(name), 1);
  }

  // Sessions.

  #available(message: Available, from: Address): void {
    const key = sessionKey(message.subscribedId!, message.name!);
    if (this.sessions.has(key)) this.#problem(`second Available for "${message.name}"`);
    if (from !== message.publisherAddress) this.#problem("Available from somebody else than the publisher");
    if (!this.#pace.joined(message)) this.#problem(`Available for "${message.name}" [${message.scope}] too often`);
    const session: Session = { available: message, token: this.#newToken("s"), said: 0, heard: 0 };
    this.sessions.set(key, session);
    this.changes++;
    this.#say(session, FIRST_WORDS);
  }

  #delivered(message: Delivered, from: Address): void {
    const key = visitKey(message.routeId!, from);
    if (this.visits.has(key)) this.#problem(`second Delivered for "${message.name}"`);
    if (from !== message.subscriberAddress) this.#problem("Delivered from somebody else than the subscriber");
    const visit: Visit = { delivered: message, token: this.#newToken("p"), told: 0 };
    this.visits.set(key, visit);
    this.#visitors.add(from);
    this.changes++;
    this.#tell(visit, 1);
  }

  #dropped(message: Dropped, from: Address): void {
    if (from !== message.remoteAddress) this.#problem("Dropped from somebody else than the remote");
    this.changes++;
    const key = sessionKey(message.subscribedId!, message.name!);
    const available = this.sessions.get(key)?.available;
    if (available?.routeId === message.routeId && available?.publisherAddress === from) {
      this.sessions.delete(key);
      this.#pace.dropped(message);
      this.#checkPair(available, message);
      return;
    }
    const visit = this.visits.get(visitKey(message.routeId!, from));
    if (visit === undefined) this.#problem(`Dropped for "${message.name}" without a session`);
    else {
      this.visits.delete(visitKey(message.routeId!, from));
      this.#checkPair(visit.delivered, message);
    }
  }

  #checkPair(begin: Available | Delivered, end: Dropped): void {
    const same = begin.publishedId === end.publishedId && begin.subscribedId === end.subscribedId &&
      begin.name === end.name && begin.scope === end.scope && isSameInstant(begin.openedAt, end.openedAt);
    if (!same) this.#problem(`Dropped for "${end.name}" that differs from its beginning`);
  }

  // Words.

  /** One actor may be at both ends of a session, so that each end has its own. */
  #newToken(end: string): string {
    return `${this.name}#${++this.#tokens}${end}`;
  }

  #say(session: Session, words: number): void {
    const { token: name, available } = session;
    for (let count = 0; count < words; count++) {
      this.self?.send(new Said({ session: name, number: ++session.said }), available.publisherAddress!);
    }
  }

  #tell(visit: Visit, words: number): void {
    const { token: name, delivered } = visit;
    for (let count = 0; count < words; count++) {
      this.self?.send(new Told({ session: name, number: ++visit.told }), delivered.subscriberAddress!);
    }
  }

  /** Nobody speaks before Delivered; the last words of a session may come after Dropped. */
  #takeSaid(message: Said, from: Address): void {
    if (!this.#visitors.has(from)) this.#problem("words before Delivered");
    this.#takeNext(message);
    this.self?.reply(new Heard({ session: `${message.session}'`, number: message.number }));
  }

  #takeHeard(message: Heard): void {
    this.#takeNext(message);
    for (const session of this.sessions.values()) {
      if (`${session.token}'` === message.session) session.heard = Number(message.number);
    }
  }

  /** While a session lasts all words come, each once, in their order; with it all that follow are lost. */
  #takeNext({ session, number }: Said | Heard | Told): void {
    const last = this.received.get(session!) ?? 0;
    this.received.set(session!, Number(number));
    if (Number(number) !== last + 1) this.#problem(`word ${number} of ${session} after word ${last}`);
  }

  #problem(text: string): void {
    this.problems.push(`${this.name}: ${text}`);
  }
}

/** The body of the actor. */
export async function testify(self: Routine, { witness }: { witness: Witness }): Promise<void> {
  witness.self = self;
  for (;;) {
    const message = await self.input();
    if (message instanceof EndYourself) {
      if (message.fails) throw new Error("was told to fail");
      return;
    }
    // What has come before it ends is of no interest any more.
    if (witness.self !== null) witness.take(message, self.returnAddress);
  }
}

/** A subscriber has at most one session for each of its subscriptions and names. */
export function sessionKey(subscribedId: string, name: string): string {
  return `${subscribedId} ${name}`;
}

function visitKey(routeId: string, subscriber: Address): string {
  return `${routeId} ${subscriber}`;
}

function isSameInstant(one: Instant | null, other: Instant | null): boolean {
  return one !== null && other !== null && one.equals(other);
}
