// A setting with the name of a standard argument.
import * as cake from "@layer-cake/cake";

const settings = { roleName: cake.Unicode };

export function collide(_self: cake.Routine, { roleName }: cake.Settings<typeof settings>): string | null {
  return roleName;
}
cake.bind(collide, import.meta, { settings, returns: cake.Unicode });

cake.create(collide, import.meta);
