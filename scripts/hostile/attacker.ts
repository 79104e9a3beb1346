/**
 * One attack: `attacker.ts <name> <ports as JSON> <seconds>`. It goes on for that long, as hard as it can unless its way is to
 * wait, and tells at the end what it did. Raw sockets only.
 */
import { bind, HostPort, Integer8, Message, Ping, realWorld, type Routine, Runtime } from "../../runtime/mod.ts";
import { Close, Closed, connect, Connected } from "../../net/mod.ts";

/** Where to attack. */
interface Ports {
  readonly clear: number;
  readonly encrypted: number;
  readonly http: number;
}

const IDLE_CONNECTIONS = 10_000;
const SLOW_CONNECTIONS = 500;
const ENCODER = new TextEncoder();
const HEADER = '{"value":{"to_address":[9],"return_address":[7],"tunnel":false}}';
const BOOK = '{"value":[]}';

/** Counts what an attack did. */
const done: Record<string, number> = {};

function count(what: string, by = 1): void {
  done[what] = (done[what] ?? 0) + by;
}

function frame(body: string, header = HEADER): Uint8Array {
  const bytes = ENCODER.encode(body).length;
  const text = `${header.length},${bytes},${header.length + bytes + BOOK.length}\n${header}${body}${BOOK}\n`;
  return ENCODER.encode(text);
}

const PING = frame('{"value":["layer_cake.point_runtime.Ping",{},[]]}');

async function open(port: number): Promise<Deno.TcpConn | null> {
  try {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    count("connected");
    return connection;
  } catch {
    count("refused");
    return null;
  }
}

/** Writes all of it, and waits for the other end to close; counts how it went. */
async function strike(port: number, bytes: Uint8Array): Promise<void> {
  const connection = await open(port);
  if (connection === null) return;
  try {
    for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
    const buffer = new Uint8Array(4096);
    while (await connection.read(buffer) !== null);
    count("closed");
  } catch {
    count("reset");
  }
  connection.close();
}

/** The same blow again and again, on several connections at once. */
async function strikes(port: number, end: number, make: () => Uint8Array): Promise<void> {
  const one = async () => {
    while (performance.now() < end) await strike(port, make());
  };
  await Promise.all(Array.from({ length: 8 }, one));
}

async function until(end: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, end - performance.now())));
}

/** Many connections that each say something, and then no more. */
async function many(port: number, end: number, total: number, first: Uint8Array | null): Promise<void> {
  const connections: Deno.TcpConn[] = [];
  const opening = async () => {
    while (connections.length < total && performance.now() < end) {
      const connection = await open(port);
      if (connection === null) continue;
      connections.push(connection);
      if (first !== null) await connection.write(first).catch(() => count("reset"));
    }
  };
  await Promise.all(Array.from({ length: 32 }, opening));
  await until(end);
  for (const connection of connections) connection.close();
}

async function neverReading(port: number, end: number): Promise<void> {
  const questions = new Uint8Array(PING.length * 500);
  for (let at = 0; at < questions.length; at += PING.length) questions.set(PING, at);
  const one = async () => {
    while (performance.now() < end) {
      const connection = await open(port);
      if (connection === null) continue;
      const giveUp = setTimeout(() => connection.close(), Math.max(0, end - performance.now()));
      try {
        for (let at = 0;; at %= questions.length) {
          const written = await connection.write(questions.subarray(at));
          count("bytes", written);
          at += written;
        }
      } catch {
        count("closed");
      }
      clearTimeout(giveUp);
      try {
        connection.close();
      } catch {
        // It was given up.
      }
    }
  };
  await Promise.all(Array.from({ length: 2 }, one));
}

async function oneByteASecond(port: number, end: number, bytes: Uint8Array): Promise<void> {
  const one = async () => {
    while (performance.now() < end) {
      const connection = await open(port);
      if (connection === null) continue;
      try {
        for (const byte of bytes) {
          if (performance.now() >= end) break;
          await connection.write(Uint8Array.of(byte));
          await until(performance.now() + 1000);
        }
      } catch {
        count("closed");
      }
      connection.close();
    }
  };
  await Promise.all(Array.from({ length: SLOW_CONNECTIONS }, one));
}

/** Passes bytes on between a client and the target, and keeps those of the client. */
function eavesdrop(port: number): { readonly port: number; readonly heard: Promise<Uint8Array> } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const listen = async () => {
    const client = await listener.accept();
    const target = await Deno.connect({ hostname: "127.0.0.1", port });
    target.readable.pipeTo(client.writable).catch(() => {});
    const parts: Uint8Array[] = [];
    const buffer = new Uint8Array(65_536);
    for (let n = await client.read(buffer); n !== null; n = await client.read(buffer)) {
      parts.push(buffer.slice(0, n));
      await target.write(buffer.subarray(0, n));
    }
    target.close();
    listener.close();
    return new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer());
  };
  return { port: listener.addr.port, heard: listen() };
}

class Xy extends Message({ x: Integer8.default(1) }) {}
bind(Xy, "hostile_api");

async function replayed(port: number, end: number): Promise<void> {
  const ear = eavesdrop(port);
  const runtime = new Runtime(realWorld());
  await runtime.start(async (self: Routine) => {
    connect(self, new HostPort("127.0.0.1", ear.port), { encrypted: true });
    await self.select(Connected);
    const proxy = self.returnAddress;
    for (let i = 0; i < 10; i++) {
      self.send(new Ping(), proxy);
      await self.input();
    }
    self.send(new Close(), proxy);
    await self.select(Closed);
  }).returned;
  const session = await ear.heard;
  await strikes(port, end, () => session);
}

function guesses(): Uint8Array {
  const words = ["Ping", "Ack", "Enquiry", "Start"].map((name) =>
    `{"value":["layer_cake.point_runtime.${name}",{},[]]}`
  );
  words.push('{"value":["layer_cake.listen_connect.Close",{},[]]}');
  const frames: Uint8Array[] = [];
  for (let id = 0; id < 2000; id++) {
    const header = `{"value":{"to_address":[${id},9],"return_address":[${id}],"tunnel":false}}`;
    frames.push(frame(words[id % words.length]!, header));
  }
  const all = new Uint8Array(frames.reduce((sum, one) => sum + one.length, 0));
  frames.reduce((at, one) => (all.set(one, at), at + one.length), 0);
  return all;
}

async function guessing(port: number, end: number): Promise<void> {
  const bytes = guesses();
  while (performance.now() < end) {
    const connection = await open(port);
    if (connection === null) continue;
    for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
    count("guesses", 2000);
    await until(performance.now() + 50);
    connection.close();
  }
}

function garbage(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(4096));
}

const DEEP = frame(`{"value":["word",${"[".repeat(100_000)}${"]".repeat(100_000)},[]]}`);
const OVERSIZE = ENCODER.encode(`10,10,99999999\n${"x".repeat(65_536)}`);

/** The attacks by name. */
const ATTACKS: Readonly<Record<string, (ports: Ports, end: number) => Promise<void>>> = {
  nesting: ({ clear }, end) => strikes(clear, end, () => DEEP),
  oversize: ({ clear }, end) => strikes(clear, end, () => OVERSIZE),
  zero: ({ clear }, end) => strikes(clear, end, () => ENCODER.encode("0,0,0\n\n".repeat(1000))),
  digits: ({ clear }, end) => strikes(clear, end, () => ENCODER.encode("1".repeat(4096))),
  offsets: ({ clear }, end) => strikes(clear, end, () => ENCODER.encode("200,0,100\n")),
  garbage: ({ clear }, end) => strikes(clear, end, garbage),
  half: ({ clear }, end) => many(clear, end, SLOW_CONNECTIONS, PING.subarray(0, 60)),
  idle: ({ clear }, end) => many(clear, end, IDLE_CONNECTIONS, null),
  deaf: ({ clear }, end) => neverReading(clear, end),
  slow: ({ clear }, end) => oneByteASecond(clear, end, PING),
  cleartext: ({ encrypted }, end) => strikes(encrypted, end, () => PING),
  replayed: ({ encrypted }, end) => replayed(encrypted, end),
  guessing: ({ clear }, end) => guessing(clear, end),
  "http garbage": ({ http }, end) => strikes(http, end, garbage),
  "http slow": ({ http }, end) => oneByteASecond(http, end, ENCODER.encode("GET /Xy? HTTP/1.1\r\nHost: h\r\n\r\n")),
  "http idle": ({ http }, end) => many(http, end, 2000, null),
};

if (import.meta.main) {
  const [name, ports, seconds] = Deno.args as [string, string, string];
  if (name === "list") Deno.stdout.writeSync(ENCODER.encode(JSON.stringify(Object.keys(ATTACKS))));
  else {
    await ATTACKS[name]!(JSON.parse(ports), performance.now() + Number(seconds) * 1000);
    Deno.stdout.writeSync(ENCODER.encode(`${JSON.stringify(done)}\n`));
  }
  Deno.exit(0);
}
