// Waits a little, then acknowledges.
import * as cake from "@layer-cake/cake";

const settings = { seconds: cake.Float8.default(1) };

export async function brief(self: cake.Routine, { seconds }: cake.Settings<typeof settings>): Promise<unknown> {
  self.sample("metering", { tick: 1, load: 0.5 });
  self.start(cake.T1, seconds);
  if (await self.select(cake.T1, cake.Stop) instanceof cake.Stop) return new cake.Aborted();
  self.sample("metering", { tick: 2, load: 0.25 });
  return new cake.Ack();
}
cake.bind(brief, import.meta, { settings });

cake.create(brief, import.meta);
