import * as cake from "@layer-cake/cake";
import { Xy } from "./test_api.ts";
import { texture } from "./test_function_5.ts";

const settings = {
  serverAddress: cake.typeOf(cake.HostPort).default(() => new cake.HostPort("127.0.0.1", 5050)),
};

/** Takes HTTP requests and starts a process for each, one after the other. */
export async function server(self: cake.Routine, { serverAddress }: cake.Settings<typeof settings>) {
  cake.listen(self, serverAddress, { httpServer: [Xy] });
  const listening = await self.input();
  if (!(listening instanceof cake.Listening)) return listening;

  while (true) {
    const m = await self.input();
    if (m instanceof Xy) {
      const client = self.returnAddress;
      self.create(cake.ProcessObject, { actor: texture, settings: { x: m.x, y: m.y } });
      const returned = await self.select([cake.Returned], { saving: [Xy, cake.Stop] });
      if (returned instanceof cake.Returned) self.send(returned.message as cake.Sendable, client);
    } else if (m instanceof cake.Faulted) return m;
    else if (m instanceof cake.Stop) return new cake.Aborted();
  }
}
cake.bind(server, import.meta, { settings });

cake.create(server, import.meta);
