import * as cake from "@layer-cake/cake";
import { tableType, Xy } from "./test_api.ts";
import { texture } from "./test_function_10.ts";

/** Publishes itself under a name of its own, as far as the LAN, and answers requests for tables. */
export async function worker(self: cake.Routine) {
  const tag = crypto.randomUUID();
  cake.publish(self, `test-multihosting:worker-10:${tag}`, { scope: "LAN" });
  const published = await self.input();
  if (!(published instanceof cake.Published)) return published;

  while (true) {
    const m = await self.input();
    if (m instanceof Xy) self.reply(cake.castTo(texture(m.x, m.y), tableType));
    else if (m instanceof cake.Faulted) return m;
    else if (m instanceof cake.Stop) return new cake.Aborted();
  }
}
cake.bind(worker, import.meta, { entryPoint: [Xy] });

cake.create(worker, import.meta);
