/** One connection over a stream that is looked at call by call. */

import { assert, assertEquals } from "@std/assert";
import {
  Ack,
  type AddressValue,
  Any,
  type ByteStream,
  castTo,
  encode,
  Ping,
  realWorld,
  type Routine,
  Runtime,
  Unicode,
} from "../../runtime/mod.ts";
import { Connection } from "../../net/connection.ts";
import { NETWORK_LIMITS } from "../../net/limits.ts";
import { Reports } from "../../net/reports.ts";
import { frameOf, headerOf, joined } from "./session_harness.ts";

const PING = '{"value":["layer_cake.point_runtime.Ping",{},[]]}';
/** Microtasks that are far more than any of this takes. */
const MANY_HOPS = 20_000;

/** A stream whose calls are noted, in order; writes succeed at once. */
class NotedStream implements ByteStream {
  readonly local = { host: "127.0.0.1", port: 1 };
  readonly remote = { host: "127.0.0.1", port: 2 };
  readonly calls: string[] = [];
  readonly writes: Uint8Array[] = [];
  #reader: { readonly buffer: Uint8Array; readonly resolve: (count: number | null) => void } | null = null;

  read(buffer: Uint8Array): Promise<number | null> {
    this.calls.push("read");
    return new Promise((resolve) => void (this.#reader = { buffer, resolve }));
  }
  write(bytes: Uint8Array): Promise<void> {
    this.calls.push("write");
    this.writes.push(bytes.slice());
    return Promise.resolve();
  }
  readThen(buffer: Uint8Array, done: (count: number | null) => void): void {
    this.read(buffer).then(done);
  }
  writeThen(bytes: Uint8Array, done: () => void): void {
    this.write(bytes).then(done);
  }
  closeWrite(): Promise<void> {
    return Promise.resolve();
  }
  close(): void {
    this.calls.push("close");
  }

  /** Lets bytes arrive. */
  arrive(bytes: Uint8Array): void {
    const reader = this.#reader!;
    this.#reader = null;
    reader.buffer.set(bytes);
    reader.resolve(bytes.length);
  }

  get frames(): number {
    return new TextDecoder().decode(joined(...this.writes)).split('"to_address"').length - 1;
  }
}

interface Noted {
  readonly runtime: Runtime;
  readonly stream: NotedStream;
  readonly connection: Connection;
}

/** A stream on which something has always arrived already, as long as there is anything left. */
class ReadyStream extends NotedStream {
  readonly arriving: Uint8Array[] = [];

  override read(buffer: Uint8Array): Promise<number | null> {
    const next = this.arriving.shift();
    if (next === undefined) return super.read(buffer);
    buffer.set(next);
    return Promise.resolve(next.length);
  }
}

function open(stream = new NotedStream()): Noted {
  const runtime = new Runtime(realWorld());
  const connection = new Connection({
    kernel: runtime,
    stream,
    role: "connector",
    encrypted: false,
    keepAlive: false,
    detectSeconds: 3,
    controller: "1" as AddressValue,
    nobody: "2" as AddressValue,
    limits: NETWORK_LIMITS,
    reports: new Reports(runtime),
    onOpened() {},
    onEnded() {},
  });
  connection.begin();
  return { runtime, stream, connection };
}

async function until(condition: () => boolean): Promise<void> {
  for (let hops = 0; !condition(); hops++) {
    assert(hops < MANY_HOPS, "it never happens");
    await null;
  }
}

/** Tells the other end of an actor: it may send to nobody else. */
async function tell({ runtime, stream, connection }: Noted, address: AddressValue): Promise<void> {
  runtime.send(new Ping(), `5,${connection.address}` as AddressValue, address);
  await until(() => stream.frames === 1 && connection.outboundBytes === 0);
  for (let hops = 0; hops < 100; hops++) await null;
  stream.writes.length = 0;
}

/** A routine that answers each request, and its address. */
async function answering(runtime: Runtime): Promise<AddressValue> {
  const { address } = runtime.start(async (self: Routine) => {
    while (true) {
      await self.input();
      self.reply(new Ack());
    }
  });
  for (let hops = 0; hops < 100; hops++) await null;
  return address;
}

Deno.test("Connection writes a message that is sent alone at once", async () => {
  const { runtime, stream, connection } = open();
  const to = `5,${connection.address}` as AddressValue;
  for (let count = 1; count <= 5; count++) {
    runtime.send(new Ping(), to, "7" as AddressValue);
    assertEquals([stream.writes.length, stream.frames], [count, count]);
    for (let hops = 0; hops < 100; hops++) await null;
  }
  runtime.close();
});

Deno.test("Connection gathers what is sent together", async () => {
  const { runtime, stream, connection } = open();
  const to = `5,${connection.address}` as AddressValue;
  const burst = async (count: number) => {
    const before = stream.writes.length;
    const wanted = stream.frames + count;
    for (let i = 0; i < count; i++) runtime.send(new Ping(), to, "7" as AddressValue);
    await until(() => stream.frames === wanted && connection.outboundBytes === 0);
    for (let hops = 0; hops < 100; hops++) await null;
    return stream.writes.length - before;
  };
  // The first goes alone, as nobody knows yet that there is more to come.
  assertEquals(await burst(100), 2);
  assertEquals(await burst(100), 1);
  assertEquals(await burst(50), 1);
  // One alone is waited with once, the next ones are not.
  assertEquals(await burst(1), 1);
  assertEquals(await burst(1), 1);
  runtime.close();
});

Deno.test("Connection sends answers on their way before it reads on", async () => {
  const noted = open();
  const { runtime, stream } = noted;
  const address = await answering(runtime);
  await tell(noted, address);
  const request = frameOf(headerOf(`${address},12`, "7"), PING);
  for (let i = 0; i < 3; i++) {
    stream.calls.length = 0;
    stream.arrive(request);
    await until(() => stream.calls.includes("read"));
    assertEquals(stream.calls, ["write", "read"]);
  }
  assertEquals(stream.frames, 3);
  runtime.close();
});

Deno.test("Connection lets a receiver take many messages before it reads on", async () => {
  const noted = open();
  const { runtime, stream } = noted;
  let taken = 0;
  const { address } = runtime.start(async (self: Routine) => {
    for (;; taken++) await self.input();
  });
  for (let hops = 0; hops < 100; hops++) await null;
  await tell(noted, address);
  const request = frameOf(headerOf(`${address},12`, "7"), PING);
  stream.arrive(joined(...Array.from({ length: 25 }, () => request)));
  stream.calls.length = 0;
  await until(() => stream.calls.includes("read"));
  assert(taken >= 20, `${taken} of 25 were taken`);
  await until(() => taken === 25);
  runtime.close();
});

Deno.test("Connection leaves room for others after a number of long messages, though more of them have arrived", async () => {
  const stream = new ReadyStream();
  const noted = open(stream);
  const { runtime } = noted;
  let taken = 0;
  const all = Promise.withResolvers<void>();
  const { address } = runtime.start(async (self: Routine) => {
    for (;;) {
      await self.input();
      if (++taken === 200) all.resolve();
    }
  });
  for (let hops = 0; hops < 100; hops++) await null;
  await tell(noted, address);
  const long = frameOf(headerOf(`${address},12`, "7"), encode(castTo("x".repeat(3000), Unicode), Any));
  for (let count = 1; count < 200; count++) stream.arriving.push(long);
  stream.arrive(long);
  for (let hops = 0; hops < MANY_HOPS; hops++) await null;
  // 1024 messages of 128 bytes are as much as there is in one round.
  const first = 200 - stream.arriving.length;
  assert(first >= 20 && first < 60, `${first} in the first round`);
  await all.promise;
  runtime.close();
});
