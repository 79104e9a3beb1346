// Connects to an HTTP server, and returns what came of it.
import * as cake from "@layer-cake/cake";

export async function http_client(self: cake.Routine): Promise<unknown> {
  cake.connect(self, new cake.HostPort("127.0.0.1", 5051), { httpClient: "/" });
  return await self.select(cake.Connected, cake.NotConnected, cake.Stop);
}
cake.bind(http_client, import.meta);

cake.create(http_client, import.meta);
