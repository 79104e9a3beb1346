// This module performs no I/O.

/**
 * What directories, the objects that publish and subscribe, and the two ends of a session say to one another. Names and
 * members are those of the original's module `object_directory`.
 */

import {
  Address,
  Any,
  Boolean,
  Faulted,
  Float8,
  HostPort,
  Integer8,
  MapOf,
  Message,
  registerAll,
  ScopeOfDirectory,
  SetOf,
  Unicode,
  UUID,
  VectorOf,
  WorldTime,
} from "../runtime/mod.ts";

/** The members of a request that names both listings of a session. */
const LOOP = {
  name: Unicode,
  scope: ScopeOfDirectory,
  routeId: UUID,
  subscribedId: UUID,
  publishedId: UUID,
} as const;

// Between directories.

/** Tells a directory where its parent is. Registered by the original and used by nobody. */
export class ConnectTo extends Message({ ipp: HostPort }) {}
/** Tells a directory where to listen. Registered by the original and used by nobody. */
export class AcceptAt extends Message({ ipp: HostPort }) {}

/** The listing of a publication: kept by every directory from its home up to its scope, and sent from each to the next. */
export class Published extends Message({
  /** What subscribers look for. */
  name: Unicode,
  scope: ScopeOfDirectory,
  /** Whether sessions are encrypted; null from a library. */
  encrypted: Boolean.nullable(false),
  /** New for each registration. */
  publishedId: UUID,
  /** Where its home accepts sessions; unset for PROCESS scope. */
  listeningIpp: HostPort,
  /** The directory of the publisher's process, as seen from the receiver. */
  homeAddress: Address,
}) {}

/** The listing of a subscription: kept by every directory from its home up to its scope, and sent from each to the next. */
export class Subscribed extends Message({
  /** The expression that names are matched against, as a whole. */
  search: Unicode,
  scope: ScopeOfDirectory,
  /** New for each registration. */
  subscribedId: UUID,
  /** The directory of the subscriber's process, as seen from the receiver. */
  homeAddress: Address,
}) {}

/** Many listings at once, such as all that a directory has to say on a new connection. */
export class PublishedDirectory extends Message({ published: VectorOf(Published), subscribed: VectorOf(Subscribed) }) {}

/** These listings are gone. */
export class ClearListings extends Message({ subscribers: SetOf(UUID), publishers: SetOf(UUID) }) {}

/** Tells the home of a publication that its name is taken by another one in the directory of this scope. */
export class Advisory extends Message({ name: Unicode, scope: ScopeOfDirectory, publishedId: UUID }) {}

/** Asks a library for the request behind one of its listings: {@link PublishAs} or {@link SubscribeTo}. */
export class OpenLibrary extends Message({ publishedId: UUID, subscribedId: UUID }) {}

/** A match, as told to the home of the subscriber; see the two kinds of it. */
export class SubscriberRoute extends Message({
  routeId: UUID,
  scope: ScopeOfDirectory,
  subscribedId: UUID,
  publishedId: UUID,
  name: Unicode,
}) {}

/** A match with a publication that accepts sessions at a network address. */
export class RouteOverLoop extends Message({
  routeId: UUID,
  /** The scope of the directory that found the match. */
  scope: ScopeOfDirectory,
  encrypted: Boolean.nullable(false),
  subscribedId: UUID,
  publishedId: UUID,
  name: Unicode,
  ipp: HostPort.portable.optional(),
}, SubscriberRoute) {}

/** A match with a publication of the same process, or of one of its libraries. */
export class RouteToAddress extends Message({
  routeId: UUID,
  scope: ScopeOfDirectory,
  subscribedId: UUID,
  publishedId: UUID,
  subscriberAddress: Address,
  publisherAddress: Address,
  name: Unicode,
  openedAt: WorldTime,
}, SubscriberRoute) {}

/** A match is over, as told to the home of the subscriber. */
export class ClearSubscriberRoute extends Message({ subscribedId: UUID, name: Unicode, routeId: UUID }) {}
/** A match is over, as told to the home of the publisher. */
export class ClearPublisherRoute extends Message({ publishedId: UUID, name: Unicode, routeId: UUID }) {}

// Between an object and the directory of its process.

/** Asks to publish an object. */
export class PublishAs
  extends Message({ name: Unicode, scope: ScopeOfDirectory, publisherAddress: Address, encrypted: Boolean }) {}
/** Asks to subscribe an object. */
export class SubscribeTo extends Message({ search: Unicode, scope: ScopeOfDirectory, subscriberAddress: Address }) {}

/** The request to publish was refused. */
export class NotPublished extends Message({
  name: Unicode,
  scope: ScopeOfDirectory,
  note: Unicode,
  condition: Unicode.default('cannot publish as "None"'),
  explanation: Unicode,
  errorCode: Integer8,
  exitStatus: Integer8,
}, Faulted) {
  /** The refusal of one request; `note` is one of few short texts, `explanation` says why in detail. */
  static of(request: PublishAs, note: string, explanation = note): NotPublished {
    const { name, scope } = request;
    return new NotPublished({ name, scope, note, condition: `cannot publish as "${name}"`, explanation });
  }
}

/** The request to subscribe was refused. */
export class NotSubscribed extends Message({
  search: Unicode,
  scope: ScopeOfDirectory,
  note: Unicode,
  condition: Unicode.default('cannot subscribe to "None"'),
  explanation: Unicode,
  errorCode: Integer8,
  exitStatus: Integer8,
}, Faulted) {
  /** The refusal of one request; `note` is one of few short texts, `explanation` says why in detail. */
  static of(request: SubscribeTo, note: string, explanation = note): NotSubscribed {
    const { search, scope } = request;
    return new NotSubscribed({ search, scope, note, condition: `cannot subscribe to "${search}"`, explanation });
  }
}

/** Asks to end a publication. */
export class ClearPublished
  extends Message({ name: Unicode, scope: ScopeOfDirectory, publishedId: UUID, note: Unicode }) {}
/** Asks to end a subscription. */
export class ClearSubscribed
  extends Message({ search: Unicode, scope: ScopeOfDirectory, subscribedId: UUID, note: Unicode }) {}
/** The publication has ended. */
export class PublishedCleared
  extends Message({ name: Unicode, scope: ScopeOfDirectory, publishedId: UUID, note: Unicode }) {}
/** The subscription has ended. */
export class SubscribedCleared
  extends Message({ search: Unicode, scope: ScopeOfDirectory, subscribedId: UUID, note: Unicode }) {}

// Between the two ends of a session.

/** From directory to connector, in the original; not sent here. */
export class RequestLoop extends Message({ ...LOOP, subscriberAddress: Address }) {}
/** The subscriber's process asks the publisher's for a session over this transport. */
export class OpenLoop extends Message({ ...LOOP, subscriberAddress: Address }) {}
/** The session is open. */
export class LoopOpened extends Message({ publisherAddress: Address }) {}
/** The subscriber's process ends a session. To be sent once per session, and only after {@link LoopOpened}. */
export class CloseLoop extends Message({ ...LOOP, subscriberAddress: Address }) {}
/** The session is closed. */
export class LoopClosed extends Message({ publisherAddress: Address }) {}
/** From directory to connector, in the original; not sent here. */
export class DropLoop extends Message({ ...LOOP, subscriberAddress: Address }) {}
/** From connector to directory, in the original; not sent here. */
export class LoopDropped extends Message({ subscribedId: UUID, name: Unicode, routeId: UUID }) {}

// From directory to the objects of a session.

/** To a subscriber: a publisher is there, and this is its address; the return address is the same. */
export class Available extends Message({
  /** The name that was published. */
  name: Unicode,
  /** The scope of the directory that found the match. */
  scope: ScopeOfDirectory,
  routeId: UUID,
  subscribedId: UUID,
  publishedId: UUID,
  publisherAddress: Address,
  openedAt: WorldTime,
}) {}
/** To a publisher: a subscriber is there, and this is its address; the return address is the same. */
export class Delivered extends Message({
  /** The name that was published. */
  name: Unicode,
  /** The scope of the directory that found the match. */
  scope: ScopeOfDirectory,
  routeId: UUID,
  subscribedId: UUID,
  publishedId: UUID,
  subscriberAddress: Address,
  openedAt: WorldTime,
}) {}
/** To either: the session with this address is over. One for each {@link Available} and each {@link Delivered}. */
export class Dropped extends Message({
  /** The name that was published. */
  name: Unicode,
  /** The scope of the directory that found the match. */
  scope: ScopeOfDirectory,
  routeId: UUID,
  subscribedId: UUID,
  publishedId: UUID,
  remoteAddress: Address,
  openedAt: WorldTime,
}) {}

// Administration.

/** Asks a directory to connect to its parent, as a listing of this scope would make it do. */
export class OpenDirectory extends Message({ scope: ScopeOfDirectory.default("HOST") }) {}
/** The directory has tried. */
export class DirectoryOpened extends Message({}) {}
/** How far the pages of an answer have come. Not in the original. */
export class DirectoryCursor extends Message({
  /** The kind of entries: 0 for directories below, then published, subscribed, routed and connected. */
  section: Integer8.default(0),
  /** Entries of this kind that have been told, or passed over. */
  told: Integer8.default(0),
  /** Entries of this kind that the directory had lost by then: what came after them has moved forward since. */
  lost: Integer8.default(0),
}) {}

/**
 * What is asked for: the directories below, these kinds of entries and no others, one page of them. Not in the original, which
 * skips it and tells everything in one message.
 */
export class DirectoryPart extends Message({
  published: Boolean.default(false),
  subscribed: Boolean.default(false),
  routed: Boolean.default(false),
  connected: Boolean.default(false),
  /** What the ids of publications and subscriptions have to begin with. */
  identity: Unicode.optional(),
  /** Where the page before this one ended. */
  from: DirectoryCursor.portable.optional(),
}) {}

/** Says that an answer is one page. Not in the original. */
export class DirectoryPage extends Message({
  /** Where the next one begins; unset in the last one. */
  next: DirectoryCursor.portable.optional(),
}) {}

/** Asks for the {@link DirectoryListing} of the topmost directory. */
export class ListDirectory extends Message({
  /** What is wanted of it. Directories of the original on the way don't pass it on. Not on the wire where nobody asks. */
  part: DirectoryPart.portable.optional(),
}) {}
/** Asks a directory for its own {@link DirectoryListing}. */
export class GetDirectory extends Message({
  /**
   * A name or search: asks for what has to do with it and nothing else, with {@link DirectoryDetails}. Not in the original,
   * which tells everything all the same, and not on the wire where nobody asks.
   */
  about: Unicode.optional(),
  /** Asks for a page of some kinds of entries. Not on the wire where nobody asks. */
  part: DirectoryPart.portable.optional(),
}) {}

/** One match of a directory. */
export class DirectoryRoute extends Message({ name: Unicode, subscribedId: UUID, publishedId: UUID }) {}
/** One session of a subscription: the route in use, or null, and its `Connected` transport or a fault. */
export class PeerSession extends Message({ name: Unicode, route: Any, status: Any }) {}
/** The sessions of one subscription. */
export class DirectoryPeer extends Message({ subscribedId: UUID, search: Unicode, session: VectorOf(PeerSession) }) {}

/** A route that the home of a subscription knows and does not use at the moment. */
export class RouteInWaiting extends Message({
  subscribedId: UUID,
  publishedId: UUID,
  name: Unicode,
  /** The scope of the directory that found the match. */
  scope: ScopeOfDirectory,
  /** Why not. */
  reason: Unicode,
}) {}

/** What a directory tells about a name or search besides its listings. Not in the original. */
export class DirectoryDetails extends Message({
  /** What was asked for. */
  about: Unicode,
  /** True when there is more than could be looked through, or told in one message. */
  isPartial: Boolean.default(false),
  /** Seconds since each listing came to this directory, by id. */
  ages: MapOf(UUID, Float8),
  waiting: VectorOf(RouteInWaiting),
  /** Which cake this is, and what its clock shows: those of another kind tell neither. */
  version: Unicode.optional(),
  clock: WorldTime.optional(),
}) {}

/** All that a directory knows. */
export class DirectoryListing extends Message({
  uniqueId: UUID,
  executable: Unicode,
  directoryAddress: Address,
  scope: ScopeOfDirectory,
  primaryIp: Unicode.nullable("(not detected)"),
  connectToDirectory: HostPort.portable.optional(),
  acceptDirectoriesAt: HostPort.portable.optional(),
  published: VectorOf(Published),
  subscribed: VectorOf(Subscribed),
  routed: VectorOf(DirectoryRoute),
  peer: MapOf(UUID, DirectoryPeer),
  subDirectory: MapOf(HostPort, Address),
  /** For who has asked about something. Not in the original, which skips it. */
  details: DirectoryDetails.portable.optional(),
  /** For who has asked for a part. Not in the original, which skips it. */
  page: DirectoryPage.portable.optional(),
}) {}

// What the original does not have is under a module that it does not have either.
registerAll("directory_details", { RouteInWaiting, DirectoryDetails, DirectoryCursor, DirectoryPart, DirectoryPage });

registerAll("object_directory", {
  ConnectTo,
  AcceptAt,
  Published,
  Subscribed,
  PublishedDirectory,
  ClearListings,
  Advisory,
  OpenLibrary,
  SubscriberRoute,
  RouteOverLoop,
  RouteToAddress,
  ClearSubscriberRoute,
  ClearPublisherRoute,
  PublishAs,
  SubscribeTo,
  NotPublished,
  NotSubscribed,
  ClearPublished,
  ClearSubscribed,
  PublishedCleared,
  SubscribedCleared,
  RequestLoop,
  OpenLoop,
  LoopOpened,
  CloseLoop,
  LoopClosed,
  DropLoop,
  LoopDropped,
  Available,
  Delivered,
  Dropped,
  OpenDirectory,
  DirectoryOpened,
  ListDirectory,
  GetDirectory,
  DirectoryRoute,
  PeerSession,
  DirectoryPeer,
  DirectoryListing,
});
