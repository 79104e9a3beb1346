/**
 * Rows for cost against size: what one more costs where there are few already, ten times as many, and a hundred times as
 * many. Each has the smallest size as its floor, so that the ratio is how the cost of one has grown. Run all with
 * `deno task bench growth`.
 */

import { Accepted, Closed, connect, Connected, detachNetwork, listen, Listening } from "../../net/mod.ts";
import { Ack, type AddressValue, HostPort, Ping, realWorld, type Routine, Runtime } from "../../runtime/mod.ts";
import { type DirectoryBench, subscribeTime, warmUp, withNames, withSearches } from "./directory_bench.ts";
import { grouped, type Row, runRows } from "./rows.ts";

const GROWTH = [1, 10, 100];
/** Of which a figure is the mean. */
const SAMPLES = 10_000;

/** Something whose cost is known at a size. */
interface Growing {
  readonly what: string;
  /** The smallest size. */
  readonly from: number;
  /** Microseconds for one. */
  cost(size: number): Promise<number>;
}

async function timed(count: number, work: () => Promise<void> | void): Promise<number> {
  const begun = performance.now();
  await work();
  return 1000 * (performance.now() - begun) / count;
}

async function answerer(self: Routine): Promise<void> {
  for (;;) {
    await self.input();
    self.reply(new Ack());
  }
}

/** Runs a routine in a runtime of its own. */
async function inRuntime(routine: (self: Routine) => Promise<number>): Promise<number> {
  const runtime = new Runtime(realWorld());
  const figures: number[] = [];
  await runtime.start(async (self: Routine) => void figures.push(await routine(self))).returned;
  await detachNetwork(runtime);
  runtime.close();
  return figures[0]!;
}

async function makeActors(self: Routine, count: number): Promise<AddressValue[]> {
  const actors: AddressValue[] = [];
  for (let i = 0; i < count; i++) {
    const actor = self.create(answerer);
    self.send(new Ping(), actor);
    await self.input();
    actors.push(actor);
  }
  return actors;
}

/** A new actor, and its first answer, among so many. */
function actorCost(size: number): Promise<number> {
  return inRuntime(async (self) => {
    await makeActors(self, size);
    return await timed(SAMPLES, async () => void await makeActors(self, SAMPLES));
  });
}

/** A request to one of so many actors, each in turn. */
function requestCost(size: number): Promise<number> {
  return inRuntime(async (self) => {
    const actors = await makeActors(self, size);
    return await timed(SAMPLES, async () => {
      for (let i = 0; i < SAMPLES; i++) {
        self.send(new Ping(), actors[(i * 7919) % size]!);
        await self.input();
      }
    });
  });
}

/** A timer that is set and taken back among so many. */
function timerCost(size: number): Promise<number> {
  return inRuntime((self) => {
    const ring = () => {};
    for (let i = 0; i < size; i++) self.kernel.after(60_000 + (i * 7919) % 60_000, ring);
    return timed(SAMPLES, () => {
      for (let i = 0; i < SAMPLES; i++) {
        self.kernel.cancelTimer(self.kernel.after(60_000 + (i * 104_729) % 60_000, ring));
      }
    });
  });
}

/** Names that are published, one after the other. */
function publishCost(bench: DirectoryBench): Promise<number> {
  return timed(SAMPLES, () => {
    for (let i = 0; i < SAMPLES; i++) bench.publish(`svc:${i}`);
  });
}

function nameCost(size: number): Promise<number> {
  return publishCost(withNames(size, 1));
}

function searchCost(size: number): Promise<number> {
  return publishCost(withSearches(size));
}

function matchCost(size: number): Promise<number> {
  return Promise.resolve(1000 * subscribeTime(withNames(size, 1), size, 1));
}

/** A runtime that answers over sockets, and a routine in another one that is connected so often. */
async function connected(count: number, routine: (self: Routine, proxies: AddressValue[]) => Promise<number>) {
  const server = new Runtime(realWorld());
  const { promise: port, resolve } = Promise.withResolvers<number>();
  server.start(async (self: Routine) => {
    listen(self, new HostPort("127.0.0.1", 0));
    for (;;) {
      const m = await self.input();
      if (m instanceof Listening) resolve(m.listeningIpp.port!);
      else if (!(m instanceof Accepted || m instanceof Closed)) self.reply(new Ack());
    }
  });
  const at = new HostPort("127.0.0.1", await port);
  const figure = await inRuntime(async (self) => {
    const proxies: AddressValue[] = [];
    for (let i = 0; i < count; i++) {
      connect(self, at);
      await self.select(Connected);
      proxies.push(self.returnAddress);
    }
    return await routine(self, proxies);
  });
  await detachNetwork(server);
  server.close();
  return figure;
}

/** A request over one of so many connections, each in turn. */
function connectionCost(size: number): Promise<number> {
  return connected(size, (self, proxies) =>
    timed(SAMPLES, async () => {
      for (let i = 0; i < SAMPLES; i++) {
        self.send(new Ping(), proxies[(i * 7919) % size]!);
        await self.input();
      }
    }));
}

/** A request with so many outstanding on one connection. */
function outstandingCost(size: number): Promise<number> {
  return connected(1, (self, [proxy]) =>
    timed(SAMPLES, async () => {
      for (let i = 0; i < size; i++) self.send(new Ping(), proxy!);
      for (let i = size; i < SAMPLES; i++) {
        await self.input();
        self.send(new Ping(), proxy!);
      }
      for (let i = 0; i < size; i++) await self.input();
    }));
}

const ALL: readonly Growing[] = [
  { what: "a new actor and its answer, actors", from: 1000, cost: actorCost },
  { what: "a request to any actor, actors", from: 1000, cost: requestCost },
  { what: "a timer set and cancelled, timers", from: 10_000, cost: timerCost },
  { what: "a name published, names", from: 1000, cost: nameCost },
  { what: "a name published, patterns", from: 100, cost: searchCost },
  { what: "a subscriber that finds one name, names", from: 1000, cost: matchCost },
  { what: "a request over any connection, connections", from: 10, cost: connectionCost },
  { what: "a request on one connection, outstanding", from: 10, cost: outstandingCost },
];

/** Rows for cost against size. */
export const GROWTH_ROWS: readonly Row[] = ALL.flatMap(({ what, from, cost }) =>
  GROWTH.map((times): Row => ({
    name: `growth: ${what}: ${grouped(from * times)}`,
    unit: "µs",
    measure: () => cost(from * times),
    ...(times === 1 ? {} : { floor: { name: grouped(from), measure: () => cost(from) } }),
  }))
);

if (import.meta.main) {
  warmUp();
  for (const { from, cost } of ALL) await cost(from);
  await runRows(GROWTH_ROWS);
}
