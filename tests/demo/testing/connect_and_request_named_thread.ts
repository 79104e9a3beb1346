import * as cake from "@layer-cake/cake";
import { ConnectAndRequest as Client, settings } from "./connect_and_request_not_threaded.ts";
import { tableType } from "./test_api.ts";

/** The same client once more, in a thread that all clients of this kind share. */
export class ConnectAndRequest extends Client {}
cake.bind(ConnectAndRequest, import.meta, {
  settings,
  returns: cake.Any,
  thread: "connect-and-request",
  table: {
    always: [
      cake.on(cake.Start, (self) => self.onStart()),
      cake.on(cake.Connected, (self) => self.onConnected()),
      cake.on(cake.NotConnected, (self, fault) => self.complete(fault)),
      cake.on(tableType, (self, table) => self.onTable(table)),
      cake.on(cake.Busy, (self) => self.next()),
      cake.on(cake.T1, (self) => self.request()),
      cake.on(cake.Closed, (self) => self.complete(new cake.Ack())),
      cake.on(cake.Stop, (self) => self.complete(new cake.Aborted())),
      cake.on(cake.Faulted, (self, fault) => self.complete(fault)),
    ],
  },
});

cake.create(ConnectAndRequest, import.meta);
