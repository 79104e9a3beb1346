import * as cake from "@layer-cake/cake";
import { tableType, Xy } from "./test_api.ts";
import { texture } from "./test_function_1.ts";

const settings = {
  serverAddress: cake.typeOf(cake.HostPort).default(() => new cake.HostPort("127.0.0.1", 5050)),
};

/** Takes HTTP requests and does the work itself, one after the other. */
export async function server(self: cake.Routine, { serverAddress }: cake.Settings<typeof settings>) {
  cake.listen(self, serverAddress, { httpServer: [Xy] });
  const listening = await self.input();
  if (!(listening instanceof cake.Listening)) return listening;

  while (true) {
    const m = await self.input();
    if (m instanceof Xy) self.reply(cake.castTo(texture(m.x, m.y), tableType));
    else if (m instanceof cake.Faulted) return m;
    else if (m instanceof cake.Stop) return new cake.Aborted();
  }
}
cake.bind(server, import.meta, { settings });

cake.create(server, import.meta);
