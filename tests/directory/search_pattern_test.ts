import { assert, assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import { SearchError } from "../../directory/match/search_error.ts";
import { compileSearch, SEARCH_LENGTH_MAX, SearchPattern } from "../../directory/match/search_pattern.ts";

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
