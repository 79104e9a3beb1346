// One log of every kind.
import * as cake from "@layer-cake/cake";

export function levels(self: cake.Routine): null {
  self.debug("debug text", { k: 1 });
  self.trace("trace text", { k: 1, j: 2 });
  self.console("console text");
  self.console("", { only: "pairs" });
  self.warning("warning text");
  self.fault("fault text");
  self.sample("series", { a: 1, b: 2 });
  return null;
}
cake.bind(levels, import.meta);

cake.create(levels, import.meta);
