import { assertEquals, assertThrows } from "@std/assert";
import { decodeMessage, encode, encodeMessage } from "../../runtime/codec/codec.ts";
import { CodecError } from "../../runtime/codec/codec_error.ts";
import { Any, Cast, castTo, defType, PointerTo, SetOf, VectorOf } from "../../runtime/mod.ts";

const POINTER = defType(PointerTo(Any));

Deno.test("encode() refuses a circle of nothing but pointers and Anys, which no original survives", () => {
  const text = '{"value":["pointer<any>","q",["q"]],"pointer":[["q",["pointer<any>","q",["q"]]]]}';
  const { value, type } = decodeMessage(text);
  assertThrows(() => encodeMessage(new Cast(value, type)), CodecError, "a circle of pointers");
});

Deno.test("encode() refuses a circle that meets only sets", () => {
  const ring = new Set<unknown>();
  ring.add(castTo(castTo(ring, SetOf(Any)), POINTER));
  const type = PointerTo(SetOf(Any));
  assertThrows(() => encode(ring, type), CodecError);
});

Deno.test("encode() writes a circle that a list closes", () => {
  const ring: unknown[] = [];
  const held = castTo(ring, defType(VectorOf(Any)));
  ring.push(castTo(held, POINTER));
  const text = encode(held, POINTER);
  const alias = '"1100:00000000-0000-4000-8000-000000000000"';
  const inner = `["pointer<any>",${alias},[${alias}]]`;
  assertEquals(text, `{"value":${alias},"pointer":[[${alias},["vector<any>",[${inner}],[${alias}]]]]}`);
});
