// Returns a large text, optionally prints noise before that.
import * as cake from "@layer-cake/cake";

const settings = { size: cake.Integer8.default(10), noise: cake.Unicode };

export function bulky(_self: cake.Routine, { size, noise }: cake.Settings<typeof settings>): string {
  if (noise) Deno.stdout.writeSync(new TextEncoder().encode(`${noise}\n`));
  return "x".repeat(size);
}
cake.bind(bulky, import.meta, { settings, returns: cake.Unicode });

cake.create(bulky, import.meta);
