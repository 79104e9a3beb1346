/** The connections that `directory_load.ts` fills a directory with, in a thread of their own. */
/// <reference lib="deno.worker" />

import { openRuntime } from "../../directory/mod.ts";
import {
  ClearListings,
  ClearSubscriberRoute,
  Published,
  PublishedDirectory,
  RouteOverLoop,
  Subscribed,
} from "../../directory/messages.ts";
import { attachNetwork, Close, Connected, ConnectStream } from "../../net/mod.ts";
import { HostPort, type Routine } from "../../runtime/mod.ts";

/** Names and patterns in one message: as much as one peer sends at once. */
const BULK_LISTINGS = 500;

/** What one connection lists. */
export interface Load {
  readonly names: readonly string[];
  readonly searches: readonly string[];
  /** Routes that its names are to have before they count as taken, for one that can be told to leave. */
  readonly guestRoutes?: number;
}

/** Asks for connections, all at once; or that the guests leave. */
export type CrowdRequest = { readonly port: number; readonly loads: readonly Load[] } | {
  readonly leave: "cleared" | "closed";
  /** Routes of theirs, whose ends are waited for. */
  readonly routes: number;
};

/** Says that the directory has taken what all of them list, or has told all the ends; and the routes it has told of so far. */
export interface CrowdAnswer {
  readonly routes: number;
}

const runtime = openRuntime({ directory: { scope: "PROCESS" } });
let routes = 0;
let ends = 0;
/** What is waited for: so many routes or ends. */
let awaited: { readonly what: "routes" | "ends"; readonly count: number; readonly resolve: () => void } | null = null;
const guests: ((how: "cleared" | "closed") => void)[] = [];

/** A connection like that of a host's directory, with listings made up. Resolves when all have been taken. */
function connection(port: number, load: Load): Promise<void> {
  const taken = Promise.withResolvers<void>();
  runtime.run(async (self: Routine) => {
    await connect(self, port);
    const proxy = self.returnAddress;
    const { random } = self.kernel.world;
    const homeAddress = self.address;
    const listeningIpp = new HostPort("127.0.0.1", 9);
    const common = { scope: "LAN", homeAddress } as const;
    const publishing = (name: string) =>
      new Published({ ...common, name, encrypted: false, publishedId: random.uuid(), listeningIpp });
    const searching = (search: string) => new Subscribed({ ...common, search, subscribedId: random.uuid() });
    const [published, subscribed] = [load.names.map(publishing), load.searches.map(searching)];
    for (let at = 0; at < Math.max(published.length, subscribed.length); at += BULK_LISTINGS) {
      const part = {
        published: published.slice(at, at + BULK_LISTINGS),
        subscribed: subscribed.slice(at, at + BULK_LISTINGS),
      };
      self.send(new PublishedDirectory(part), proxy);
    }
    if (load.guestRoutes !== undefined) {
      guests.push((how) => {
        const publishers = new Set(published.map(({ publishedId }) => publishedId!));
        self.send(how === "closed" ? new Close() : new ClearListings({ publishers, subscribers: new Set() }), proxy);
      });
    }
    // What one connection sends is taken in its order: once these two have met, all before them is listed.
    const last = publishing(`taken:${random.uuid()}`);
    const look = searching(last.name!);
    for (const listing of [look, last]) self.send(listing, proxy);
    for (;;) {
      const message = await self.input();
      if (message instanceof ClearSubscriberRoute) count("ends", ++ends);
      if (!(message instanceof RouteOverLoop)) continue;
      if (message.name !== last.name) count("routes", ++routes);
      else {
        const [publishers, subscribers] = [new Set([last.publishedId!]), new Set([look.subscribedId!])];
        self.send(new ClearListings({ publishers, subscribers }), proxy);
        taken.resolve();
      }
    }
  });
  return taken.promise;
}

function count(what: "routes" | "ends", number: number): void {
  if (awaited?.what === what && awaited.count === number) awaited.resolve();
}

function counted(what: "routes" | "ends", count: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  awaited = { what, count, resolve };
  return promise;
}

async function connect(self: Routine, port: number): Promise<void> {
  const request = new ConnectStream({ requestedIpp: new HostPort("127.0.0.1", port) });
  attachNetwork(self.kernel).connect(request, self.address);
  const message = await self.input();
  if (!(message instanceof Connected)) throw new Error(`Cannot connect: ${message}`);
}

async function answer(request: CrowdRequest): Promise<void> {
  if ("leave" in request) {
    const ended = counted("ends", ends + request.routes);
    for (const leave of guests.splice(0)) leave(request.leave);
    await ended;
  } else {
    const more = request.loads.reduce((sum, { guestRoutes = 0 }) => sum + guestRoutes, 0);
    const told = more > 0 ? counted("routes", routes + more) : null;
    await Promise.all([told, ...request.loads.map((load) => connection(request.port, load))]);
  }
  self.postMessage({ routes } satisfies CrowdAnswer);
}

self.onmessage = ({ data }: MessageEvent<CrowdRequest>) => void answer(data);
