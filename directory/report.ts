// This module performs no I/O.

/** What a directory answers when it is asked for all that it knows. */

import { type AddressValue as Address, HostPort, type Scope, ToBeConfirmed } from "../runtime/mod.ts";
import { LISTING_ANSWER_BYTES_MAX } from "./bounds.ts";
import type { Children } from "./children.ts";
import type { SessionReport, SubscriberHome } from "./home/subscriber_home.ts";
import type { Listings } from "./listings.ts";
import {
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
}

/** All that a directory knows. What does not fit into a frame is left out, as the receiver would close the connection. */
export function reportOf(subject: ReportSubject): DirectoryListing {
  const { listings, children, home } = subject;
  const budget = new Budget();
  const publications = budget.take(listings.publications.values(), (publication) => publication.name);
  const subscriptions = budget.take(listings.subscriptions.values(), (subscription) => subscription.search);
  const local = subscriptions.filter((subscription) => subscription.owner === null);
  const peers = local.map((subscription) => [subscription.id, peerOf(subscription, home, budget)] as const);
  const ends = budget.take(children.values(), () => "");
  return new DirectoryListing({
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
}

function copyOf(ipp: HostPort | null): HostPort {
  return new HostPort(ipp?.host ?? null, ipp?.port ?? null);
}

function routesOf(publications: readonly Publication[], budget: Budget): DirectoryRoute[] {
  const routes = publications.flatMap((publication) => [...publication.routes]);
  return budget.take(routes, (route) => route.publication.name).map(({ publication, subscription }) =>
    new DirectoryRoute({ name: publication.name, subscribedId: subscription.id, publishedId: publication.id })
  );
}

function peerOf(subscription: Subscription, home: SubscriberHome, budget: Budget): DirectoryPeer {
  const session = budget.take(home.report(subscription.id), (report) => report.name).map((report) => {
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

  /** As many items as there is room for. */
  take<T>(items: Iterable<T>, textOf: (item: T) => string): T[] {
    const taken: T[] = [];
    for (const item of items) {
      const bytes = listingBytes(textOf(item));
      if (this.#bytes + bytes > LISTING_ANSWER_BYTES_MAX) break;
      this.#bytes += bytes;
      taken.push(item);
    }
    return taken;
  }
}
