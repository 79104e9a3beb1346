/** What the compiler makes of declared members. The wrong lines must not compile: each says so, and `deno check` holds it to that. */

import { assertEquals } from "@std/assert";
import type { Address as AddressValue } from "../../runtime/address.ts";
import { castTo } from "../../runtime/types/cast.ts";
import { Message } from "../../runtime/types/message.ts";
import {
  Address,
  Any,
  ArrayOf,
  Block,
  Boolean,
  Enumeration,
  Float8,
  Integer8,
  Integer8Wide,
  MapOf,
  SetOf,
  TimeDelta,
  Unicode,
  UUID,
  VectorOf,
  WorldTime,
} from "../../runtime/types/portable.ts";
import type { Duration, Instant } from "../../runtime/types/time.ts";

const Colour = Enumeration({ RED: 1, GREEN: 2 });

class Part extends Message({ weight: Float8.default(1), label: Unicode }) {}
class Whole extends Message({
  count: Integer8,
  big: Integer8Wide,
  flag: Boolean.default(false),
  colour: Colour,
  parts: VectorOf(Part),
  pair: ArrayOf(Float8, 2),
  names: SetOf(Unicode),
  byName: MapOf(Unicode, Part),
  part: Part,
  maybe: Part.portable.optional(),
  data: Block,
  at: WorldTime,
  lasts: TimeDelta,
  id: UUID,
  who: Address,
  any: Any,
}) {}

/** Compiles only where both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : never;

function same<A, B>(_same: Same<A, B>): void {}

Deno.test("members have the types that were declared, null where nothing was said", () => {
  same<Part["weight"], number>(true);
  same<Part["label"], string | null>(true);
  same<Whole["count"], number | null>(true);
  same<Whole["big"], number | bigint | null>(true);
  same<Whole["flag"], boolean>(true);
  same<Whole["colour"], "RED" | "GREEN" | null>(true);
  same<Whole["parts"][number], Part>(true);
  same<Whole["pair"], number[]>(true);
  same<Whole["names"], Set<string>>(true);
  same<Whole["byName"], Map<string, Part>>(true);
  same<Whole["data"], Uint8Array | null>(true);
  same<Whole["at"], Instant | null>(true);
  same<Whole["lasts"], Duration | null>(true);
  same<Whole["id"], string | null>(true);
  same<Whole["who"], AddressValue | null>(true);
  same<Whole["any"], unknown>(true);
  const whole = new Whole({ parts: [new Part({ weight: 2 })], colour: "RED" });
  assertEquals(whole.parts[0]!.weight, 2);
  assertEquals(whole.maybe, null);
});

Deno.test("wrong types do not compile", () => {
  // @ts-expect-error -- a text for a number
  new Part({ weight: "heavy" });
  // @ts-expect-error -- a member with a default is not null
  new Part({ weight: null });
  // @ts-expect-error -- no such member
  new Part({ wieght: 1 });
  // @ts-expect-error -- no such name
  new Whole({ colour: "BLUE" });
  // @ts-expect-error -- other items
  new Whole({ parts: [1] });
  // @ts-expect-error -- any text is no address
  new Whole({ who: "5" });
  // @ts-expect-error -- a set is no list
  new Whole({ names: ["a"] });
  // @ts-expect-error -- a structure that isn't optional is not null
  new Whole({ part: null });
  // @ts-expect-error -- the value has another type
  castTo("text", Integer8);
  // @ts-expect-error -- other items in the list
  castTo([1, "two"], VectorOf(Float8));
  // @ts-expect-error -- a default of another type
  Integer8.default("one");
  // @ts-expect-error -- may be null
  const label: string = new Part().label;
  assertEquals<unknown>(label, null);
});
