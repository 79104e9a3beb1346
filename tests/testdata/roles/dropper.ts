// Sends itself something that its select does not name.
import * as cake from "@layer-cake/cake";

class Odd extends cake.Message({}) {}
cake.bind(Odd, import.meta);

export async function dropper(self: cake.Routine): Promise<cake.Ack> {
  self.send(new Odd(), self.address);
  self.start(cake.T1, 1);
  await self.select(cake.T1);
  return new cake.Ack();
}
cake.bind(dropper, import.meta);

cake.create(dropper, import.meta);
