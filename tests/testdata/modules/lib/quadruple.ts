import * as cake from "@layer-cake/cake";

enum Times {
  TWO = 2,
}

const settings = { count: cake.Integer8.default(1) };

/** Four times as many, computed in a thread. */
export async function quadruple(_self: cake.Routine, { count }: cake.Settings<typeof settings>): Promise<number> {
  const { twice } = await import("./shape.ts");
  return twice(count) * Times.TWO;
}
cake.bind(quadruple, import.meta, { settings, thread: true, returns: cake.Integer8 });
