import { assert, assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import { RE2JS } from "re2js";
import { translateSearch } from "../../directory/match/dialect.ts";
import { ExpressionShelf } from "../../directory/match/expressions.ts";
import { SearchError } from "../../directory/match/search_error.ts";
import { compileSearch, SEARCH_LENGTH_MAX, SearchPattern } from "../../directory/match/search_pattern.ts";
import { Seeded } from "./seeded.ts";

interface Recorded {
  readonly names: readonly string[];
  readonly searches: readonly {
    readonly search: string;
    readonly matches?: readonly string[];
    readonly error?: string;
  }[];
}

/** Searches and the names that Python's `re.fullmatch` finds for them, or its error. */
const recorded: Recorded = JSON.parse(
  await Deno.readTextFile(new URL("../testdata/directory/searches.json", import.meta.url)),
);

/** What Python takes and is refused here, with the reason. */
const REFUSED: ReadonlyMap<string, RegExp> = new Map([
  ["(a)\\1", /back references/],
  ["(?=a)a", /look-ahead/],
  ["(?!b)a", /look-ahead/],
  ["(?<=a)b", /look-behind/],
  ["(?<!a)b", /look-behind/],
  ["(?>a)b", /atomic/],
  ["a++", /possessive/],
  ["a*+", /possessive/],
  ["a?+", /possessive/],
  ["a{2}+", /possessive/],
  ["\\N{DIGIT ONE}", /named characters/],
  ["a{1001}", /repeat of more than 1000/],
  ["((a{1000}){1000}){1000}", /larger than/],
  ["(){1001}", /repeat of more than 1000/],
]);

Deno.test("SearchPattern matches what Python's fullmatch matches, and refuses what Python refuses", () => {
  let compared = 0;
  for (const { search, matches } of recorded.searches) {
    if (REFUSED.has(search)) continue;
    const pattern = compileSearch(search);
    if (matches === undefined) {
      assertInstanceOf(pattern, SearchError, `"${search}" must be refused`);
      continue;
    }
    assertInstanceOf(pattern, SearchPattern, `"${search}": ${(pattern as Error).message}`);
    assertEquals(recorded.names.filter((name) => pattern.matches(name)), [...matches], `search "${search}"`);
    compared++;
  }
  assert(compared > 300);
});

Deno.test("compileSearch says what it does not support", () => {
  for (const [search, reason] of REFUSED) {
    const refusal = compileSearch(search);
    assertInstanceOf(refusal, SearchError, search);
    assertMatch(refusal.message, reason);
  }
});

Deno.test("compileSearch names position and limit in its refusals", () => {
  assertEquals((compileSearch("x(") as SearchError).message, "missing ), unterminated subpattern at position 2");
  const long = compileSearch("x".repeat(SEARCH_LENGTH_MAX + 1)) as SearchError;
  assertEquals(long.message, "search of 1025 characters, expected at most 1024");
});

Deno.test("SearchPattern knows literals and literal starts", () => {
  const kinds = [
    "svc:one",
    "svc\\.one",
    "^svc$",
    "svc:.*",
    "work:\\d+",
    "(?:ab|ac)d*",
    ".*x",
    "(?i)svc",
    "a?b",
    "a{3}",
    "a{3}b*",
  ]
    .map((search) => {
      const { kind, prefix } = new SearchPattern(search);
      return `${search} ${kind} ${prefix}`;
    });
  assertEquals(kinds, [
    "svc:one literal svc:one",
    "svc\\.one literal svc.one",
    "^svc$ literal svc",
    "svc:.* prefix svc:",
    "work:\\d+ prefix work:",
    "(?:ab|ac)d* prefix a",
    ".*x scan ",
    "(?i)svc scan ",
    "a?b scan ",
    "a{3} literal aaa",
    "a{3}b* prefix aaa",
  ]);
});

/** A random expression; of those that can be written down most make sense. */
function randomSearch(random: Seeded, depth = 0): string {
  const items = Array.from({ length: 1 + random.integer(4) }, () => {
    const item = random.pick<() => string>([
      () => random.pick(["a", "b", "ab", "é", ":", "x\\.", "S"]),
      () =>
        random.pick([
          ".",
          "\\d",
          "\\w",
          "\\W",
          "\\s",
          "\\S",
          "\\D",
          "[ab]",
          "[^a]",
          "[\\W_]",
          "[^\\w:]",
          "(?a:\\w\\s)",
        ]),
      () => depth > 2 ? "a" : `(${randomSearch(random, depth + 1)}|${randomSearch(random, depth + 1)})`,
      () => depth > 2 ? "b" : `(?:${randomSearch(random, depth + 1)})`,
      () => random.pick(["^", "$", "\\b", "\\A", "\\Z"]),
    ])();
    const canRepeat = !/^(\^|\$|\\[bAZ])$/.test(item) && (item.length === 1 || !/^[abx]/.test(item));
    return canRepeat ? item + random.pick(["", "", "", "*", "+", "?", "{2}", "{1,2}", "{0}"]) : item;
  });
  return (depth === 0 && random.float() < 0.2 ? "(?i)" : "") + items.join("");
}

Deno.test("SearchPattern: short cuts by literal parts, and expressions for ASCII, give what the whole expression gives", () => {
  const random = new Seeded(11);
  const letters = ["a", "b", "A", "é", ":", "x", ".", "S", "s", "1", "\n", " ", "\x1c", "_", "٣", "ſ"];
  let matched = 0;
  for (let count = 0; count < 250; count++) {
    const search = randomSearch(random);
    const pattern = compileSearch(search);
    if (pattern instanceof SearchError) continue;
    const whole = RE2JS.compile(translateSearch(search).text);
    for (let names = 0; names < 25; names++) {
      const name = Array.from({ length: random.integer(7) }, () => random.pick(letters)).join("");
      const isMatch = whole.testExact(name);
      assertEquals(pattern.matches(name), isMatch, `"${search}" and ${JSON.stringify(name)}`);
      if (isMatch) matched++;
    }
  }
  assert(matched > 200, `${matched} matches`);
});

Deno.test("ExpressionShelf keeps so many, and what it gave up still matches", () => {
  const shelf = new ExpressionShelf(2);
  const forgotten: string[] = [];
  for (const name of ["a", "b", "c"]) shelf.keep({ forget: () => forgotten.push(name) });
  assertEquals(forgotten, ["a"]);
  const patterns = ["a[0-9]", "b[0-9]", "c[0-9]"].map((search) => new SearchPattern(search, shelf));
  for (let round = 0; round < 3; round++) {
    assertEquals(patterns.map((pattern) => [pattern.matches("b1"), pattern.matches(`${pattern.prefix}2`)]), [
      [false, true],
      [true, true],
      [false, true],
    ]);
  }
});

Deno.test("SearchPattern ends where an engine that tries every way would not", () => {
  const name = "a".repeat(1000) + "!";
  for (const search of ["(a|a)*b", "(a+)+$", "(.*)*x", "(a?){50}a{50}b", "(?:a*)*(?:a*)*c"]) {
    assertEquals(new SearchPattern(search).matches(name), false);
  }
});

Deno.test("SearchPattern compiles whatever it takes, at its limits, too", () => {
  const deep = "(".repeat(99) + "a" + ")".repeat(99);
  const searches = [
    deep,
    `(?:${deep}|b){9}`,
    "(a{10}){100}",
    "((){31}){31}",
    "((()*){10}){10}",
    "[\\W\\D\\S]{1000}",
    "(?i)[\\W]é{900}",
  ];
  for (const search of searches) assertEquals(new SearchPattern(search).matches("no"), false, search);
  assertInstanceOf(compileSearch("((){1000}){1000}"), SearchError);
  assertInstanceOf(compileSearch("((" + deep + "))"), SearchError);
});
