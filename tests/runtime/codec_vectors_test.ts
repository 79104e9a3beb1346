import { assert, assertEquals } from "@std/assert";
import { loadRecordedTypes, readRows, replayRows } from "../../scripts/vectors.ts";

async function recordings(name: string): Promise<Record<string, unknown>[]> {
  return [...readRows(await Deno.readTextFile(new URL(`../testdata/${name}`, import.meta.url)))];
}

Deno.test("encode and decode agree with every recording of the original", async () => {
  await loadRecordedTypes();
  const rows = await recordings("codec.jsonl");
  const failures: string[] = [];
  const tally = replayRows(rows, (text) => failures.push(text));
  assertEquals(failures, []);
  assertEquals(tally, { passed: rows.length, failed: 0, skipped: 0 });
  assert(rows.length >= 352);
});

Deno.test("encode and decode agree with the texts in every recorded frame", async () => {
  await loadRecordedTypes();
  const rows = (await recordings("frames.jsonl")).filter((row) => row["kind"] === "frame");
  const failures: string[] = [];
  const tally = replayRows(rows, (text) => failures.push(text));
  assertEquals(failures, []);
  assertEquals(tally, { passed: rows.length, failed: 0, skipped: 0 });
  assert(rows.length >= 101);
});

Deno.test("replayRows tells of every kind of difference", async () => {
  await loadRecordedTypes();
  const rows = [
    {
      id: "value",
      signature: "integer8",
      direction: "decode",
      encoded: '{"value":1}',
      tagged: { int: "2" },
      python_repr: null,
    },
    {
      id: "text",
      signature: "integer8",
      direction: "both",
      encoded: '{"value":1}',
      tagged: { int: "1" },
      reencoded: '{"value":1.0}',
      python_repr: "1",
    },
    {
      id: "accepted",
      signature: "integer8",
      direction: "refuse",
      stage: "decode",
      encoded: '{"value":1}',
      python_repr: null,
    },
    { id: "written", signature: "integer8", direction: "refuse", stage: "encode", encoded: null, python_repr: "1" },
    {
      id: "refused",
      signature: "integer8",
      direction: "decode",
      encoded: '{"value":1.5}',
      tagged: { float: "1.5" },
      python_repr: null,
    },
    { id: "type", signature: "vector<nowhere.Thing>", direction: "decode", encoded: '{"value":[]}', python_repr: null },
    {
      id: "map order",
      signature: "map<unicode,integer8>",
      direction: "decode",
      encoded: '{"value":[["a",1],["b",2]]}',
      tagged: { id: 1, map: [[{ str: "b" }, { int: "2" }], [{ str: "a" }, { int: "1" }]] },
      python_repr: null,
    },
    {
      id: "book",
      signature: "address",
      direction: "both",
      encoded: '{"value":"0123abcd-4567-489a-bcde-f0123456789a:0"}',
      address_book: { "0123abcd-4567-489a-bcde-f0123456789a:0": [1, 2] },
      reencoded: '{"value":"0123abcd-4567-489a-bcde-f0123456789a:0"}',
      reencoded_address_book: { "0123abcd-4567-489a-bcde-f0123456789a:0": [1, 3] },
      tagged: { address: [1, 2] },
      python_repr: "(1, 2)",
    },
  ];
  const failed = new Set<string>();
  const tally = replayRows(rows, (text) => failed.add(text.slice(0, text.indexOf(":"))));
  assertEquals([...failed], rows.map((row) => row.id));
  assertEquals(tally.failed, rows.length);
});
