import * as cake from "@layer-cake/cake";
import { Customer, Xy } from "./test_api.ts";

const settings = {
  serverAddress: cake.typeOf(cake.HostPort).default(() => new cake.HostPort("127.0.0.1", 5050)),
};

/** Takes HTTP requests and hands them to whichever workers there are, on this machine or on the LAN. */
export async function server(self: cake.Routine, { serverAddress }: cake.Settings<typeof settings>) {
  cake.listen(self, serverAddress, { httpServer: [Xy, Customer] });
  const listening = await self.input();
  if (!(listening instanceof cake.Listening)) return listening;

  cake.subscribe(self, "test-multihosting:worker-10:[-a-f0-9]+", { scope: "LAN" });
  const subscribed = await self.input();
  if (!(subscribed instanceof cake.Subscribed)) return subscribed;

  const spool = self.create(cake.ObjectSpool);

  while (true) {
    const m = await self.input();
    if (m instanceof Xy) {
      const client = self.returnAddress;
      const response = self.create(cake.GetResponse, { request: m, address: spool });
      self.onReturn(response, (self, value) => self.send(value, client));
    } else if (m instanceof cake.Returned) {
      const d = self.debrief();
      if (d instanceof cake.OnReturned) d.run(self, m);
    } else if (m instanceof cake.Available) self.send(new cake.JoinSpool(m.publisherAddress), spool);
    else if (m instanceof cake.Dropped) self.send(new cake.LeaveSpool(m.remoteAddress), spool);
    else if (m instanceof cake.Faulted) return m;
    else if (m instanceof cake.Stop) return new cake.Aborted();
  }
}
cake.bind(server, import.meta, { settings, returns: cake.Any });

cake.create(server, import.meta);
