// Two settings with the same initials.
import * as cake from "@layer-cake/cake";

const settings = { firstName: cake.Unicode, familyName: cake.Unicode };

export function clash(_self: cake.Routine, { firstName, familyName }: cake.Settings<typeof settings>): string {
  return `${firstName}/${familyName}`;
}
cake.bind(clash, import.meta, { settings, returns: cake.Unicode });

cake.create(clash, import.meta);
