// Runs another module as a child and returns what it returned.
import * as cake from "@layer-cake/cake";

const settings = { child: cake.Unicode.default("greet.ts"), name: cake.Unicode, seconds: cake.Float8 };

export async function parent(
  self: cake.Routine,
  { child, name, seconds }: cake.Settings<typeof settings>,
): Promise<unknown> {
  const address = self.create(cake.ProcessObject, { executable: child, settings: { name, seconds } });
  while (true) {
    const m = await self.select(cake.Returned, cake.Stop);
    if (m instanceof cake.Returned) return m.message;
    self.send(m, address);
  }
}
cake.bind(parent, import.meta, { settings });

cake.create(parent, import.meta);
