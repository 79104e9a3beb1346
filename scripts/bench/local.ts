/** Rows for messages within one process. Each prints a JSON line; run all of them with `deno task bench`. */

import {
  Ack,
  Address,
  bind,
  Integer8,
  on,
  Ping,
  realWorld,
  Returned,
  type Routine,
  Runtime,
  type Settings,
  Start,
  Stateless,
} from "../../runtime/mod.ts";
import { type Row, runRows } from "./rows.ts";

class Echo extends Stateless {}
bind(Echo, "bench", { table: { always: [on(Ping, (self, message) => self.reply(message))] } });

const askerSettings = { to: Address, count: Integer8 };

/** Asks as often as it is told, and ends with the last answer. */
class Asker extends Stateless {
  readonly #ping = new Ping();
  readonly #settings: Settings<typeof askerSettings>;
  #left: number;

  constructor(settings: Settings<typeof askerSettings>) {
    super();
    this.#settings = settings;
    this.#left = settings.count!;
  }

  ask(): void {
    if (this.#left-- === 0) this.complete();
    this.send(this.#ping, this.#settings.to!);
  }
}
bind(Asker, "bench", {
  settings: askerSettings,
  table: { always: [on(Start, (self) => self.ask()), on(Ping, (self) => self.ask())] },
});

async function echo(self: Routine) {
  while (true) {
    await self.input();
    self.reply(self.received);
  }
}

/** Requests and replies, one at a time, by a routine. Returns requests per second. */
async function requestReply(type: "routine" | "machine", count: number): Promise<number> {
  const runtime = new Runtime(realWorld());
  const { returned } = runtime.start(async (self) => {
    const server = type === "routine" ? self.create(echo) : self.create(Echo);
    const ping = new Ping();
    const start = performance.now();
    for (let i = 0; i < count; i++) {
      self.send(ping, server);
      await self.input();
    }
    return performance.now() - start;
  });
  const milliseconds = await returned as number;
  runtime.close();
  return count / milliseconds * 1000;
}

/** The same between two machines. */
async function betweenMachines(count: number): Promise<number> {
  const runtime = new Runtime(realWorld());
  const { returned } = runtime.start(async (self) => {
    const to = self.create(Echo);
    const start = performance.now();
    self.create(Asker, { to, count });
    await self.select(Returned);
    return performance.now() - start;
  });
  const milliseconds = await returned as number;
  runtime.close();
  return count / milliseconds * 1000;
}

/** Many who send to one, as much as they have at once. Returns messages per second; none may be lost. */
async function fanIn(senders: number, each: number): Promise<number> {
  const runtime = new Runtime(realWorld());
  const { returned } = runtime.start(async (self) => {
    const start = performance.now();
    const taker = self.create(async (self: Routine) => {
      for (let count = 0; count < senders * each; count++) await self.input();
    });
    const ping = new Ping();
    const sender = (self: Routine) => {
      for (let i = 0; i < each; i++) self.send(ping, taker);
    };
    for (let i = 0; i < senders; i++) self.create(sender);
    do await self.select(Returned); while (self.returnAddress !== taker && runtime.counts.discarded === 0);
    return performance.now() - start;
  });
  const milliseconds = await returned as number;
  if (runtime.counts.discarded > 0) throw new Error(`${runtime.counts.discarded} messages were lost`);
  runtime.close();
  return senders * each / milliseconds * 1000;
}

/** What a log call costs whose level is off. Returns nanoseconds. */
async function logOff(count: number): Promise<number> {
  const runtime = new Runtime(realWorld());
  const { returned } = runtime.start((self) => {
    const start = performance.now();
    for (let i = 0; i < count; i++) self.debug("a text");
    return performance.now() - start;
  });
  const milliseconds = await returned as number;
  runtime.close();
  return milliseconds / count * 1e6;
}

/** Actors that each answer once. Returns seconds. */
async function createMany(count: number): Promise<number> {
  const runtime = new Runtime(realWorld());
  const { returned } = runtime.start(async (self) => {
    const start = performance.now();
    for (let i = 0; i < count; i++) self.create(() => new Ack());
    for (let ended = 0; ended < count;) if (await self.input() instanceof Returned) ended++;
    return performance.now() - start;
  });
  const milliseconds = await returned as number;
  runtime.close();
  return milliseconds / 1000;
}

/** The floor of a request and reply: two promises in turn, no message. */
async function promiseFloor(count: number): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < count; i++) {
    await new Promise<void>((resolve) => resolve());
    await new Promise<void>((resolve) => resolve());
  }
  return count / (performance.now() - start) * 1000;
}

/** Rows for messages within one process. */
export const LOCAL_ROWS: readonly Row[] = [
  {
    name: "local request and reply, routine to routine",
    unit: "1/s",
    measure: () => requestReply("routine", 300_000),
    floor: { name: "two promises in turn", measure: () => promiseFloor(300_000) },
  },
  {
    name: "local request and reply, machine to machine",
    unit: "1/s",
    measure: () => betweenMachines(500_000),
    floor: { name: "two promises in turn", measure: () => promiseFloor(300_000) },
  },
  {
    name: "local request and reply, routine to machine",
    unit: "1/s",
    measure: () => requestReply("machine", 300_000),
    floor: { name: "two promises in turn", measure: () => promiseFloor(300_000) },
  },
  {
    name: "local fan-in: 1000 senders, one receiver, 1 M messages",
    unit: "1/s",
    measure: () => fanIn(1000, 1000),
  },
  { name: "create 100 000 actors, each answers once", unit: "s", measure: () => createMany(100_000) },
  { name: "log call at a level that is off", unit: "ns", measure: () => logOff(10_000_000) },
];

if (import.meta.main) await runRows(LOCAL_ROWS);
