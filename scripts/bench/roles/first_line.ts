// A process whose main actor says at once that it runs.
import * as cake from "@layer-cake/cake";

export function firstLine(self: cake.Routine): cake.Ack {
  self.kernel.world.environment.writeError("first line\n");
  return new cake.Ack();
}
cake.bind(firstLine, import.meta);

cake.create(firstLine, import.meta);
