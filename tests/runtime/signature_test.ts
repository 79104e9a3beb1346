import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import "../../runtime/messages/host_port.ts";
import { Float8, type PointerType, type Portable, Unicode, VectorOf } from "../../runtime/types/portable.ts";
import { defType, typeBySignature } from "../../runtime/types/registry.ts";
import { parseSignature } from "../../runtime/types/signature.ts";

Deno.test("parseSignature() reads back what types print", () => {
  for (
    const text of [
      "boolean",
      "unsigned8",
      "vector<vector<float8>>",
      "map<layer_cake.ip_networking.HostPort,address>",
      "array<array<float8,2>,16>",
      "deque<set<uuid>>",
      "pointer<map<unicode,pointer<any>>>",
      "layer_cake.command_line.ScopeOfDirectory",
    ]
  ) assertEquals(parseSignature(text)?.signature, text);
});

Deno.test("parseSignature() gives the one registered type", () => {
  const table = defType(VectorOf(VectorOf(Float8)));
  assertStrictEquals(parseSignature(" vector < vector<float8> > "), table);
  assertStrictEquals(parseSignature("unicode"), Unicode);
  assertEquals(typeBySignature("vector<vector<unicode>>"), undefined);
  assert(parseSignature("vector<vector<unicode>>") !== undefined, "a type need not be registered");
});

Deno.test("parseSignature() refuses all else", () => {
  const texts = [
    "",
    "vector",
    "vector<",
    "vector<float8",
    "vector<float8>>",
    "vector<>",
    "map<unicode>",
    "array<float8>",
  ];
  texts.push(
    "array<float8,x>",
    "array<float8,-1>",
    "array<float8,1.5>",
    "array<float8,99999999>",
    "float8 float8",
    "nowhere.Thing",
  );
  texts.push(
    "vector<nowhere.Thing>",
    "Vector<float8>",
    "float8;",
    "__proto__",
    "constructor",
    "vector<float8,float8>",
    "map<unicode,any,any>",
  );
  texts.push("vector<".repeat(33) + "float8" + ">".repeat(33), "x".repeat(5000), "\n");
  for (const text of texts) assertEquals(parseSignature(text), undefined, text);
});

Deno.test("parseSignature() can leave pointers for later", () => {
  const known = new Map<string, Portable<unknown>>();
  const options = { latePointers: true, find: (signature: string) => known.get(signature) };
  const type = parseSignature("pointer<later.Thing>", options) as PointerType<unknown>;
  assertThrows(() => type.target, TypeError, 'Cannot resolve pointer to "later.Thing"');
  known.set("later.Thing", Float8);
  assertStrictEquals(type.target, Float8);
  assertEquals(
    parseSignature("map<unicode,pointer<vector<float8>>>", options)?.signature,
    "map<unicode,pointer<vector<float8>>>",
  );
});
