// Leaves the process the hard way.
import * as cake from "@layer-cake/cake";

const settings = { code: cake.Integer8.default(3) };

export function quitter(_self: cake.Routine, { code }: cake.Settings<typeof settings>): never {
  Deno.exit(code);
}
cake.bind(quitter, import.meta, { settings });

cake.create(quitter, import.meta);
