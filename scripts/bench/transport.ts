/**
 * Rows for messages between two processes over loopback TCP, in clear and encrypted, with what raw sockets do in the same
 * run. Run all with `deno task bench`. With the argument `serve` it is the other process.
 */
// deno-lint-ignore-file no-console

import { Accepted, Closed, connect, Connected, detachNetwork, listen, Listening } from "../../net/mod.ts";
import {
  Ack,
  type AddressValue,
  bind,
  Discover,
  Enquiry,
  HostPort,
  Message,
  Ping,
  realWorld,
  type Routine,
  Runtime,
  Unicode,
} from "../../runtime/mod.ts";
import { type Row, runRows } from "./rows.ts";

/** About 100 bytes as it is sent. */
class Note extends Message({ text: Unicode }) {}
bind(Note, "bench_transport");
const NOTE = new Note({ text: "x".repeat(60) });

const ONE_AT_A_TIME = 20_000;
/** Requests before the clock starts, so that both ends run what they will go on running. */
const WARM_UP = 5000;
const OUTSTANDING = 100;
const PIPELINED = 150_000;
const ONE_WAY = 200_000;
/** A frame with a request is about that long. */
const FRAME_BYTES = 134;
/** Messages that are sent before others get their turn. */
const ONE_WAY_BURST = 100;

/** The ports of the other process. */
interface Ports {
  readonly clear: number;
  readonly encrypted: number;
  readonly raw: number;
}

// The other process.

async function server(self: Routine, encrypted: boolean, ready: (port: number) => void): Promise<void> {
  listen(self, new HostPort("127.0.0.1", 0), { encrypted });
  for (let notes = 0;;) {
    const m = await self.input();
    if (m instanceof Ping) self.reply(new Ack());
    else if (m instanceof Note) notes++;
    else if (m instanceof Listening) ready(m.listeningIpp.port!);
    else if (m instanceof Enquiry) self.reply(new Discover());
    else if (!(m instanceof Accepted || m instanceof Closed)) throw new TypeError(`Unexpected ${m}`);
  }
}

async function serveRaw(listener: Deno.TcpListener): Promise<void> {
  for await (const connection of listener) echoRaw(connection);
}

async function echoRaw(connection: Deno.TcpConn): Promise<void> {
  connection.setNoDelay(true);
  const buffer = new Uint8Array(65_536);
  for (let count = await connection.read(buffer); count !== null; count = await connection.read(buffer)) {
    await connection.write(buffer.subarray(0, count));
  }
}

async function serve(): Promise<void> {
  const runtime = new Runtime(realWorld());
  const open = (encrypted: boolean) =>
    new Promise<number>((resolve) => void runtime.start((self: Routine) => server(self, encrypted, resolve)));
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  serveRaw(listener);
  const ports: Ports = { clear: await open(false), encrypted: await open(true), raw: listener.addr.port };
  console.log(JSON.stringify(ports));
}

// This process.

/** Runs a routine that is connected to the other process. */
async function connected(
  port: number,
  encrypted: boolean,
  measure: (self: Routine, proxy: AddressValue) => Promise<number>,
): Promise<number> {
  const runtime = new Runtime(realWorld());
  const { returned } = runtime.start(async (self: Routine) => {
    connect(self, new HostPort("127.0.0.1", port), { encrypted });
    await self.select(Connected);
    return await measure(self, self.returnAddress);
  });
  const result = await returned;
  await detachNetwork(runtime);
  runtime.close();
  if (typeof result !== "number") throw new Error(`${result}`);
  return result;
}

async function oneAtATime(self: Routine, proxy: AddressValue): Promise<number> {
  let start = performance.now();
  for (let i = -WARM_UP; i < ONE_AT_A_TIME; i++) {
    if (i === 0) start = performance.now();
    self.send(new Ping(), proxy);
    await self.input();
  }
  return 1000 * ONE_AT_A_TIME / (performance.now() - start);
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

async function oneWay(self: Routine, proxy: AddressValue): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < ONE_WAY; i += ONE_WAY_BURST) {
    for (let j = 0; j < ONE_WAY_BURST; j++) self.send(NOTE, proxy);
    // An answer now and then keeps the mailbox of the other end from running over.
    if (i % 5000 === 0) {
      self.send(new Enquiry(), proxy);
      await self.input();
    }
  }
  self.send(new Enquiry(), proxy);
  await self.input();
  return 1000 * ONE_WAY / (performance.now() - start);
}

/** Requests a second that raw sockets carry, so many of them in one write. */
async function rawFloor(port: number, perWrite: number, total: number): Promise<number> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  connection.setNoDelay(true);
  const request = new Uint8Array(FRAME_BYTES * perWrite);
  const buffer = new Uint8Array(65_536);
  const start = performance.now();
  for (let i = 0; i < total; i += perWrite) {
    await connection.write(request);
    for (let got = 0; got < request.length;) got += await connection.read(buffer) ?? NaN;
  }
  const rate = 1000 * total / (performance.now() - start);
  connection.close();
  return rate;
}

function rows({ clear, encrypted, raw }: Ports): Row[] {
  const floorOne = { name: "raw sockets, one at a time", measure: () => rawFloor(raw, 1, ONE_AT_A_TIME) };
  const floorMany = { name: "raw sockets, 100 in one write", measure: () => rawFloor(raw, OUTSTANDING, PIPELINED) };
  return [
    {
      name: "transport: request and reply, one at a time",
      unit: "1/s",
      measure: () => connected(clear, false, oneAtATime),
      floor: floorOne,
    },
    {
      name: "transport: request and reply, 100 outstanding",
      unit: "1/s",
      measure: () => connected(clear, false, pipelined),
      floor: floorMany,
    },
    { name: "transport: one way, 100 bytes", unit: "1/s", measure: () => connected(clear, false, oneWay) },
    {
      name: "transport, encrypted: request and reply, one at a time",
      unit: "1/s",
      measure: () => connected(encrypted, true, oneAtATime),
      floor: floorOne,
    },
    {
      name: "transport, encrypted: request and reply, 100 outstanding",
      unit: "1/s",
      measure: () => connected(encrypted, true, pipelined),
      floor: floorMany,
    },
  ];
}

async function main(): Promise<void> {
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
    await runRows(rows(JSON.parse(value) as Ports));
  } finally {
    child.kill("SIGKILL");
    await reader.cancel();
    await child.status;
  }
}

if (import.meta.main) await (Deno.args[0] === "serve" ? serve() : main());
