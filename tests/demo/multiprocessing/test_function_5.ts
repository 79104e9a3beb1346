import * as cake from "@layer-cake/cake";
import { tableType } from "./test_api.ts";

const settings = { x: cake.Integer8.default(8), y: cake.Integer8.default(8) };

/** A table of random numbers, by a process: `y` rows of `x` columns. */
export function texture(_self: cake.Routine, { x, y }: cake.Settings<typeof settings>): number[][] {
  return Array.from({ length: y }, () => Array.from({ length: x }, () => Math.random()));
}
cake.bind(texture, import.meta, { settings, returns: tableType });

cake.create(texture, import.meta);
