// Says when it has found them all.
import * as cake from "@layer-cake/cake";

const settings = { members: cake.typeOf(cake.Integer8).default(1) };

export async function seeker(self: cake.Routine, { members }: cake.Settings<typeof settings>): Promise<cake.Aborted> {
  cake.subscribe(self, "bench:member:.*", { scope: "GROUP" });
  for (let found = 0; found < members;) {
    const m = await self.select(cake.Available, cake.Stop);
    if (m instanceof cake.Stop) return new cake.Aborted();
    found++;
  }
  self.kernel.world.environment.writeError("all available\n");
  await self.select(cake.Stop);
  return new cake.Aborted();
}
cake.bind(seeker, import.meta, { settings });

cake.create(seeker, import.meta);
