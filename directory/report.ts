// This module performs no I/O.

/**
 * What a directory answers when it is asked for what it knows: everything, as far as one message holds it, for those of the
 * original; a page of what is wanted, for others; or what has to do with a name. Answers are made step by step: what comes and goes
 * meanwhile is told or not.
 */

import {
  type AddressValue as Address,
  HostPort,
  type Instant,
  type Scope,
  ToBeConfirmed,
  VERSION,
} from "../runtime/mod.ts";
import { LISTING_ANSWER_BYTES_MAX, PAGE_BYTES_MAX } from "./bounds.ts";
import type { Children } from "./children.ts";
import type { Steps } from "./chores.ts";
import type { SessionReport, SubscriberHome } from "./home/subscriber_home.ts";
import type { Listings } from "./listings.ts";
import type { Effort } from "./match/effort.ts";
import { SearchError } from "./match/search_error.ts";
import {
  DirectoryCursor,
  DirectoryDetails,
  DirectoryListing,
  DirectoryPage,
  DirectoryPart,
  DirectoryPeer,
  DirectoryRoute,
  PeerSession,
  type RouteInWaiting,
  RouteOverLoop,
  RouteToAddress,
} from "./messages.ts";
import { reachedAt } from "./reach.ts";
import type { Matched, Publication, Subscription } from "./records.ts";
import type { Routes } from "./routes.ts";
import { listingBytes, publishedOf, subscribedOf } from "./upward.ts";

/** What was asked; whatever makes no sense in it counts as not asked. */
export interface ReportQuestion {
  /** A name or search that the answer is to be about; of any other type for everything. */
  readonly about?: unknown;
  /** The {@link DirectoryPart} that is wanted; of any other type for everything in one message. */
  readonly part?: unknown;
}

/** What {@link answerSteps} tells of. */
export interface ReportSubject {
  readonly uniqueId: string;
  readonly executable: string;
  readonly address: Address;
  readonly scope: Scope;
  readonly primaryAddress: string | null;
  readonly parent: HostPort | null;
  readonly acceptsAt: HostPort | null;
  readonly listings: Listings;
  readonly children: Children;
  readonly home: SubscriberHome;
  readonly routes: Routes;
  /** Of the turn. */
  readonly effort: Effort;
  /** Monotonic milliseconds. */
  readonly now: number;
  /** The time of day. */
  readonly wall: Instant;
}

/** Units of work for finding out what has to do with a name or search. */
const ABOUT_UNITS = 20_000;
/** Listings and sessions of a directory that are told completely, whatever is asked. */
const EVERYTHING_MAX = 500;
/** What an id with its age takes in a message. */
const AGE_BYTES = 80;
/** What a directory below takes in a message: its place, its address, and that once more in the book of addresses. */
const CHILD_BYTES = 160;

/** Units of work for an answer, for passing over one entry, and for telling one: by the bytes that it takes. */
const ANSWER_UNITS = 20;
const SKIP_UNITS = 1 / 32;
const BYTES_PER_UNIT = 200;

/** Makes an answer. Each step ends with it, or once the effort of the turn is spent. */
export function* answerSteps(
  subject: ReportSubject,
  { about, part }: ReportQuestion,
): Generator<void, DirectoryListing> {
  subject.effort.spend(ANSWER_UNITS);
  const listing = new DirectoryListing({
    uniqueId: subject.uniqueId,
    executable: subject.executable,
    directoryAddress: subject.address,
    scope: subject.scope,
    primaryIp: subject.primaryAddress ?? "(not detected)",
    connectToDirectory: copyOf(subject.parent),
    acceptDirectoriesAt: copyOf(subject.acceptsAt),
  });
  if (typeof about === "string") yield* tellAbout(subject, listing, about);
  else if (part instanceof DirectoryPart) yield* tellPart(subject, listing, part);
  else yield* tellEverything(subject, listing);
  return listing;
}

/** What does not fit into a frame is left out, as the receiver would close the connection. */
function* tellEverything(subject: ReportSubject, listing: DirectoryListing): Steps {
  const teller = new Teller(LISTING_ANSWER_BYTES_MAX, subject.effort);
  for (const section of sectionsOf(subject, listing, everythingIn(subject.listings))) {
    if ((yield* section.tell(teller)) !== null) return;
  }
}

function* tellPart(subject: ReportSubject, listing: DirectoryListing, part: DirectoryPart): Steps {
  const { published, subscribed, routed, connected } = part;
  const identity = typeof part.identity === "string" ? part.identity : null;
  const from = part.from instanceof DirectoryCursor ? part.from : new DirectoryCursor();
  const teller = new Teller(PAGE_BYTES_MAX, subject.effort);
  const sections = sectionsOf(subject, listing, everythingIn(subject.listings), identity);
  const wanted = [true, published, subscribed, routed, connected];
  const first = countOf(from.section);
  const page = listing.page = new DirectoryPage();
  for (const [at, section] of sections.entries()) {
    if (at < first || wanted[at] !== true) continue;
    // As it was before: what goes while the page is made has the next one begin earlier than it need.
    const { lost } = section;
    const passed = at === first ? Math.max(0, countOf(from.told) - Math.max(0, lost - countOf(from.lost))) : 0;
    const told = yield* section.tell(teller, passed);
    if (told === null) continue;
    page.next = new DirectoryCursor({ section: at, told, lost });
    return;
  }
}

/** A number that somebody sent. */
function countOf(value: unknown): number {
  const count = typeof value === "number" || typeof value === "bigint" ? Number(value) : 0;
  return Number.isSafeInteger(count) && count > 0 ? count : 0;
}

function* tellAbout(subject: ReportSubject, listing: DirectoryListing, about: string): Steps {
  const { listings, home, effort, now } = subject;
  const chosen = isSmall(subject) ? everythingIn(listings) : yield* chosenFrom(subject, about);
  const teller = new Teller(LISTING_ANSWER_BYTES_MAX, effort);
  let { isPartial } = chosen;
  const tell = function* (section: Section): Steps {
    if ((yield* section.tell(teller)) !== null) isPartial = true;
  };
  for (const section of sectionsOf(subject, listing, chosen)) yield* tell(section);
  const ages = new Map<string, number>();
  const isTold = new Set<string | null>();
  for (const { publishedId } of listing.published) isTold.add(publishedId);
  for (const { subscribedId } of listing.subscribed) isTold.add(subscribedId);
  yield* tell(sectionOf({
    entries: joined<Matched & { readonly id: string }>(chosen.publications, chosen.subscriptions),
    bytesOf: ({ id }) => isTold.has(id) ? AGE_BYTES : 0,
    tell: ({ id, listedAt }) => void (isTold.has(id) && ages.set(id, Math.max(0, now - listedAt) / 1000)),
  }));
  const waiting: RouteInWaiting[] = [];
  yield* tell(sectionOf({
    entries: flattened(localOf(chosen.subscriptions), ({ id }) => home.waiting(id, chosen.isAbout, now)),
    bytesOf: ({ name, reason }) => listingBytes(`${name}${reason}`),
    tell: (route) => void waiting.push(route),
  }));
  listing.details = new DirectoryDetails({ about, ages, waiting, isPartial, version: VERSION, clock: subject.wall });
}

/** What is to be told. */
interface Chosen {
  readonly publications: Iterable<Publication>;
  readonly subscriptions: Iterable<Subscription>;
  /** True for the names that sessions are told of. */
  readonly isAbout: (name: string) => boolean;
  readonly isPartial: boolean;
}

/** Everything, each time that it is gone through. */
function everythingIn({ publications, subscriptions }: Listings): Chosen {
  return {
    publications: { [Symbol.iterator]: () => publications.values() },
    subscriptions: { [Symbol.iterator]: () => subscriptions.values() },
    isAbout: () => true,
    isPartial: false,
  };
}

/** True for a directory that can tell everything, which leaves nothing to be guessed at. */
function isSmall({ listings, home }: ReportSubject): boolean {
  return listings.publications.size + listings.subscriptions.size + home.pairingCount <= EVERYTHING_MAX;
}

/**
 * The listings that have to do with a name or search: the name, or the names that the search matches; whoever looks for those,
 * or for a name like it where there is none; whoever has this very search, and whoever has a session with such a name.
 */
function* chosenFrom({ listings, home, effort }: ReportSubject, word: string): Generator<void, Chosen> {
  const names = new Set<string>();
  const pattern = listings.patternOf(word);
  const isAbout = (name: string): boolean =>
    name === word || (!(pattern instanceof SearchError) && pattern.matches(name, effort));
  let left = ABOUT_UNITS;
  const run = function* (steps: Steps): Steps {
    while (left > 0) {
      const before = effort.left;
      const { done } = steps.next();
      left -= before - effort.left;
      if (done === true) return;
      if (effort.isSpent) yield;
    }
  };
  if (listings.winnerOf(word) !== undefined) names.add(word);
  else if (!(pattern instanceof SearchError)) yield* run(listings.namesFor(pattern, effort, (name) => names.add(name)));
  const subscriptions = new Set(listings.subscriptionsWith(word));
  for (const name of names.size === 0 ? [word] : names) {
    yield* run(listings.subscriptionsFor(name, effort, (subscription) => subscriptions.add(subscription)));
  }
  yield* run(home.subscriptionsAbout(isAbout, effort, (id) => {
    const subscription = listings.subscriptions.get(id);
    if (subscription !== undefined) subscriptions.add(subscription);
  }));
  const publications = [...names].flatMap((name) => listings.claimantsOf(name));
  return { publications, subscriptions, isAbout, isPartial: left <= 0 };
}

/** One kind of entries, in an order that stays. */
interface Section {
  /** How many entries there were that are gone, or more. */
  readonly lost: number;
  /**
   * Tells as many as there is room for.
   *
   * @param passed Entries that are passed over.
   * @returns How many have been passed over or told by now, or null when there are no more.
   */
  tell(teller: Teller, passed?: number): Generator<void, number | null>;
}

/** What a section is made of. */
interface SectionParts<T> {
  readonly lost?: number;
  /** Null stands for a look at something that has no entry. */
  readonly entries: Iterable<T | null>;
  readonly bytesOf: (entry: T) => number;
  readonly tell: (entry: T) => void;
}

function sectionOf<T>(parts: SectionParts<T>): Section {
  return { lost: parts.lost ?? 0, tell: (teller, passed = 0) => teller.tell(parts, passed) };
}

/** Counts what was put into an answer. */
class Teller {
  readonly #bytesMax: number;
  readonly #effort: Effort;
  #bytes = 0;

  constructor(bytesMax: number, effort: Effort) {
    this.#bytesMax = bytesMax;
    this.#effort = effort;
  }

  *tell<T>({ entries, bytesOf, tell }: SectionParts<T>, passed: number): Generator<void, number | null> {
    let at = 0;
    for (const entry of entries) {
      if (this.#effort.isSpent) yield;
      this.#effort.spend(SKIP_UNITS);
      if (entry === null) continue;
      if (at >= passed) {
        const bytes = bytesOf(entry);
        // One entry is always told, so that the pages come to an end.
        if (this.#bytes > 0 && this.#bytes + bytes > this.#bytesMax) return at;
        this.#bytes += bytes;
        this.#effort.spend(bytes / BYTES_PER_UNIT);
        tell(entry);
      }
      at++;
    }
    return null;
  }
}

/** All kinds of entries, those first without which nothing below could be found. */
function sectionsOf(
  { children, listings, routes, home, primaryAddress }: ReportSubject,
  listing: DirectoryListing,
  { publications, subscriptions, isAbout }: Chosen,
  identity: string | null = null,
): Section[] {
  const isWanted = ({ id }: { readonly id: string }) => identity === null || id.startsWith(identity);
  const published = sectionOf({
    lost: listings.lostCounts.publications,
    entries: mapped(publications, (publication) => isWanted(publication) ? publication : null),
    bytesOf: ({ name }) => listingBytes(name),
    tell: (publication) => {
      const published = publishedOf(publication);
      const place = { scope: listings.scope, draw: { primaryAddress: () => primaryAddress } };
      if (listings.scope === "LAN") published.listeningIpp = reachedAt(publication, null, place) ?? publication.ipp;
      listing.published.push(published);
    },
  });
  const subscribed = sectionOf({
    lost: listings.lostCounts.subscriptions,
    entries: mapped(subscriptions, (subscription) => isWanted(subscription) ? subscription : null),
    bytesOf: ({ search }) => listingBytes(search),
    tell: (subscription) => void listing.subscribed.push(subscribedOf(subscription)),
  });
  const below = sectionOf({
    lost: children.lostCount,
    entries: children.values(),
    bytesOf: () => CHILD_BYTES,
    tell: ({ ipp, proxy }) => void listing.subDirectory.set(ipp, proxy),
  });
  const routed = sectionOf({
    lost: routes.lostCount,
    entries: flattened(publications, (publication) => publication.routes),
    bytesOf: ({ publication }) => listingBytes(publication.name),
    tell: ({ publication: { id, name }, subscription }) =>
      void listing.routed.push(new DirectoryRoute({ name, subscribedId: subscription.id, publishedId: id })),
  });
  const peers = listing.peer as Map<string, DirectoryPeer>;
  const connected = sectionOf({
    lost: home.lostCount,
    entries: flattened(
      localOf(subscriptions),
      (subscription) =>
        mapped(home.reports(subscription.id), (report) => isAbout(report.name) ? { subscription, report } : null),
    ),
    bytesOf: ({ report }) => listingBytes(report.name),
    tell: ({ subscription: { id, search }, report }) => {
      const peer = peers.get(id) ?? new DirectoryPeer({ subscribedId: id, search });
      peers.set(id, peer);
      peer.session.push(sessionOf(report));
    },
  });
  return [below, published, subscribed, routed, connected];
}

function* mapped<T, R>(items: Iterable<T>, map: (item: T) => R): Generator<R, void> {
  for (const item of items) yield map(item);
}

/** What all of them have, with a null for each of them. */
function* flattened<T, R>(items: Iterable<T | null>, map: (item: T) => Iterable<R | null>): Generator<R | null, void> {
  for (const item of items) {
    yield null;
    if (item !== null) yield* map(item);
  }
}

function* joined<T>(...lists: readonly Iterable<T>[]): Generator<T, void> {
  for (const list of lists) yield* list;
}

/** The subscriptions of this process. */
function localOf(subscriptions: Iterable<Subscription>): Iterable<Subscription | null> {
  return mapped(subscriptions, (subscription) => subscription.owner === null ? subscription : null);
}

function sessionOf(report: SessionReport): PeerSession {
  const status = report.isOpen && report.connected !== null
    ? report.connected
    : new ToBeConfirmed("fault", "no session over a transport");
  return new PeerSession({ name: report.name, route: routeOf(report), status });
}

function copyOf(ipp: HostPort | null): HostPort {
  return new HostPort(ipp?.host ?? null, ipp?.port ?? null);
}

function routeOf({ route }: SessionReport): RouteOverLoop | RouteToAddress | null {
  if (route === null) return null;
  const { name, scope, routeId, subscribedId, publishedId } = route.request;
  const members = { name, scope, routeId, subscribedId, publishedId };
  if (route.way.kind === "loop") {
    return new RouteOverLoop({ ...members, encrypted: route.way.encrypted, ipp: copyOf(route.way.ipp) });
  }
  const { subscriber: subscriberAddress, publisher: publisherAddress, openedAt } = route.way;
  return new RouteToAddress({ ...members, subscriberAddress, publisherAddress, openedAt });
}
