// Returns a value that has no declared type.
import * as cake from "@layer-cake/cake";

export function untyped(): number {
  return 5;
}
cake.bind(untyped, import.meta);

cake.create(untyped, import.meta);
