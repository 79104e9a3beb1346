// One of many that are to be found.
import * as cake from "@layer-cake/cake";

export async function member(self: cake.Routine): Promise<cake.Aborted> {
  cake.publish(self, `bench:member:${self.kernel.world.random.uuid()}`, { scope: "GROUP" });
  await self.select(cake.Stop);
  return new cake.Aborted();
}
cake.bind(member, import.meta);

cake.create(member, import.meta);
