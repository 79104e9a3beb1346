import * as cake from "@layer-cake/cake";
import { Xy } from "./test_api.ts";
import { worker } from "./test_worker_3.ts";

const settings = {
  serverAddress: cake.typeOf(cake.HostPort).default(() => new cake.HostPort("127.0.0.1", 5050)),
};

/** Takes HTTP requests and hands them to a worker. */
export async function server(self: cake.Routine, { serverAddress }: cake.Settings<typeof settings>) {
  cake.listen(self, serverAddress, { httpServer: [Xy] });
  const listening = await self.input();
  if (!(listening instanceof cake.Listening)) return listening;

  const workerAddress = self.create(worker);

  while (true) {
    const m = await self.input();
    if (m instanceof Xy) {
      const client = self.returnAddress;
      const response = self.create(cake.GetResponse, { request: m, address: workerAddress });
      self.onReturn(response, (self, value) => self.send(value, client));
    } else if (m instanceof cake.Returned) {
      const d = self.debrief();
      if (d instanceof cake.OnReturned) d.run(self, m);
    } else if (m instanceof cake.Faulted) return m;
    else if (m instanceof cake.Stop) return new cake.Aborted();
  }
}
cake.bind(server, import.meta, { settings });

cake.create(server, import.meta);
