/**
 * The process under attack: `target.ts`. It listens in clear, encrypted and for HTTP, answers `Ping` and `Xy`, and tells the
 * ports. Each line on stdin is answered with a line about its state.
 */
import { Ack, bind, HostPort, Integer8, Message, Ping, realWorld, type Routine, Runtime } from "../../runtime/mod.ts";
import { attachNetwork, listen, Listening } from "../../net/mod.ts";

/** What is asked for by HTTP. */
export class Xy extends Message({ x: Integer8.default(1) }) {}
bind(Xy, "hostile_api");

/** Many come from one address here, which in the wild would be many addresses. */
const MANY = 20_000;

function tell(event: object): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(event)}\n`));
}

function state(runtime: Runtime): object {
  const { rss, heapUsed } = Deno.memoryUsage();
  const { connections, reports } = attachNetwork(runtime).counts;
  return {
    rss,
    heapUsed,
    connections,
    receivers: runtime.receiverCount,
    descriptors: [...Deno.readDirSync("/proc/self/fd")].length,
    limits: Object.fromEntries(runtime.ledger().limits),
    reports: Object.fromEntries(reports),
  };
}

if (import.meta.main) {
  const runtime = new Runtime(realWorld());
  const connections = { connectionsMax: MANY, connectionsPerHostMax: MANY };
  attachNetwork(runtime, {
    limits: { ...connections, unauthenticatedConnectionsMax: MANY, firstFrameTimeoutMs: 3000 },
    httpLimits: { ...connections, headTimeoutMs: 3000 },
  });
  runtime.start(async (self: Routine) => {
    const ports: (number | null)[] = [];
    for (const options of [{}, { encrypted: true }, { httpServer: [Xy] }]) {
      listen(self, new HostPort("127.0.0.1", 0), options);
      ports.push((await self.select(Listening)).listeningIpp.port);
    }
    const [clear, encrypted, http] = ports;
    tell({ clear, encrypted, http });
    for (;;) {
      const m = await self.input();
      if (m instanceof Ping) self.reply(new Ack());
      else if (m instanceof Xy) self.reply(m);
    }
  });
  for await (const _line of Deno.stdin.readable) tell(state(runtime));
  Deno.exit(0);
}
