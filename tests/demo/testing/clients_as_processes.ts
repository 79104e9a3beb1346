import * as cake from "@layer-cake/cake";
import { clientsAsThreads } from "./clients_as_threads.ts";

const settings = {
  processCount: cake.Integer8.default(1),
  testSpan: cake.TimeSpan,
  clientType: cake.Unicode.default("connect_and_request"),
  threadCount: cake.Integer8.default(1),
  serverAddress: cake.typeOf(cake.HostPort).default(() => new cake.HostPort("127.0.0.1", 5050)),
  requestCount: cake.Integer8.default(1),
  slowDown: cake.Float8.default(1),
  bigTable: cake.Integer8.default(100),
};

/** Runs several processes of clients, for a time or until it is stopped; returns how many ended unexpectedly. */
export async function clientsAsProcesses(self: cake.Routine, given: cake.Settings<typeof settings>) {
  const { processCount, testSpan, ...each } = given;
  for (let i = 0; i < processCount; i++) {
    const roleName = `clients-${i}`;
    self.assign(self.create(cake.ProcessObject, { actor: clientsAsThreads, roleName, settings: each }), i);
  }
  if (testSpan !== null) self.start(cake.T1, testSpan);

  let unexpected = 0;
  while (self.working() > 0) {
    const m = await self.select(cake.Returned, cake.Stop, cake.T1);
    if (!(m instanceof cake.Returned)) {
      self.abort();
      continue;
    }
    self.debrief();
    if (m.message instanceof cake.Aborted) continue;
    self.warning("Ended unexpectedly", { value: m.message });
    unexpected++;
  }
  return unexpected;
}
cake.bind(clientsAsProcesses, import.meta, { settings, returns: cake.Integer8 });

cake.create(clientsAsProcesses, import.meta);
