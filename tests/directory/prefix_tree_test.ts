import { assert, assertEquals } from "@std/assert";
import { Effort } from "../../directory/match/effort.ts";
import { PrefixTree } from "../../directory/match/prefix_tree.ts";
import { SearchIndex } from "../../directory/match/search_index.ts";
import { SearchPattern } from "../../directory/match/search_pattern.ts";
import { Seeded } from "./seeded.ts";

Deno.test("PrefixTree finds what a list of its keys would find, through any history", () => {
  for (let seed = 1; seed <= 40; seed++) {
    const random = new Seeded(seed);
    const tree = new PrefixTree<{ key: string }>();
    const model = new Map<string, { key: string }>();
    const text = () => Array.from({ length: random.integer(6) }, () => random.pick(["a", "b", "é"])).join("");
    for (let step = 0; step < 300; step++) {
      const key = text();
      if (random.float() < 0.6) {
        const value = { key };
        tree.set(key, value);
        model.set(key, value);
      } else assertEquals(tree.delete(key), model.delete(key));
      const [along, below]: string[][] = [[], []];
      tree.visitAlong(key, (value) => along!.push(value.key));
      tree.visitBelow(key, null, (value) => below!.push(value.key) > 0);
      assertEquals(
        along,
        [...model.keys()].filter((other) => key.startsWith(other)).sort((x, y) => x.length - y.length),
      );
      assertEquals(below!.sort(), [...model.keys()].filter((other) => other.startsWith(key)).sort());
      assertEquals([tree.size, tree.get(key)], [model.size, model.get(key)]);
    }
  }
});

Deno.test("PrefixTree goes on with a walk where it stopped, whatever the tree has become", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = new Seeded(seed);
    const tree = new PrefixTree<{ key: string }>();
    const text = (length: number) => Array.from({ length }, () => random.pick(["a", "b", "c", "é"])).join("");
    const change = () => {
      const key = text(random.integer(6));
      if (random.float() < 0.5) tree.set(key, { key });
      else tree.delete(key);
    };
    for (let count = 0; count < 60; count++) change();
    const prefix = text(random.integer(3));
    let last: string | null = null;
    for (let isOver = false; !isOver;) {
      const keys: string[] = [];
      tree.visitBelow("", null, ({ key }) => keys.push(key) > 0);
      assertEquals(keys, keys.toSorted(), "in the order of code units");
      const expected: string[] = keys.filter((key) => key.startsWith(prefix) && (last === null || key > last));
      const count = random.integer(4) + 1;
      const walked: string[] = [];
      isOver = tree.visitBelow(prefix, last, ({ key }) => walked.push(key) < count);
      assertEquals(walked, expected.slice(0, count), `seed ${seed}, below "${prefix}", after "${last}"`);
      assertEquals(isOver, expected.length < count);
      last = walked.at(-1) ?? null;
      for (let changes = random.integer(5); changes > 0; changes--) change();
    }
  }
});

function idsOf(index: SearchIndex<{ id: number }>, name: string): number[] {
  const ids: number[] = [];
  assert(index.matching(name, new Effort(), ({ id }) => ids.push(id)).next().done);
  return ids.sort();
}

Deno.test("SearchIndex forgets searches that nobody uses", () => {
  const index = new SearchIndex<{ id: number }>();
  const values = ["svc:.*", "svc:1", ".*1", "svc:.*"].map((search, id) => ({ search, id }));
  for (const value of values) index.add(new SearchPattern(value.search), value);
  assertEquals(idsOf(index, "svc:1"), [0, 1, 2, 3]);
  assertEquals(idsOf(index, "svc:2"), [0, 3]);
  for (const value of values) index.delete(value.search, value);
  assertEquals([index.size, idsOf(index, "svc:1")], [0, []]);
});
