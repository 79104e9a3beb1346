/** The tests of the project by name, so that texts that name tests can be held to it. */

import ts from "typescript";
import { parseSource } from "../../scripts/source_file.ts";

const ROOT = new URL("../../", import.meta.url);

function nameIn(definition: ts.ObjectLiteralExpression): ts.Expression | undefined {
  const property = definition.properties.find((property) => property.name?.getText() === "name");
  return property !== undefined && ts.isPropertyAssignment(property) ? property.initializer : undefined;
}

/** The names of the tests in a text; a test whose name is not written out has none. */
export function testNames(text: string): string[] {
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.getText() === "Deno.test") {
      const [first] = node.arguments;
      const name = first !== undefined && ts.isObjectLiteralExpression(first) ? nameIn(first) : first;
      if (name !== undefined && ts.isStringLiteralLike(name)) names.push(name.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(parseSource({ path: "a.ts", text }).tree);
  return names;
}

async function filesOf(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(`${folder}/`, ROOT))) {
    if (isDirectory) paths.push(...await filesOf(`${folder}/${name}`));
    else if (name.endsWith("_test.ts")) paths.push(`${folder}/${name}`);
  }
  return paths;
}

/** The names of all tests by file, such as `tests/runtime/hazards_test.ts`. */
export async function namedTests(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const tests = new Map<string, ReadonlySet<string>>();
  for (const path of await filesOf("tests")) {
    tests.set(path, new Set(testNames(await Deno.readTextFile(new URL(path, ROOT)))));
  }
  return tests;
}
