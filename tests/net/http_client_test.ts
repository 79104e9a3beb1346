/** HTTP clients: the recorded requests and answers, and everything around them, in virtual time. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import {
  Ack,
  bind,
  Busy,
  castTo,
  encodeMessage,
  Faulted,
  HostPort,
  Integer8,
  Message,
  type Routine,
  Runtime,
  TimedOut,
  Unicode,
  VectorOf,
  type World,
} from "../../runtime/mod.ts";
import { Simulation } from "../../runtime/simulation/mod.ts";
import { openHttpConnection } from "../../net/http/client.ts";
import { QUEUED_REQUESTS_MAX } from "../../net/http/limits.ts";
import { HttpRequest, HttpResponse } from "../../net/http/messages.ts";
import { openHttpListener } from "../../net/http/server.ts";
import { Close, Closed, Connected, ConnectStream } from "../../net/messages.ts";

const PORT = 5051;

class Xy extends Message({ x: Integer8.default(1), y: Integer8.default(1), tag: Unicode, row: VectorOf(Integer8) }) {}
bind(Xy, "__main__");

interface Recording {
  readonly id: string;
  readonly side: "server" | "client";
  readonly fixture: string;
  readonly request: readonly string[];
  readonly response: readonly (string | null)[];
  readonly returned: string;
}

interface Peer {
  /** What arrived before each reply, and after the last. */
  readonly requests: string[];
}

/** A server that says what it is told, whatever it is asked; null closes the connection. */
function scriptedPeer(replies: readonly (string | null)[], peer: Peer) {
  return async (world: World) => {
    const stream = await (await world.network.listen("0.0.0.0", PORT)).accept();
    if (stream === null) return;
    const buffer = new Uint8Array(65_536);
    const decoder = new TextDecoder();
    for (const [i, reply] of replies.entries()) {
      if (reply === null && i > 0) break;
      let request = "";
      do {
        const count = await stream.read(buffer);
        if (count === null) break;
        request += decoder.decode(buffer.subarray(0, count));
      } while (!isWhole(request));
      peer.requests.push(request);
      if (reply === null) break;
      await stream.write(new TextEncoder().encode(reply));
    }
    if (replies.at(-1) === null) stream.close();
    else while (await stream.read(buffer) !== null);
  };
}

function isWhole(request: string): boolean {
  const end = request.indexOf("\r\n\r\n");
  return end >= 0 && request.length >= end + 4 + Number(/Content-Length: (\d+)/.exec(request)?.[1] ?? 0);
}

/** Runs an actor that has a connection, against a server. */
async function runClient(
  server: (world: World) => unknown,
  main: (self: Routine) => unknown,
  options: Partial<{ httpClient: string; layerCakeJson: boolean }> = {},
): Promise<unknown> {
  const simulation = new Simulation({ seed: 1 });
  simulation.host("server").start("server", server);
  await simulation.runFor(10);
  return await simulation.execute(simulation.host("client"), (world) => {
    const client = async (self: Routine) => {
      const request = new ConnectStream({ requestedIpp: new HostPort("server", PORT), httpClient: "/", ...options });
      (await openHttpConnection(self.kernel, request, self.address)).begin();
      const connected = await self.input();
      assert(connected instanceof Connected);
      assertEquals(connected.proxyAddress, self.returnAddress);
      return main(self);
    };
    return new Runtime(world).start(client).returned;
  }, 600_000);
}

/** What the recorded client does. */
function recordedClient(fixture: string) {
  const count = Number(/--count=(\d+)/.exec(fixture)?.[1] ?? 1);
  const kind = /--kind=(\w+)/.exec(fixture)?.[1] ?? "message";
  const tag = /--tag=(\S+)/.exec(fixture)?.[1] ?? null;
  const requestOf = (n: number): Message => {
    if (kind === "message") return new Xy({ x: 2, y: n, tag });
    const isGet = kind === "get";
    const header = new Map([isGet ? ["Accept", "*/*"] : ["Content-Type", "text/plain"]] as [string, string][]);
    if (isGet) return new HttpRequest({ method: "GET", requestUri: `some/where?n=${n}`, header });
    return new HttpRequest({ method: "PUT", requestUri: "it", header, body: new TextEncoder().encode("body") });
  };
  return async (self: Routine) => {
    const server = self.returnAddress;
    for (let n = 0; n < count; n++) self.send(requestOf(n), server);
    const got: unknown[] = [];
    for (let n = 0; n < count; n++) {
      got.push(await self.input());
      if (got.at(-1) instanceof Closed) return got.at(-1);
      if (self.receivedType !== null && self.receivedType.kind !== "message") {
        got[n] = castTo(got[n], self.receivedType);
      }
    }
    return got.length === 1 ? got[0] : got;
  };
}

type Message = InstanceType<typeof Xy> | HttpRequest;

function response(body: string | null, header: Record<string, string>, status = 200, reason = "OK"): HttpResponse {
  const bytes = body === null ? null : new TextEncoder().encode(body);
  return new HttpResponse({
    statusCode: status,
    reasonPhrase: reason,
    header: new Map(Object.entries(header)),
    body: bytes,
  });
}

/** Where cake's client does better. */
const DIFFERENCES: Readonly<Record<string, unknown>> = {
  "k-chunked": response("ok", { "Transfer-Encoding": "chunked" }),
  "k-json-bad": response(
    'unexpected body "cannot decode (expected a value at character 0, got "n")"',
    {},
    500,
    "Server Error",
  ),
  "k-json-lower": response(
    'unexpected body "cannot decode (expected an object with a value, got one without)"',
    {},
    500,
    "Server Error",
  ),
  "k-long-reason": response("ok", { "Content-Length": "2" }, 503, "Service Temporarily Unavailable"),
  "k-no-reason": response("ok", { "Content-Length": "2" }, 200, ""),
};

/** Recorded values without what differs from run to run, or only in layout. */
function recorded(returned: string): unknown {
  const items = JSON.parse(returned.replace("<PORT>", "0")).value;
  return items[0] === "vector<any>" ? items[1] : items;
}

function returnedAs(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(returnedAs);
  return JSON.parse(encodeMessage(value)).value;
}

const recordings: Recording[] = Deno.readTextFileSync(new URL("../testdata/http.jsonl", import.meta.url))
  .trim().split("\n").map((line) => JSON.parse(line));
const clients = recordings.filter(({ side }) => side === "client");

for (const { id, fixture, request, response, returned } of clients) {
  const isBetter = id in DIFFERENCES;
  Deno.test(`openHttpConnection sends and takes ${id} ${isBetter ? "better than recorded" : "as recorded"}`, async () => {
    const peer: Peer = { requests: [] };
    const value = await runClient(scriptedPeer(response, peer), recordedClient(fixture), {
      httpClient: /--path=(\S+)/.exec(fixture)?.[1] ?? "/",
      layerCakeJson: fixture.includes("--json"),
    });
    // Only a layer-cake does without a Host header.
    const host = `Host: server:${PORT}\r\n`;
    const isJson = fixture.includes("--json");
    assertEquals(peer.requests.every((text) => text.includes(host) !== isJson), true);
    assertEquals(peer.requests.map((text) => text.replace(host, "")), request.filter((text) => text !== ""));
    if (value instanceof Closed) {
      assertEquals([value.reason, value.note, value.errorCode], ["ABANDONED_BY_REMOTE", null, null]);
    } else assertEquals(returnedAs(value), isBetter ? returnedAs(DIFFERENCES[id]) : recorded(returned));
  });
}

Deno.test("openHttpConnection is compared with all recordings of the original's client", () => {
  assert(clients.length > 10);
  assertEquals(Object.keys(DIFFERENCES).filter((id) => !clients.some((recording) => recording.id === id)), []);
});

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

Deno.test("openHttpConnection takes interim responses for what they are", async () => {
  const peer: Peer = { requests: [] };
  const value = await runClient(
    scriptedPeer([`HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n${OK}`], peer),
    recordedClient(""),
  );
  assert(value instanceof HttpResponse);
  assertEquals(value.statusCode, 200);
});

Deno.test("openHttpConnection reads a body that ends with the connection", async () => {
  const peer: Peer = { requests: [] };
  const value = await runClient(scriptedPeer(["HTTP/1.1 200 OK\r\n\r\nto the end", null], peer), recordedClient(""));
  assert(value instanceof HttpResponse);
  assertEquals(new TextDecoder().decode(value.body as Uint8Array), "to the end");
});

Deno.test("openHttpConnection gives each answer to who asked, one request at a time", async () => {
  const peer: Peer = { requests: [] };
  const replies = ["a", "b", "c"].map((letter) => `HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n${letter}`);
  const answers = await runClient(scriptedPeer(replies, peer), async (self) => {
    const server = self.returnAddress;
    const asker = async (child: Routine, { n }: { n: number }) => {
      child.send(new Xy({ y: n }), server);
      const answer = await child.input();
      assert(answer instanceof HttpResponse);
      return castTo(`${n}${new TextDecoder().decode(answer.body as Uint8Array)}`, Unicode);
    };
    for (const n of [0, 1, 2]) self.create(asker, { n });
    const answers: unknown[] = [];
    for (let i = 0; i < 3; i++) answers.push(((await self.input()) as { message: { value: unknown } }).message.value);
    return answers;
  });
  assertEquals(answers, ["0a", "1b", "2c"]);
  assertEquals(peer.requests.map((text) => /y=(\d)/.exec(text)?.[1]), ["0", "1", "2"]);
});

Deno.test("openHttpConnection refuses more requests than may wait", async () => {
  const peer: Peer = { requests: [] };
  const value = await runClient(scriptedPeer([], peer), async (self) => {
    const server = self.returnAddress;
    for (let n = 0; n <= QUEUED_REQUESTS_MAX; n++) self.send(new Xy({ y: n }), server);
    return await self.input();
  });
  assert(value instanceof HttpResponse);
  assertEquals([value.statusCode, value.reasonPhrase], [400, "Client Error"]);
  assertEquals(new TextDecoder().decode(value.body as Uint8Array), "Request queue overflow");
});

Deno.test("openHttpConnection says what can't be sent", async () => {
  const bad: readonly (readonly [object, RegExp])[] = [
    [castTo("text", Unicode), /only messages/],
    [new HttpRequest({ method: "GET\r\nX: y" }), /no HTTP method/],
    [new HttpRequest({ requestUri: "a b" }), /no request target/],
    [new HttpRequest({ header: new Map([["X", "a\r\nY: b"]]) }), /one line/],
    [new HttpRequest({ header: new Map([["Transfer-Encoding", "chunked"]]) }), /length/],
    [new Xy({ x: "three" as unknown as number }), /"x"/],
  ];
  const answers = await runClient(scriptedPeer([OK], { requests: [] }), async (self) => {
    const server = self.returnAddress;
    const answers: unknown[] = [];
    for (const [message] of bad) {
      self.send(message, server);
      answers.push(await self.input());
    }
    self.send(new Xy(), server);
    return [...answers, await self.input()];
  }) as unknown[];
  for (const [i, [, expected]] of bad.entries()) {
    assert(answers[i] instanceof Faulted);
    assertMatch(String(answers[i]), expected);
  }
  assert(answers.at(-1) instanceof HttpResponse);
});

const UNREADABLE: Readonly<Record<string, string>> = {
  "garbage": "hello\r\n\r\n",
  "two lengths": "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
  "a length and chunks": "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  "headers without end": `HTTP/1.1 200 OK\r\n${"X: y\r\n".repeat(20_000)}`,
};

for (const [what, reply] of Object.entries(UNREADABLE)) {
  Deno.test(`openHttpConnection closes on ${what}, and tells all who wait`, async () => {
    const value = await runClient(scriptedPeer([reply], { requests: [] }), async (self) => {
      const server = self.returnAddress;
      const asker = async (child: Routine) => {
        child.send(new Xy(), server);
        return await child.input();
      };
      self.create(asker);
      const got = [await self.input(), await self.input()];
      return got.find((m) => m instanceof Closed) && got.find((m) => !(m instanceof Closed));
    });
    assertStringIncludes(encodeMessage(value), "layer_cake.point_runtime.Faulted");
  });
}

Deno.test("openHttpConnection takes an answer that has more bytes than it says, and closes", async () => {
  const value = await runClient(scriptedPeer([`${OK}surplus`], { requests: [] }), async (self) => {
    self.send(new Xy(), self.returnAddress);
    return [await self.input(), await self.input()];
  }) as [unknown, unknown];
  assert(value[0] instanceof HttpResponse);
  assert(value[1] instanceof Closed && value[1].reason === "INBOUND_STREAMING");
});

Deno.test("openHttpConnection does not wait forever", async () => {
  const value = await runClient(scriptedPeer([""], { requests: [] }), async (self) => {
    self.send(new Xy(), self.returnAddress);
    return [await self.input(), await self.input()];
  }) as [unknown, unknown];
  assert(value[0] instanceof TimedOut);
  assert(value[1] instanceof Closed && value[1].reason === "WENT_STALE");
});

Deno.test("openHttpConnection closes on request", async () => {
  const value = await runClient(scriptedPeer([], { requests: [] }), async (self) => {
    self.send(new Close({ message: new Ack(), note: "enough" }), self.returnAddress);
    return await self.input();
  });
  assert(value instanceof Closed);
  assertEquals([value.reason, value.note, value.message], ["ON_REQUEST", "enough", new Ack()]);
});

Deno.test("openHttpConnection and openHttpListener understand each other, faults included", async () => {
  const server = async (world: World) => {
    const runtime = new Runtime(world);
    const { address } = runtime.start(async (self: Routine) => {
      while (true) {
        const m = await self.input();
        if (m instanceof Xy) {
          self.reply(m.tag === "busy" ? new Busy({ condition: "too busy" }) : castTo(m.row, VectorOf(Integer8)));
        }
      }
    });
    const request = {
      requestedIpp: new HostPort("0.0.0.0", PORT),
      httpServer: [Xy],
      uriForm: null,
      defaultToRequest: false,
    };
    await openHttpListener(runtime, request, address);
  };
  const value = await runClient(server, async (self) => {
    const proxy = self.returnAddress;
    const got: unknown[] = [];
    for (
      const message of [
        new Xy({ row: [1, 2] }),
        new Xy({ tag: "busy" }),
        new HttpRequest({ method: "HEAD", requestUri: "Xy?" }),
      ]
    ) {
      self.send(message, proxy);
      got.push(await self.input());
    }
    return got;
  }, { layerCakeJson: true }) as unknown[];
  assertEquals(value[0], [1, 2]);
  assert(value[1] instanceof Busy && value[1].condition === "too busy");
  assert(value[2] instanceof HttpResponse);
});
