// Waits a little, then acknowledges.
import * as cake from "@layer-cake/cake";

const settings = { seconds: cake.Float8.default(1) };

export async function brief(
  self: cake.Routine,
  { seconds }: cake.Settings<typeof settings>,
): Promise<cake.Ack | cake.Aborted> {
  self.start(cake.T1, seconds);
  const m = await self.select(cake.T1, cake.Stop);
  return m instanceof cake.Stop ? new cake.Aborted() : new cake.Ack();
}
cake.bind(brief, import.meta, { settings });

cake.create(brief, import.meta);
