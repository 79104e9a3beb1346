/**
 * Rows for messages between actors in different threads, with what bare `postMessage` does with texts of that length in the
 * same run. Run all with `deno task bench`.
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
import { type Measure as Measurement, type Row, runRows } from "./rows.ts";

/** About 100 bytes as it is sent. */
class Note extends Message({ text: Unicode }) {}
bind(Note, import.meta);

const WARM_UP = 5000;
const ONE_AT_A_TIME = 20_000;
const OUTSTANDING = 100;
const PIPELINED = 150_000;
const ONE_WAY = 200_000;
/** A request is about that long between threads. */
const FRAME_LENGTH = 53;
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

/** Answers with what it gets; between two of them, one asks as often as it is told. */
const RAW_WORKER = `
const answer = (port) => port.onmessage = ({ data }) => port.postMessage(data);
async function ask(port, text, times) {
  let arrived;
  port.onmessage = () => arrived();
  const exchange = () => new Promise((resolve) => (arrived = resolve, port.postMessage(text)));
  for (let i = 0; i < 500; i++) await exchange();
  const start = performance.now();
  for (let i = 0; i < times; i++) await exchange();
  postMessage(performance.now() - start);
}
onmessage = ({ data: { text, times }, ports: [port] }) => {
  if (port === undefined) answer(self);
  else if (text === undefined) answer(port);
  else ask(port, text, times);
};`;

/** Requests a second that bare texts carry, so many requests in one text: to a thread and back, or between two threads. */
async function postFloor(between: "main" | "thread", perText: number, total: number): Promise<number> {
  const url = URL.createObjectURL(new Blob([RAW_WORKER], { type: "text/javascript" }));
  const [asked, asking] = [0, 1].map(() => new Worker(url, { type: "module" })) as [Worker, Worker];
  const text = "x".repeat(FRAME_LENGTH * perText);
  const times = total / perText;
  const milliseconds = between === "main"
    ? await askWorker(asked, text, times)
    : await askBetween(asked, asking, text, times);
  asked.terminate();
  asking.terminate();
  URL.revokeObjectURL(url);
  return 1000 * total / milliseconds;
}

async function askWorker(worker: Worker, text: string, times: number): Promise<number> {
  let arrived = () => {};
  worker.postMessage({});
  worker.onmessage = () => arrived();
  const exchange = () =>
    new Promise<void>((resolve) => {
      arrived = resolve;
      worker.postMessage(text);
    });
  for (let i = 0; i < 500; i++) await exchange();
  const start = performance.now();
  for (let i = 0; i < times; i++) await exchange();
  return performance.now() - start;
}

function askBetween(asked: Worker, asking: Worker, text: string, times: number): Promise<number> {
  const { port1, port2 } = new MessageChannel();
  asked.postMessage({}, [port1]);
  const answer = new Promise<number>((resolve) => asking.onmessage = ({ data }) => resolve(data));
  asking.postMessage({ text, times }, [port2]);
  return answer;
}

function floor(between: "main" | "thread", perText: number): Measurement {
  const where = between === "main" ? "with the main thread" : "between two threads";
  const total = perText === 1 ? ONE_AT_A_TIME : PIPELINED;
  return {
    name: `postMessage ${where}, ${perText === 1 ? "one at a time" : `${perText} in one text`}`,
    measure: () => postFloor(between, perText, total),
  };
}

/** Rows for messages between threads. */
export const THREAD_ROWS: readonly Row[] = [
  {
    name: "threads: request and reply with the main thread, one at a time",
    unit: "1/s",
    measure: () => measured("oneAtATime", "main"),
    floor: floor("main", 1),
  },
  {
    name: "threads: request and reply with the main thread, 100 outstanding",
    unit: "1/s",
    measure: () => measured("pipelined", "main"),
    floor: floor("main", OUTSTANDING),
  },
  { name: "threads: one way from the main thread, 100 bytes", unit: "1/s", measure: () => measured("oneWay", "main") },
  {
    name: "threads: request and reply between two threads, one at a time",
    unit: "1/s",
    measure: () => measured("oneAtATime", "thread"),
    floor: floor("thread", 1),
  },
  {
    name: "threads: request and reply between two threads, 100 outstanding",
    unit: "1/s",
    measure: () => measured("pipelined", "thread"),
    floor: floor("thread", OUTSTANDING),
  },
];

if (import.meta.main) await runRows(THREAD_ROWS);
