// Accepts one setting of every interesting type and returns the named one.
import * as cake from "@layer-cake/cake";

export const Colour = cake.Enumeration({ RED: 1, GREEN: 2 });
cake.bind(Colour, import.meta, { name: "Colour" });

export class Spot extends cake.Message({
  x: cake.Integer8.default(0),
  y: cake.Integer8.default(0),
  tag: cake.Unicode,
}) {}
cake.bind(Spot, import.meta);

const types = {
  flag: cake.Boolean,
  number: cake.Integer8,
  real: cake.Float8,
  text: cake.Unicode,
  block: cake.Block,
  letters: cake.String,
  colour: Colour,
  world: cake.WorldTime,
  delta: cake.TimeDelta,
  ident: cake.UUID,
  spot: Spot.portable,
  row: cake.VectorOf(cake.Integer8),
  rows: cake.VectorOf(cake.VectorOf(cake.Float8)),
  table: cake.MapOf(cake.Unicode, cake.Integer8),
  bag: cake.SetOf(cake.Integer8),
  anything: cake.Any,
  hostPort: cake.HostPort.portable,
  clock: cake.ClockTime,
  span: cake.TimeSpan,
};
const settings = { pick: cake.Unicode.default("number"), ...types };

export function shapes(_self: cake.Routine, given: cake.Settings<typeof settings>): unknown {
  const name = given.pick.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()) as keyof typeof types;
  const type = types[name] as cake.Portable<unknown>;
  const value: unknown = given[name];
  return value === null || name === "anything" ? value : cake.castTo(value, type);
}
cake.bind(shapes, import.meta, { settings });

cake.create(shapes, import.meta);
