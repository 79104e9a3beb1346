// Returns the words of the command line.
import * as cake from "@layer-cake/cake";

const settings = { prefix: cake.Unicode.default("") };

export function words(self: cake.Routine, { prefix }: cake.Settings<typeof settings>): string {
  return prefix + cake.words(self).join("|");
}
cake.bind(words, import.meta, { settings, returns: cake.Unicode });

cake.create(words, import.meta);
