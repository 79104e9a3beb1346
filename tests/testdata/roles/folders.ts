// Reports and uses the three storage areas.
import * as cake from "@layer-cake/cake";

const settings = { keep: cake.Unicode };

export async function folders(
  self: cake.Routine,
  { keep }: cake.Settings<typeof settings>,
): Promise<Map<string, string | null>> {
  const model = cake.modelPath(self);
  const tmp = await cake.temporaryPath(self);
  if (keep) {
    await Deno.writeTextFile(`${model}/${keep}`, "kept\n");
    await Deno.writeTextFile(`${tmp}/${keep}`, "dropped\n");
  }
  return new Map([["resource", cake.resourcePath(self)], ["model", model], ["tmp", tmp ? "set" : "unset"]]);
}
cake.bind(folders, import.meta, { settings, returns: cake.MapOf(cake.Unicode, cake.Unicode) });

cake.create(folders, import.meta);
