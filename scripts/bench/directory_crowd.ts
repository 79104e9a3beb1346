/** The connections that `directory_load.ts` fills a directory with, in a thread of their own. */
/// <reference lib="deno.worker" />

import { openRuntime } from "../../directory/mod.ts";
import { ClearListings, Published, PublishedDirectory, RouteOverLoop, Subscribed } from "../../directory/messages.ts";
import { attachNetwork, Connected, ConnectStream } from "../../net/mod.ts";
import { HostPort, type Routine } from "../../runtime/mod.ts";

/** Names and patterns in one message: as much as one peer sends at once. */
const BULK_LISTINGS = 500;

/** What one connection lists. */
export interface Load {
  readonly names: readonly string[];
  readonly searches: readonly string[];
}

/** Asks for connections, all at once. */
export interface CrowdRequest {
  readonly port: number;
  readonly loads: readonly Load[];
}

/** Says that the directory has taken what all of them list, and how many routes it has told of so far. */
export interface CrowdAnswer {
  readonly routes: number;
}

const runtime = openRuntime({ directory: { scope: "PROCESS" } });
let routes = 0;

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
    // What one connection sends is taken in its order: once these two have met, all before them is listed.
    const last = publishing(`taken:${random.uuid()}`);
    const look = searching(last.name!);
    for (const listing of [look, last]) self.send(listing, proxy);
    for (;;) {
      const message = await self.input();
      if (!(message instanceof RouteOverLoop)) continue;
      if (message.name !== last.name) routes++;
      else {
        const [publishers, subscribers] = [new Set([last.publishedId!]), new Set([look.subscribedId!])];
        self.send(new ClearListings({ publishers, subscribers }), proxy);
        taken.resolve();
      }
    }
  });
  return taken.promise;
}

async function connect(self: Routine, port: number): Promise<void> {
  const request = new ConnectStream({ requestedIpp: new HostPort("127.0.0.1", port) });
  attachNetwork(self.kernel).connect(request, self.address);
  const message = await self.input();
  if (!(message instanceof Connected)) throw new Error(`Cannot connect: ${message}`);
}

async function answer({ port, loads }: CrowdRequest): Promise<void> {
  await Promise.all(loads.map((load) => connection(port, load)));
  self.postMessage({ routes } satisfies CrowdAnswer);
}

self.onmessage = ({ data }: MessageEvent<CrowdRequest>) => void answer(data);
