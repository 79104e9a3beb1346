/** The application messages of the recordings. */

import {
  Address,
  bind,
  defType,
  Float8,
  Integer8,
  Message,
  type MessageClass,
  PointerTo,
  Unicode,
  VectorOf,
} from "../../runtime/mod.ts";

export class Pair extends Message({ left: Integer8, right: Unicode }) {}
export class Carrier extends Message({ label: Unicode, who: Address, others: VectorOf(Address) }) {}
export class TwoPointers extends Message({ a: PointerTo(Pair), b: PointerTo(Pair) }) {}
export class Node extends Message({ tag: Unicode, next: PointerTo((): MessageClass => Node) }) {}

for (const type of [Pair, Carrier, TwoPointers, Node]) bind(type, "golden_types");
defType(VectorOf(VectorOf(Float8)));
defType(VectorOf(PointerTo(Node)));
defType(VectorOf(PointerTo(Pair)));
