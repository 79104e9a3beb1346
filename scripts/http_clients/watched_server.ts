/** The server of the demo, in a process that tells over a second port how many actors and connections live in it. */
import * as cake from "../../mod.ts";
import { server } from "../../tests/demo/test_server_10.ts";

/** How many receivers of messages there are: actors and connections. */
export class Receivers extends cake.Message({ count: cake.Integer8.default(0) }) {}
cake.bind(Receivers, import.meta);

const settings = {
  serverAddress: cake.typeOf(cake.HostPort).default(() => new cake.HostPort("127.0.0.1", 5050)),
  watchAddress: cake.typeOf(cake.HostPort).default(() => new cake.HostPort("127.0.0.1", 5051)),
};

/** The demo's server, watched. */
export async function watchedServer(self: cake.Routine, addresses: cake.Settings<typeof settings>) {
  const { serverAddress, watchAddress } = addresses;
  const child = self.create(server, { serverAddress });
  cake.listen(self, watchAddress, { httpServer: [Receivers] });
  for (;;) {
    const m = await self.input();
    if (m instanceof Receivers) self.reply(new Receivers({ count: self.kernel.receiverCount }));
    else if (m instanceof cake.Stop) {
      self.send(m, child);
      await self.select(cake.Returned);
      return new cake.Aborted();
    } else if (m instanceof cake.Returned || m instanceof cake.Faulted) return m;
  }
}
cake.bind(watchedServer, import.meta, { settings, returns: cake.Any });

cake.create(watchedServer, import.meta);
