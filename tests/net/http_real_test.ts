/** The HTTP server on real sockets, with the platform's own client. */

import { assertEquals } from "@std/assert";
import {
  bind,
  castTo,
  HostPort,
  Integer8,
  Message,
  on,
  realWorld,
  Runtime,
  Stateless,
  VectorOf,
} from "../../runtime/mod.ts";
import { type HttpListener, openHttpListener } from "../../net/http/server.ts";

class Xy extends Message({ x: Integer8.default(1), y: Integer8.default(1) }) {}
class Never extends Message({}) {}
class Echo extends Stateless {}
bind(Xy, "http_real");
bind(Never, "http_real");
bind(Echo, "http_real", {
  table: {
    always: [on(Xy, (self, { x, y }) => self.reply(castTo([x!, y!], VectorOf(Integer8)))), on(Never, () => {})],
  },
});

async function serving(test: (base: string, listener: HttpListener, runtime: Runtime) => Promise<void>): Promise<void> {
  const runtime = new Runtime(realWorld());
  const { address } = runtime.start(Echo);
  const listener = await openHttpListener(
    runtime,
    { requestedIpp: new HostPort("127.0.0.1", 0), httpServer: [Xy, Never], uriForm: null, defaultToRequest: false },
    address,
  );
  try {
    await test(`http://127.0.0.1:${listener.listening.port}`, listener, runtime);
  } finally {
    listener.abandon();
    runtime.close();
  }
}

Deno.test("openHttpListener serves fetch: queries, forms, JSON, streams, HEAD, unknown paths", () =>
  serving(async (base) => {
    const client = Deno.createHttpClient({});
    const answerOf = async (path: string, init: RequestInit = {}) => {
      const response = await fetch(base + path, { ...init, client });
      return [response.status, await response.text()];
    };
    const pair = (x: number, y: number) => `{"value":["vector<integer8>",[${x},${y}],[]]}`;
    assertEquals(await answerOf("/Xy?x=2&y=3"), [200, pair(2, 3)]);
    assertEquals(await answerOf("/Xy", { method: "POST", body: new URLSearchParams({ x: "4" }) }), [200, pair(4, 1)]);
    const json = { method: "POST", headers: { "Content-Type": "application/json" } };
    assertEquals(await answerOf("/Xy", { ...json, body: '{"value":{"y":5}}' }), [200, pair(1, 5)]);
    const stream = new Blob([" ".repeat(100_000), '{"value":{"x":6}}']).stream();
    assertEquals(await answerOf("/Xy", { ...json, body: stream }), [200, pair(6, 1)]);
    assertEquals(await answerOf("/Xy?x=2", { method: "HEAD" }), [200, ""]);
    assertEquals((await answerOf("/Nope"))[0], 404);
    assertEquals((await answerOf("/Xy?x=foo"))[0], 400);
    client.close();
  }));

Deno.test("openHttpListener leaves nothing behind of clients that vanish", () =>
  serving(async (base, listener, runtime) => {
    const port = Number(new URL(base).port);
    const atRest = runtime.receiverCount;
    const request = new TextEncoder().encode("GET /Never? HTTP/1.1\r\nHost: h\r\n\r\nGET /Xy?x=1 HTTP/1.1\r\nHo");
    for (let i = 0; i < 100; i++) {
      const socket = await Deno.connect({ hostname: "127.0.0.1", port });
      await socket.write(request);
      socket.close();
    }
    const response = await Deno.connect({ hostname: "127.0.0.1", port });
    await response.write(new TextEncoder().encode("GET /Xy? HTTP/1.1\r\nConnection: close\r\n\r\n"));
    while (await response.read(new Uint8Array(4096)) !== null);
    response.close();
    listener.abandon();
    assertEquals([listener.connectionCount, runtime.receiverCount], [0, atRest]);
  }));
