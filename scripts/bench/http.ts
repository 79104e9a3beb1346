/** Rows for the HTTP server alone: requests to one actor that answers at once. Run all with `deno task bench`. */

import { openHttpListener } from "../../net/http/server.ts";
import {
  bind,
  castTo,
  defType,
  Float8,
  HostPort,
  Integer8,
  Message,
  on,
  realWorld,
  Runtime,
  Stateless,
  VectorOf,
} from "../../runtime/mod.ts";
import { type Row, runRows } from "./rows.ts";

class Xy extends Message({ x: Integer8.default(1), y: Integer8.default(1) }) {}
bind(Xy, "bench_api");
const tableType = defType(VectorOf(VectorOf(Float8)));

class Tables extends Stateless {}
bind(Tables, "bench", {
  table: {
    always: [on(Xy, (self, { x, y }) => {
      self.reply(castTo(Array.from({ length: y! }, () => Array.from({ length: x! }, (_, i) => i + 0.5)), tableType));
    })],
  },
});

const CONNECTIONS = 64;
const DURATION_MS = 3000;
const LOAD = new URL("./http_load.ts", import.meta.url).pathname;

/** Requests a second that a client process gets answered. */
async function load(port: number, connections: number): Promise<number> {
  const args = [
    "run",
    "-A",
    "--no-config",
    "--no-lock",
    LOAD,
    `${port}`,
    `${connections}`,
    `${DURATION_MS}`,
    "/Xy?x=2&y=2",
  ];
  const { success, stdout } = await new Deno.Command(Deno.execPath(), { args, stderr: "inherit" }).output();
  if (!success) throw new Error("The client failed");
  return Number(new TextDecoder().decode(stdout));
}

async function cakeServer(connections: number): Promise<number> {
  const runtime = new Runtime(realWorld());
  const { address } = runtime.start(Tables);
  const request = {
    requestedIpp: new HostPort("127.0.0.1", 0),
    httpServer: [Xy],
    uriForm: null,
    defaultToRequest: false,
  };
  const listener = await openHttpListener(runtime, request, address);
  const rate = await load(listener.listening.port!, connections);
  listener.abandon();
  runtime.close();
  return rate;
}

async function bareServer(connections: number): Promise<number> {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, () => new Response("hello"));
  const rate = await load(server.addr.port, connections);
  await server.shutdown();
  return rate;
}

/** Rows for the HTTP server. */
export const HTTP_ROWS: readonly Row[] = [CONNECTIONS, 1].map((connections) => ({
  name: `HTTP requests to one actor, ${connections} at a time`,
  unit: "1/s",
  measure: () => cakeServer(connections),
  floor: { name: "bare Deno.serve", measure: () => bareServer(connections) },
}));

if (import.meta.main) await runRows(HTTP_ROWS);
