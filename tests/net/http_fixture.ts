/** An HTTP service for tests: what the recorded one (`http_server.py`) does, on a simulated network. */

import {
  Ack,
  type AddressValue,
  Any,
  bind,
  Block,
  Boolean,
  castTo,
  defType,
  Duration,
  Enumeration,
  Faulted,
  Float8,
  HostPort,
  Instant,
  Integer8,
  Log,
  type LogRecord,
  MapOf,
  Message,
  type MessageClass,
  Returned,
  type Routine,
  Runtime,
  String,
  TimeDelta,
  Unicode,
  UUID,
  VectorOf,
  type World,
  WorldTime,
} from "../../runtime/mod.ts";
import { Simulation, type SimulationOptions } from "../../runtime/simulation/mod.ts";
import { HttpRequest, HttpResponse } from "../../net/http/messages.ts";
import {
  type HttpListener,
  type HttpListenerOptions,
  type HttpListenRequest,
  openHttpListener,
} from "../../net/http/server.ts";

const Colour = Enumeration({ RED: 1, GREEN: 2 });
bind(Colour, "__main__", { name: "Colour" });

class Spot extends Message({ x: Integer8.default(0), y: Integer8.default(0) }) {}
export class Xy extends Message({ x: Integer8.default(1), y: Integer8.default(1) }) {}
export class Kinds extends Message({
  flag: Boolean,
  number: Integer8,
  real: Float8,
  text: Unicode,
  block: Block.default(() => new Uint8Array()),
  letters: String.default(() => new Uint8Array()),
  colour: Colour.default("RED"),
  world: WorldTime.default(() => new Instant(1_704_067_200_000_000n)),
  delta: TimeDelta.default(() => new Duration(0n)),
  ident: UUID.default("00000000-0000-0000-0000-000000000000"),
  spot: Spot,
  row: VectorOf(Integer8),
  table: MapOf(Unicode, Integer8),
  anything: Any,
}) {}
class Fail extends Message({ condition: Unicode, explanation: Unicode, errorCode: Integer8 }) {}
class Plain extends Message({ kind: Unicode.default("text"), status: Integer8.default(200), reason: Unicode }) {}
class Nothing extends Message({}) {}
class Raise extends Message({}) {}
export class Slow extends Message({ seconds: Float8.default(1), tag: Integer8.default(0) }) {}
for (const type of [Spot, Xy, Kinds, Fail, Plain, Nothing, Raise, Slow]) bind(type, "__main__");

/** The messages of the service. */
export const API: readonly MessageClass[] = [Xy, Kinds, Fail, Plain, Nothing, Raise, Slow];
const TABLE = defType(VectorOf(VectorOf(Float8)));

function plainResponse({ kind, status, reason }: Plain): HttpResponse {
  const header = new Map([["X-Kind", kind]]);
  const head = { statusCode: status, reasonPhrase: reason, header };
  switch (kind) {
    case "text":
      return new HttpResponse({ ...head, body: "some text" });
    case "bytes":
      header.set("Content-Type", "image/png");
      return new HttpResponse({ ...head, body: Uint8Array.of(0x89, 0x50, 0x4e, 0x47) });
    case "untyped":
      return new HttpResponse({ ...head, body: Uint8Array.of(0x61, 0x62, 0x63) });
    case "message":
      return new HttpResponse({ ...head, body: new Xy({ x: 3, y: 4 }) });
  }
  return new HttpResponse(head);
}

function answerTo(m: unknown): object | null {
  if (m instanceof Xy) {
    const row = (y: number) => Array.from({ length: Math.max(0, m.x!) }, (_, x) => x + y * 0.5);
    return castTo(Array.from({ length: Math.max(0, m.y!) }, (_, y) => row(y)), TABLE);
  }
  if (m instanceof Kinds) return m;
  if (m instanceof Fail) return new Faulted({ ...m });
  if (m instanceof Plain) return plainResponse(m);
  if (m instanceof Nothing) return new Ack();
  return null;
}

async function delay(self: Routine, { seconds }: { seconds: number }) {
  class Over extends Message({}) {}
  self.start(Over, seconds);
  await self.input();
  return null;
}

/** The service. With `answerUnknown` it sends back requests that name no message. */
export async function service(self: Routine, { answerUnknown }: { answerUnknown: boolean }) {
  while (true) {
    const m = await self.input();
    const client = self.returnAddress;
    if (m instanceof Raise) throw new Error("as requested");
    if (m instanceof Slow) {
      const { seconds, tag } = m;
      const child = self.create(delay, { seconds: seconds! });
      self.onReturn(child, (self) => self.send(castTo(tag!, Integer8), client));
    } else if (m instanceof Returned) {
      const done = self.debrief() as { run(self: Routine, returned: Returned): void } | undefined;
      done?.run(self, m);
    } else if (m instanceof HttpRequest) {
      if (answerUnknown) self.send(m, client);
    } else {
      const answer = answerTo(m);
      if (answer !== null) self.send(answer, client);
    }
  }
}

/** A listening service, and the network around it. */
export interface HttpWorld {
  readonly simulation: Simulation;
  readonly runtime: Runtime;
  readonly listener: HttpListener;
  readonly records: readonly LogRecord[];
  /** Receivers that exist while no connection is there. */
  readonly receiversAtRest: number;
}

/** How to make an {@link HttpWorld}. */
export interface HttpWorldOptions {
  readonly simulation?: Partial<SimulationOptions>;
  readonly listener?: HttpListenerOptions;
  readonly request?: Partial<HttpListenRequest>;
  readonly answerUnknown?: boolean;
  /** Who gets the messages, instead of the service. */
  readonly controller?: (self: Routine) => unknown;
}

/** Port of the service. */
export const PORT = 5050;

/** Makes a service that listens. */
export async function openHttpWorld(options: HttpWorldOptions = {}): Promise<HttpWorld> {
  const simulation = new Simulation({ seed: 1, wallStartMs: Date.UTC(2026, 10, 22, 4, 13, 49), ...options.simulation });
  const records: LogRecord[] = [];
  const made: { runtime?: Runtime; listener?: HttpListener } = {};
  simulation.host("server").start("service", async (world) => {
    const runtime = new Runtime(world, { log: new Log("WARNING", { write: (record) => void records.push(record) }) });
    const { address } = startController(runtime, options);
    const request = {
      requestedIpp: new HostPort("0.0.0.0", PORT),
      httpServer: [...API],
      uriForm: null,
      defaultToRequest: false,
      ...options.request,
    };
    made.listener = await openHttpListener(runtime, request, address, options.listener);
    made.runtime = runtime;
  });
  await simulation.runUntil(() => made.runtime !== undefined);
  const { runtime, listener } = made as { runtime: Runtime; listener: HttpListener };
  return { simulation, runtime, listener, records, receiversAtRest: runtime.receiverCount };
}

function startController(runtime: Runtime, options: HttpWorldOptions): { readonly address: AddressValue } {
  if (options.controller !== undefined) return runtime.start(options.controller);
  return runtime.start(service, { answerUnknown: options.answerUnknown ?? false });
}

/** A client that writes what it is told and keeps what comes back. Texts are one character for one byte. */
export class RawClient {
  received = "";
  /** How the connection ended for this client. */
  after: "open" | "closed" | "reset" = "open";
  #write: (bytes: Uint8Array) => Promise<void> = () => Promise.resolve();
  #close: () => void = () => {};
  #closeWrite: () => void = () => {};
  #pause: (milliseconds: number) => Promise<void> = () => Promise.resolve();
  readonly #simulation: Simulation;

  private constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  /** Connects a client. */
  static async connect(simulation: Simulation, hostName = "client"): Promise<RawClient> {
    const client = new RawClient(simulation);
    let isConnected = false;
    const host = simulation.host(hostName);
    host.start(`client-${host.processes.length}`, async (world: World) => {
      const stream = await world.network.connect("server", PORT);
      client.#write = (bytes) => stream.write(bytes);
      client.#close = () => stream.close();
      client.#closeWrite = () => void stream.closeWrite();
      client.#pause = (milliseconds) => new Promise((resolve) => world.clock.after(milliseconds, resolve));
      isConnected = true;
      const buffer = new Uint8Array(65_536);
      try {
        for (let n = await stream.read(buffer); n !== null; n = await stream.read(buffer)) {
          client.received += Array.from(buffer.subarray(0, n), (octet) => globalThis.String.fromCharCode(octet)).join(
            "",
          );
        }
        client.after = "closed";
      } catch {
        client.after = "reset";
      }
    });
    await simulation.runUntil(() => isConnected);
    return client;
  }

  /** Writes; a number is a pause in seconds. */
  async send(...pieces: (string | number)[]): Promise<void> {
    let isDone = false;
    this.begin(...pieces).finally(() => isDone = true);
    await this.#simulation.runUntil(() => isDone);
  }

  /** The same, while time passes by other means. */
  async begin(...pieces: (string | number)[]): Promise<void> {
    try {
      for (const piece of pieces) {
        if (typeof piece === "number") await this.#pause(piece * 1000);
        else await this.#write(Uint8Array.from(piece, (character) => character.charCodeAt(0)));
      }
    } catch {
      // The server had enough: what it said is in `received`.
    }
  }

  /** Lets time pass until a condition on what has come back holds. */
  async until(condition: (received: string) => boolean): Promise<void> {
    await this.#simulation.runUntil(() => condition(this.received), 120_000);
  }

  finishSending(): void {
    this.#closeWrite();
  }

  close(): void {
    this.#close();
  }
}

/** A request without a body. */
export function get(target: string, headers = ""): string {
  return `GET ${target} HTTP/1.1\r\nHost: server\r\n${headers}\r\n`;
}

/** How many answers a text holds. */
export function answerCount(received: string): number {
  return received.split(/HTTP\/1\.1 [2-9]\d\d /).length - 1;
}

/** Sends a request on a connection of its own, and gives everything that comes back until the connection rests. */
export async function exchange(world: HttpWorld, ...pieces: (string | number)[]): Promise<RawClient> {
  const client = await RawClient.connect(world.simulation);
  await client.send(...pieces);
  await world.simulation.runFor(3000);
  return client;
}
