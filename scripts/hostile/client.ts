/**
 * A client of good manners: `client.ts <port> <seconds>`. It asks one question at a time, and tells every half second how
 * long answers took, in microseconds: `client.py` is the same of the original.
 */
import { Ack, HostPort, Ping, realWorld, type Routine, Runtime } from "../../runtime/mod.ts";
import { Closed, connect, Connected } from "../../net/mod.ts";

const WINDOW_MS = 500;
/** A pause between questions, so that the client does not take all of a core. */
const PAUSE_MS = 1;

const [port, seconds] = Deno.args.map(Number) as [number, number];

function tell(event: object): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(event)}\n`));
}

const runtime = new Runtime(realWorld());
const { returned } = runtime.start(async (self: Routine) => {
  connect(self, new HostPort("127.0.0.1", port));
  await self.select(Connected);
  const proxy = self.returnAddress;
  const end = performance.now() + seconds * 1000;
  for (let window = performance.now(); performance.now() < end; window = performance.now()) {
    const times: number[] = [];
    while (performance.now() - window < WINDOW_MS) {
      const start = performance.now();
      self.send(new Ping(), proxy);
      const answer = await self.select(Ack, Closed);
      if (answer instanceof Closed) throw new Error(`closed: ${answer.reason} ${answer.note}`);
      times.push((performance.now() - start) * 1000);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    tell({ at: Date.now(), times: times.map(Math.round) });
  }
});
const result = await returned;
if (result !== null) tell({ error: `${result}` });
Deno.exit(result === null ? 0 : 1);
