// A worker with an entry point.
import * as cake from "@layer-cake/cake";
import { Ask, TOTAL } from "./ask_api.ts";

export async function service(self: cake.Routine): Promise<cake.Faulted> {
  while (true) {
    const m = await self.input();
    if (m instanceof Ask) self.reply(cake.castTo(2 * (m.number ?? 0), TOTAL));
    else if (m instanceof cake.Stop) return new cake.Aborted();
    else if (m instanceof cake.Faulted) return m;
  }
}
cake.bind(service, import.meta, { entryPoint: [Ask] });

cake.create(service, import.meta);
