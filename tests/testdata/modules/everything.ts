// Uses what has to be more than blanked out, and what is loaded in other ways than by imports.
import * as cake from "@layer-cake/cake";
import { type Shape, twice } from "./lib/shape.ts";
import data from "./lib/data.json" with { type: "json" };

enum Colour {
  RED = 1,
  GREEN,
}

class Point {
  constructor(public readonly x: number, protected y = 2) {}
  get sum(): number {
    return this.x + this.y;
  }
}

// deno-lint-ignore no-namespace
namespace Deep {
  export const depth = 3;
}

const settings = { who: cake.Unicode.default("world") };

async function everything(_self: cake.Routine, { who }: cake.Settings<typeof settings>): Promise<string> {
  const { same } = await import("./lib/late.ts");
  const name = "late";
  const computed = await import(`./lib/${name}.ts`) as { same: typeof same };
  const json = await import("./lib/data.json", { with: { type: "json" } });
  const shape: Shape = { sides: 4 };
  const { url, main, filename, dirname } = import.meta;
  const place = new URL("./", import.meta.url).pathname;
  return JSON.stringify({
    who,
    values: [
      Colour.GREEN,
      Colour[1],
      new Point(1).sum,
      Deep.depth,
      twice(shape.sides),
      data.answer,
      json.default.answer,
    ],
    // A file is one module, whoever imports it.
    identity: [same(twice), computed.same === same],
    meta: [
      main,
      url.slice(-14),
      filename!.slice(-14),
      dirname === place.slice(0, -1),
      import.meta.resolve("./x").slice(-2),
    ],
    args: Deno.args,
    main: Deno.mainModule === url,
  });
}
cake.bind(everything, import.meta, { settings, returns: cake.Unicode });

cake.create(everything, import.meta);
