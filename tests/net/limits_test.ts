/** Each limit can be set, does what its name says, is counted in the ledger under that name, and told in the log. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  Ack,
  type AddressValue,
  bind,
  Block,
  type ByteStream,
  castTo,
  HostPort,
  Integer8,
  Message,
  NetworkError,
  Ping,
  realWorld,
  type Routine,
  Runtime,
  Unicode,
} from "../../runtime/mod.ts";
import {
  Accepted,
  attachNetwork,
  Closed,
  connect,
  Connected,
  HTTP_LIMITS,
  type HttpLimits,
  HttpRequest,
  listen,
  Listening,
  NETWORK_LIMITS,
  type NetworkLimits,
  type NetworkOptions,
} from "../../net/mod.ts";
import { type Arena, type Party, simulated, until } from "./arena.ts";
import { frameOf, headerOf, joined } from "./session_harness.ts";

class Xy extends Message({ x: Integer8.default(1) }) {}
class Never extends Message({}) {}
class Large extends Message({}) {}
for (const type of [Xy, Never, Large]) bind(type, "limits_test");

const ENCODER = new TextEncoder();
const PING = frameOf(headerOf("9", "7"), '{"value":["layer_cake.point_runtime.Ping",{},[]]}');
const XY = ENCODER.encode("GET /Xy? HTTP/1.1\r\nHost: h\r\n\r\n");

/** A party that listens for frames and for HTTP, with one limit set; and a host from which others come. */
interface Scene {
  readonly arena: Arena;
  readonly party: Party;
  readonly frames: HostPort;
  readonly sealed: HostPort;
  readonly http: HostPort;
  readonly seen: unknown[];
  readonly address: AddressValue;
  /** Connects from one and the same host. */
  open(at: HostPort): Promise<ByteStream>;
}

async function scene(arena: Arena, options: NetworkOptions): Promise<Scene> {
  const party = await arena.party(options);
  const stranger = await arena.stranger;
  const seen: unknown[] = [];
  const { promise, resolve } = Promise.withResolvers<[AddressValue, HostPort[]]>();
  party.runtime.start(async (self: Routine) => {
    const at: HostPort[] = [];
    const http = { httpServer: [Xy, Never, Large] };
    for (const options of [{}, { encrypted: true }, http]) {
      listen(self, new HostPort(party.host, 0), options);
      at.push((await self.select(Listening)).listeningIpp);
    }
    resolve([self.address, at]);
    for (;;) {
      const m = await self.input();
      if (m instanceof Ping) self.reply(new Ack());
      else if (m instanceof Xy) self.reply(m);
      else if (m instanceof Large) self.reply(castTo("x".repeat(1_000_000), Unicode));
      else seen.push(m);
    }
  });
  const [address, [frames, sealed, http]] = await promise;
  const open = (at: HostPort) => stranger.network.connect(at.host!, at.port!);
  return { arena, party, seen, address, frames: frames!, sealed: sealed!, http: http!, open };
}

/** What the other end says until it closes, at most so much of it. */
async function readAll(stream: ByteStream): Promise<string> {
  const buffer = new Uint8Array(65_536);
  let text = "";
  try {
    for (let count = await stream.read(buffer); count !== null; count = await stream.read(buffer)) {
      text += new TextDecoder().decode(buffer.subarray(0, count));
    }
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
  }
  stream.close();
  return text;
}

async function sendAndRead(scene: Scene, at: HostPort, ...parts: readonly Uint8Array[]): Promise<string> {
  const stream = await scene.open(at);
  await stream.write(joined(...parts));
  return await readAll(stream);
}

async function request(scene: Scene, head: string, body = ""): Promise<string> {
  return await sendAndRead(scene, scene.http, ENCODER.encode(`${head}\r\n\r\n${body}`));
}

function expect(text: string, part: string): void {
  assert(text.includes(part), text.slice(0, 200));
}

/** A way into a limit. It is set to the value; what it did to the offender is checked. */
interface Case {
  readonly value: number;
  readonly also?: NetworkOptions;
  /** False where it only makes somebody wait, which is not worth a line. */
  readonly isLogged?: boolean;
  offend(scene: Scene): Promise<void>;
}

async function keepOpen(scene: Scene, at: HostPort, count: number, first: Uint8Array | null): Promise<ByteStream[]> {
  const streams: ByteStream[] = [];
  for (let i = 0; i < count; i++) {
    const stream = await scene.open(at);
    if (first !== null) {
      await stream.write(first);
      await stream.read(new Uint8Array(1000));
    }
    streams.push(stream);
  }
  return streams;
}

function accepted(seen: readonly unknown[]): Accepted[] {
  return seen.filter((m) => m instanceof Accepted);
}

/** Sends to the proxy of a client that never reads, until the connection is gone. */
async function flood({ arena, party, open, frames, seen, address }: Scene, bytes: number): Promise<void> {
  const before = accepted(seen).length;
  const stream = await open(frames);
  await until(arena, () => accepted(seen).length > before);
  const { proxyAddress } = accepted(seen).at(-1)!;
  const isClosed = () => seen.some((m) => m instanceof Closed);
  for (let i = 0; i < 2000 && !isClosed(); i++) {
    party.runtime.send(castTo(new Uint8Array(bytes), Block), proxyAddress!, address);
    if (i % 200 === 199) await arena.pass(1);
  }
  await until(arena, isClosed);
  assertEquals((seen.find((m) => m instanceof Closed) as Closed).reason, "OUTBOUND_STREAMING");
  stream.close();
}

const FRAMES: Readonly<Record<keyof NetworkLimits, Case>> = {
  frameBytesMax: {
    value: 2000,
    async offend(scene) {
      const large = frameOf(headerOf("9", "7"), `{"value":["unicode","${"x".repeat(2000)}",[]]}`);
      assertEquals(await sendAndRead(scene, scene.frames, large), "");
    },
  },
  outboundMessagesMax: { value: 100, offend: (scene) => flood(scene, 100) },
  outboundBytesMax: { value: 100_000, offend: (scene) => flood(scene, 20_000) },
  handshakeTimeoutMs: {
    value: 500,
    async offend(scene) {
      const { clock } = scene.party.runtime.world;
      const start = clock.now();
      assertEquals(await sendAndRead(scene, scene.sealed), "");
      const duration = clock.now() - start;
      assert(duration >= 500 && duration < 1000, `${duration}`);
    },
  },
  firstFrameTimeoutMs: {
    value: 500,
    async offend(scene) {
      assertEquals(await sendAndRead(scene, scene.frames, PING.subarray(0, 50)), "");
    },
  },
  frameTimeoutMs: {
    value: 500,
    async offend(scene) {
      expect(await sendAndRead(scene, scene.frames, PING, PING.subarray(0, 50)), "point_runtime.Ack");
    },
  },
  silenceTimeoutMs: {
    value: 500,
    async offend(scene) {
      assertEquals(await sendAndRead(scene, scene.frames), "");
    },
  },
  flushTimeoutMs: {
    value: 500,
    isLogged: false,
    async offend({ arena, party, open, frames, seen, address }) {
      const stream = await open(frames);
      await until(arena, () => accepted(seen).length > 0);
      const { proxyAddress } = accepted(seen)[0]!;
      for (let i = 0; i < 20; i++) party.runtime.send(castTo(new Uint8Array(1_000_000), Block), proxyAddress!, address);
      const closing = attachNetwork(party.runtime).close();
      await closing;
      stream.close();
    },
  },
  connectionsMax: {
    value: 3,
    async offend(scene) {
      const [silent] = await keepOpen(scene, scene.frames, 1, null);
      const heard = await keepOpen(scene, scene.frames, 2, PING);
      // One more takes the place of the one that never said anything, the next finds no place.
      heard.push(...await keepOpen(scene, scene.frames, 1, PING));
      assertEquals(await readAll(silent!), "");
      assertEquals(await sendAndRead(scene, scene.frames), "");
      for (const stream of heard) stream.close();
    },
  },
  connectionsPerHostMax: {
    value: 2,
    async offend(scene) {
      const heard = await keepOpen(scene, scene.frames, 2, PING);
      assertEquals(await sendAndRead(scene, scene.frames), "");
      for (const stream of heard) stream.close();
    },
  },
  unauthenticatedConnectionsMax: {
    value: 2,
    async offend(scene) {
      const [first, ...others] = await keepOpen(scene, scene.frames, 3, null);
      assertEquals(await readAll(first!), "");
      // Those who have said something don't count.
      const heard = await keepOpen(scene, scene.frames, 5, PING);
      for (const stream of [...others, ...heard]) stream.close();
    },
  },
  keyExchangesPerSecondMax: {
    value: 10,
    async offend(scene) {
      const start = scene.party.runtime.world.clock.now();
      // All from one host: ten come at once, the others one by one.
      const clients = await scene.arena.party();
      await clients.act(async (self) => {
        for (let i = 0; i < 20; i++) connect(self, scene.sealed, { encrypted: true });
        for (let i = 0; i < 20; i++) await self.select(Connected);
      });
      const duration = scene.party.runtime.world.clock.now() - start;
      assert(duration >= 900 && duration < 1300, `${duration}`);
    },
  },
  acceptsPerSecondMax: {
    value: 10,
    async offend(scene) {
      const { clock } = scene.party.runtime.world;
      const start = clock.now();
      // Those of the first second come at once, with the client's own; the others one by one.
      const streams = await keepOpen(scene, scene.frames, 20, PING);
      const duration = clock.now() - start;
      assert(duration >= 900 && duration < 1300, `${duration}`);
      for (const stream of streams) stream.close();
    },
  },
  malformedBytesPerSecondMax: {
    value: 10_000,
    async offend(scene) {
      const garbage = ENCODER.encode("x".repeat(900));
      const before = await keepOpen(scene, scene.frames, 1, PING);
      for (let i = 0; i < 3; i++) assertEquals(await sendAndRead(scene, scene.frames, garbage), "");
      // Neither frames nor HTTP are taken from there now; what was open before goes on.
      for (const at of [scene.frames, scene.http]) assertEquals(await sendAndRead(scene, at, PING), "");
      await before[0]!.write(PING);
      assert(await before[0]!.read(new Uint8Array(1000)) !== null);
      before[0]!.close();
      // The host makes up for it while it sends nothing of the kind.
      await scene.arena.pass(2000);
      for (const stream of await keepOpen(scene, scene.frames, 1, PING)) stream.close();
    },
  },
};

/** A client of HTTP in a party with the limit, and a server that answers as told. */
async function askForeign(scene: Scene, answer: string, requests = 1): Promise<unknown[]> {
  const world = await scene.arena.stranger;
  const listener = await world.network.listen("0.0.0.0", 0);
  const serve = async () => {
    const stream = await listener.accept();
    await stream!.read(new Uint8Array(1000));
    if (answer !== "") await stream!.write(ENCODER.encode(answer));
    await readAll(stream!);
    listener.close();
  };
  serve();
  const at = new HostPort(world.network.primaryAddress()!, listener.local.port);
  return await scene.party.act(async (self) => {
    connect(self, at, { httpClient: "/" });
    await self.select(Connected);
    for (let i = 0; i < requests; i++) self.send(new HttpRequest({ requestUri: "x" }), self.returnAddress);
    return [await self.input(), self.returnAddress];
  });
}

const HTTP: Readonly<Record<keyof HttpLimits, Case>> = {
  targetBytesMax: {
    value: 100,
    offend: async (scene) => expect(await request(scene, `GET /Xy?${"x".repeat(100)} HTTP/1.1`), " 414 "),
  },
  headerBytesMax: {
    value: 100,
    offend: async (scene) => expect(await request(scene, `GET /Xy? HTTP/1.1\r\nX: ${"x".repeat(100)}`), " 431 "),
  },
  headerLinesMax: {
    value: 5,
    offend: async (scene) => expect(await request(scene, `GET /Xy? HTTP/1.1${"\r\nX: x".repeat(6)}`), " 431 "),
  },
  bodyBytesMax: {
    value: 100,
    offend: async (scene) => expect(await request(scene, "POST /Xy HTTP/1.1\r\nContent-Length: 101"), " 413 "),
  },
  headTimeoutMs: {
    value: 500,
    offend: async (scene) => expect(await sendAndRead(scene, scene.http, ENCODER.encode("GET /X")), " 408 "),
  },
  requestTimeoutMs: {
    value: 500,
    offend: async (scene) => expect(await request(scene, "POST /Xy HTTP/1.1\r\nContent-Length: 10", "half"), " 408 "),
  },
  idleTimeoutMs: { value: 500, offend: async (scene) => expect(await sendAndRead(scene, scene.http, XY), " 200 ") },
  answerTimeoutMs: {
    value: 500,
    offend: async (scene) => expect(await request(scene, "GET /Never? HTTP/1.1\r\nConnection: close"), " 504 "),
  },
  finishedAnswerTimeoutMs: {
    value: 500,
    async offend(scene) {
      const stream = await scene.open(scene.http);
      await stream.write(ENCODER.encode("GET /Never? HTTP/1.1\r\n\r\n"));
      await stream.closeWrite();
      expect(await readAll(stream), " 504 ");
    },
  },
  writeTimeoutMs: {
    value: 500,
    async offend(scene) {
      const stream = await scene.open(scene.http);
      await stream.write(ENCODER.encode("GET /Large? HTTP/1.1\r\n\r\n"));
      await until(scene.arena, () => scene.seen.some((m) => m instanceof Closed));
      stream.close();
    },
  },
  lingerTimeoutMs: {
    value: 500,
    isLogged: false,
    async offend(scene) {
      const stream = await scene.open(scene.http);
      await stream.write(ENCODER.encode("BAD\r\n\r\n"));
      await until(scene.arena, () => scene.seen.some((m) => m instanceof Closed));
      stream.close();
    },
  },
  lingerBytesMax: {
    value: 1000,
    async offend(scene) {
      const stream = await scene.open(scene.http);
      await stream.write(ENCODER.encode("BAD\r\n\r\n"));
      const noise = new Uint8Array(5000);
      const isClosed = () => scene.seen.some((m) => m instanceof Closed);
      stream.write(noise).catch(() => {});
      await until(scene.arena, isClosed);
      stream.close();
    },
  },
  pipelineRequestsMax: {
    value: 2,
    isLogged: false,
    async offend(scene) {
      const head = "GET /Never? HTTP/1.1\r\n\r\n";
      const stream = await scene.open(scene.http);
      await stream.write(ENCODER.encode(head.repeat(5)));
      await scene.arena.pass(100);
      assertEquals(scene.seen.filter((m) => m instanceof Never).length, 2);
      stream.close();
      await scene.arena.pass(100);
    },
  },
  connectionsMax: {
    value: 2,
    async offend(scene) {
      const busy = [await scene.open(scene.http), await scene.open(scene.http)];
      for (const stream of busy) await stream.write(ENCODER.encode("GET /Never? HTTP/1.1\r\n\r\n"));
      await scene.arena.pass(100);
      expect(await sendAndRead(scene, scene.http), " 503 ");
      for (const stream of busy) stream.close();
      await scene.arena.pass(100);
    },
  },
  connectionsPerHostMax: {
    value: 1,
    async offend(scene) {
      // The idle one has to go.
      const [idle] = await keepOpen(scene, scene.http, 1, XY);
      const [next] = await keepOpen(scene, scene.http, 1, XY);
      assertEquals(await readAll(idle!), "");
      next!.close();
    },
  },
  queuedRequestsMax: {
    value: 3,
    async offend(scene) {
      const [answer] = await askForeign(scene, "", 4);
      assertEquals((answer as { statusCode: number }).statusCode, 400);
    },
  },
  responseTimeoutMs: {
    value: 500,
    async offend(scene) {
      const [answer] = await askForeign(scene, "");
      expect(`${answer}`, "no HTTP response within 0.5 seconds");
    },
  },
  responseHeaderBytesMax: {
    value: 100,
    async offend(scene) {
      const [answer] = await askForeign(scene, `HTTP/1.1 200 OK\r\nX: ${"x".repeat(100)}\r\n\r\n`);
      assert(answer instanceof Closed && answer.reason === "INBOUND_STREAMING", `${answer}`);
    },
  },
  responseBodyBytesMax: {
    value: 100,
    async offend(scene) {
      const [answer] = await askForeign(scene, `HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n${"x".repeat(101)}`);
      assert(answer instanceof Closed && answer.reason === "INBOUND_STREAMING", `${answer}`);
    },
  },
};

/** A client of good manners: served before and after. */
async function besides(arena: Arena, { frames }: Scene, attack: () => Promise<void>): Promise<void> {
  const client = await arena.party();
  await client.act(async (self) => {
    connect(self, frames);
    await self.select(Connected);
    const proxy = self.returnAddress;
    for (const act of [() => Promise.resolve(), attack]) {
      await act();
      self.send(new Ping(), proxy);
      await self.select(Ack);
    }
  });
}

function check(name: string, options: NetworkOptions, { offend, isLogged = true }: Case): void {
  Deno.test(`limit ${name} holds, is counted and told, and only the offender suffers`, () =>
    simulated(1).run(async (arena) => {
      const all = await scene(arena, options);
      const attack = () => offend(all);
      // What ends the network ends everybody's connection.
      if (name === "flushTimeoutMs") await attack();
      else await besides(arena, all, attack);
      const { runtime, records } = all.party;
      assert((runtime.ledger().limits.get(name) ?? 0) >= 1, `${[...runtime.ledger().limits]}`);
      assertEquals([...runtime.ledger().limits.keys()].filter((other) => !other.startsWith(name)), []);
      await arena.pass(1000);
      const lines = records.filter(({ text }) => text.endsWith(`; limit ${name}`));
      assertEquals(lines.length > 0, isLogged, records.map(({ text }) => text).join("\n"));
    }));
}

for (const [name, limit] of Object.entries(FRAMES)) check(name, { limits: { [name]: limit.value } }, limit);
for (const [name, limit] of Object.entries(HTTP)) check(`http.${name}`, { httpLimits: { [name]: limit.value } }, limit);

Deno.test("limits are told once a second, with how often they did something", () =>
  simulated(2).run(async (arena) => {
    const all = await scene(arena, { limits: { unauthenticatedConnectionsMax: 1 } });
    const streams = await keepOpen(all, all.frames, 50, null);
    await arena.pass(1500);
    const { records, runtime } = all.party;
    assertEquals(runtime.ledger().limits.get("unauthenticatedConnectionsMax"), 49);
    assert(records.length <= 2, `${records.length} lines`);
    const count = records.reduce((sum, { text }) => sum + Number(/ (\d+) times, /.exec(text)?.[1] ?? 1), 0);
    assertEquals(count, 49);
    for (const stream of streams) stream.close();
  }));

Deno.test("limits have documented defaults, and refuse what is none", () => {
  const attach = (options: NetworkOptions) => () => attachNetwork(new Runtime(realWorld()), options);
  assertThrows(attach({ httpLimits: { bodyBytesMax: 0 } }), RangeError, "bodyBytesMax: expected more than 0, got 0");
  assertThrows(attach({ limits: { frameByteMax: 5 } as never }), RangeError, "frameByteMax: there is none");
  for (const [file, limits] of [["limits.ts", NETWORK_LIMITS], ["http/limits.ts", HTTP_LIMITS]] as const) {
    const source = Deno.readTextFileSync(new URL(`../../net/${file}`, import.meta.url));
    for (const [name, value] of Object.entries(limits)) {
      const doc = new RegExp(`@default \\{(\\d+)\\}[^{}]*?readonly ${name}: number;`).exec(source);
      assertEquals(doc?.[1], `${value}`, `${name} is documented with its default`);
    }
  }
});
