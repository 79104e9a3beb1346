// Computes in a thread of its own, which loads more while it runs.
import * as cake from "@layer-cake/cake";
import { quadruple } from "./lib/quadruple.ts";

async function threaded(self: cake.Routine): Promise<unknown> {
  self.create(quadruple, { count: 21 });
  return (await self.select(cake.Returned)).message;
}
cake.bind(threaded, import.meta, { returns: cake.Any });

cake.create(threaded, import.meta);
