import * as cake from "@layer-cake/cake";
import { tableType, Xy } from "./test_api.ts";
import { texture } from "./test_function_9.ts";

/** Publishes itself under a fixed name, and answers requests for tables. */
export async function worker(self: cake.Routine) {
  cake.publish(self, "test-multihosting:worker-9");
  const published = await self.input();
  if (!(published instanceof cake.Published)) return published;

  while (true) {
    const m = await self.input();
    if (m instanceof Xy) self.reply(cake.castTo(texture(m.x, m.y), tableType));
    else if (m instanceof cake.Faulted) return m;
    else if (m instanceof cake.Stop) return new cake.Aborted();
  }
}
cake.bind(worker, import.meta);

cake.create(worker, import.meta); // runs it when this file is the program
