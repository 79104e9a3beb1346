import { assertEquals } from "@std/assert";
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
      tree.visitBelow(key, (value) => below!.push(value.key));
      assertEquals(
        along,
        [...model.keys()].filter((other) => key.startsWith(other)).sort((x, y) => x.length - y.length),
      );
      assertEquals(below!.sort(), [...model.keys()].filter((other) => other.startsWith(key)).sort());
      assertEquals([tree.size, tree.get(key)], [model.size, model.get(key)]);
    }
  }
});

Deno.test("SearchIndex forgets searches that nobody uses", () => {
  const index = new SearchIndex<{ id: number }>();
  const values = ["svc:.*", "svc:1", ".*1", "svc:.*"].map((search, id) => ({ search, id }));
  for (const value of values) index.add(new SearchPattern(value.search), value);
  assertEquals(index.matching("svc:1").map(({ id }) => id).sort(), [0, 1, 2, 3]);
  assertEquals(index.matching("svc:2").map(({ id }) => id).sort(), [0, 3]);
  for (const value of values) index.delete(value.search, value);
  assertEquals([index.size, index.matching("svc:1")], [0, []]);
});
