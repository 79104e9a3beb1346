import * as cake from "@layer-cake/cake";

/** A request for a table of random numbers. */
export class Xy extends cake.Message({
  x: cake.Integer8.default(1),
  y: cake.Integer8.default(1),
}) {}
cake.bind(Xy, import.meta);

/** A table: rows of columns. */
export const tableType = cake.defType(cake.VectorOf(cake.VectorOf(cake.Float8)));
