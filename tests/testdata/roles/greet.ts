// Returns a line of text made from its settings.
import * as cake from "@layer-cake/cake";

const settings = {
  name: cake.Unicode.default("world"),
  count: cake.Integer8.default(1),
  loud: cake.Boolean.default(false),
};

export function greet(_self: cake.Routine, { name, count, loud }: cake.Settings<typeof settings>): string {
  const text = Array(count).fill(`hello ${name}`).join(" ");
  return loud ? text.toUpperCase() : text;
}
cake.bind(greet, import.meta, { settings, returns: cake.Unicode });

cake.create(greet, import.meta);
