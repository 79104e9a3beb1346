import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  constantText,
  decode,
  decodeMessage,
  decodePart,
  decodeWord,
  encode,
  encodeMessage,
  encodeWord,
  layoutText,
} from "../../runtime/codec/codec.ts";
import { CodecError } from "../../runtime/codec/codec_error.ts";
import { DECODE_LIMITS } from "../../runtime/codec/limits.ts";
import { INDENTED_SORTED } from "../../runtime/codec/json_writer.ts";
import { bind } from "../../runtime/bind.ts";
import { HostPort } from "../../runtime/messages/host_port.ts";
import { Faulted, TimedOut } from "../../runtime/messages/faults.ts";
import { Incognito, TypeNotBound } from "../../runtime/messages/incognito.ts";
import { Anything } from "../../runtime/messages/signals.ts";
import { Cast, castTo } from "../../runtime/types/cast.ts";
import { Message, type MessageClass } from "../../runtime/types/message.ts";
import * as types from "../../runtime/types/portable.ts";
import { defType } from "../../runtime/types/registry.ts";
import type { Instant } from "../../runtime/types/time.ts";
import { WordFloat } from "../../runtime/types/word.ts";

const { Any, ArrayOf, Float8, Integer8, MapOf, PointerTo, SetOf, Type, Unicode, VectorOf, Word } = types;

class Line extends Message({ price: Float8, itemCount: Integer8.default(1) }) {}
class Order
  extends Message({ lines: VectorOf(Line), note: Unicode.nullable("none"), host: HostPort.portable.optional() }) {}
class Node extends Message({ tag: Unicode, next: PointerTo((): MessageClass => Node) }) {}
class Wide extends Message({ wanted: Unicode.default("x").named("WANTED"), inner: Any }) {}
class Moody extends Message({ mood: Integer8.default(0) }) {
  constructor(init?: object) {
    super(init);
    if (this.mood === 13) throw new RangeError("not today");
  }
}
for (const messageClass of [Line, Order, Node, Wide, Moody]) bind(messageClass, "codec_test");
const table = defType(VectorOf(VectorOf(Float8)));

function error(run: () => unknown): CodecError {
  return assertThrows(run, CodecError);
}

Deno.test("encode() writes every member in order, names in the wire's form, absent structures left out", () => {
  const order = new Order({ lines: [new Line({ price: 2 })] });
  assertEquals(encode(order, Order.portable), '{"value":{"lines":[{"price":2.0,"item_count":1}],"note":"none"}}');
  order.host = new HostPort("h", 1);
  order.note = null;
  assertEquals(
    encode(order, Order.portable),
    '{"value":{"lines":[{"price":2.0,"item_count":1}],"note":null,"host":{"host":"h","port":1}}}',
  );
  assertEquals(encode(new Wide(), Wide.portable), '{"value":{"WANTED":"x","inner":null}}');
});

Deno.test("decode() leaves members that are missing or null as the class has them", () => {
  for (const text of ["{}", '{"note":null}', '{"note":null,"host":null,"zip":1}']) {
    const order = decode(`{"value":${text}}`, Order.portable) as Order;
    assert(order instanceof Order);
    assertEquals([order.lines, order.note, order.host], [[], "none", null]);
  }
  assertEquals(decode('{"value":{"host":{"port":1}}}', Order.portable), new Order({ host: new HostPort(null, 1) }));
});

Deno.test("encode() and decode() name the path to what doesn't fit", () => {
  const order = new Order({ lines: [new Line(), new Line({ itemCount: "4" as never })] });
  const encoding = error(() => encode(order, Order.portable));
  assertEquals([encoding.path, encoding.reason], ["lines[1].itemCount", "expected a whole number, got a text"]);
  assertEquals(encoding.message, 'cannot encode, near "lines[1].itemCount" (expected a whole number, got a text)');
  const decoding = error(() => decode('{"value":{"lines":[{},{"item_count":2.0}]}}', Order.portable));
  assertEquals(
    decoding.message,
    'cannot decode, near "lines[1].item_count" (expected a whole number, got a number with a fraction)',
  );
  assertEquals(error(() => encode({ lines: null }, Order.portable)).reason, "expected Order, got an object");
  assertEquals(error(() => encode(new Order({ lines: null as never }), Order.portable)).path, "lines");
  assertEquals(error(() => decode('{"value":{"lines":null}}', Order.portable)).path, "lines");
  assertEquals(error(() => decode('{"value":[[1.0],[2]]}', table)).path, "[1][0]");
  assertEquals(
    error(() => encode(new Map([["a", new Map([["b", 1.5]])]]), MapOf(Unicode, MapOf(Unicode, Integer8)))).path,
    "[0][0]",
  );
});

Deno.test("encode() refuses what the original refuses to read", () => {
  const cases: [unknown, types.Portable<unknown>][] = [
    [2 ** 53, Integer8],
    [1.5, Integer8],
    [NaN, Integer8],
    [10n ** 4300n, Integer8],
    [2n, Float8],
    ["2", Float8],
    [null, table],
    [null, types.TimeDelta],
    [[null], VectorOf(types.TimeDelta)],
    [[1], ArrayOf(Integer8, 2)],
    [new Set([[1]]), SetOf(VectorOf(Integer8))],
    [new Map([[new Uint8Array(1), 1]]), MapOf(types.Block, Integer8)],
    ["x", types.UUID],
    [[1, 2], SetOf(Integer8)],
    [{}, MapOf(Unicode, Integer8)],
    ["text", types.String],
    [Symbol(), Word],
  ];
  for (const [value, type] of cases) error(() => encode(value, type));
});

Deno.test("encode() and decode() keep whole numbers of any size exact", () => {
  for (const value of [0, -1, 2 ** 53 - 1, 2n ** 53n, -(2n ** 63n), 2n ** 64n - 1n, 10n ** 100n]) {
    const text = encode(value, Integer8);
    assertEquals(text, `{"value":${value}}`);
    assertStrictEquals(decode(text, Integer8), value);
  }
  assertEquals(encode(5n, Integer8), '{"value":5}');
});

Deno.test("decode() reads text that is laid out otherwise as it reads the usual text", () => {
  const text = ' {"x":0, "pointer" : [], "value" : { "note":"n" , "lines":[ {"item_count":3} ] } } ';
  assertEquals(decode(text, Order.portable), new Order({ note: "n", lines: [new Line({ itemCount: 3 })] }));
  assertEquals(decode(new TextEncoder().encode(text), Order.portable), decode(text, Order.portable));
});

Deno.test("decode() refuses an envelope that is none", () => {
  for (
    const text of [
      "",
      "1",
      "[]",
      "{}",
      '{"value":1,"pointer":null}',
      '{"value":1,"pointer":{}}',
      '{"value":1,"pointer":[[1]]}',
      '{"value":1,"pointer":[[[],1]]}',
      '{"value":1}x',
      '\ufeff{"value":1}',
    ]
  ) {
    error(() => decode(text, Word));
  }
  error(() => decode(Uint8Array.from([0x7b, 0xff]), Word));
});

Deno.test("decode() merges equal elements and keys, by value where JavaScript goes by identity", () => {
  const moments = decode(
    '{"value":["2021-07-01","2021-07-01T01:00+0100","2021-07-02"]}',
    SetOf(types.WorldTime),
  ) as Set<Instant>;
  assertEquals(moments.size, 2);
  const octets = decode('{"value":[["a",1],["b",2],["a",3]]}', MapOf(types.String, Integer8)) as Map<
    Uint8Array,
    number
  >;
  assertEquals([...octets.values()], [3, 2]);
});

Deno.test("decode() fills a short array up, within bounds", () => {
  assertEquals(decode('{"value":[[1.5]]}', ArrayOf(ArrayOf(Float8, 2), 2)), [[1.5, null], [null, null]]);
  assertEquals(decode('{"value":[]}', ArrayOf(Line, 1)), [new Line()]);
  assertEquals(decode('{"value":[1,2,"never looked at"]}', ArrayOf(Integer8, 2)), [1, 2]);
  const bomb = `{"value":[${Array(1000).fill("[]").join()}]}`;
  assertEquals(
    error(() => decode(bomb, VectorOf(ArrayOf(Integer8, 100_000)))).reason,
    "more than 1048576 values to fill arrays up",
  );
});

Deno.test("decodePart() reads what stands in a longer text, and no further", () => {
  const texts: [string, types.Portable<unknown>][] = [
    [encode(new Line({ price: 0.5 }), Any), Any],
    [encode(castTo("a text of some length", Unicode), Any), Any],
    [encode([1, 2, 3], VectorOf(Integer8)), VectorOf(Integer8)],
    [encode(12, Integer8), Integer8],
    ['{ "value": 12 }', Integer8],
  ];
  for (const [text, type] of texts) {
    const value = decode(text, type);
    for (const [before, behind] of [["", ""], ["x", "y"], [text, text], ['"', '"}]}']] as const) {
      const whole = before + text + behind;
      const start = before.length;
      const end = start + text.length;
      assertEquals(decodePart(whole, start, end, type), value);
      // One unit less, and what is missing stands right behind; one more, and it is too much.
      assertThrows(() => decodePart(whole, start, end - 1, type), CodecError);
      if (behind !== "") assertThrows(() => decodePart(whole, start, end + 1, type), CodecError);
    }
  }
});

Deno.test("decodePart() bounds the part, not the text around it", () => {
  const limits = { ...DECODE_LIMITS, textLength: 20 };
  const whole = `${" ".repeat(50)}{"value":5}${" ".repeat(50)}`;
  assertEquals(decodePart(whole, 50, 61, Integer8, { limits }), 5);
  assertThrows(() => decodePart(whole, 30, 61, Integer8, { limits }), CodecError, "text of 31 units");
});

Deno.test("constantText() is the text of messages without members, and of nothing else", () => {
  class Signal extends Message({}) {}
  bind(Signal, "codec_test");
  const text = encodeMessage(new Signal());
  assertEquals(constantText(new Signal()), text);
  assertEquals(text, '{"value":["codec_test.Signal",{},[]]}');
  for (const other of [new Line(), new Incognito({ typeName: "x" }), castTo(5, Integer8), null, undefined, 5]) {
    assertEquals(constantText(other), null);
  }
  class Unbound extends Message({}) {}
  assertThrows(() => constantText(new Unbound()), CodecError, "bind");
});

Deno.test("decodeMessage() gives the bare value and its type", () => {
  const order = new Order({ note: "n" });
  assertEquals(decodeMessage(encodeMessage(order)), { value: order, type: Order.portable });
  assertEquals(decodeMessage(encodeMessage(castTo([[0.5]], table))), { value: [[0.5]], type: table });
  assertEquals(decodeMessage(encodeMessage(null)), { value: null, type: Any });
  assertEquals(decodeMessage('{"value":null}'), { value: null, type: Any });
  assertEquals(encodeMessage(null), '{"value":["any",null,[]]}');
  assertEquals(decodeMessage('{"value":["any",["integer8",5,[]],[]]}'), { value: 5, type: Integer8 });
});

Deno.test("encodeMessage() asks for castTo() where a type is missing", () => {
  for (const value of [5, "text", [1], new Map(), true, {}]) {
    assert(error(() => encodeMessage(value)).message.includes("castTo(value, type)"));
  }
  assertEquals(error(() => encodeMessage(new Anything({ thing: 5 }))).path, "thing");
});

Deno.test("Any holds messages as themselves and other values as Casts", () => {
  const carrier = decodeMessage(encodeMessage(new Anything({ thing: castTo(5, Integer8) }))).value as Anything;
  assertEquals(carrier.thing, new Cast(5, Integer8));
  const fault = decodeMessage(encodeMessage(new Anything({ thing: new Faulted("broken", "why") }))).value as Anything;
  assert(fault.thing instanceof Faulted);
  assertEquals(String(fault.thing), "broken (why)");
  assert(decodeMessage(encodeMessage(new TimedOut())).value instanceof TimedOut);
});

Deno.test("Any refuses an unusual triple cleanly", () => {
  for (
    const word of [
      "[]",
      '["integer8"]',
      '["integer8",1]',
      "[1,1,[]]",
      "[null,1,[]]",
      '["nowhere.X",1,null]',
      '["nowhere.X",1,[1]]',
      '["nowhere.X",1,["p"]]',
      "5",
      '"x"',
      "{}",
    ]
  ) {
    error(() => decode(`{"value":${word}}`, Any));
  }
  assertEquals(decode('{"value":["integer8",5,"not looked at",1]}', Any), new Cast(5, Integer8));
});

Deno.test("an unknown value passes unchanged, numbers and pointers included", () => {
  const text =
    '{"value":["nowhere.Thing",{"n":[2.0,-0.0,18446744073709551616,1e+22],"p":"1100:a","u":"\\u00e9"},["1100:a"]],' +
    '"pointer":[["1100:a",{"next":"1100:a","v":2.0}]]}';
  const { value, type } = decodeMessage(text.replace('"pointer":[', '"pointer":[["1101:b",5],'));
  assert(value instanceof Incognito);
  assertEquals([type, value.typeName], [Incognito.portable, "nowhere.Thing"]);
  assertEquals(encodeMessage(value), text);
  const inside = encodeMessage(new Anything({ thing: value }));
  assertEquals(decodeMessage(inside).value, new Anything({ thing: value }));
});

Deno.test("unknown values that use one alias differently are told apart", () => {
  const read = (held: number) => decodeMessage(`{"value":["nowhere.T","a",["a"]],"pointer":[["a",${held}]]}`).value;
  const both = castTo([read(1), read(1)], VectorOf(Any));
  assertEquals(decodeMessage(encodeMessage(both)).value, both.value);
  assert(error(() => encodeMessage(castTo([read(1), read(2)], VectorOf(Any)))).message.includes("differently"));
});

Deno.test("an Any lists every alias that can be reached from it", () => {
  const shared = new Node({ tag: "s" });
  shared.next = new Node({ tag: "t", next: shared });
  const text = encodeMessage(castTo([shared, shared].map((next) => new Node({ next })), VectorOf(Any)), {
    uuid: () => "u",
  });
  const list = '["1100:u","1101:u"]';
  assertEquals(text.split(list).length, 4, "both nodes and the vector around them");
});

Deno.test("pointers keep shared and circular graphs as they are", () => {
  const ring = new Node({ tag: "a" });
  ring.next = new Node({ tag: "b", next: ring });
  const type = defType(VectorOf(PointerTo(Node)));
  const text = encode([ring, ring.next, ring, null], type, { uuid: () => "u" });
  assertEquals(
    text,
    '{"value":["1100:u","1101:u","1100:u",null],"pointer":[["1100:u",{"tag":"a","next":"1101:u"}],["1101:u",{"tag":"b","next":"1100:u"}]]}',
  );
  const [a, b, again, none] = decode(text, type) as Node[];
  assertStrictEquals(a, again);
  assertStrictEquals(a!.next, b);
  assertStrictEquals(b!.next, a);
  assertEquals(none, null);
});

Deno.test("pointers to lists and Anys close circles, too; sets can't", () => {
  const sets: types.Portable<unknown> = PointerTo((): types.Portable<unknown> => SetOf(sets));
  const set = new Set<unknown>();
  set.add(set);
  assertEquals(error(() => encode(set, sets)).reason, "a circle of pointers with no message, list or map in it");
  const read = decode('{"value":"a","pointer":[["a",["a"]]]}', sets) as Set<unknown>;
  assert(read.has(read));
  const anys = PointerTo(Any);
  const cast = castTo<types.Portable<unknown>>([], VectorOf(anys));
  (cast.value as unknown[]).push(cast);
  defType(VectorOf(anys));
  const circle = decode(encode(cast, anys), anys) as Cast<unknown[]>;
  assertStrictEquals(circle.value[0], circle);
});

Deno.test("pointers of one value to two types are two entries", () => {
  const node = new Node({ tag: "n" });
  class Both extends Message({ exact: PointerTo(Node), any: PointerTo(Any) }) {}
  bind(Both, "codec_test");
  const both = decode(encode(new Both({ exact: node, any: node }), Both.portable), Both.portable) as Both;
  assertEquals([(both.exact as Node).tag, (both.any as Node).tag], ["n", "n"]);
});

Deno.test("pointers declared apart, to one type, share what they point to", () => {
  class Apart extends Message({ a: PointerTo(VectorOf(Float8)), b: PointerTo(VectorOf(Float8)) }) {}
  bind(Apart, "codec_test");
  const shared = [1.5];
  const apart = decode(encode(new Apart({ a: shared, b: shared }), Apart.portable), Apart.portable) as Apart;
  assertEquals(apart.a, [1.5]);
  assertStrictEquals(apart.a, apart.b);
});

Deno.test("pointers that lead nowhere are refused", () => {
  const type = PointerTo(Node);
  const circular = '{"value":"a","pointer":[["a","a"]]}';
  const pointers: types.Portable<unknown> = PointerTo((): types.Portable<unknown> => pointers);
  assertEquals(error(() => decode(circular, pointers)).reason, "a pointer that leads to nothing but itself");
  assertEquals(error(() => decode('{"value":"a"}', type)).reason, 'no pointer of alias "a"');
  for (const word of ["5", '{"tag":"inline"}', "[]"]) error(() => decode(`{"value":${word}}`, type));
  error(() => decode('{"value":"a","pointer":[["a",null]]}', type));
});

Deno.test("chains end before they harm the original, or this process", () => {
  let chain = new Node();
  for (let i = 0; i < 149; i++) chain = new Node({ next: chain });
  decode(encode(chain, Node.portable), Node.portable);
  for (let i = 0; i < 100_000; i++) chain = new Node({ next: chain });
  assertEquals(error(() => encode(chain, Node.portable)).reason, "more than 150 pointers and Anys inside one another");
  const entries = Array.from({ length: 5000 }, (_, i) => `["${i}",{"next":"${i + 1}"}]`);
  const text = `{"value":"0","pointer":[${entries.join()},["5000",{}]]}`;
  assertEquals(error(() => decode(text, PointerTo(Node))).reason, "more than 200 pointers and Anys inside one another");
  const anys = '["layer_cake.point_runtime.Anything",{"thing":'.repeat(300) + "null" + "},[]]".repeat(300);
  assertEquals(
    error(() => decode(`{"value":${anys}}`, Any)).reason,
    "more than 200 pointers and Anys inside one another",
  );
  const circle = new Anything();
  circle.thing = circle;
  assertEquals(error(() => encodeMessage(circle)).reason, "more than 150 pointers and Anys inside one another");
});

Deno.test("hostile names never reach a prototype", () => {
  const before = JSON.stringify(Object.getOwnPropertyNames(Object.prototype));
  const hostile = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"prototype":1,"toString":1}';
  for (
    const [text, type] of [
      [hostile, Order.portable],
      [hostile, Word],
      [`["nowhere.X",${hostile},[]]`, Any],
      ['[["__proto__",1],["constructor",2]]', MapOf(Unicode, Integer8)],
      ['["__proto__",{},[]]', Any],
      ['"__proto__"', Type],
    ] as const
  ) {
    const value = decode(`{"value":${text}}`, type);
    decode(encode(value, type), type);
  }
  assertEquals(JSON.stringify(Object.getOwnPropertyNames(Object.prototype)), before);
  assertEquals(({} as Record<string, unknown>)["polluted"], undefined);
  error(() => decode('{"value":"constructor"}', types.Enumeration({ A: 1 })));
});

Deno.test("a constructor that throws is a CodecError, with its cause told", () => {
  assertEquals((decode('{"value":{"mood":5}}', Moody.portable) as Moody).mood, 5);
  assertEquals(
    error(() => decode('{"value":{"mood":13}}', Moody.portable)).message,
    "cannot decode (RangeError: not today)",
  );
  assertEquals(error(() => decode('{"value":[{"mood":13}]}', VectorOf(Moody))).path, "[0]");
});

Deno.test("a type that is not known is kept by name and can be sent on", () => {
  assertStrictEquals(decode('{"value":"codec_test.Order"}', Type), Order);
  const unknown = decode('{"value":"nowhere.Thing"}', Type);
  assertEquals(unknown, new TypeNotBound({ moduleName: "nowhere.Thing" }));
  assertEquals(encode(unknown, Type), '{"value":"nowhere.Thing"}');
  error(() => encode(class Unbound extends Message({}) {}, Type));
});

Deno.test("encodeWord() and decodeWord() go without the envelope", () => {
  assertEquals(
    encodeWord(new Line({ price: 2 }), Line.portable),
    new Map<string, unknown>([["price", new WordFloat(2)], ["item_count", 1]]) as never,
  );
  assertEquals(decodeWord(new Map([["price", new WordFloat(2)]]), Line.portable), new Line({ price: 2 }));
  assertEquals(error(() => decodeWord(new Map([["price", 2]]), Line.portable)).path, "price");
  error(() => encodeWord(new Node(), PointerTo(Node)));
});

Deno.test("layoutText() keeps numbers as they are", () => {
  assertEquals(
    layoutText('{"value":{"b":2.0,"a":[]}}', INDENTED_SORTED),
    '{\n    "value": {\n        "a": [],\n        "b": 2.0\n    }\n}',
  );
});
