// Returns nothing.
import * as cake from "@layer-cake/cake";

export function silent(): null {
  return null;
}
cake.bind(silent, import.meta);

cake.create(silent, import.meta);
