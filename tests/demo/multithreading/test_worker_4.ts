import * as cake from "@layer-cake/cake";
import { tableType, Xy } from "./test_api.ts";
import { texture } from "./test_function_4.ts";

/** Answers requests for tables; one of a pool, each in a thread of its own. */
export async function worker(self: cake.Routine) {
  while (true) {
    const m = await self.input();
    if (m instanceof Xy) self.reply(cake.castTo(texture(m.x, m.y), tableType));
    else if (m instanceof cake.Faulted) return m;
    else if (m instanceof cake.Stop) return new cake.Aborted();
  }
}
cake.bind(worker, import.meta, { thread: true });
