// Logs a text of two lines.
import * as cake from "@layer-cake/cake";

export function noisy(self: cake.Routine): cake.Ack {
  self.console("first\nsecond");
  return new cake.Ack();
}
cake.bind(noisy, import.meta);

cake.create(noisy, import.meta);
