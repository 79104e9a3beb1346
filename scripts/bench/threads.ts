/**
 * Rows for messages between actors in different threads, with what bare `postMessage` does with as many bytes in the same
 * run. Run all with `deno task bench`.
 */

import { openRuntime } from "../../directory/mod.ts";
import {
  Ack,
  Address,
  type AddressValue,
  bind,
  Discover,
  Enquiry,
  Float8,
  Message,
  Ping,
  type Routine,
  type Settings,
  Stop,
  Unicode,
} from "../../runtime/mod.ts";
import { type Row, runRows } from "./rows.ts";

/** About 100 bytes as it is sent. */
class Note extends Message({ text: Unicode }) {}
bind(Note, import.meta);

const WARM_UP = 5000;
const ONE_AT_A_TIME = 20_000;
const OUTSTANDING = 100;
const PIPELINED = 150_000;
const ONE_WAY = 200_000;
/** A frame with a request is about that long. */
const FRAME_BYTES = 134;
/** Messages that are sent before others get their turn. */
const ONE_WAY_BURST = 100;

/** Answers requests. */
async function answerer(self: Routine): Promise<void> {
  for (let notes = 0;;) {
    const m = await self.input();
    if (m instanceof Ping) self.reply(new Ack());
    else if (m instanceof Note) notes++;
    else if (m instanceof Enquiry) self.reply(new Discover());
    else if (m instanceof Stop) return;
  }
}
bind(answerer, import.meta, { thread: "answerer" });

async function oneAtATime(self: Routine, to: AddressValue): Promise<number> {
  let start = performance.now();
  for (let i = -WARM_UP; i < ONE_AT_A_TIME; i++) {
    if (i === 0) start = performance.now();
    self.send(new Ping(), to);
    await self.input();
  }
  return 1000 * ONE_AT_A_TIME / (performance.now() - start);
}

async function pipelined(self: Routine, to: AddressValue): Promise<number> {
  let start = performance.now();
  for (let i = 0; i < OUTSTANDING; i++) self.send(new Ping(), to);
  for (let i = OUTSTANDING - WARM_UP; i < PIPELINED; i++) {
    if (i === OUTSTANDING) start = performance.now();
    await self.input();
    self.send(new Ping(), to);
  }
  for (let i = 0; i < OUTSTANDING; i++) await self.input();
  return 1000 * PIPELINED / (performance.now() - start);
}

async function oneWay(self: Routine, to: AddressValue): Promise<number> {
  const note = new Note({ text: "x".repeat(60) });
  const start = performance.now();
  for (let i = 0; i < ONE_WAY; i += ONE_WAY_BURST) {
    for (let j = 0; j < ONE_WAY_BURST; j++) self.send(note, to);
    // An answer now and then keeps the mailbox of the other end from running over.
    if (i % 5000 === 0) {
      self.send(new Enquiry(), to);
      await self.input();
    }
  }
  self.send(new Enquiry(), to);
  await self.input();
  return 1000 * ONE_WAY / (performance.now() - start);
}

const MEASURES = { oneAtATime, pipelined, oneWay };
type Measure = keyof typeof MEASURES;

const askerSettings = { measure: Unicode, to: Address };
/** Measures from a thread of its own. */
async function asker(self: Routine, { measure, to }: Settings<typeof askerSettings>): Promise<number> {
  self.send(new Enquiry(), to!);
  await self.input();
  return await MEASURES[measure as Measure](self, to!);
}
bind(asker, import.meta, { settings: askerSettings, returns: Float8, thread: "asker" });

/** Measures with the one who answers in a thread, and the one who asks in the main thread or in another one. */
async function measured(measure: Measure, from: "main" | "thread"): Promise<number> {
  const { run, close } = openRuntime();
  const result = await run(async (self) => {
    const to = self.create(answerer);
    if (from === "main") {
      self.send(new Enquiry(), to);
      await self.input();
      return await MEASURES[measure](self, to);
    }
    self.create(asker, { measure, to });
    const returned = await self.input() as { readonly message: { readonly value: number } };
    return returned.message.value;
  });
  await close();
  if (typeof result !== "number") throw new Error(`${result}`);
  return result;
}

const RAW_WORKER = "onmessage = ({ data }) => postMessage(data);";

/** Requests a second that bare messages between threads carry, so many of them in one message. */
async function postFloor(perMessage: number, total: number): Promise<number> {
  const url = URL.createObjectURL(new Blob([RAW_WORKER], { type: "text/javascript" }));
  const worker = new Worker(url, { type: "module" });
  let arrived = () => {};
  worker.onmessage = () => arrived();
  const request = new Uint8Array(FRAME_BYTES * perMessage);
  const exchange = () =>
    new Promise<void>((resolve) => {
      arrived = resolve;
      worker.postMessage(request);
    });
  await exchange();
  const start = performance.now();
  for (let i = 0; i < total; i += perMessage) await exchange();
  const rate = 1000 * total / (performance.now() - start);
  worker.terminate();
  URL.revokeObjectURL(url);
  return rate;
}

const FLOOR_ONE = { name: "postMessage, one at a time", measure: () => postFloor(1, ONE_AT_A_TIME) };
const FLOOR_MANY = { name: "postMessage, 100 in one", measure: () => postFloor(OUTSTANDING, PIPELINED) };

/** Rows for messages between threads. */
export const THREAD_ROWS: readonly Row[] = [
  {
    name: "threads: request and reply with the main thread, one at a time",
    unit: "1/s",
    measure: () => measured("oneAtATime", "main"),
    floor: FLOOR_ONE,
  },
  {
    name: "threads: request and reply with the main thread, 100 outstanding",
    unit: "1/s",
    measure: () => measured("pipelined", "main"),
    floor: FLOOR_MANY,
  },
  { name: "threads: one way from the main thread, 100 bytes", unit: "1/s", measure: () => measured("oneWay", "main") },
  {
    name: "threads: request and reply between two threads, one at a time",
    unit: "1/s",
    measure: () => measured("oneAtATime", "thread"),
  },
  {
    name: "threads: request and reply between two threads, 100 outstanding",
    unit: "1/s",
    measure: () => measured("pipelined", "thread"),
    floor: FLOOR_MANY,
  },
];

if (import.meta.main) await runRows(THREAD_ROWS);
