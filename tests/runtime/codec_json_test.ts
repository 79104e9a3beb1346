import { assertEquals } from "@std/assert";
import { readWord, utf8Text } from "../../runtime/codec/json_reader.ts";
import {
  COMPACT,
  floatText,
  INDENTED,
  INDENTED_SORTED,
  ONE_LINE,
  quote,
  writeWord,
} from "../../runtime/codec/json_writer.ts";
import { DECODE_LIMITS } from "../../runtime/codec/limits.ts";
import { type Word, WordFloat } from "../../runtime/types/word.ts";
import { refusal } from "../helpers/refusal.ts";

Deno.test("readWord() keeps whole numbers and floats apart, and both exact", () => {
  const text =
    "[0,-0,7,9007199254740991,9007199254740992,-18446744073709551615,2.0,-0.0,1e2,0.1,5e-324,1e400,123456.789]";
  assertEquals(readWord(text), [
    0,
    0,
    7,
    9007199254740991,
    9007199254740992n,
    -18446744073709551615n,
    ...[2, -0, 100, 0.1, 5e-324, Infinity, 123456.789].map((value) => new WordFloat(value)),
  ]);
});

Deno.test("readWord() reads floats to the nearest double whatever their length", () => {
  for (
    const digits of ["0.1", "30.02", "1.2345678901234567", "123456789012.345", "999999999999999.9", "0.000000000000001"]
  ) {
    assertEquals(readWord(digits), new WordFloat(Number(digits)), digits);
    assertEquals(readWord(`-${digits}`), new WordFloat(-Number(digits)), digits);
  }
});

Deno.test("readWord() reads strings with every escape", () => {
  assertEquals(
    readWord(String.raw`"\"\\\/\b\f\n\r\t\u00e9\u00E9\ud83d\ude00\udc00é😀"`),
    '"\\/\b\f\n\r\téé😀\udc00é😀',
  );
  const long = "x".repeat(200);
  assertEquals(readWord(`["${long}","${long}\\n${long}"]`), [long, `${long}\n${long}`]);
});

Deno.test("readWord() holds members in a map, the last of a repeated name counting", () => {
  const word = readWord('{"a":1,"__proto__":{"x":1},"constructor":2,"a":3}');
  assertEquals(word, new Map<string, Word>([["a", 3], ["__proto__", new Map([["x", 1]])], ["constructor", 2]]));
  assertEquals(({} as Record<string, unknown>)["x"], undefined);
});

Deno.test("readWord() refuses what is not JSON", () => {
  const texts = [
    "",
    " ",
    "[1,]",
    "{,}",
    '{"a":1,}',
    "01",
    "-01",
    "00.5",
    "+1",
    "1.",
    ".5",
    "1e",
    "1e+",
    "--1",
    "-",
    "nul",
    "Nan",
  ];
  texts.push(
    "-NaN",
    "[1 2]",
    '{"a" 1}',
    "{a:1}",
    "'a'",
    '"a',
    '"\n"',
    '"\\x41"',
    '"\\u12"',
    '"\\u12g4"',
    "1 x",
    "[1",
    "/*x*/1",
    "\ufeff1",
  );
  for (const text of texts) refusal(() => readWord(text));
});

Deno.test("readWord() says where it stopped", () => {
  assertEquals(refusal(() => readWord('{"a":[1,x]}')), 'expected a value at character 8, got "x"');
  assertEquals(refusal(() => readWord("[1")), 'expected "," or "]" at character 2, got the end');
});

Deno.test("readWord() is bounded in every direction", () => {
  const limits = { ...DECODE_LIMITS, depth: 3, nodes: 6, textLength: 60, stringLength: 5, nameLength: 3, digits: 20 };
  assertEquals(readWord("[[[1]]]", limits), [[[1]]]);
  assertEquals(refusal(() => readWord("[[[[1]]]]", limits)), "nested deeper than 3 levels");
  assertEquals(refusal(() => readWord('{"a":{"a":{"a":{}}}}', limits)), "nested deeper than 3 levels");
  assertEquals(refusal(() => readWord("[1,2,3,4,5,6]", limits)), "more than 6 values");
  assertEquals(refusal(() => readWord(" ".repeat(61), limits)), "text of 61 units, at most 60 are read");
  assertEquals(refusal(() => readWord(`"${"x".repeat(55)}"`, limits)), "string of 55 units, at most 5 are read");
  assertEquals(refusal(() => readWord('"\\n12345"', limits)), "string of 6 units, at most 5 are read");
  assertEquals(refusal(() => readWord('{"name":1}', limits)), "member name of 4 units, at most 3 are read");
  assertEquals(refusal(() => readWord("1".repeat(22), limits)), "number of 22 digits, at most 20 are read");
});

Deno.test("readWord() survives the text that stops the original", () => {
  assertEquals(refusal(() => readWord("[".repeat(200_000))), "nested deeper than 1000 levels");
  assertEquals(refusal(() => readWord('{"a":'.repeat(200_000))), "nested deeper than 1000 levels");
});

Deno.test("utf8Text() refuses what is not UTF-8, and a byte-order mark", () => {
  assertEquals(utf8Text(new TextEncoder().encode("aé中😀\ufffd")), "aé中😀\ufffd");
  for (const bytes of [[0xff], [0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80]]) {
    assertEquals(refusal(() => utf8Text(Uint8Array.from([0x61, ...bytes]))), "not UTF-8");
  }
  assertEquals(refusal(() => utf8Text(Uint8Array.from([0xef, 0xbb, 0xbf, 0x31]))), "a byte-order mark in front");
});

Deno.test("writeWord() gives back what readWord() read, number for number", () => {
  const text =
    '{"z":[1,2.0,-0.0,1e+22,NaN,Infinity,-Infinity,18446744073709551616],"a":{"":null,"b":[true,false,"\\u00e9\\ud83d\\ude00"]}}';
  assertEquals(writeWord(readWord(text)), text);
});

Deno.test("writeWord() lays out as the original does", () => {
  const word = readWord('{"b":[1,{}],"a":[],"\\ud83d\\ude00":1,"\\uffff":2}');
  assertEquals(writeWord(word, COMPACT), '{"b":[1,{}],"a":[],"\\ud83d\\ude00":1,"\\uffff":2}');
  assertEquals(writeWord(word, ONE_LINE), '{"b": [1, {}], "a": [], "\\ud83d\\ude00": 1, "\\uffff": 2}');
  assertEquals(
    writeWord(word, INDENTED),
    '{\n    "b": [\n        1,\n        {}\n    ],\n    "a": [],\n    "\\ud83d\\ude00": 1,\n    "\\uffff": 2\n}',
  );
  assertEquals(
    writeWord(word, INDENTED_SORTED),
    '{\n    "a": [],\n    "b": [\n        1,\n        {}\n    ],\n    "\\uffff": 2,\n    "\\ud83d\\ude00": 1\n}',
  );
});

Deno.test("writeWord() refuses what has no JSON", () => {
  const circle: unknown[] = [];
  circle.push(circle);
  assertEquals(refusal(() => writeWord(circle as never)), "nested deeper than 900 levels");
  assertEquals(refusal(() => writeWord(undefined as never)), "expected JSON, got undefined");
  assertEquals(refusal(() => writeWord(new Date(0) as never)), "expected JSON, got a Date");
  assertEquals(refusal(() => writeWord(new Map([[1, 2]]) as never)), "expected a member name, got a whole number");
  assertEquals(refusal(() => writeWord(10n ** 4300n)), "number of 4301 digits, at most 4300 are written");
});

Deno.test("floatText() prints as the original does", () => {
  const cases: [number, string][] = [[2, "2.0"], [-0, "-0.0"], [0, "0.0"], [1e15, "1000000000000000.0"], [
    1e16,
    "1e+16",
  ]];
  cases.push([9999999999999998, "9999999999999998.0"], [1e-4, "0.0001"], [9.999e-5, "9.999e-05"], [1e-7, "1e-07"], [
    1e100,
    "1e+100",
  ]);
  cases.push([5e-324, "5e-324"], [1.5e-10, "1.5e-10"], [-1.5e300, "-1.5e+300"], [NaN, "NaN"], [-Infinity, "-Infinity"]);
  for (const [value, text] of cases) assertEquals(floatText(value), text);
});

Deno.test("quote() writes pure ASCII", () => {
  assertEquals(quote("plain"), '"plain"');
  assertEquals(quote('"\\/\b\f\n\r\t\0\x1f\x7f'), '"\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\\u007f"');
  assertEquals(quote("é\u2028\ud83d" + "x".repeat(40)), '"\\u00e9\\u2028\\ud83d' + "x".repeat(40) + '"');
});
