/** Every scenario, rule and hazard of the directory protocol has a test that exists. */

import { assertEquals } from "@std/assert";
import { HAZARDS, RULES, SCENARIOS, type TestReference } from "./directory_coverage.ts";

const ROOT = new URL("../../", import.meta.url);
const FOLDERS = ["directory", "net", "cli", "runtime"];

/** The names of tests by their files. */
async function testNames(): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (const folder of FOLDERS) {
    for await (const { name } of Deno.readDir(new URL(`tests/${folder}/`, ROOT))) {
      if (!name.endsWith("_test.ts")) continue;
      const path = `tests/${folder}/${name}`;
      found.set(path, namesIn(await Deno.readTextFile(new URL(path, ROOT))));
    }
  }
  return found;
}

function namesIn(text: string): string[] {
  return [...text.matchAll(/Deno\.test\(\s*(["'`])((?:(?!\1)[^\\]|\\.)*)\1/g)].map(([, , name]) => name!);
}

/** The numbers in "scenario 7", "scenarios 11 and 12", "scenarios 31, 32 and 34". */
function numbersIn(name: string): string[] {
  const lists = [...name.matchAll(/\bscenarios? (\d+a?(?:(?:, | and )\d+a?)*)/g)].map(([, list]) => list!);
  return lists.flatMap((list) => list.split(/, | and /));
}

const names = await testNames();

Deno.test("every scenario of the directory protocol has a test with its number", () => {
  const covered = new Set([...names.values()].flat().flatMap(numbersIn));
  assertEquals(SCENARIOS.filter((number) => !covered.has(number)), []);
  assertEquals([...covered].filter((number) => !SCENARIOS.includes(number)), [], "numbers of no scenario");
});

/** References to tests that are not there. */
function missing(references: readonly TestReference[]): string[] {
  return references.filter(([file, part]) => !names.get(file)?.some((name) => name.includes(part)))
    .map(([file, part]) => `${file}: ${part}`);
}

Deno.test("every rule for directories has a test", () => {
  assertEquals(Object.keys(RULES).map(Number), Array.from({ length: 24 }, (_, at) => at + 1));
  for (const [number, { tests }] of Object.entries(RULES)) {
    assertEquals([tests.length > 0, missing(tests)], [true, []], `rule ${number}`);
  }
});

Deno.test("every hazard of directories has a test", () => {
  for (const [hazard, tests] of Object.entries(HAZARDS)) {
    assertEquals([tests.length > 0, missing(tests)], [true, []], hazard);
  }
});

Deno.test("numbersIn() reads numbers as they are written in names", () => {
  assertEquals(numbersIn("x (scenarios 31, 32 and 34)"), ["31", "32", "34"]);
  assertEquals(numbersIn("scenario 57a: y"), ["57a"]);
  assertEquals(numbersIn("a scenario without"), []);
});
