// Throws.
import * as cake from "@layer-cake/cake";

export function crash(): never {
  throw new Error("division by zero");
}
cake.bind(crash, import.meta);

cake.create(crash, import.meta);
