// Ignores every Stop.
import * as cake from "@layer-cake/cake";

export async function stubborn(self: cake.Routine): Promise<never> {
  while (true) await self.input();
}
cake.bind(stubborn, import.meta);

cake.create(stubborn, import.meta);
