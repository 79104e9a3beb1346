// Runs until interrupted.
import * as cake from "@layer-cake/cake";

const settings = { label: cake.Unicode };

export async function idle(self: cake.Routine, { label }: cake.Settings<typeof settings>): Promise<cake.Aborted> {
  self.console("idling", { label });
  await self.input();
  self.console("interrupted");
  return new cake.Aborted();
}
cake.bind(idle, import.meta, { settings });

cake.create(idle, import.meta);
