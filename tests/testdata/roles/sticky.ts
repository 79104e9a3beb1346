// Insists on a home.
import * as cake from "@layer-cake/cake";

const settings = { label: cake.Unicode };

export function sticky(_self: cake.Routine, { label }: cake.Settings<typeof settings>): string {
  return `sticky ${label}`;
}
cake.bind(sticky, import.meta, { settings, returns: cake.Unicode });

cake.create(sticky, import.meta, { sticky: true });
