// Listens for HTTP requests until it is interrupted.
import * as cake from "@layer-cake/cake";

export async function http_server(self: cake.Routine): Promise<unknown> {
  cake.listen(self, new cake.HostPort("127.0.0.1", 5050), { httpServer: [] });
  const m = await self.select(cake.NotListening, cake.Stop);
  return m instanceof cake.Stop ? new cake.Aborted() : m;
}
cake.bind(http_server, import.meta);

cake.create(http_server, import.meta);
