import * as cake from "@layer-cake/cake";
import { ConnectAndRequest } from "./connect_and_request.ts";
import { ConnectAndRequest as InNamedThread } from "./connect_and_request_named_thread.ts";
import { ConnectAndRequest as NotThreaded } from "./connect_and_request_not_threaded.ts";
import { ConnectAndRequest as AsStateMachine } from "./connect_and_request_state_machine.ts";

/** What a client can be, by the name of its file. */
const CLIENTS = {
  connect_and_request: ConnectAndRequest,
  connect_and_request_named_thread: InNamedThread,
  connect_and_request_not_threaded: NotThreaded,
  connect_and_request_state_machine: AsStateMachine,
};

const settings = {
  clientType: cake.Unicode.default("connect_and_request"),
  threadCount: cake.Integer8.default(1),
  serverAddress: cake.typeOf(cake.HostPort).default(() => new cake.HostPort("127.0.0.1", 5050)),
  requestCount: cake.Integer8.default(1),
  slowDown: cake.Float8.default(1),
  bigTable: cake.Integer8.default(100),
};

/** Keeps a number of clients at work: each that has done its requests, or ran out of time, makes room for another. */
export async function clientsAsThreads(self: cake.Routine, given: cake.Settings<typeof settings>) {
  const { clientType, threadCount, ...each } = given;
  const client = CLIENTS[clientType as keyof typeof CLIENTS];
  if (client === undefined) return new cake.Faulted(`unknown client type "${clientType}"`);

  function begin(self: cake.Routine): void {
    self.onReturn(self.create(client, each), check);
  }

  function check(self: cake.Routine, value: cake.Sendable): void {
    if (value instanceof cake.Faulted) {
      // Not replaced: the number of clients declines, perhaps to none.
      if (!(value instanceof cake.TimedOut)) return;
      self.warning(`${value}`);
    }
    self.onReturn(self.create(cake.Delay, { seconds: each.slowDown }), begin);
  }

  for (let i = 0; i < threadCount; i++) begin(self);

  // By default it ends because all clients had faults.
  let ending: cake.Faulted = new cake.Faulted("number of clients declined to zero", "see logs");
  while (self.working() > 0) {
    const m = await self.select(cake.Returned, cake.Stop);
    if (m instanceof cake.Stop) {
      ending = new cake.Aborted();
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
