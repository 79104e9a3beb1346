/** What an HTTP listener does with clients of all kinds, in virtual time. */

import { assert, assertEquals, assertMatch, assertNotMatch, assertStringIncludes } from "@std/assert";
import {
  Ack,
  Busy,
  castTo,
  Faulted,
  Integer8,
  type MessageClass,
  OutOfService,
  Overloaded,
  ReForm,
  type Routine,
  TemporarilyUnavailable,
  TimedOut,
  Unicode,
} from "../../runtime/mod.ts";
import { Close } from "../../net/messages.ts";
import { FormRequest, HttpRequest, HttpResponse } from "../../net/http/messages.ts";
import type { HttpEnding } from "../../net/http/connection.ts";
import type { HttpPeer } from "../../net/http/server.ts";
import { answerCount, API, exchange, get, type HttpWorld, openHttpWorld, RawClient, Slow, Xy } from "./http_fixture.ts";

/** A controller that answers everything with one thing. */
function answering(make: (m: unknown) => object | null) {
  return async (self: Routine) => {
    while (true) {
      const m = await self.input();
      const answer = make(m);
      if (answer !== null) self.reply(answer);
    }
  };
}

function status(client: RawClient): string {
  return client.received.split("\r\n", 1)[0]!;
}

function body(client: RawClient): string {
  return client.received.slice(client.received.indexOf("\r\n\r\n") + 4);
}

async function assertAtRest(world: HttpWorld): Promise<void> {
  await world.simulation.runFor(10_000);
  assertEquals(world.listener.connectionCount, 0);
  assertEquals(world.runtime.receiverCount, world.receiversAtRest);
  // What clients did wrong may be told; nothing else is to be.
  const told = /^(Request refused|Connection given up|Connection refused|No answer): /;
  assertEquals(world.records.filter(({ text }) => !told.test(text)), []);
}

// What is not acceptable.

const POST = "POST /Xy HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-www-form-urlencoded\r\n";
const SMUGGLED = "GET /Nothing? HTTP/1.1\r\nHost: smuggled\r\n\r\n";

const REFUSED: Readonly<Record<string, readonly [status: number, request: string]>> = {
  "two lengths that differ": [400, `${POST}Content-Length: 3\r\nContent-Length: 5\r\n\r\nx=1${SMUGGLED}`],
  "two lengths that agree": [400, `${POST}Content-Length: 3\r\nContent-Length: 3\r\n\r\nx=1${SMUGGLED}`],
  "a list of lengths": [400, `${POST}Content-Length: 3, 3\r\n\r\nx=1${SMUGGLED}`],
  "a signed length": [400, `${POST}Content-Length: +3\r\n\r\nx=1${SMUGGLED}`],
  "a negative length": [400, `${POST}Content-Length: -1\r\n\r\n${SMUGGLED}`],
  "a hexadecimal length": [400, `${POST}Content-Length: 0x3\r\n\r\nx=1${SMUGGLED}`],
  "an empty length": [400, `${POST}Content-Length:\r\n\r\n${SMUGGLED}`],
  "a length that overflows": [400, `${POST}Content-Length: 99999999999999999999999\r\n\r\n${SMUGGLED}`],
  "a length, then chunks": [400, `${POST}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`],
  "chunks, then a length": [400, `${POST}Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n${SMUGGLED}`],
  "chunked that is not last": [400, `${POST}Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n${SMUGGLED}`],
  "chunked twice": [
    400,
    `${POST}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  ],
  "chunked in disguise": [400, `${POST}Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n${SMUGGLED}`],
  "another transfer encoding": [501, `${POST}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`],
  "an unknown transfer encoding": [501, `${POST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${SMUGGLED}`],
  "chunks in HTTP/1.0": [400, `${POST.replace("1.1", "1.0")}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`],
  "a negative chunk size": [400, `${POST}Transfer-Encoding: chunked\r\n\r\n-1\r\n${SMUGGLED}`],
  "a chunk size in disguise": [400, `${POST}Transfer-Encoding: chunked\r\n\r\n0x3\r\nx=1\r\n0\r\n\r\n${SMUGGLED}`],
  "a chunk size that overflows": [400, `${POST}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n${SMUGGLED}`],
  "a chunk longer than its size": [
    400,
    `${POST}Transfer-Encoding: chunked\r\n\r\n3\r\nx=1&y=2\r\n0\r\n\r\n${SMUGGLED}`,
  ],
  "a line feed in chunk framing": [400, `${POST}Transfer-Encoding: chunked\r\n\r\n3\nx=1\n0\n\n${SMUGGLED}`],
  "a line feed in a chunk extension": [
    400,
    `${POST}Transfer-Encoding: chunked\r\n\r\n3;\n\r\nx=1\r\n0\r\n\r\n${SMUGGLED}`,
  ],
  "a folded header": [400, get("/Xy?", "X: a\r\n b\r\n")],
  "a header that begins with a blank": [400, get("/Xy?").replace("Host", " Host")],
  "a blank before the colon": [400, get("/Xy?", "X : a\r\n")],
  "a header without a name": [400, get("/Xy?", ": a\r\n")],
  "a header without a colon": [400, get("/Xy?", "X\r\n")],
  "a bare carriage return": [400, get("/Xy?", "X: a\rX-Smuggled: b\r\n")],
  "a NUL in a header": [400, get("/Xy?", "X: a\0b\r\n")],
  "a blank in the target": [400, get("/Xy?x=1 1")],
  "a tab for a blank": [400, get("/Xy?").replace("GET ", "GET\t")],
  "no version": [400, "GET /Xy?\r\n\r\n"],
  "another protocol": [400, "GET /Xy? HTTX/1.1\r\n\r\n"],
  "a greeting of TLS": [400, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n"],
  "an unknown method": [501, "FETCH /Xy? HTTP/1.1\r\n\r\n"],
  "CONNECT": [501, "CONNECT server:1 HTTP/1.1\r\nHost: server\r\n\r\n"],
  "HTTP/2": [505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
  "HTTP/2 in words": [505, "GET /Xy? HTTP/2.0\r\n\r\n"],
  "a later HTTP": [505, "GET /Xy? HTTP/1.7\r\n\r\n"],
  "another expectation": [417, `${POST}Expect: miracles\r\nContent-Length: 3\r\n\r\nx=1`],
  "a body that is too large": [413, `${POST}Expect: 100-continue\r\nContent-Length: 262145\r\n\r\n`],
  "chunks that are too large": [
    413,
    `${POST}Transfer-Encoding: chunked\r\n\r\n40001\r\n${"x".repeat(0x40001)}\r\n0\r\n\r\n`,
  ],
  "chunks that are too small": [
    413,
    `${POST}Transfer-Encoding: chunked\r\n\r\n${`1;${"e".repeat(5000)}\r\nx\r\n`.repeat(220)}0\r\n\r\n`,
  ],
  "a target that is too long": [414, get(`/Xy?${"x".repeat(8000)}`)],
  "a header that is too long": [431, get("/Xy?", `X: ${"x".repeat(65_536)}\r\n`)],
  "headers that are too many": [431, get("/Xy?", "X: a\r\n".repeat(257))],
};

for (const [what, [expected, request]] of Object.entries(REFUSED)) {
  Deno.test(`openHttpListener refuses ${what} with ${expected}, and ends the connection`, async () => {
    const world = await openHttpWorld();
    const client = await exchange(world, request);
    assertMatch(status(client), new RegExp(`^HTTP/1\\.1 ${expected} .{2,16}$`));
    assertStringIncludes(client.received, "\r\nConnection: close\r\n");
    assertEquals(answerCount(client.received), 1);
    assertEquals(client.after, "closed");
    await assertAtRest(world);
  });
}

Deno.test("openHttpListener tells an unknown method from garbage, however it arrives", async () => {
  for (const pieces of [["FE", 0.1, "TCH /Xy? HTTP/1.1\r\n\r\n"], [get("/Nothing?") + "FETCH /Xy? HTTP/1.1\r\n\r\n"]]) {
    const client = await exchange(await openHttpWorld(), ...pieces);
    assertStringIncludes(client.received, "HTTP/1.1 501 Not Implemented");
    assertStringIncludes(client.received, 'unknown HTTP method "FE');
  }
});

Deno.test("openHttpListener takes one request only of who ends lines with line feeds", async () => {
  const line = "GET /Nothing? HTTP/1.1\nHost: h\n\n";
  const client = await exchange(await openHttpWorld(), line + line);
  assertEquals(answerCount(client.received), 1);
  assertEquals(client.after, "closed");
  const chunked = await exchange(
    await openHttpWorld(),
    "POST /Xy HTTP/1.1\nTransfer-Encoding: chunked\n\n0\n\n",
  );
  assertMatch(status(chunked), / 400 /);
});

// What is acceptable.

Deno.test("openHttpListener understands a request in pieces of one byte", async () => {
  const request = `${POST}X-Empty:\r\nContent-Length: 7\r\n\r\nx=2&y=1`;
  const world = await openHttpWorld({ simulation: { network: { mergeProbability: 0 } } });
  const client = await exchange(world, ...request, ...get("/Nothing?"));
  assertEquals(answerCount(client.received), 2);
  assertStringIncludes(client.received, "[[0.0,1.0]]");
});

Deno.test("openHttpListener reads chunked bodies, with extensions and trailers", async () => {
  const chunks = "3;name=value\r\nx=2\r\n4\r\n&y=1\r\n0\r\nX-Trailer: content-length\r\nHost: b\r\n\r\n";
  const world = await openHttpWorld();
  const client = await exchange(world, `${POST}Transfer-Encoding: chunked\r\n\r\n${chunks}${get("/Nothing?")}`);
  assertStringIncludes(client.received, "[[0.0,1.0]]");
  assertEquals(answerCount(client.received), 2);
});

Deno.test("openHttpListener reads the largest body", async () => {
  const text = "a".repeat(262_144 - 5);
  const request =
    `POST /Kinds HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 262144\r\n\r\n`;
  const client = await exchange(await openHttpWorld(), `${request}text=${text}`);
  assertEquals(status(client), "HTTP/1.1 200 OK");
  assertStringIncludes(body(client), text);
});

Deno.test("openHttpListener ignores offers of other protocols", async () => {
  const client = await exchange(
    await openHttpWorld(),
    get("/Nothing?", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n") + get("/Xy?x=2&y=1"),
  );
  assertEquals(answerCount(client.received), 2);
  assertEquals(client.after, "open");
});

Deno.test("openHttpListener keeps connections open, or closes them, as the client asks", async () => {
  const close = await exchange(await openHttpWorld(), get("/Nothing?", "Connection: close\r\n") + SMUGGLED);
  assertEquals(close.after, "closed");
  assertEquals(answerCount(close.received), 1);
  const keep = await exchange(await openHttpWorld(), "GET /Nothing? HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  assertEquals(keep.after, "open");
  assertStringIncludes(keep.received, "\r\nConnection: keep-alive\r\n");
});

Deno.test("openHttpListener answers HEAD without a body, whatever the answer", async () => {
  for (const target of ["/Xy?x=2", "/Nope", "/Fail?condition=bad"]) {
    const world = await openHttpWorld();
    const client = await exchange(world, get(target).replace("GET", "HEAD") + get("/Nothing?"));
    assertMatch(client.received, /^HTTP[^{]*Content-Length: [1-9][^{]*\r\n\r\nHTTP\/1\.1 200 OK/);
  }
});

Deno.test("openHttpListener gives an HttpRequest to who lists that class, or asks for all requests", async () => {
  const controller = answering((m) => m instanceof HttpRequest ? m : new Ack());
  for (
    const request of [{ httpServer: [...API, HttpRequest as unknown as MessageClass] }, { defaultToRequest: true }]
  ) {
    const world = await openHttpWorld({ controller, request });
    const client = await exchange(world, "PUT /some/where?a=b HTTP/1.1\r\nX-Extra: 1\r\nContent-Length: 2\r\n\r\nab");
    assertStringIncludes(body(client), '"method":"PUT","request_uri":"/some/where?a=b","http":"HTTP/1.1"');
    assertStringIncludes(body(client), '[["X-Extra","1"],["Content-Length","2"]],"body":"YWI="');
    assertStringIncludes(body(await exchange(world, get("/Nothing?"))), "Ack");
  }
});

// Faults.

const FAULTS: readonly (readonly [Faulted, string])[] = [
  [new Busy({ condition: "too busy" }), "503 Unavailable"],
  [new Overloaded({}), "503 Unavailable"],
  [new TemporarilyUnavailable({ unavailable: ["worker"] }), "503 Unavailable"],
  [new TimedOut({}), "504 Timed Out"],
  [new OutOfService({}), "500 Server Error"],
  [new Faulted("bad", "worse"), "500 Server Error"],
  [new Busy({ errorCode: 429 }), "429 Client Error"],
  [new Faulted("interim", null, { errorCode: 110 }), "500 Server Error"],
  [new Faulted("negative", null, { errorCode: -1 }), "500 Server Error"],
];

Deno.test("openHttpListener chooses status and reason of faults, whose text stays", async () => {
  let fault: Faulted;
  const world = await openHttpWorld({ controller: answering(() => fault) });
  for (const [given, expected] of FAULTS) {
    fault = given;
    const client = await exchange(world, get("/Nothing?"));
    assertEquals(status(client), `HTTP/1.1 ${expected}`);
    assertStringIncludes(body(client), `{"value":["layer_cake.point_runtime.${given.constructor.name}",{`);
  }
});

Deno.test("openHttpListener answers 500 when an answer can't be encoded, and lives on", async () => {
  const world = await openHttpWorld({ controller: answering(() => castTo("text" as unknown as number, Integer8)) });
  const client = await exchange(world, get("/Nothing?"));
  assertEquals(status(client), "HTTP/1.1 500 Server Error");
  assertStringIncludes(body(client), "cannot respond");
  assertEquals(client.after, "open");
});

Deno.test("openHttpListener answers 504 when the application does not", async () => {
  const world = await openHttpWorld({ controller: answering(() => null) });
  const start = world.simulation.now;
  const client = await RawClient.connect(world.simulation);
  await client.send(get("/Nothing?"));
  await client.until((received) => received !== "");
  assert(world.simulation.now - start >= 60_000 && world.simulation.now - start < 61_000);
  assertEquals(status(client), "HTTP/1.1 504 Timed Out");
  assertStringIncludes(body(client), "no answer within 60 seconds");
  await client.send(get("/Nope"));
  await client.until((received) => received.includes("404"));
  client.close();
  await assertAtRest(world);
});

Deno.test("openHttpListener answers 503 when the listening actor has ended", async () => {
  const world = await openHttpWorld();
  const client = await RawClient.connect(world.simulation);
  await client.send(get("/Slow?seconds=9.0") + get("/Raise?"));
  await client.until((received) => answerCount(received) === 2);
  await client.send(get("/Nothing?"));
  await client.until((received) => answerCount(received) === 3);
  assertEquals(client.received.match(/HTTP\/1\.1 503 Unavailable/g)?.length, 3);
  assertStringIncludes(client.received, "nobody is there to answer");
});

// Responses of the application's own making.

Deno.test("openHttpListener lets no response break out of its place", async () => {
  const bad = [
    new HttpResponse({ header: new Map([["X-A", "b\r\nX-Injected: c"]]) }),
    new HttpResponse({ header: new Map([["X-A: b\r\nX-Injected", "c"]]) }),
    new HttpResponse({ statusCode: 100 }),
    new HttpResponse({ statusCode: 20_000 }),
  ];
  for (const response of bad) {
    const client = await exchange(await openHttpWorld({ controller: answering(() => response) }), get("/Nothing?"));
    assertEquals(status(client), "HTTP/1.1 500 Server Error");
    assertNotMatch(client.received, /^X-Injected/m);
    assertEquals(answerCount(client.received), 1);
  }
});

Deno.test("openHttpListener writes what the original's client can read", async () => {
  const responses: readonly (readonly [HttpResponse, string])[] = [
    [new HttpResponse({ statusCode: 503, reasonPhrase: "Service Temporarily Unavailable" }), "503 Server Error"],
    [new HttpResponse({ statusCode: 404, reasonPhrase: "Not\r\nFound" }), "404 Client Error"],
    [new HttpResponse({ statusCode: 404, reasonPhrase: null }), "404 OK"],
    [new HttpResponse({ statusCode: 201, reasonPhrase: "Created" }), "201 Created"],
  ];
  for (const [response, expected] of responses) {
    const client = await exchange(await openHttpWorld({ controller: answering(() => response) }), get("/Nothing?"));
    assertEquals(status(client), `HTTP/1.1 ${expected}`);
  }
});

Deno.test("openHttpListener keeps the content type and drops the lengths that an application gives", async () => {
  const header = new Map([["content-type", "text/html"], ["Content-Length", "1"], ["Connection", "upgrade"]]);
  const response = new HttpResponse({ header, body: "<p>caf\u00e9" });
  const client = await exchange(await openHttpWorld({ controller: answering(() => response) }), get("/Nothing?"));
  assertMatch(client.received, /Content-Length: 8\r\ncontent-type: text\/html\r\n\r\n<p>caf\u00c3\u00a9$/);
  const json = new HttpResponse({ header, body: castTo("caf\u00e9", Unicode) });
  const other = await exchange(await openHttpWorld({ controller: answering(() => json) }), get("/Nothing?"));
  assertMatch(other.received, /\r\nContent-Type: application\/json\r\n\r\n{"value":\["unicode","caf\\u00e9",\[\]\]}$/);
  assertNotMatch(other.received, /text\/html/);
});

Deno.test("openHttpListener sends no body where there must be none", async () => {
  for (const statusCode of [204, 304]) {
    const response = new HttpResponse({ statusCode, body: "text" });
    const client = await exchange(
      await openHttpWorld({ controller: answering(() => response) }),
      get("/Nothing?") + get("/Nothing?"),
    );
    assertEquals(answerCount(client.received), 2);
    assertNotMatch(client.received, /\ntext/);
  }
});

// Many requests, many clients.

Deno.test("openHttpListener answers pipelined requests in their order, a bounded number at a time", async () => {
  let waiting = 0, most = 0;
  const controller = async (self: Routine) => {
    while (true) {
      const m = await self.input();
      if (!(m instanceof Slow)) continue;
      const client = self.returnAddress;
      most = Math.max(most, ++waiting);
      const answer = self.create(async (child: Routine) => {
        child.start(Ack, (100 - m.tag!) / 100);
        await child.input();
        child.send(castTo(m.tag!, Integer8), client);
        waiting--;
      });
      self.assign(answer);
    }
  };
  const world = await openHttpWorld({ controller });
  const client = await RawClient.connect(world.simulation);
  const tags = Array.from({ length: 100 }, (_, tag) => tag);
  await client.send(tags.map((tag) => get(`/Slow?tag=${tag}`)).join(""));
  await client.until((received) => answerCount(received) === 100);
  const answered = [...client.received.matchAll(/"integer8",(\d+)/g)].map((match) => Number(match[1]));
  assertEquals(answered, tags);
  assertEquals(most, 16);
});

Deno.test("openHttpListener serves many clients at once, each its own answers", async () => {
  const world = await openHttpWorld();
  const clients: RawClient[] = [];
  for (let i = 0; i < 200; i++) clients.push(await RawClient.connect(world.simulation, `client-${i % 7}`));
  for (const [i, client] of clients.entries()) {
    await client.send(`${get(`/Kinds?number=${i}`)}${get(`/Kinds?text=t${i}`)}`);
  }
  await world.simulation.runUntil(() => clients.every(({ received }) => answerCount(received) === 2));
  for (const [i, { received }] of clients.entries()) {
    assertMatch(received, new RegExp(`"number":${i},.*"text":"t${i}",`, "s"));
  }
  assertEquals(world.listener.connectionCount, 200);
  for (const client of clients) client.close();
  await assertAtRest(world);
});

// Slow and silent clients.

async function endOf(world: HttpWorld, client: RawClient): Promise<number> {
  const start = world.simulation.now;
  await world.simulation.runUntil(() => client.after !== "open", 4_000_000);
  return world.simulation.now - start;
}

const SILENT: Readonly<Record<string, readonly [request: string, fromMs: number, toMs: number, answer: RegExp]>> = {
  "nothing": ["", 3_600_000, 3_600_750, /^$/],
  "half a request line": ["GET /Xy", 15_000, 15_750, /^HTTP\/1\.1 408 Request Timeout/],
  "headers without an end": [get("/Xy?").slice(0, -2), 15_000, 15_750, /^HTTP\/1\.1 408 Request Timeout/],
  "half a body": [`${POST}Content-Length: 20\r\n\r\nx=1`, 60_000, 60_750, /^HTTP\/1\.1 408 Request Timeout/],
  "a request, then nothing": [get("/Nothing?"), 3_600_000, 3_600_750, /^HTTP\/1\.1 200 OK[^H]*$/],
  "a request, then half of another": [
    get("/Nothing?") + "GET",
    15_000,
    15_750,
    /^HTTP\/1\.1 200 OK.*HTTP\/1\.1 408 Request Timeout/s,
  ],
};

for (const [what, [request, from, to, answer]] of Object.entries(SILENT)) {
  Deno.test(`openHttpListener gives up a client that sends ${what}`, async () => {
    const world = await openHttpWorld();
    const client = await RawClient.connect(world.simulation);
    await client.send(request);
    const duration = await endOf(world, client);
    assert(duration >= from && duration <= to, `after ${duration} ms`);
    assertMatch(client.received.replace(/Host|Header/g, ""), answer);
    assertEquals(client.after, "closed");
    await assertAtRest(world);
  });
}

Deno.test("openHttpListener gives up a client that sends a byte a second", async () => {
  const world = await openHttpWorld();
  const client = await RawClient.connect(world.simulation);
  client.begin(...[...get("/Xy?", `X: ${"slow".repeat(20)}\r\n`)].flatMap((byte) => [byte, 1]));
  assert(await endOf(world, client) < 16_000);
  assertMatch(status(client), / 408 /);
});

Deno.test("openHttpListener gives up a client that does not read its answer", async () => {
  const ends: HttpEnding[] = [];
  const world = await openHttpWorld({
    controller: answering(() => castTo("x".repeat(1_000_000), Unicode)),
    listener: { closed: (_peer, ending) => void ends.push(ending) },
  });
  let isConnected = false;
  world.simulation.host("deaf").start("client", async (its) => {
    const stream = await its.network.connect("server", 5050);
    await stream.write(new TextEncoder().encode(get("/Nothing?")));
    isConnected = true;
  });
  await world.simulation.runUntil(() => isConnected);
  await world.simulation.runFor(59_000);
  assertEquals(world.listener.connectionCount, 1);
  await world.simulation.runFor(2000);
  assertEquals(ends.map(({ reason }) => reason), ["OUTBOUND_STREAMING"]);
  await assertAtRest(world);
});

Deno.test("openHttpListener forgets the requests of a client that is gone", async () => {
  const world = await openHttpWorld({ controller: answering(() => null) });
  const client = await RawClient.connect(world.simulation);
  await client.send(get("/Nothing?").repeat(3));
  await world.simulation.runFor(100);
  assertEquals(world.runtime.receiverCount, world.receiversAtRest + 1);
  client.close();
  await assertAtRest(world);
});

Deno.test("openHttpListener answers a client that has finished sending", async () => {
  const world = await openHttpWorld();
  const client = await RawClient.connect(world.simulation);
  await client.send(get("/Slow?seconds=2.0"));
  client.finishSending();
  await world.simulation.runFor(3000);
  assertEquals(answerCount(client.received), 1);
  assertEquals(client.after, "closed");
  await assertAtRest(world);
});

// Connections.

Deno.test("openHttpListener makes room by closing idle connections, and turns others away", async () => {
  const world = await openHttpWorld({ listener: { limits: { connectionsMax: 3, connectionsPerHostMax: 2 } } });
  const first = await RawClient.connect(world.simulation, "alpha");
  const second = await RawClient.connect(world.simulation, "alpha");
  await second.send(get("/Slow?seconds=5.0"));
  const third = await RawClient.connect(world.simulation, "alpha");
  await world.simulation.runFor(100);
  assertEquals([first.after, second.after, third.after], ["closed", "open", "open"]);
  await third.send(get("/Slow?seconds=5.0"));
  await world.simulation.runFor(100);
  const fourth = await RawClient.connect(world.simulation, "alpha");
  await world.simulation.runFor(300);
  assertEquals(status(fourth), "HTTP/1.1 503 Unavailable");
  assertEquals(fourth.after, "closed");
  assertEquals(status(await exchange(world, get("/Nothing?"))), "HTTP/1.1 200 OK");
  await second.until((received) => received !== "");
  await world.simulation.runFor(1000);
  assertEquals(world.records.map(({ text }) => text.replace(/(HTTP from ).*\)/, "$1client)")), [
    "Connection given up: idle, and there are too many (HTTP from client); limit http.connectionsPerHostMax",
    "Connection refused: too many connections (HTTP from client); limit http.connectionsPerHostMax",
  ]);
  assertEquals(world.listener.status.turnedAway, 1);
});

Deno.test("openHttpListener tells of connections, which can be answered and closed by their address", async () => {
  const peers: HttpPeer[] = [];
  const ends: (readonly [HttpPeer, HttpEnding])[] = [];
  const world = await openHttpWorld({
    controller: answering(() => null),
    listener: { opened: (peer) => void peers.push(peer), closed: (peer, ending) => void ends.push([peer, ending]) },
  });
  const client = await RawClient.connect(world.simulation);
  await client.send(get("/Nothing?") + get("/Nothing?"));
  await world.simulation.runFor(100);
  const [peer] = peers;
  assert(peer !== undefined);
  world.runtime.send(new Xy({ x: 7 }), peer.address, peer.address);
  await client.until((received) => received.includes('"x":7'));
  world.runtime.send(new Close({ message: new Ack(), note: "enough" }), peer.address, peer.address);
  await world.simulation.runUntil(() => client.after !== "open");
  await assertAtRest(world);
  assertEquals(answerCount(client.received), 1);
  assertEquals(ends, [[peer, { reason: "ON_REQUEST", note: "enough", errorCode: null, message: new Ack() }]]);
});

Deno.test("HttpListener.close answers what was asked, and ends everything else", async () => {
  const world = await openHttpWorld();
  const idle = await RawClient.connect(world.simulation);
  const busy = await RawClient.connect(world.simulation);
  await busy.send(get("/Slow?seconds=2.0"));
  await world.simulation.runFor(100);
  world.listener.close();
  await world.simulation.runFor(1000);
  assertEquals([idle.after, busy.after], ["closed", "open"]);
  await world.simulation.runFor(3000);
  assertEquals(answerCount(busy.received), 1);
  assertEquals(busy.after, "closed");
  await assertAtRest(world);
});

Deno.test("HttpListener.abandon ends everything at once", async () => {
  const world = await openHttpWorld();
  const client = await RawClient.connect(world.simulation);
  await client.send(get("/Slow?seconds=2.0"));
  await world.simulation.runFor(100);
  world.listener.abandon();
  assertEquals(world.listener.connectionCount, 0);
  await world.simulation.runFor(5000);
  assertEquals(client.received, "");
  assert(client.after !== "open");
});

// Resources.

Deno.test("openHttpListener takes targets apart by the form of the URI", async () => {
  const form = new ReForm({
    form: "/{resource}(/{identity})?",
    entry: new Map([["resource", "\\w+"], ["identity", "[0-9]{1,3}"]]),
  });
  const requests: FormRequest[] = [];
  const controller = answering((m) => m instanceof FormRequest ? (requests.push(m), new Ack()) : null);
  const world = await openHttpWorld({ controller, request: { httpServer: [], uriForm: form } });
  assertStringIncludes((await exchange(world, get("/widget"))).received, "\r\nServer: Layer-Cake-REST-server/1.0\r\n");
  await exchange(world, get("/widget/12").replace("GET", "DELETE"));
  const other = await exchange(world, get("/widget/1234"));
  assertMatch(status(other), / 400 Bad Request$/);
  assertEquals(body(other), 'cannot recover request "/widget/1234" (request URI does not match form)');
  assertEquals(requests.map(({ method, formEntry }) => [method, ...formEntry]), [
    ["GET", ["identity", null], ["resource", "widget"]],
    ["DELETE", ["identity", "12"], ["resource", "widget"]],
  ]);
});
