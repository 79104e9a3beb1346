/**
 * One directory of a recorded conversation, replayed: what it was told goes into a core, in the recorded order and time, and what
 * comes out is written down in the same form as what the recording shows. The far ends of its connections answer as they
 * did in the recording, once they are asked.
 */

import { DirectoryCore } from "../../directory/core.ts";
import type { DirectoryEvent, Draw, Effect } from "../../directory/effects.ts";
import {
  ClearPublished,
  ClearSubscribed,
  CloseLoop,
  DirectoryListing,
  GetDirectory,
  ListDirectory,
  LoopClosed,
  LoopOpened,
  OpenLoop,
  PublishAs,
  RouteOverLoop,
  SubscribeTo,
} from "../../directory/messages.ts";
import {
  type AddressValue as Address,
  HostPort,
  Instant,
  lastHop,
  localAddress,
  Ping,
  type Scope,
} from "../../runtime/mod.ts";
import { arrived, kindOf, type Line, messageOf, plainOf, plainOfLine } from "./transcript.ts";

/** Kinds that a directory of the original sends down to a child, other than answers to questions. */
const DOWN = new Set([
  "RouteOverLoop",
  "RouteToAddress",
  "ClearSubscriberRoute",
  "ClearPublisherRoute",
  "Advisory",
  "OpenLibrary",
]);
/** Kinds that go up. */
const UP = new Set(["Published", "Subscribed", "PublishedDirectory", "ClearListings", "PublishAs", "SubscribeTo"]);
/** Questions that anybody may ask. */
const ASKED = new Set(["ListDirectory", "GetDirectory", "Ping"]);
/** What objects are told of sessions. */
const SESSION = new Set(["Available", "Delivered", "Dropped"]);
/** Machines below the lan directory, by the addresses that the recordings gave them. */
const MACHINES: Readonly<Record<string, string>> = { hostA: "127.0.0.11", hostB: "127.0.0.12" };

/** What a directory said. */
export interface Said {
  /** Listings and clears, to the directory above. */
  readonly listed: Set<string>;
  readonly cleared: Set<string>;
  /** Routes and the like, by connection from below. */
  readonly down: string[];
  /** Requests for sessions and their ends, to publishers; and the answers to those of subscribers. */
  readonly loops: string[];
  readonly loopAnswers: string[];
  /** What each object was told of sessions, in order. */
  readonly told: Map<string, string[]>;
  /** Answers to questions, in order. */
  readonly answers: string[];
}

/** Nothing said yet. */
export function emptySaid(): Said {
  return {
    listed: new Set(),
    cleared: new Set(),
    down: [],
    loops: [],
    loopAnswers: [],
    told: new Map(),
    answers: [],
  };
}

/** The directory of the process "main" is called "process" by its library. */
function nodeName(name: string): string {
  return name === "process" ? "main" : name;
}

/** The two ends of a link between directories; null for other connections. */
export function endsOf(conn: string): { child: string; parent: string } | null {
  const match = /^(\w+)>(\w+)#\d+$/.exec(conn);
  return match === null ? null : { child: nodeName(match[1]!), parent: nodeName(match[2]!) };
}

function scopeOf(node: string): Scope {
  if (node.startsWith("host")) return "HOST";
  if (node.startsWith("lan")) return "LAN";
  if (node.startsWith("group")) return "GROUP";
  return node === "library" ? "LIBRARY" : "PROCESS";
}

/** Names routes by what they connect, since their ids are drawn. */
class RouteNames {
  readonly #byId = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  rename(members: Record<string, unknown>): Record<string, unknown> {
    const id = members["route_id"];
    if (typeof id !== "string") return members;
    let name = this.#byId.get(id);
    if (name === undefined) {
      const pair = `${members["subscribed_id"]} ${members["published_id"]}`;
      const count = (this.#counts.get(pair) ?? 0) + 1;
      this.#counts.set(pair, count);
      name = `route ${count} of ${pair}`;
      this.#byId.set(id, name);
    }
    return { ...members, route_id: name };
  }
}

function withoutVolatile(members: Record<string, unknown>): Record<string, unknown> {
  const { opened_at: _, ...rest } = members;
  return rest;
}

function textOf(kind: string, members: Record<string, unknown>): string {
  const sorted = Object.entries(withoutVolatile(members)).sort(([one], [other]) => one < other ? -1 : 1);
  return `${kind} ${JSON.stringify(sorted)}`;
}

function downText(conn: string, to: readonly number[], kind: string, members: Record<string, unknown>): string {
  return `${conn} to [${to}] ${textOf(kind, members)}`;
}

function sayUp(said: Said, kind: string, members: Record<string, unknown>): void {
  if (kind === "ClearListings") {
    for (const id of [...members["subscribers"] as string[], ...members["publishers"] as string[]]) {
      said.cleared.add(id);
    }
  } else if (kind === "PublishedDirectory") {
    for (const item of members["published"] as Record<string, unknown>[]) sayUp(said, "Published", item);
    for (const item of members["subscribed"] as Record<string, unknown>[]) sayUp(said, "Subscribed", item);
  } else said.listed.add(`${kind} ${JSON.stringify(Object.entries(listingMembers(kind, members)).sort())}`);
}

/** Home addresses end in ids of objects and proxies, which depend on the process; their length does not. */
function listingMembers(kind: string, members: Record<string, unknown>): Record<string, unknown> {
  const { home_address: home, listening_ipp: ipp, encrypted, ...rest } = members;
  if (kind === "Published") {
    const { host } = ipp as { host: string | null };
    return { ...rest, encrypted: encrypted === true, host, hops: (home as unknown[]).length };
  }
  if (kind === "Subscribed") return { ...rest, hops: (home as unknown[]).length };
  return {};
}

/** A notification of a session, without what depends on the process. */
function sessionText(kind: string, members: Record<string, unknown>, isOver: boolean): string {
  const { name, scope, subscribed_id, published_id } = members;
  return `${kind} ${name} ${scope} ${subscribed_id} ${published_id}${isOver ? " over a connection" : ""}`;
}

/** A request about a session. */
function loopText(kind: string, members: Record<string, unknown>): string {
  const { name, scope, subscribed_id, published_id, route_id } = members;
  return `${kind} ${name} ${scope} ${subscribed_id} ${published_id} ${route_id}`;
}

/** An answer to the question for all listings, as far as it does not depend on the process. */
function answerText(members: Record<string, unknown>): string {
  const lists = {
    published: (members["published"] as Record<string, unknown>[]).map((item) => listingMembers("Published", item)),
    subscribed: (members["subscribed"] as Record<string, unknown>[]).map((item) => listingMembers("Subscribed", item)),
    routed: members["routed"] as unknown[],
    peer: (members["peer"] as [string, { session: { name: string; route: unknown }[] }][]).map(([id, { session }]) => [
      id,
      session.map(({ name, route }) => {
        const [kind, { scope, published_id }] = route as [string, Record<string, unknown>];
        return [name, kind.split(".").pop(), scope, published_id];
      }),
    ]),
  };
  const sorted = Object.entries(lists).map(([key, list]) => [key, list.map((item) => JSON.stringify(item)).sort()]);
  return JSON.stringify([members["scope"], (members["sub_directory"] as unknown[]).length, ...sorted]);
}

/** Names go their own ways: the order counts for each by itself. */
function addTold(said: Said, object: string, members: Record<string, unknown>, text: string): void {
  const key = `${object} ${members["name"]}`;
  const told = said.told.get(key);
  if (told === undefined) said.told.set(key, [text]);
  else told.push(text);
}

/** Who publishes and subscribes what, as objects were told. */
export class Cast {
  readonly #homes = new Map<string, string>();

  constructor(lines: readonly Line[]) {
    for (const { agent, received } of lines) {
      if (agent === undefined || received === undefined) continue;
      const [name, members] = received.value;
      const id = /\.Published$/.test(name) ? members["published_id"] : members["subscribed_id"];
      if (/\.(Published|Subscribed)$/.test(name)) this.#homes.set(id as string, nodeName(agent));
    }
  }

  /** The process of a listing. */
  homeOf(id: unknown): string | undefined {
    return this.#homes.get(id as string);
  }
}

/** What the recording shows of one directory. */
export function saidInRecording(lines: readonly Line[], node: string): Said {
  const said = emptySaid();
  const cast = new Cast(lines);
  const routes = new RouteNames();
  const peers = new Map<string, string>();
  for (const line of lines) {
    if (line.agent !== undefined && nodeName(line.agent) === node) sayTold(said, line, cast);
    if (line.conn === undefined) continue;
    const link = endsOf(line.conn);
    if (link !== null && isPing(line) && isAnswerOf(line, link, node)) said.answers.push("Ping");
    const kind = kindOf(line);
    if (kind === null) continue;
    const members = plainOfLine(line);
    if (link === null) {
      if (kind === "OpenLoop") peers.set(line.conn, cast.homeOf(members["published_id"]) ?? "");
      const isRequest = kind === "OpenLoop" || kind === "CloseLoop";
      if (isRequest && cast.homeOf(members["subscribed_id"]) === node) said.loops.push(loopText(kind, members));
      else if (!isRequest && peers.get(line.conn) === node) {
        said.loopAnswers.push(downText(line.conn, line.header!.value.to_address.slice(0, -1), kind, members));
      }
      continue;
    }
    if (kind === "DirectoryListing" && isAnswerOf(line, link, node)) said.answers.push(answerText(members));
    if (line.header!.value.return_address.length !== 1) continue;
    if (link.child === node && line.dir === ">" && UP.has(kind)) sayUp(said, kind, members);
    else if (link.parent === node && line.dir === "<" && DOWN.has(kind)) {
      const to = line.header!.value.to_address.slice(0, -1);
      said.down.push(downText(line.conn, to, kind, routes.rename(members)));
    }
  }
  return said;
}

function isPing(line: Line): boolean {
  return line.body?.value[0].endsWith(".Ping") === true;
}

/** True for the first frame of an answer: of a parent to its child, or of a child upwards. */
function isAnswerOf(line: Line, link: { child: string; parent: string }, node: string): boolean {
  const { return_address: from } = line.header!.value;
  return from.length === 1 && node === (line.dir === ">" ? link.child : link.parent);
}

function sayTold(said: Said, { received, self, from, agent }: Line, cast: Cast): void {
  const [name, members] = received!.value;
  const kind = name.split(".").pop()!;
  // Within a process and its libraries the home of the subscriber tells both, be it another one.
  const isTold = members["scope"] !== "PROCESS" || cast.homeOf(members["subscribed_id"]) === nodeName(agent!);
  if (SESSION.has(kind) && isTold) addTold(said, `${self}`, members, sessionText(kind, members, from!.length > 1));
}

/** Runs one directory of a recording. */
export class Replay {
  readonly said = emptySaid();
  readonly #core: DirectoryCore;
  readonly #cast: Cast;
  /** By connection: of directories, and from subscribers. */
  readonly #proxies = new Map<string, Address>();
  readonly #connections = new Map<Address, string>();
  /** Connections that the core has made to publishers. */
  readonly #transports = new Map<number, { readonly proxy: Address; readonly ipp: HostPort }>();
  /** Where publications were said to be. */
  readonly #places = new Map<string, Set<string>>();
  /** Places where nobody is any more. */
  readonly #deserted = new Set<string>();
  readonly #routes = new RouteNames();
  readonly #timers = new Map<string, number>();
  readonly #ids: string[] = [];
  readonly #events: DirectoryEvent[] = [];
  #count = 100;
  #drawn = 0;
  #now = 0;
  readonly #draw: Draw;

  constructor(readonly lines: readonly Line[], readonly node: string) {
    const scope = scopeOf(node);
    const hasParent = lines.some((line) => line.conn !== undefined && endsOf(line.conn)?.child === node);
    this.#cast = new Cast(lines);
    this.#draw = {
      uuid: () => this.#ids.shift() ?? `00000000-0000-4000-8000-${String(++this.#drawn).padStart(12, "0")}`,
      float: () => 0.5,
      wall: () => new Instant(0n),
      primaryAddress: () => null,
      primaryPrefixBits: () => null,
      waitingBytes: () => 0,
    };
    this.#core = new DirectoryCore({
      address: localAddress(16),
      scope,
      connectTo: hasParent ? new HostPort("127.0.0.9", 1) : null,
      acceptAt: null,
      encrypted: false,
      uniqueId: "00000000-0000-4000-8000-ffffffffffff",
      executable: "test",
    });
    this.#handle({ kind: "started" });
  }

  run(): Said {
    for (const line of this.lines) {
      this.#runTimers(line.t * 1000);
      if (line.agent !== undefined && nodeName(line.agent) === this.node) this.#told(line);
      else if (line.conn !== undefined) this.#onConnection(line, line.conn);
    }
    return this.said;
  }

  /** Lets time pass. */
  #runTimers(until: number): void {
    while (true) {
      const [next] = [...this.#timers].sort(([, one], [, other]) => one - other);
      if (next === undefined || next[1] > until) break;
      this.#timers.delete(next[0]);
      this.#now = next[1];
      this.#handle({ kind: "timerDue", timer: next[0] });
    }
    this.#now = Math.max(this.#now, until);
  }

  #onConnection(line: Line, conn: string): void {
    const link = endsOf(conn);
    if (link === null) return this.#onPeer(line, conn);
    if (link.child !== this.node && link.parent !== this.node) return;
    const isUp = link.child === this.node;
    if (line.event === "open") this.#open(conn, isUp, MACHINES[link.child] ?? "127.0.0.21");
    const proxy = this.#proxies.get(conn);
    if (proxy === undefined) return;
    if (isUp && line.dir === ">") this.#mainObject(line);
    if (line.event === "close") {
      this.#handle(isUp ? { kind: "parentClosed", reason: "closed" } : { kind: "childClosed", proxy });
    }
    const kind = kindOf(line) ?? (isPing(line) ? "Ping" : null);
    if (kind === null || line.dir !== (isUp ? "<" : ">")) return;
    // Longer paths are relayed; the directory never sees them.
    const { to_address: to, return_address: from } = line.header!.value;
    const isForDefault = to.length === 1;
    const isForDirectory = to.length === 2 && to[0] === 16;
    const isForMe = isForDefault || (isUp ? isForDirectory : kind === "PublishAs" || kind === "SubscribeTo");
    if (!isForMe || !(DOWN.has(kind) || UP.has(kind) || ASKED.has(kind))) return;
    const message = messageOf(line, proxy);
    if (message instanceof RouteOverLoop) this.#place(message);
    this.#handle({ kind: "received", message, from: arrived(from, proxy) });
  }

  #place({ publishedId, ipp }: RouteOverLoop): void {
    const places = this.#places.get(publishedId!);
    if (places === undefined) this.#places.set(publishedId!, new Set([`${ipp}`]));
    else places.add(`${ipp}`);
  }

  #open(conn: string, isUp: boolean, host: string): void {
    const proxy = this.#newProxy(conn);
    if (isUp) this.#handle({ kind: "parentConnected", proxy });
    else this.#handle({ kind: "childAccepted", proxy, ipp: new HostPort(host, this.#count) });
  }

  #newProxy(conn: string): Address {
    const proxy = localAddress(++this.#count);
    this.#proxies.set(conn, proxy);
    this.#connections.set(proxy, conn);
    return proxy;
  }

  /** A connection between the processes of a subscriber and a publisher. */
  #onPeer(line: Line, conn: string): void {
    const first = this.lines.find((other) => other.conn === conn && kindOf(other) === "OpenLoop");
    if (first === undefined) return;
    const publishedId = first.body!.value[1]["published_id"] as string;
    if (this.#cast.homeOf(publishedId) === this.node) this.#onAccepted(line, conn, publishedId);
    else if (line.event === "close" && "by" in line && line.by === "acceptor") this.#publisherEnds(publishedId);
  }

  #onAccepted(line: Line, conn: string, publishedId: string): void {
    if (line.event === "open") this.#handle({ kind: "peerAccepted", publishedId, proxy: this.#newProxy(conn) });
    const proxy = this.#proxies.get(conn)!;
    if (line.event === "close") this.#handle({ kind: "peerClosed", proxy });
    const kind = kindOf(line);
    if (kind !== "OpenLoop" && kind !== "CloseLoop") return;
    const from = arrived(line.header!.value.return_address, proxy);
    this.#handle({ kind: "received", message: messageOf(line, proxy), from });
  }

  /** The process of a publisher closes its connections, and takes no more. */
  #publisherEnds(publishedId: string): void {
    const places = this.#places.get(publishedId) ?? [];
    for (const place of places) this.#deserted.add(place);
    for (const [transport, { ipp }] of [...this.#transports]) {
      if (!this.#deserted.has(`${ipp}`)) continue;
      this.#transports.delete(transport);
      this.#handle({ kind: "transportClosed", transport, reason: "closed" });
    }
  }

  /** The main object of a library is published without being told. */
  #mainObject(line: Line): void {
    const kind = kindOf(line);
    if (this.node !== "library" || (kind !== "Published" && kind !== "PublishedDirectory")) return;
    const members = line.body!.value[1];
    const listings = (kind === "Published" ? [members] : members["published"]) as Record<string, unknown>[];
    const own = listings.find((listing) => listing["scope"] === "PROCESS");
    if (own === undefined) return;
    this.#ids.push(own["published_id"] as string);
    const publisherAddress = localAddress(50);
    const request = new PublishAs({ name: own["name"] as string, scope: "PROCESS", publisherAddress });
    this.#handle({ kind: "received", message: request, from: publisherAddress });
  }

  /** What an object was told shows what it had asked. */
  #told(line: Line): void {
    const [name, members] = line.received!.value;
    const from = line.self!.join(",") as Address;
    const scope = members["scope"] as Scope;
    const ask = (message: object) => this.#handle({ kind: "received", message, from });
    switch (name.split(".").pop()) {
      case "Published":
        this.#ids.push(members["published_id"] as string);
        ask(
          new PublishAs({
            name: members["name"] as string,
            scope,
            publisherAddress: from,
            encrypted: members["encrypted"] === true,
          }),
        );
        break;
      case "Subscribed":
        this.#ids.push(members["subscribed_id"] as string);
        ask(new SubscribeTo({ search: members["search"] as string, scope, subscriberAddress: from }));
        break;
      case "PublishedCleared":
        ask(new ClearPublished({ publishedId: members["published_id"] as string }));
        break;
      case "SubscribedCleared":
        ask(new ClearSubscribed({ subscribedId: members["subscribed_id"] as string }));
        break;
    }
  }

  /** One event after the other: what an effect leads to comes after all other effects of its event. */
  #handle(event: DirectoryEvent): void {
    this.#events.push(event);
    if (this.#events.length > 1) return;
    for (let next: DirectoryEvent | undefined = event; next !== undefined; next = this.#events[0]) {
      for (const effect of this.#core.handle(next, this.#now, this.#draw)) this.#perform(effect);
      this.#events.shift();
    }
  }

  #perform(effect: Effect): void {
    switch (effect.kind) {
      case "listenPublication": {
        const { publishedId, host } = effect;
        return this.#handle({ kind: "publicationListening", publishedId, ipp: new HostPort(host, 40_000) });
      }
      case "connectTransport": {
        const { transport, ipp } = effect;
        if (this.#deserted.has(`${ipp}`)) {
          return this.#handle({ kind: "transportNotConnected", transport, reason: "refused" });
        }
        const proxy = localAddress(++this.#count);
        this.#transports.set(transport, { proxy, ipp });
        return this.#handle({ kind: "transportConnected", transport, proxy });
      }
      case "closeTransport":
        this.#transports.delete(effect.transport);
        return;
      case "startTimer":
        // Nobody reconnects but in the recording.
        if (effect.timer !== "reconnect") this.#timers.set(effect.timer, this.#now + effect.milliseconds);
        return;
      case "cancelTimer":
        this.#timers.delete(effect.timer);
        return;
      case "send":
        return this.#sent(effect.to, effect.message, effect.from ?? localAddress(16));
    }
  }

  #sent(to: Address, message: object, from: Address): void {
    const kind = message.constructor.name;
    const proxy = lastHop(to);
    if (message instanceof DirectoryListing) this.#answers(to, message);
    else if (message instanceof Ping) this.said.answers.push("Ping");
    const transport = [...this.#transports.values()].find((one) => one.proxy === proxy);
    if (transport !== undefined && (message instanceof OpenLoop || message instanceof CloseLoop)) {
      return this.#request(proxy, message);
    }
    const conn = this.#connections.get(proxy);
    if (conn === undefined) {
      if (SESSION.has(kind)) this.#notified(to, message, from);
      return;
    }
    const members = plainOf(message, proxy) as Record<string, unknown>;
    const path = to.split(",").slice(0, -1).map(Number);
    if (message instanceof LoopOpened || message instanceof LoopClosed) {
      this.said.loopAnswers.push(downText(conn, path, kind, members));
    } else if (endsOf(conn)?.child === this.node) {
      if (UP.has(kind)) sayUp(this.said, kind, members);
    } else if (DOWN.has(kind)) this.said.down.push(downText(conn, path, kind, this.#routes.rename(members)));
  }

  #notified(to: Address, message: object, from: Address): void {
    const members = plainOf(message, to) as Record<string, unknown>;
    const isOver = this.#isRemote(from);
    addTold(this.said, to, members, sessionText(message.constructor.name, members, isOver));
  }

  #isRemote(address: Address): boolean {
    return address.includes(",");
  }

  #answers(to: Address, message: DirectoryListing): void {
    const members = plainOf(message, lastHop(to)) as Record<string, unknown>;
    const { peer, subDirectory } = message;
    this.said.answers.push(answerText({
      ...members,
      sub_directory: [...subDirectory],
      peer: [...peer as Map<string, { session: { name: string; route: object | null }[] }>].map(([id, { session }]) => [
        id,
        {
          session: session.map(({ name, route }) => ({
            name,
            route: route === null ? [null, {}] : [route.constructor.name, plainOf(route, lastHop(to))],
          })),
        },
      ]),
    }));
  }

  /** The publisher answers as it did in the recording, where it was asked the same. */
  #request(proxy: Address, message: OpenLoop | CloseLoop): void {
    const kind = message.constructor.name;
    const { publishedId, subscribedId, routeId } = message;
    this.said.loops.push(loopText(kind, plainOf(message, proxy) as Record<string, unknown>));
    const at = this.lines.findIndex((line) => {
      const members = line.body?.value[1];
      return kindOf(line) === kind && members!["published_id"] === publishedId &&
        members!["subscribed_id"] === subscribedId && members!["route_id"] === routeId;
    });
    const { conn } = this.lines[at] ?? {};
    const answer = this.lines.find((line, index) =>
      index > at && line.conn === conn && kindOf(line) === (kind === "OpenLoop" ? "LoopOpened" : "LoopClosed")
    );
    if (at < 0 || answer === undefined) return;
    const from = arrived(answer.header!.value.return_address, proxy);
    this.#handle({ kind: "received", message: messageOf(answer, proxy), from });
  }
}

/** @internal Makes the types of questions known to the decoder. */
export const QUESTIONS: readonly object[] = [GetDirectory, ListDirectory, Ping];
