// Runs imported actors as child processes, so as to make sub-roles.
import * as cake from "@layer-cake/cake";
import { greet } from "./greet.ts";
import { idle } from "./idle.ts";

const settings = { which: cake.Unicode.default("idle") };

export async function nanny(self: cake.Routine, { which }: cake.Settings<typeof settings>): Promise<unknown> {
  const request = which === "idle" ? { actor: idle } : { actor: greet, settings: { name: "kid" } };
  const address = self.create(cake.ProcessObject, request);
  while (true) {
    const m = await self.select(cake.Returned, cake.Stop);
    if (m instanceof cake.Returned) return m.message;
    self.send(m, address);
  }
}
cake.bind(nanny, import.meta, { settings });

cake.create(nanny, import.meta);
