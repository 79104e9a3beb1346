import * as cake from "@layer-cake/cake";
import { Xy } from "../../demo/test_api.ts";

/** Takes requests of the demo's server and never answers: for tests of what happens to a request whose worker is lost. */
export async function holder(self: cake.Routine) {
  cake.publish(self, "test-multihosting:worker-9");
  while (true) {
    const m = await self.select(Xy, cake.Published, cake.Delivered, cake.Dropped, cake.Faulted, cake.Stop);
    if (m instanceof Xy) self.console("holding a request");
    else if (m instanceof cake.Faulted) return m;
    else if (m instanceof cake.Stop) return new cake.Aborted();
  }
}
cake.bind(holder, import.meta);

cake.create(holder, import.meta);
