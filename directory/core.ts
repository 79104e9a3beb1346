// This module performs no I/O.

/**
 * What a directory decides, apart from what it does: events in, effects out. The directory of a process and those of the
 * roles GROUP, HOST and LAN differ by their scope only.
 *
 * Nothing that comes over a connection can end it. What makes no sense is ignored and counted, and a connection that goes on with
 * it is closed; what one child sends never touches the listings of another.
 */

import {
  addressPath,
  type AddressValue as Address,
  Enquiry,
  type HostPort,
  isRemote,
  lastHop,
  Ping,
  type Scope,
} from "../runtime/mod.ts";
import { AcceptLink, LISTEN_TIMER } from "./accept_link.ts";
import { MALFORMED_MESSAGES_MAX, QUESTION_HOPS_MAX } from "./bounds.ts";
import { Children } from "./children.ts";
import { routeProblem } from "./checks.ts";
import { Chores } from "./chores.ts";
import { type DirectoryEvent, type Draw, type Effect, Effects, type Moment } from "./effects.ts";
import { PublisherHome } from "./home/publisher_home.ts";
import { SubscriberHome } from "./home/subscriber_home.ts";
import { Transports } from "./home/transports.ts";
import { Intake, type Parts } from "./intake.ts";
import { LibrarySessions } from "./library_sessions.ts";
import { Listings } from "./listings.ts";
import {
  Advisory,
  ClearListings,
  ClearPublished,
  ClearPublisherRoute,
  ClearSubscribed,
  ClearSubscriberRoute,
  type Delivered,
  type DirectoryListing,
  type Dropped,
  GetDirectory,
  ListDirectory,
  LoopClosed,
  LoopOpened,
  OpenDirectory,
  OpenLibrary,
  PublishAs,
  Published,
  PublishedDirectory,
  RouteOverLoop,
  RouteToAddress,
  Subscribed,
  SubscribeTo,
} from "./messages.ts";
import { OWN_ADDRESS_TIMER, OwnAddress } from "./own_address.ts";
import { ParentLink, RECONNECT_TIMER } from "./parent_link.ts";
import { Questions, QUESTIONS_TIMER } from "./questions.ts";
import type { Child } from "./records.ts";
import { Registry } from "./registry.ts";
import { answerSteps, type ReportQuestion } from "./report.ts";
import { Routes } from "./routes.ts";
import { isWider } from "./scope.ts";
import { Upward } from "./upward.ts";

/** The timer after which routes are forgotten that were not told again over a new link. */
const STALE_TIMER = "stale";

/** What a directory is made with. */
export interface DirectoryOptions {
  /** The address of the directory's actor. */
  readonly address: Address;
  /** PROCESS for an ordinary process, LIBRARY for one loaded as a library, else the role. */
  readonly scope: Scope;
  /** The parent, or null to find one when a listing needs it. */
  readonly connectTo: HostPort | null;
  /** Where to listen for children, or null not to, unless somebody enquires. */
  readonly acceptAt: HostPort | null;
  /** Whether links to parent and children are encrypted. */
  readonly encrypted: boolean;
  /** A random id of this directory. */
  readonly uniqueId: string;
  /** The base name of the program. */
  readonly executable: string;
  /** Units of work in one turn; with less there are more turns. @default {TURN_UNITS} */
  readonly turnUnits?: number;
}

/** Counts for tests and for those who watch over a directory. */
export interface DirectoryCounts {
  readonly publications: number;
  readonly subscriptions: number;
  readonly searches: number;
  readonly children: number;
  /** Listings that the parent was told of. */
  readonly known: number;
  /** Names with routes or sessions, over all subscriptions of this process. */
  readonly pairings: number;
  /** Routes that the subscriptions of this process know, from this directory and from those above. */
  readonly routes: number;
  readonly transports: number;
  readonly peers: number;
  /** Pieces of work that wait for turns of their own. */
  readonly chores: number;
}

/** The state of one directory and all of its decisions. */
export class DirectoryCore {
  readonly #options: DirectoryOptions;
  readonly #effects = new Effects();
  readonly #chores: Chores;
  readonly #listings: Listings;
  readonly #children = new Children();
  readonly #upward = new Upward(this.#effects);
  readonly #parent: ParentLink;
  readonly #accept: AcceptLink;
  readonly #transports = new Transports(this.#effects);
  readonly #publishers = new PublisherHome(this.#effects);
  readonly #subscribers: SubscriberHome;
  readonly #routes: Routes;
  readonly #ownAddress: OwnAddress;
  readonly #registry: Registry;
  readonly #intake: Intake;
  readonly #questions: Questions;
  /** True once it was told that the directories above go in a circle, until there is another link. */
  #isCircleTold = false;
  readonly #librarySessions = new LibrarySessions(this.#effects);
  /** True while the event `again` is on its way. */
  #isAgainDue = false;

  constructor(options: DirectoryOptions) {
    this.#options = options;
    const { scope, encrypted } = options;
    this.#chores = new Chores(options.turnUnits);
    this.#listings = new Listings(scope);
    const isNeeded = (): boolean => this.#listings.isForAbove;
    this.#parent = new ParentLink(this.#effects, { scope, encrypted, parent: options.connectTo, isNeeded });
    this.#accept = new AcceptLink(this.#effects, { scope, encrypted, at: options.acceptAt });
    this.#subscribers = new SubscriberHome(this.#effects, this.#transports, (id) => this.#renew(id));
    this.#routes = new Routes({
      listings: this.#listings,
      effects: this.#effects,
      chores: this.#chores,
      endSession: (child, route) => this.#librarySessions.endRoute(child, route),
      unreached: () => this.#ownAddress.missed(),
      home: {
        addRoute: (message, moment) => this.#subscribers.addRoute(message, "here", moment),
        clearRoute: (message, moment) => this.#subscribers.clearRoute(message, moment),
      },
    });
    this.#ownAddress = new OwnAddress({
      chores: this.#chores,
      effects: this.#effects,
      listings: this.#listings,
      routes: this.#routes,
    });
    this.#registry = new Registry({
      address: options.address,
      chores: this.#chores,
      effects: this.#effects,
      listings: this.#listings,
      ownAddress: this.#ownAddress,
      parent: this.#parent,
      publishers: this.#publishers,
      routes: this.#routes,
      subscribers: this.#subscribers,
      upward: this.#upward,
    });
    this.#intake = new Intake({
      chores: this.#chores,
      partsOf: (message, child) => this.#takeFromChild(message, child),
      refuse: (message, child, problem) => this.#refuse(message, child, problem),
    });
    this.#questions = new Questions({
      chores: this.#chores,
      effects: this.#effects,
      answerTo: (question) => this.#answerTo(question),
    });
  }

  /** What there is at the moment. */
  get counts(): DirectoryCounts {
    return {
      publications: this.#listings.publications.size,
      subscriptions: this.#listings.subscriptions.size,
      searches: this.#listings.searchCount,
      children: this.#children.size,
      known: this.#upward.knownCount,
      pairings: this.#subscribers.pairingCount,
      routes: this.#subscribers.routeCount,
      transports: this.#transports.size,
      peers: this.#publishers.peerCount,
      chores: this.#chores.size,
    };
  }

  /**
   * Takes one event.
   *
   * @param now Monotonic milliseconds.
   * @returns What to do now, in this order.
   */
  handle(event: DirectoryEvent, now: number, draw: Draw): Effect[] {
    const moment: Moment = { now, draw };
    this.#chores.beginTurn(moment);
    if (event.kind === "received") this.#received(event.message, event.from, moment);
    else this.#happened(event, moment);
    const asBulk = event.kind === "parentConnected" || event.kind === "again" ||
      (event.kind === "received" && event.message instanceof PublishedDirectory);
    this.#upward.flush(asBulk);
    this.#askForTurn();
    return this.#effects.take();
  }

  /** What could not be finished goes on in a turn of its own. */
  #askForTurn(): void {
    if (this.#isAgainDue || !(this.#chores.isWaiting || this.#upward.isWaiting)) return;
    this.#isAgainDue = true;
    this.#effects.add({ kind: "again" });
  }

  #happened(event: Exclude<DirectoryEvent, { kind: "received" }>, moment: Moment): void {
    switch (event.kind) {
      case "started":
        this.#parent.start();
        this.#accept.start();
        break;
      case "objectEnded":
        this.#registry.objectEnded(event.object);
        break;
      case "listening":
        this.#accept.listening(event.ipp);
        break;
      case "notListening":
        this.#accept.failed(event.reason);
        break;
      case "childAccepted":
        this.#children.add(event.proxy, event.ipp);
        // Below a process there are its libraries.
        if (!isWider(this.#options.scope, "PROCESS")) this.#effects.add({ kind: "watchSessions", proxy: event.proxy });
        break;
      case "sessionSeen":
        this.#sessionSeen(event.proxy, event.message, event.publisher);
        break;
      case "childClosed":
        this.#childClosed(event.proxy);
        break;
      case "parentConnected":
        this.#parentConnected(event.proxy, event.remote ?? null, moment);
        break;
      case "parentNotConnected":
        this.#effects.log("trace", `Cannot connect to the directory at ${this.#parent.address}: ${event.reason}`);
        this.#parent.lost(moment);
        break;
      case "parentClosed":
        this.#parentClosed(event.reason, moment);
        break;
      case "publicationListening":
        this.#registry.publicationListening(event.publishedId, event.ipp, moment);
        break;
      case "publicationNotListening":
        this.#registry.publicationNotListening(event.publishedId, event.reason);
        break;
      case "peerAccepted":
        this.#publishers.accepted(event.publishedId, event.proxy);
        break;
      case "peerClosed":
        this.#publishers.closed(event.proxy);
        break;
      case "transportConnected":
        this.#transports.connected(event.transport, event.proxy, event.connected ?? null);
        break;
      case "transportNotConnected":
      case "transportClosed":
        this.#transports.ended(event.transport, event.reason, moment);
        break;
      case "timerDue":
        this.#timerDue(event.timer, moment);
        break;
      case "again":
        this.#isAgainDue = false;
        this.#chores.work();
        break;
    }
  }

  #timerDue(timer: string, moment: Moment): void {
    if (timer === RECONNECT_TIMER) this.#parent.reconnect(moment);
    else if (timer === LISTEN_TIMER) this.#accept.start();
    else if (timer === OWN_ADDRESS_TIMER) this.#ownAddress.timerDue(moment);
    else if (timer === QUESTIONS_TIMER) this.#questions.timerDue();
    else if (timer === STALE_TIMER) this.#subscribers.forgetStale(moment);
    else if (!this.#subscribers.timerDue(timer, moment)) this.#transports.timerDue(timer, moment);
  }

  // The links.

  #parentConnected(proxy: Address, remote: HostPort | null, moment: Moment): void {
    this.#isCircleTold = false;
    this.#parent.connected(proxy, remote, moment);
    this.#upward.connect(proxy);
    this.#registry.tellAll();
    this.#effects.startTimer(STALE_TIMER, this.#parent.renewalMilliseconds);
  }

  #parentClosed(reason: string, moment: Moment): void {
    this.#effects.log("console", `Lost the directory at ${this.#parent.address}: ${reason}`);
    if (this.#parent.proxy !== null) this.#questions.forget(this.#parent.proxy);
    this.#upward.connect(null);
    this.#registry.tellNothing();
    this.#parent.lost(moment);
    this.#effects.cancelTimer(STALE_TIMER);
    this.#subscribers.linkLost(moment);
  }

  #childClosed(proxy: Address): void {
    const child = this.#children.remove(proxy);
    if (child === undefined) return;
    this.#intake.forget(child);
    this.#questions.forget(proxy);
    this.#librarySessions.endAll(child);
    this.#registry.removeChild(child);
  }

  #sessionSeen(proxy: Address, message: Delivered | Dropped, publisher: Address): void {
    const child = this.#children.get(proxy);
    if (child !== undefined) this.#librarySessions.seen(child, message, publisher);
  }

  #renew(subscribedId: string): boolean {
    return this.#parent.proxy !== null && this.#registry.renew(subscribedId);
  }

  // Messages, by the side they come from.

  #received(message: object, from: Address, moment: Moment): void {
    const proxy = lastHop(from);
    const child = this.#children.get(proxy);
    if (this.#transports.has(proxy)) this.#fromTransport(message, proxy, moment);
    else if (this.#publishers.has(proxy)) this.#publishers.received(proxy, message, from, moment);
    else if (isRemote(from) && child === undefined && proxy !== this.#parent.proxy) {
      this.#effects.log("trace", `Ignored ${nameOf(message)} from an unknown connection`);
    } else if (this.#administration(message, from)) return;
    else if (child !== undefined) this.#intake.take(message, child);
    else if (proxy === this.#parent.proxy) this.#fromParent(message, from, moment);
    else this.#fromObject(message, from, moment);
  }

  /** What anybody may ask. */
  #administration(message: object, from: Address): boolean {
    if (message instanceof Ping) this.#effects.send(from, message);
    else if (message instanceof Enquiry) this.#accept.enquire(from);
    else if (message instanceof GetDirectory) this.#questions.take(message, from);
    else if (message instanceof ListDirectory) {
      if (this.#parent.proxy === null || this.#isCircling(from)) {
        this.#questions.take({ part: message.part }, from);
      } else this.#effects.forward(this.#parent.proxy, message, from);
    } else return false;
    return true;
  }

  /** True for a question that has come so far upward that it would never arrive: it is answered where it is. */
  #isCircling(from: Address): boolean {
    if (addressPath(from).length <= QUESTION_HOPS_MAX) return false;
    if (!this.#isCircleTold) {
      const place = this.#parent.address;
      this.#effects.log("warning", `The directory at ${place} is above this one and below it: they go in a circle`);
    }
    this.#isCircleTold = true;
    return true;
  }

  *#answerTo(question: ReportQuestion): Generator<void, DirectoryListing> {
    const { uniqueId, executable, address, scope } = this.#options;
    const { now, draw } = this.#chores.moment;
    const subject = {
      now,
      wall: draw.wall(),
      uniqueId,
      executable,
      address,
      scope,
      primaryAddress: draw.primaryAddress(),
      parent: this.#parent.address,
      acceptsAt: this.#accept.address,
      listings: this.#listings,
      children: this.#children,
      home: this.#subscribers,
      routes: this.#routes,
      effort: this.#chores.effort,
    };
    return yield* answerSteps(subject, question);
  }

  #fromObject(message: object, from: Address, moment: Moment): void {
    if (message instanceof PublishAs) this.#registry.publish(message, from, moment);
    else if (message instanceof SubscribeTo) this.#registry.subscribe(message, from, moment);
    else if (message instanceof ClearPublished) this.#registry.clearPublished(message, from, moment);
    else if (message instanceof ClearSubscribed) this.#registry.clearSubscribed(message, from, moment);
    else if (message instanceof OpenDirectory) this.#parent.openFor(from, message.scope, moment);
    else this.#effects.log("trace", `Ignored ${nameOf(message)} from ${from}`);
  }

  #fromTransport(message: object, proxy: Address, moment: Moment): void {
    if (message instanceof LoopOpened || message instanceof LoopClosed) {
      this.#transports.answered(proxy, message, moment);
    } else this.#effects.log("warning", `Ignored ${nameOf(message)} from the process of a publisher`);
  }

  #refuse(message: object, child: Child, problem: string): void {
    child.malformed++;
    this.#effects.log("warning", `Ignored ${nameOf(message)} from the directory at ${child.ipp}: ${problem}`);
    if (child.malformed < MALFORMED_MESSAGES_MAX) return;
    this.#effects.log("warning", `Closed the connection of the directory at ${child.ipp}: it makes no sense`);
    this.#effects.add({ kind: "closeChild", proxy: child.proxy });
    this.#childClosed(child.proxy);
  }

  /** Says what is wrong with the message, or null. */
  *#takeFromChild(message: object, child: Child): Parts {
    const { moment } = this.#chores;
    if (message instanceof Published) return this.#registry.takePublished(message, child, moment);
    if (message instanceof Subscribed) return this.#registry.takeSubscribed(message, child, moment);
    if (message instanceof PublishedDirectory) return yield* this.#registry.takeBulk(message, child);
    if (message instanceof ClearListings) return yield* this.#registry.takeClear(message, child);
    if (message instanceof PublishAs || message instanceof SubscribeTo) {
      return this.#routes.takeRequest(child, message, moment) ? null : "not asked for";
    }
    return "not expected from below";
  }

  #fromParent(message: object, from: Address, moment: Moment): void {
    if (message instanceof RouteOverLoop || message instanceof RouteToAddress) {
      const problem = routeProblem(message);
      if (problem === null) this.#subscribers.addRoute(message, "above", moment);
      else this.#effects.log("warning", `Ignored a route: ${problem}`);
    } else if (message instanceof ClearSubscriberRoute) this.#subscribers.clearRoute(message, moment);
    else if (message instanceof OpenLibrary) this.#registry.openLibrary(message, from);
    else if (message instanceof Advisory) this.#registry.advise(message);
    else if (!(message instanceof ClearPublisherRoute)) {
      this.#effects.log("warning", `Ignored ${nameOf(message)} from the directory above`);
    }
  }
}

function nameOf(message: object): string {
  return message.constructor?.name ?? "a message";
}
