/** Rows for messages within one process. Each prints a JSON line; run all of them with `deno task bench`. */

import { Ack, bind, on, Ping, realWorld, Returned, type Routine, Runtime, Stateless } from "../../runtime/mod.ts";
import { type Row, runRows } from "./rows.ts";

class Echo extends Stateless {}
bind(Echo, "bench", { table: { always: [on(Ping, (self, message) => self.reply(message))] } });

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
    name: "local request and reply, routine to machine",
    unit: "1/s",
    measure: () => requestReply("machine", 300_000),
    floor: { name: "two promises in turn", measure: () => promiseFloor(300_000) },
  },
  { name: "create 100 000 actors, each answers once", unit: "s", measure: () => createMany(100_000) },
];

if (import.meta.main) await runRows(LOCAL_ROWS);
