// This module performs no I/O.

/**
 * Who may list what: requests of the objects of this process, and listings of the directories below. Everything that
 * changes the listings is here, and sees to it that routes, homes and the directory above follow.
 */

import { type AddressValue as Address, HostPort, type Scope } from "../runtime/mod.ts";
import { LISTINGS_PER_CHILD_MAX } from "./bounds.ts";
import { isAddress, nameProblem, publishedProblem, subscribedProblem } from "./checks.ts";
import type { Chore, Chores, Steps } from "./chores.ts";
import type { Effects, Moment } from "./effects.ts";
import type { Parts } from "./intake.ts";
import type { PublisherHome } from "./home/publisher_home.ts";
import type { SubscriberHome } from "./home/subscriber_home.ts";
import type { Listings } from "./listings.ts";
import { SearchError } from "./match/search_error.ts";
import {
  Advisory,
  type ClearListings,
  type ClearPublished,
  type ClearSubscribed,
  NotPublished,
  NotSubscribed,
  type OpenLibrary,
  PublishAs,
  type Published,
  PublishedCleared,
  type PublishedDirectory,
  type Subscribed,
  SubscribedCleared,
  SubscribeTo,
} from "./messages.ts";
import type { OwnAddress } from "./own_address.ts";
import type { ParentLink } from "./parent_link.ts";
import { isOfThisMachine } from "./reach.ts";
import { type Child, NO_ROUTES, type Publication, type Subscription } from "./records.ts";
import type { Routes } from "./routes.ts";
import { isNearer, isScope, isWider } from "./scope.ts";
import { publishedOf, subscribedOf, type Upward } from "./upward.ts";

/** The notes of refusals, as the original words them. */
const ALREADY_PUBLISHED = "already published";
const ALREADY_SUBSCRIBED = "already subscribed";
const BAD_SEARCH = "duplicates/search expression";

/** The parts of a core that follow its listings. */
export interface RegistryParts {
  /** Of the directory. */
  readonly address: Address;
  readonly chores: Chores;
  readonly effects: Effects;
  readonly listings: Listings;
  readonly ownAddress: OwnAddress;
  readonly parent: ParentLink;
  readonly publishers: PublisherHome;
  readonly routes: Routes;
  readonly subscribers: SubscriberHome;
  readonly upward: Upward;
}

/** Units of work for the end of one listing, and for telling the directory above of one. */
const REMOVE_UNITS = 5;
const TELL_UNITS = 1;
/** Units of work for taking a listing of a bulk, besides those for its matching: a search is read as well. */
const TAKE_NAME_UNITS = 4;
const TAKE_SEARCH_UNITS = 12;
const TAKE_UNITS_PER_CHARACTER = 0.25;
/** Listings that are cleared at once. */
const CLEARED_AT_ONCE_MAX = 64;
/** The lane of what is told to the directory above. */
const TELLING = "telling";

/** A listing that is new. */
const UNMATCHED = { routes: NO_ROUTES, order: 0, chore: null };

/** A publication of this process, from the request on. */
interface Reservation {
  readonly id: string;
  readonly request: PublishAs;
  readonly from: Address;
}

/** The listings of a directory and all that may happen to them. */
export class Registry {
  readonly #parts: RegistryParts;
  /** Names of publications of this process, also of those that wait for their listener. */
  readonly #names = new Map<string, Reservation>();
  readonly #waiting = new Map<string, Reservation>();
  /** Searches of this process with their askers. */
  readonly #searches = new Set<string>();
  /** Ids of what is published and subscribed for objects of this process, by those. */
  readonly #ofObjects = new Map<Address, Set<string>>();
  /** What a new directory above has not been told yet. */
  #telling: Chore | null = null;
  /** True once it was said what is not met here. */
  #isPassedOver = false;

  constructor(parts: RegistryParts) {
    this.#parts = parts;
  }

  // Requests of objects.

  /** An object of this process asks to be published. */
  publish(request: PublishAs, from: Address, moment: Moment): void {
    const { effects, listings, parent, publishers } = this.#parts;
    const problem = publishProblem(request);
    if (problem !== null) {
      effects.send(from, NotPublished.of(request, problem));
      return;
    }
    const name = request.name!;
    if (this.#names.has(name)) {
      effects.send(from, NotPublished.of(request, ALREADY_PUBLISHED));
      return;
    }
    parent.need(request.scope!, moment);
    if (listings.winnerOf(name) !== undefined) {
      effects.send(from, NotPublished.of(request, ALREADY_PUBLISHED, "the name is held by a process below this one"));
      return;
    }
    const reservation: Reservation = { id: moment.draw.uuid(), request, from };
    this.#names.set(name, reservation);
    this.#note(request.publisherAddress!, reservation.id);
    if (isWider(request.scope!, "PROCESS")) {
      this.#waiting.set(reservation.id, reservation);
      const publisher = request.publisherAddress!;
      const encrypted = request.encrypted === true;
      publishers.add(reservation.id, { name, publisher, host: listenerHost(request), encrypted });
    } else this.#register(reservation, new HostPort(), moment);
  }

  /** The listener of a publication is there. */
  publicationListening(id: string, ipp: HostPort, moment: Moment): void {
    const reservation = this.#waiting.get(id);
    if (reservation === undefined) return;
    this.#waiting.delete(id);
    this.#register(reservation, new HostPort(listenerHost(reservation.request), ipp.port), moment);
  }

  /** No listener could be had for a publication. */
  publicationNotListening(id: string, reason: string): void {
    const reservation = this.#waiting.get(id);
    if (reservation === undefined) return;
    this.#waiting.delete(id);
    this.#names.delete(reservation.request.name!);
    this.#unnote(reservation.request.publisherAddress!, id);
    this.#parts.publishers.failed(id);
    this.#parts.effects.send(reservation.from, NotPublished.of(reservation.request, "cannot listen", reason));
  }

  #register({ id, request }: Reservation, ipp: HostPort, moment: Moment): void {
    const { address, effects, listings } = this.#parts;
    const publication: Publication = {
      id,
      name: request.name!,
      scope: request.scope!,
      encrypted: request.encrypted === true,
      ipp,
      home: address,
      owner: null,
      request,
      object: request.publisherAddress!,
      ...UNMATCHED,
      listedAt: moment.now,
    };
    // The main object of a library is published by its framework, and does not expect to hear of it.
    const isSilent = listings.scope === "LIBRARY" && !isWider(publication.scope, "PROCESS");
    if (!isSilent) effects.send(request.publisherAddress!, publishedOf(publication));
    this.#add(publication);
  }

  /** An object of this process asks for publications. */
  subscribe(request: SubscribeTo, from: Address, moment: Moment): void {
    const { address, effects, listings, parent, subscribers } = this.#parts;
    const { search, scope, subscriberAddress } = request;
    if (typeof search !== "string" || !isScope(scope) || !isAddress(subscriberAddress)) {
      effects.send(from, NotSubscribed.of(request, "incomplete request"));
      return;
    }
    const key = searchKey(search, from);
    if (this.#searches.has(key)) {
      effects.send(from, NotSubscribed.of(request, ALREADY_SUBSCRIBED));
      return;
    }
    parent.need(scope, moment);
    const pattern = listings.patternOf(search);
    if (pattern instanceof SearchError) {
      effects.send(from, NotSubscribed.of(request, BAD_SEARCH, pattern.message));
      return;
    }
    this.#searches.add(key);
    const id = moment.draw.uuid();
    this.#note(subscriberAddress, id);
    const subscription: Subscription = {
      id,
      search,
      scope,
      pattern,
      home: address,
      owner: null,
      request: { request, key },
      object: subscriberAddress,
      ...UNMATCHED,
      listedAt: moment.now,
    };
    subscribers.add(id, subscriberAddress);
    effects.send(subscriberAddress, subscribedOf(subscription));
    this.#addSubscription(subscription);
  }

  /** An object of this process asks to end a publication. It is answered whether or not there was one. */
  clearPublished(request: ClearPublished, from: Address, moment: Moment): void {
    const { name, scope, publishedId, note } = request;
    this.#parts.effects.send(from, new PublishedCleared({ name, scope, publishedId, note }));
    this.#withdrawPublication(publishedId!, moment);
  }

  #withdrawPublication(id: string, moment: Moment): void {
    const { listings, publishers } = this.#parts;
    const publication = listings.publications.get(id);
    if (publication === undefined || publication.request === null) return;
    this.#names.delete(publication.name);
    this.#unnote(publication.request.publisherAddress!, id);
    publishers.remove(id);
    this.#removeAll([publication], [], moment);
  }

  /** An object of this process asks to end a subscription. It is answered whether or not there was one. */
  clearSubscribed(request: ClearSubscribed, from: Address, moment: Moment): void {
    const { search, scope, subscribedId, note } = request;
    this.#parts.effects.send(from, new SubscribedCleared({ search, scope, subscribedId, note }));
    this.#withdrawSubscription(subscribedId!, moment);
  }

  #withdrawSubscription(id: string, moment: Moment): void {
    const { listings, subscribers } = this.#parts;
    const subscription = listings.subscriptions.get(id);
    if (subscription === undefined || subscription.request === null) return;
    this.#searches.delete(subscription.request.key);
    this.#unnote(subscription.request.request.subscriberAddress!, id);
    subscribers.remove(id);
    this.#removeAll([], [subscription], moment);
  }

  #note(object: Address, id: string): void {
    const ids = this.#ofObjects.get(object);
    if (ids === undefined) this.#ofObjects.set(object, new Set([id]));
    else ids.add(id);
  }

  #unnote(object: Address, id: string): void {
    const ids = this.#ofObjects.get(object);
    ids?.delete(id);
    if (ids?.size === 0) this.#ofObjects.delete(object);
  }

  /** An object of this process has ended, however that came: nothing is published or subscribed for it any more. */
  objectEnded(object: Address): void {
    const ids = this.#ofObjects.get(object);
    if (ids === undefined) return;
    this.#ofObjects.delete(object);
    this.#parts.chores.begin(`end of ${object}`, this.#withdrawalSteps(ids));
  }

  *#withdrawalSteps(ids: ReadonlySet<string>): Steps {
    const { chores, publishers } = this.#parts;
    for (const id of ids) {
      const reservation = this.#waiting.get(id);
      if (reservation !== undefined) {
        this.#waiting.delete(id);
        this.#names.delete(reservation.request.name!);
        publishers.remove(id);
      }
      this.#withdrawPublication(id, chores.moment);
      this.#withdrawSubscription(id, chores.moment);
      chores.effort.spend(REMOVE_UNITS);
      if (chores.effort.isSpent) yield;
    }
  }

  // Listings of the directories below. Each says what is wrong with the message, or null.

  takePublished(message: Published, child: Child, moment: Moment): string | null {
    const { listings, effects, parent } = this.#parts;
    const problem = publishedProblem(message, child.proxy);
    if (problem !== null) return problem;
    if (isNearer(message.scope!, listings.scope)) return this.#passOver(message.name!, message.scope!, child);
    const known = listings.publications.get(message.publishedId!);
    const ipp = this.#rewritten(message.listeningIpp, child);
    if (known !== undefined) return this.#takeAgain(known, message, { child, ipp, moment });
    if (this.#isFull(child)) {
      this.#advise(message);
      return null;
    }
    const publication: Publication = {
      id: message.publishedId!,
      name: message.name!,
      scope: message.scope!,
      encrypted: message.encrypted === true,
      ipp,
      home: message.homeAddress!,
      owner: child,
      request: null,
      object: null,
      ...UNMATCHED,
      listedAt: moment.now,
    };
    parent.need(publication.scope, moment);
    if (!this.#add(publication)) {
      effects.log("trace", `Name "${publication.name}" is taken at ${listings.scope}: ${publication.id} waits for it`);
      this.#advise(message);
    }
    return null;
  }

  /** A publication that is listed already, from its own connection or a newer one. */
  #takeAgain(
    known: Publication,
    message: Published,
    { child, ipp, moment }: { child: Child; ipp: HostPort; moment: Moment },
  ): string | null {
    const { listings, ownAddress, routes, upward } = this.#parts;
    const isSame = known.name === message.name && known.scope === message.scope && known.owner !== null;
    if (!isSame) return "the id of another publication";
    if (known.owner!.order > child.order) return null;
    const hasMoved = known.owner !== child || known.home !== message.homeAddress;
    const hasNewAddress = known.ipp.host !== ipp.host || known.ipp.port !== ipp.port;
    if (!hasMoved && !hasNewAddress) return null;
    // What belongs to a closed connection is neither matched nor told: that is made up for.
    const mustRoute = hasNewAddress || known.owner!.isGone || !isWider(listings.scope, "PROCESS");
    if (mustRoute) routes.clear(known, moment, known.owner === child ? null : known.owner);
    listings.move(known, child, message.homeAddress!);
    known.ipp = ipp;
    known.object = null;
    ownAddress.listed(known, moment);
    if (mustRoute && listings.winnerOf(known.name) === known) routes.addPublication(known);
    upward.republish(known);
    this.#tellSteps(known.name);
    return null;
  }

  takeSubscribed(message: Subscribed, child: Child, moment: Moment): string | null {
    const { listings, effects, parent } = this.#parts;
    const problem = subscribedProblem(message, child.proxy);
    if (problem !== null) return problem;
    if (isNearer(message.scope!, listings.scope)) return this.#passOver(message.search!, message.scope!, child);
    const known = listings.subscriptions.get(message.subscribedId!);
    if (known !== undefined) return this.#takeSubscribedAgain(known, message, { child, moment });
    if (this.#isFull(child)) return null;
    const pattern = listings.patternOf(message.search!);
    if (pattern instanceof SearchError) {
      effects.log("warning", `Cannot use the search "${message.search}": ${pattern.message}`);
    }
    const subscription: Subscription = {
      id: message.subscribedId!,
      search: message.search!,
      scope: message.scope!,
      pattern: pattern instanceof SearchError ? null : pattern,
      home: message.homeAddress!,
      owner: child,
      request: null,
      object: null,
      ...UNMATCHED,
      listedAt: moment.now,
    };
    parent.need(subscription.scope, moment);
    this.#addSubscription(subscription);
    return null;
  }

  #takeSubscribedAgain(
    known: Subscription,
    message: Subscribed,
    { child, moment }: { child: Child; moment: Moment },
  ): string | null {
    const { listings, routes, upward } = this.#parts;
    const isSame = known.search === message.search && known.scope === message.scope && known.owner !== null;
    if (!isSame) return "the id of another subscription";
    if (known.owner!.order > child.order || (known.owner === child && known.home === message.homeAddress)) return null;
    const mustRoute = known.owner!.isGone || !isWider(listings.scope, "PROCESS");
    if (mustRoute) routes.clear(known, moment, known.owner === child ? null : known.owner);
    listings.move(known, child, message.homeAddress!);
    known.object = null;
    if (mustRoute) routes.addSubscription(known);
    else routes.retell(known);
    upward.renew(known);
    if (isWider(known.scope, listings.scope)) upward.subscribe(known);
    return null;
  }

  /** Takes a bulk, in steps of one listing each. */
  *takeBulk({ published, subscribed }: PublishedDirectory, child: Child): Parts {
    const { chores } = this.#parts;
    let problem: string | null = null;
    for (const listed of published) {
      const found = this.takePublished(listed, child, chores.moment);
      problem ??= found;
      chores.effort.spend(TAKE_NAME_UNITS);
      yield 1;
    }
    for (const listed of subscribed) {
      const found = this.takeSubscribed(listed, child, chores.moment);
      problem ??= found;
      chores.effort.spend(TAKE_SEARCH_UNITS + TAKE_UNITS_PER_CHARACTER * (listed.search?.length ?? 0));
      yield 1;
    }
    return problem;
  }

  /** Listings are cleared by the connection they came by, and no other; some at a time. */
  *takeClear({ publishers, subscribers }: ClearListings, child: Child): Parts {
    const { chores, listings } = this.#parts;
    const isOwn = <T extends { readonly owner: Child | null }>(listing: T | undefined): listing is T =>
      listing?.owner === child;
    for (const ids of inParts(subscribers)) {
      this.#removeAll([], ids.map((id) => listings.subscriptions.get(id)).filter(isOwn), chores.moment);
      chores.effort.spend(REMOVE_UNITS * ids.length);
      yield ids.length;
    }
    for (const ids of inParts(publishers)) {
      this.#removeAll(ids.map((id) => listings.publications.get(id)).filter(isOwn), [], chores.moment);
      chores.effort.spend(REMOVE_UNITS * ids.length);
      yield ids.length;
    }
    return null;
  }

  /** The connection of a child is closed. */
  removeChild(child: Child): void {
    this.#parts.chores.begin(`end of ${child.order}`, this.#removalSteps(child));
  }

  /** Listings that have come by a newer connection meanwhile are no longer among those of the child. */
  *#removalSteps(child: Child): Steps {
    const { chores, routes } = this.#parts;
    routes.forget(child);
    for (const subscription of child.subscriptions) {
      this.#removeAll([], [subscription], chores.moment);
      chores.effort.spend(REMOVE_UNITS);
      if (chores.effort.isSpent) yield;
    }
    for (const publication of child.publications) {
      this.#removeAll([publication], [], chores.moment);
      chores.effort.spend(REMOVE_UNITS);
      if (chores.effort.isSpent) yield;
    }
  }

  /** A listing for nearer scopes meets nobody here; at the station, whose port is that of a host directory, it is said once. */
  #passOver(nameOrSearch: string, scope: Scope, { ipp }: Child): null {
    const isStation = this.#parts.listings.scope === "LAN" && isOfThisMachine(ipp);
    if (this.#isPassedOver || !isStation || scope !== "HOST") return null;
    this.#isPassedOver = true;
    const why = "as this machine has no HOST directory besides";
    this.#parts.effects.log("warning", `"${nameOrSearch}"[HOST] is not met here, ${why}: list it for the LAN`);
    return null;
  }

  #isFull(child: Child): boolean {
    if (child.publications.size + child.subscriptions.size < LISTINGS_PER_CHILD_MAX) return false;
    this.#parts.effects.log(
      "warning",
      `Refused a listing of the directory at ${child.ipp}: it has ${LISTINGS_PER_CHILD_MAX}`,
    );
    return true;
  }

  #advise({ name, publishedId, homeAddress }: Published): void {
    const { effects, listings } = this.#parts;
    effects.send(homeAddress!, new Advisory({ name, scope: listings.scope, publishedId }));
  }

  /** Where a publication of a child is reached from here and above. */
  #rewritten(ipp: HostPort, child: Child): HostPort {
    switch (this.#parts.listings.scope) {
      case "PROCESS":
      case "LIBRARY":
        return new HostPort(ipp.host, ipp.port);
      case "GROUP":
      case "HOST":
        return new HostPort("127.0.0.1", ipp.port);
      default:
        return new HostPort(child.ipp.host, ipp.port);
    }
  }

  // What follows from a change.

  /** True when the publication is the one that subscribers of its name meet here. */
  #add(publication: Publication): boolean {
    const { chores, listings, ownAddress, routes, effects } = this.#parts;
    const isWinner = listings.addPublication(publication);
    ownAddress.listed(publication, chores.moment);
    if (isWinner) {
      effects.log("trace", `Published "${publication.name}"[${listings.scope}] (${publication.ipp})`);
      routes.addPublication(publication);
    }
    this.#tellSteps(publication.name);
    return isWinner;
  }

  #tellSteps(name: string): void {
    for (const step of this.#parts.listings.stepsOf(name)) {
      if (!step.owner?.isGone) this.#parts.upward.publish(step);
    }
  }

  #addSubscription(subscription: Subscription): void {
    const { listings, routes, upward, effects } = this.#parts;
    listings.addSubscription(subscription);
    effects.log("trace", `Subscribed "${subscription.search}"[${listings.scope}]`);
    routes.addSubscription(subscription);
    if (isWider(subscription.scope, listings.scope)) upward.subscribe(subscription);
  }

  /** Removes listings with their routes; then those that have waited for a name take their places. */
  #removeAll(
    publications: readonly Publication[],
    subscriptions: readonly Subscription[],
    moment: Moment,
  ): void {
    const { listings, ownAddress, routes, upward } = this.#parts;
    for (const subscription of subscriptions) {
      listings.removeSubscription(subscription);
      routes.clear(subscription, moment);
      upward.clearSubscription(subscription.id);
    }
    const names = new Set<string>();
    const followers = new Set<Publication>();
    for (const publication of publications) {
      routes.clear(publication, moment);
      const follower = listings.removePublication(publication);
      ownAddress.removed(publication);
      if (follower !== null) followers.add(follower);
      upward.clearPublication(publication.id);
      names.add(publication.name);
    }
    for (const follower of followers) {
      if (listings.winnerOf(follower.name) === follower) routes.addPublication(follower);
    }
    for (const name of names) this.#tellSteps(name);
  }

  /** Tells a directory above that has just been connected all that is for it. */
  tellAll(): void {
    this.tellNothing();
    this.#telling = this.#parts.chores.begin(TELLING, this.#tellingSteps());
  }

  /** The directory above is gone. */
  tellNothing(): void {
    if (this.#telling !== null) this.#parts.chores.cancel(this.#telling);
    this.#telling = null;
  }

  *#tellingSteps(): Steps {
    const { listings, upward, chores: { effort } } = this.#parts;
    for (const { name } of listings.publications.values()) {
      this.#tellSteps(name);
      effort.spend(TELL_UNITS);
      if (effort.isSpent) yield;
    }
    for (const subscription of listings.subscriptions.values()) {
      const isForAbove = isWider(subscription.scope, listings.scope) && !subscription.owner?.isGone;
      if (isForAbove) upward.subscribe(subscription);
      effort.spend(TELL_UNITS);
      if (effort.isSpent) yield;
    }
  }

  /** Makes the directories above tell the routes of a subscription anew; false for one that is not for them. */
  renew(subscribedId: string): boolean {
    const { listings, upward } = this.#parts;
    const subscription = listings.subscriptions.get(subscribedId);
    if (subscription === undefined || !isWider(subscription.scope, listings.scope)) return false;
    upward.renew(subscription);
    return true;
  }

  // What directories above have to say.

  /** The parent asks for the request behind a listing of this library. */
  openLibrary({ publishedId, subscribedId }: OpenLibrary, from: Address): void {
    const { effects, listings } = this.#parts;
    const listed = listings.publications.get(publishedId!)?.request ??
      listings.subscriptions.get(subscribedId!)?.request?.request;
    if (listed instanceof PublishAs) {
      const { name, scope, publisherAddress, encrypted } = listed;
      effects.send(from, new PublishAs({ name, scope, publisherAddress, encrypted }));
    } else if (listed instanceof SubscribeTo) {
      const { search, scope, subscriberAddress } = listed;
      effects.send(from, new SubscribeTo({ search, scope, subscriberAddress }));
    } else effects.log("warning", "Ignored a question for a listing that is not there");
  }

  /** A directory above has another publication of that name. */
  advise({ name, scope, publishedId }: Advisory): void {
    const publication = this.#parts.listings.publications.get(publishedId!);
    if (publication === undefined || publication.request === null) return;
    this.#parts.effects.log("warning", `Cannot publish "${name}" at [${scope}]: the name is taken there`);
  }
}

/** The ids of a set, so many at a time as are cleared at once. */
function* inParts(ids: ReadonlySet<string>): Generator<readonly string[]> {
  const list = [...ids];
  for (let at = 0; at < list.length; at += CLEARED_AT_ONCE_MAX) yield list.slice(at, at + CLEARED_AT_ONCE_MAX);
}

function publishProblem({ name, scope, publisherAddress }: PublishAs): string | null {
  const problem = nameProblem(name);
  if (problem !== null) return problem;
  if (!isScope(scope)) return "no scope";
  return isAddress(publisherAddress) ? null : "no address";
}

/** Publications for the LAN are reached from other machines, all others from this one only. */
function listenerHost({ scope }: PublishAs): string {
  return isWider(scope!, "HOST") ? "0.0.0.0" : "127.0.0.1";
}

function searchKey(search: string, from: Address): string {
  return `${from} ${search}`;
}
