/**
 * Rows for messages between two processes over loopback TCP, in clear and encrypted, with what raw sockets do in the same
 * run. Run all with `deno task bench transport`.
 *
 *     deno run -A scripts/bench/transport.ts [rows whose name contains this] [--seconds 60]
 *
 * With `--seconds` the one-way rows take that long each instead of a short time. With the argument `serve` it is the other
 * process.
 */
// deno-lint-ignore-file no-console

import { Accepted, Closed, connect, Connected, detachNetwork, listen, Listening } from "../../net/mod.ts";
import {
  Ack,
  type AddressValue,
  bind,
  Block,
  castTo,
  Enquiry,
  HostPort,
  Integer8,
  Message,
  Ping,
  realWorld,
  type Routine,
  Runtime,
  Unicode,
} from "../../runtime/mod.ts";
import { type RawPorts, rawSink, serveRaw, withRaw } from "./raw_sockets.ts";
import { type Measure, type Row, runRows } from "./rows.ts";

/** About 100 bytes of body as it is sent. */
class Note extends Message({ text: Unicode }) {}
bind(Note, "bench_transport");
/** What has arrived since the beginning. */
class Tally extends Message({ count: Integer8 }) {}
bind(Tally, "bench_transport");

const NOTE = new Note({ text: "x".repeat(50) });
const BLOCK_BYTES = 65_536;
const BLOCK = castTo(new Uint8Array(BLOCK_BYTES).fill(7), Block);

/** Requests of one slice; a row and its floor take turns. */
const ONE_AT_A_TIME = 4000;
const OUTSTANDING = 100;
const PIPELINED = 50_000;
/** A frame with a request is about that long. */
const FRAME_BYTES = 134;
/** Slices of a row, each with one of its floor. */
const SLICES = 15;
/** Slices of a one-way row, unless each takes long. */
const ONE_WAY_SLICES = 5;
/** How long one slice of a one-way row takes. */
const ONE_WAY_SECONDS = 1;

/** The ports of the other process. */
interface Ports extends RawPorts {
  readonly clear: number;
  readonly encrypted: number;
}

// The other process.

async function server(self: Routine, encrypted: boolean, ready: (port: number) => void): Promise<void> {
  listen(self, new HostPort("127.0.0.1", 0), { encrypted });
  for (let count = 0;;) {
    const m = await self.input();
    if (m instanceof Ping) self.reply(new Ack());
    else if (m instanceof Note || m instanceof Uint8Array) count++;
    else if (m instanceof Listening) ready(m.listeningIpp.port!);
    else if (m instanceof Enquiry) self.reply(new Tally({ count }));
    else if (!(m instanceof Accepted || m instanceof Closed)) throw new TypeError(`Unexpected ${m}`);
  }
}

async function serve(): Promise<void> {
  const runtime = new Runtime(realWorld());
  const open = (encrypted: boolean) =>
    new Promise<number>((resolve) => void runtime.start((self: Routine) => server(self, encrypted, resolve)));
  const ports: Ports = { clear: await open(false), encrypted: await open(true), ...serveRaw() };
  console.log(JSON.stringify(ports));
}

// This process.

/** Does some work over an open connection; returns a figure. */
type Work = (self: Routine, proxy: AddressValue) => Promise<number>;

/** A routine that is connected to the other process, and works when it is told to. */
class Client {
  readonly #runtime = new Runtime(realWorld());
  readonly #port: number;
  readonly #encrypted: boolean;
  #next = Promise.withResolvers<{ readonly work: Work; readonly done: (figure: number) => void } | null>();
  #isStarted = false;

  constructor(port: number, encrypted: boolean) {
    this.#port = port;
    this.#encrypted = encrypted;
  }

  #start(): void {
    this.#isStarted = true;
    this.#runtime.start(async (self: Routine) => {
      connect(self, new HostPort("127.0.0.1", this.#port), { encrypted: this.#encrypted });
      await self.select(Connected);
      const proxy = self.returnAddress;
      for (let task = await this.#next.promise; task !== null; task = await this.#next.promise) {
        this.#next = Promise.withResolvers();
        task.done(await task.work(self, proxy));
      }
    });
  }

  run(work: Work): Promise<number> {
    if (!this.#isStarted) this.#start();
    return new Promise((done) => this.#next.resolve({ work, done }));
  }

  async close(): Promise<void> {
    this.#next.resolve(null);
    await detachNetwork(this.#runtime);
    this.#runtime.close();
  }
}

async function oneAtATime(self: Routine, proxy: AddressValue): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < ONE_AT_A_TIME; i++) {
    self.send(new Ping(), proxy);
    await self.input();
  }
  return 1000 * ONE_AT_A_TIME / (performance.now() - start);
}

/** The 99th of a hundred latencies as a multiple of the middle one. */
async function tail(self: Routine, proxy: AddressValue): Promise<number> {
  const latencies = new Float64Array(5 * ONE_AT_A_TIME);
  for (let i = 0; i < latencies.length; i++) {
    const start = performance.now();
    self.send(new Ping(), proxy);
    await self.input();
    latencies[i] = performance.now() - start;
  }
  latencies.sort();
  return latencies[Math.floor(0.99 * latencies.length)]! / latencies[latencies.length >> 1]!;
}

async function pipelined(self: Routine, proxy: AddressValue): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < OUTSTANDING; i++) self.send(new Ping(), proxy);
  for (let i = OUTSTANDING; i < PIPELINED; i++) {
    await self.input();
    self.send(new Ping(), proxy);
  }
  for (let i = 0; i < OUTSTANDING; i++) await self.input();
  return 1000 * PIPELINED / (performance.now() - start);
}

/**
 * Sends without waiting for anything but that the other end is not too far behind: its mailbox has an end. Every message
 * must have arrived.
 */
function oneWay(message: object, batch: number, batchesAhead: number, seconds: number): Work {
  return async (self, proxy) => {
    const start = performance.now();
    self.send(new Enquiry(), proxy);
    const before = await tallied(self);
    let sent = 0, waiting = 0, count = 0;
    while (performance.now() - start < 1000 * seconds) {
      for (let i = 0; i < batch; i++) self.send(message, proxy);
      sent += batch;
      self.send(new Enquiry(), proxy);
      if (++waiting < batchesAhead) continue;
      count = await tallied(self);
      waiting--;
    }
    for (; waiting > 0; waiting--) count = await tallied(self);
    const milliseconds = performance.now() - start;
    if (count - before !== sent) throw new Error(`${sent} were sent, ${count - before} have arrived`);
    return 1000 * sent / milliseconds;
  };
}

async function tallied(self: Routine): Promise<number> {
  const m = await self.input();
  if (!(m instanceof Tally)) throw new TypeError(`Unexpected ${m}`);
  return m.count!;
}

/** The rows of a connection in clear, or of an encrypted one. */
function rowsOf(
  client: Client,
  floors: Readonly<Record<"one" | "many" | "sink", Measure>>,
  kind: string,
  seconds: number,
): Row[] {
  const repeat = seconds > ONE_WAY_SECONDS ? 1 : ONE_WAY_SLICES;
  const notes = oneWay(NOTE, 1000, 8, seconds);
  const blocks = oneWay(BLOCK, 16, 4, seconds);
  return [
    {
      name: `${kind}: request and reply, one at a time`,
      unit: "1/s",
      repeat: SLICES,
      measure: () => client.run(oneAtATime),
      floor: floors.one,
    },
    {
      name: `${kind}: request and reply, one at a time, 99th percentile of latency over median`,
      unit: "",
      measure: () => client.run(tail),
    },
    {
      name: `${kind}: request and reply, 100 outstanding`,
      unit: "1/s",
      repeat: SLICES,
      measure: () => client.run(pipelined),
      floor: floors.many,
    },
    { name: `${kind}: one way, 100 bytes`, unit: "1/s", repeat, measure: () => client.run(notes) },
    {
      name: `${kind}: one way, Blocks of 64 KiB`,
      unit: "MB/s",
      repeat,
      measure: async () => await client.run(blocks) * BLOCK_BYTES / 1e6,
      floor: floors.sink,
    },
  ];
}

async function measureAll(ports: Ports, wanted: string, seconds: number): Promise<void> {
  const clear = new Client(ports.clear, false);
  const encrypted = new Client(ports.encrypted, true);
  await withRaw(ports, async (raw) => {
    const floors = {
      one: { name: "raw sockets, one at a time", measure: () => raw.requests(FRAME_BYTES, ONE_AT_A_TIME) },
      many: {
        name: "raw sockets, 100 in one write",
        measure: async () => OUTSTANDING * await raw.requests(OUTSTANDING * FRAME_BYTES, PIPELINED / OUTSTANDING),
      },
      sink: { name: "raw sockets", measure: () => rawSink(ports, BLOCK_BYTES, seconds) },
    };
    const rows = [
      ...rowsOf(clear, floors, "transport", seconds),
      ...rowsOf(encrypted, floors, "transport, encrypted", seconds),
    ];
    await runRows(rows.filter(({ name }) => name.includes(wanted)));
  });
  await clear.close();
  await encrypted.close();
}

async function main(args: readonly string[]): Promise<void> {
  const at = args.indexOf("--seconds");
  const seconds = at < 0 ? ONE_WAY_SECONDS : Number(args[at + 1]);
  const wanted = args.filter((_, i) => at < 0 || (i !== at && i !== at + 1))[0] ?? "";
  const importMap = Deno.env.get("CAKE_IMPORT_MAP");
  const root = new URL("../../", import.meta.url).pathname;
  const flags = importMap ? ["--import-map", importMap] : ["--config", `${root}deno.json`];
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--no-lock", ...flags, new URL(import.meta.url).pathname, "serve"],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value = "" } = await reader.read();
  try {
    await measureAll(JSON.parse(value) as Ports, wanted, seconds);
  } finally {
    child.kill("SIGKILL");
    await reader.cancel();
    await child.status;
  }
}

if (import.meta.main) await (Deno.args[0] === "serve" ? serve() : main(Deno.args));
