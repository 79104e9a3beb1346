import * as cake from "@layer-cake/cake";
import { ConnectAndRequest } from "./connect_and_request_2.ts";

const settings = {
  threadCount: cake.Integer8.default(1),
  serverAddress: cake.typeOf(cake.HostPort).default(() => new cake.HostPort("127.0.0.1", 5050)),
  requestCount: cake.Integer8.default(1),
  slowDown: cake.Float8.default(1),
  bigTable: cake.Integer8.default(100),
};

/** Keeps a number of clients at work over one connection. */
export async function clientsAsThreads(self: cake.Routine, given: cake.Settings<typeof settings>) {
  const { serverAddress, threadCount, ...each } = given;
  cake.connect(self, serverAddress, { httpClient: "/", layerCakeJson: true });
  const connected = await self.input();
  if (!(connected instanceof cake.Connected)) return connected;
  const client = self.returnAddress;

  function begin(self: cake.Routine): void {
    self.onReturn(self.create(ConnectAndRequest, { client, ...each }), replace);
  }

  function replace(self: cake.Routine, value: cake.Sendable): void {
    // Busy is fine. After other faults the number of clients declines, perhaps to none.
    if (value instanceof cake.Faulted && !(value instanceof cake.Busy)) return;
    begin(self);
  }

  for (let i = 0; i < threadCount; i++) begin(self);

  let ending: cake.Faulted = new cake.Faulted("number of clients declined to zero", "see logs");
  while (self.working() > 0) {
    const m = await self.select(cake.Returned, cake.Stop, cake.Closed);
    if (m instanceof cake.Stop) ending = new cake.Aborted();
    if (!(m instanceof cake.Returned)) {
      self.abort();
      continue;
    }
    const d = self.debrief();
    if (d instanceof cake.OnReturned && !(ending instanceof cake.Aborted)) d.run(self, m);
  }
  return ending;
}
cake.bind(clientsAsThreads, import.meta, { settings });

cake.create(clientsAsThreads, import.meta);
