// Throws where no actor is at work.
import * as cake from "@layer-cake/cake";

export async function thrower(self: cake.Routine): Promise<cake.Aborted> {
  self.console("about to throw");
  setTimeout(() => {
    throw new Error("out of reach");
  });
  await self.select(cake.Stop);
  return new cake.Aborted();
}
cake.bind(thrower, import.meta);

cake.create(thrower, import.meta);
