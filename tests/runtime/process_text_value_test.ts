import { assertEquals, assertThrows } from "@std/assert";
import { HostPort } from "../../runtime/messages/host_port.ts";
import { textFromValue, TextValueError, valueFromText } from "../../runtime/process/text_value.ts";
import { Cast } from "../../runtime/types/cast.ts";
import { Message } from "../../runtime/types/message.ts";
import {
  Any,
  Block,
  Boolean,
  ClockTime,
  Enumeration,
  Float8,
  Integer8,
  MapOf,
  type Portable,
  Rune,
  SetOf,
  String,
  TimeDelta,
  TimeSpan,
  Unicode,
  UUID,
  VectorOf,
  WorldTime,
} from "../../runtime/types/portable.ts";
import { defType, registerType } from "../../runtime/types/registry.ts";
import { Duration, Instant } from "../../runtime/types/time.ts";

const Colour = Enumeration({ RED: 1, GREEN: 2 });
registerType(Colour, "text_value_test.Colour");
class Spot extends Message({ x: Integer8.default(0), y: Integer8.default(0), tag: Unicode }) {}
registerType(Spot, "text_value_test.Spot");
class Holder extends Message({ thing: Any }) {}
registerType(Holder, "text_value_test.Holder");
for (const type of [VectorOf(Integer8), MapOf(Unicode, Integer8), SetOf(Integer8)]) defType(type);

function valueOf(text: string | undefined, type: Portable<unknown>): unknown {
  return valueFromText("thing", text, type);
}

function refused(text: string, type: Portable<unknown>, message: string): void {
  assertThrows(() => valueOf(text, type), TextValueError, message);
}

Deno.test("valueFromText() takes texts as they are", () => {
  for (const text of ["", "a=b --c", '"quoted"', "café ☃", "null"]) assertEquals(valueOf(text, Unicode), text);
  assertEquals(valueOf("x", Rune), "x");
  assertEquals(valueOf("abc", String), new Uint8Array([97, 98, 99]));
  assertEquals(valueOf("AAEC", Block), new Uint8Array([0, 1, 2]));
  assertEquals(valueOf("GREEN", Colour), "GREEN");
  assertEquals(valueOf("12345678-1234-5678-1234-567812345678", UUID), "12345678-1234-5678-1234-567812345678");
});

Deno.test("valueFromText() takes times as they are", () => {
  assertEquals(valueOf("1d2h3m4.5s", TimeSpan), 93784.5);
  assertEquals(valueOf("90s", TimeSpan), 90);
  assertEquals(valueOf("1:02:03:04.5", TimeDelta), new Duration(93784_500_000n));
  assertEquals(valueOf("2024-02-03T04:05:06.25", WorldTime), new Instant(1706933106_250_000n));
  assertEquals(valueOf("2024-02-03T04:05:06.5", ClockTime), 1706933106.5);
});

Deno.test("valueFromText() takes local time by the offset that it is given", () => {
  const zoneOffset = () => 3600;
  assertEquals(valueFromText("t", "2024-02-03T04:05:06", ClockTime, { zoneOffset }), 1706933106 - 3600);
});

Deno.test("valueFromText() takes everything else as JSON", () => {
  assertEquals(valueOf("-12", Integer8), -12);
  assertEquals(valueOf("0.5", Float8), 0.5);
  assertEquals(valueOf("1e3", Float8), 1000);
  assertEquals(valueOf("false", Boolean), false);
  assertEquals(valueOf("[1, 2]", VectorOf(Integer8)), [1, 2]);
  assertEquals(valueOf("[[1.0, 2.0],[3.5]]", VectorOf(VectorOf(Float8))), [[1, 2], [3.5]]);
  assertEquals(valueOf('[["a",1],["b",2]]', MapOf(Unicode, Integer8)), new Map([["a", 1], ["b", 2]]));
  assertEquals(valueOf("[1,2]", SetOf(Integer8)), new Set([1, 2]));
  assertEquals(valueOf('{"x": 3, "zz": 4}', Spot.portable), new Spot({ x: 3 }));
});

Deno.test("valueFromText() takes Any in both of its forms", () => {
  for (const text of ['["unicode", "x", []]', '{"value":["unicode","x",[]]}']) {
    const value = valueOf(text, Any);
    assertEquals(value instanceof Cast ? value.value : value, "x");
  }
  const holder = valueOf('{"value":{"thing":["unicode","x",[]]}}', Holder.portable) as Holder;
  assertEquals(holder.thing instanceof Cast ? holder.thing.value : holder.thing, "x");
});

Deno.test("valueFromText() gives true or null where there is no value", () => {
  assertEquals(valueOf(undefined, Boolean), true);
  assertEquals(valueOf(undefined, Integer8), null);
  assertEquals(valueOf(undefined, Unicode), null);
});

Deno.test("valueFromText() refuses what is no value, naming what was to be set", () => {
  refused("abc", Integer8, 'cannot decode value for "thing" (');
  refused("1.0", Integer8, 'cannot decode value for "thing" (');
  refused("1", Float8, 'cannot decode value for "thing" (');
  refused("1", Boolean, 'cannot decode value for "thing" (');
  refused("True", Boolean, 'cannot decode value for "thing" (');
  refused('[1, "2"]', VectorOf(Integer8), 'cannot decode value for "thing", near "[1]" (');
  refused("[[1, 2]]", VectorOf(VectorOf(Float8)), 'cannot decode value for "thing", near "[0][0]" (');
  refused('{"a":1}', MapOf(Unicode, Integer8), 'cannot decode value for "thing" (');
  refused("green", Colour, 'cannot decode value for "thing" (undefined enum "Colour.green")');
  refused("xyz", UUID, 'cannot decode value for "thing" (');
  refused("5", TimeSpan, 'cannot decode value for "thing" (');
  refused("2024-02-03T04:05:06Z", WorldTime, 'cannot decode value for "thing" (');
  refused("\udcff", Unicode, 'cannot decode value for "thing" (text is not Unicode)');
});

Deno.test("valueFromText() does not let a text reach beyond its place", () => {
  refused('1, "pointer": []', Integer8, 'cannot decode value for "thing" (');
  refused('1}, {"value": 2', Integer8, 'cannot decode value for "thing" (');
  refused("[".repeat(100_000), VectorOf(Integer8), 'cannot decode value for "thing" (');
});

Deno.test("textFromValue() writes what valueFromText() reads", () => {
  const cases: [unknown, Portable<unknown>, string][] = [
    ["a b", Unicode, "a b"],
    [true, Boolean, "true"],
    [-3, Integer8, "-3"],
    [1, Float8, "1.0"],
    ["GREEN", Colour, "GREEN"],
    [new Uint8Array([0, 1, 2]), Block, "AAEC"],
    [90, TimeSpan, "1m30s"],
    [new Instant(1706933106_250_000n), WorldTime, "2024-02-03T04:05:06.25"],
    [new HostPort("127.0.0.1", 1), HostPort.portable, '{"host": "127.0.0.1", "port": 1}'],
    [[1, 2], VectorOf(Integer8), "[1, 2]"],
    [new Map([["a", 1]]), MapOf(Unicode, Integer8), '[["a", 1]]'],
  ];
  for (const [value, type, text] of cases) {
    assertEquals(textFromValue(value, type), text);
    assertEquals(valueOf(text, type), value);
  }
});
