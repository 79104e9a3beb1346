/** The guarantees in module documentation: each names tests that hold it, and these exist. */

import { assert, assertEquals } from "@std/assert";
import { namedTests, testNames } from "./named_tests.ts";

const FILES = ["runtime/mod.ts"];

/** The sentences of a module's guarantees, each in one line. */
function guarantees(text: string): string[] {
  const doc = text.split("*/")[0]!.replaceAll(/\n \* ?/g, "\n");
  const section = doc.split(/^## Guarantees$/m)[1]?.split(/^## |^@module/m)[0] ?? "";
  return section.split(/^- /m).slice(1).map((sentence) => sentence.replaceAll(/\s+/g, " "));
}

/** Sentences that name no test, and names of tests that are not there. */
function problems(text: string, known: ReadonlySet<string>): string[] {
  const found: string[] = [];
  for (const sentence of guarantees(text)) {
    const named = [...sentence.matchAll(/\(test: "([^"]+)"\)/g)].map(([, name]) => name!);
    if (named.length === 0) found.push(`no test named: ${sentence}`);
    for (const name of named) if (!known.has(name)) found.push(`no test "${name}"`);
    const [last] = sentence.split(/\(test: /).slice(0, 1);
    if (!last!.trim().endsWith(".")) found.push(`not a sentence: ${sentence}`);
  }
  return found;
}

Deno.test("testNames() finds the tests of a file, and no others", () => {
  const text = `Deno.test("a", () => {});\nfor (const x of []) Deno.test(\`b\`, f);\nDeno.test(\`c \${x}\`, f);\n` +
    `// Deno.test("d", f)\nother("Deno.test(\\"e\\", f)");` +
    `\nDeno.test({ ignore: false, name: "g", fn() {} });`;
  assertEquals(testNames(text), ["a", "b", "g"]);
});

Deno.test("problems() finds guarantees without a test, and tests that do not exist", () => {
  const text = `/**\n * ## Guarantees\n *\n * - One. (test: "a")\n * - Two\n *   lines. (test: "b") (test: "c")\n` +
    ` * - Three.\n * - Four (test: "a")\n *\n * @module\n */\n- Five.`;
  assertEquals(problems(text, new Set(["a", "b"])), [
    'no test "c"',
    "no test named: Three. ",
    'not a sentence: Four (test: "a") ',
  ]);
});

for (const file of FILES) {
  Deno.test(`every guarantee in ${file} names its tests, and each of them exists`, async () => {
    const text = await Deno.readTextFile(new URL(`../../${file}`, import.meta.url));
    assert(guarantees(text).length >= 20);
    const known = new Set([...(await namedTests()).values()].flatMap((names) => [...names]));
    assertEquals(problems(text, known), []);
  });
}
