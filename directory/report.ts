// This module performs no I/O.

/** What a directory answers when it is asked for all that it knows. */

import {
  type AddressValue as Address,
  HostPort,
  type Instant,
  type Scope,
  ToBeConfirmed,
  VERSION,
} from "../runtime/mod.ts";
import { LISTING_ANSWER_BYTES_MAX } from "./bounds.ts";
import type { Children } from "./children.ts";
import type { SessionReport, SubscriberHome } from "./home/subscriber_home.ts";
import type { Steps } from "./chores.ts";
import type { Listings } from "./listings.ts";
import { Effort } from "./match/effort.ts";
import { SearchError } from "./match/search_error.ts";
import {
  DirectoryDetails,
  DirectoryListing,
  DirectoryPeer,
  DirectoryRoute,
  PeerSession,
  RouteOverLoop,
  RouteToAddress,
} from "./messages.ts";
import type { Publication, Subscription } from "./records.ts";
import { listingBytes, publishedOf, subscribedOf } from "./upward.ts";

/** What {@link reportOf} shows. */
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
  /** A name or search that the answer is to be about, or null for everything. */
  readonly about: string | null;
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

/** All that a directory knows. What does not fit into a frame is left out, as the receiver would close the connection. */
export function reportOf(subject: ReportSubject): DirectoryListing {
  const { listings, children, home, about, now } = subject;
  const chosen = about === null || isSmall(subject) ? everythingIn(listings) : chosenFrom(subject, about);
  const budget = new Budget();
  const publications = budget.take(chosen.publications, ({ name }) => listingBytes(name));
  const subscriptions = budget.take(chosen.subscriptions, ({ search }) => listingBytes(search));
  const local = subscriptions.filter((subscription) => subscription.owner === null);
  const peers = local.map((subscription) =>
    [subscription.id, peerOf(subscription, chosen.isAbout, home, budget)] as const
  );
  const ends = budget.take(children.values(), () => listingBytes(""));
  const listing = new DirectoryListing({
    uniqueId: subject.uniqueId,
    executable: subject.executable,
    directoryAddress: subject.address,
    scope: subject.scope,
    primaryIp: subject.primaryAddress ?? "(not detected)",
    connectToDirectory: copyOf(subject.parent),
    acceptDirectoriesAt: copyOf(subject.acceptsAt),
    published: publications.map(publishedOf),
    subscribed: subscriptions.map(subscribedOf),
    routed: routesOf(publications, budget),
    peer: new Map(peers.filter(([, peer]) => peer.session.length > 0)),
    subDirectory: new Map(ends.map((child) => [child.ipp, child.proxy])),
  });
  if (about === null) return listing;
  const listed = [...publications, ...subscriptions];
  const aged = budget.take(listed, () => AGE_BYTES);
  const waiting = local.flatMap(({ id }) => home.waiting(id, chosen.isAbout, now));
  listing.details = new DirectoryDetails({
    about,
    ages: new Map(aged.map(({ id, listedAt }) => [id, Math.max(0, now - listedAt) / 1000])),
    waiting: budget.take(waiting, ({ name, reason }) => listingBytes(`${name}${reason}`)),
    isPartial: chosen.isPartial || budget.isSpent,
    version: VERSION,
    clock: subject.wall,
  });
  return listing;
}

/** What is to be told. */
interface Chosen {
  readonly publications: Iterable<Publication>;
  readonly subscriptions: Iterable<Subscription>;
  /** True for the names that sessions are told of. */
  readonly isAbout: (name: string) => boolean;
  readonly isPartial: boolean;
}

function everythingIn({ publications, subscriptions }: Listings): Chosen {
  return {
    publications: publications.values(),
    subscriptions: subscriptions.values(),
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
function chosenFrom({ listings, home }: ReportSubject, word: string): Chosen {
  const effort = new Effort(ABOUT_UNITS);
  const names = new Set<string>();
  const pattern = listings.patternOf(word);
  const isAbout = (name: string): boolean =>
    name === word || (!(pattern instanceof SearchError) && pattern.matches(name, effort));
  let isPartial = false;
  const run = (steps: Steps): void => {
    isPartial ||= steps.next().done !== true;
  };
  if (listings.winnerOf(word) !== undefined) names.add(word);
  else if (!(pattern instanceof SearchError)) run(listings.namesFor(pattern, effort, (name) => names.add(name)));
  const subscriptions = new Set(listings.subscriptionsWith(word));
  for (const name of names.size === 0 ? [word] : names) {
    run(listings.subscriptionsFor(name, effort, (subscription) => subscriptions.add(subscription)));
  }
  run(home.subscriptionsAbout(isAbout, effort, (id) => {
    const subscription = listings.subscriptions.get(id);
    if (subscription !== undefined) subscriptions.add(subscription);
  }));
  const publications = [...names].flatMap((name) => listings.claimantsOf(name));
  return { publications, subscriptions, isAbout, isPartial };
}

function copyOf(ipp: HostPort | null): HostPort {
  return new HostPort(ipp?.host ?? null, ipp?.port ?? null);
}

function routesOf(publications: readonly Publication[], budget: Budget): DirectoryRoute[] {
  const routes = publications.flatMap((publication) => [...publication.routes]);
  return budget.take(routes, ({ publication }) => listingBytes(publication.name)).map(({ publication, subscription }) =>
    new DirectoryRoute({ name: publication.name, subscribedId: subscription.id, publishedId: publication.id })
  );
}

function peerOf(
  subscription: Subscription,
  isAbout: Chosen["isAbout"],
  home: SubscriberHome,
  budget: Budget,
): DirectoryPeer {
  const reports = home.report(subscription.id).filter(({ name }) => isAbout(name));
  const session = budget.take(reports, ({ name }) => listingBytes(name)).map((report) => {
    const status = report.isOpen && report.connected !== null
      ? report.connected
      : new ToBeConfirmed("fault", "no session over a transport");
    return new PeerSession({ name: report.name, route: routeOf(report), status });
  });
  return new DirectoryPeer({ subscribedId: subscription.id, search: subscription.search, session });
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

/** Counts what was put into an answer. */
class Budget {
  #bytes = 0;
  /** True when something was left out. */
  isSpent = false;

  /** As many items as there is room for. */
  take<T>(items: Iterable<T>, bytesOf: (item: T) => number): T[] {
    const taken: T[] = [];
    for (const item of items) {
      const bytes = bytesOf(item);
      if (this.#bytes + bytes > LISTING_ANSWER_BYTES_MAX) {
        this.isSpent = true;
        break;
      }
      this.#bytes += bytes;
      taken.push(item);
    }
    return taken;
  }
}
