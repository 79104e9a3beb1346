// Loads the service as a private library, asks once and returns the answer.
import * as cake from "@layer-cake/cake";
import { Ask, TOTAL } from "./ask_api.ts";
import { service } from "./service.ts";

const settings = { number: cake.Integer8.default(21) };

export async function asker(self: cake.Routine, { number }: cake.Settings<typeof settings>): Promise<unknown> {
  const library = self.create(cake.ProcessObject, { actor: service });
  self.send(new Ask({ number }), library);
  const m = await self.select(TOTAL, cake.Returned, cake.Stop);
  if (m instanceof cake.Returned) return m.message;
  await self.stop(library);
  return m instanceof cake.Stop ? new cake.Aborted() : m;
}
cake.bind(asker, import.meta, { settings, returns: cake.Integer8 });

cake.create(asker, import.meta);
