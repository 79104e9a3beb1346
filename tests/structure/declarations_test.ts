/**
 * Where JSR cannot be reached, packages of `@std` are typed by declarations of our own, and some are stand-ins. These
 * tests say that they promise nothing that the packages do not have. They hold in both modes, and say most with JSR,
 * where each import below is the real package.
 */
import * as assertModule from "@std/assert";
import * as asyncModule from "@std/async";
import * as cliModule from "@std/cli";
import * as logModule from "@std/log";
import * as pathModule from "@std/path";
import * as mockModule from "@std/testing/mock";
import * as yamlModule from "@std/yaml";
import ts from "typescript";
import type * as assertDeclared from "../../scripts/npm/assert.d.ts";
import type * as asyncDeclared from "../../scripts/npm/async.d.ts";
import type * as logDeclared from "../../scripts/npm/log.ts";
import type * as pathDeclared from "../../scripts/npm/path.d.ts";
import type * as yamlDeclared from "../../scripts/npm/yaml.d.ts";
import { parseSource } from "../../scripts/source_file.ts";

const { assertEquals, assertNotEquals, assertThrows } = assertModule;

// The compiler does these checks: what is really there can be used as what is declared.
const compared: [
  typeof assertDeclared,
  typeof asyncDeclared,
  typeof pathDeclared,
  typeof yamlDeclared,
  Pick<typeof logDeclared, "LogLevels" | "getLevelByName" | "getLevelName">,
] = [assertModule, asyncModule, pathModule, yamlModule, logModule];

const MODULES: Record<string, object> = {
  "assert.d.ts": assertModule,
  "async.d.ts": asyncModule,
  "cli.d.ts": cliModule,
  "log.ts": logModule,
  "path.d.ts": pathModule,
  "testing_mock.ts": mockModule,
  "yaml.d.ts": yamlModule,
};

/** The names of the values that a module exports. */
function exportedValues(text: string): string[] {
  const names: string[] = [];
  for (const statement of parseSource({ path: "a.ts", text }).tree.statements) {
    if (!ts.canHaveModifiers(statement)) continue;
    if (!ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) continue;
    if (ts.isVariableStatement(statement)) {
      for (const { name } of statement.declarationList.declarations) names.push(name.getText());
    } else if ((ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) && statement.name) {
      names.push(statement.name.text);
    }
  }
  return [...new Set(names)];
}

/** The names that a text exports and a module does not have. */
function missing(text: string, module: object): string[] {
  return exportedValues(text).filter((name) => !(name in module));
}

Deno.test("missing() finds a declared name that is not there", () => {
  const text = "export declare function join(): string;\nexport declare function joinn(): void;\nexport type A = 1;";
  assertEquals(missing(text, pathModule), ["joinn"]);
});

for (const [file, module] of Object.entries(MODULES)) {
  Deno.test(`scripts/npm/${file} declares nothing that its package does not have`, async () => {
    const text = await Deno.readTextFile(new URL(`../../scripts/npm/${file}`, import.meta.url));
    assertNotEquals(exportedValues(text), []);
    assertEquals(missing(text, module), []);
  });
}

Deno.test("parseArgs() has the types and the results declared for it", () => {
  const flags = cliModule.parseArgs(["run", "--force", "--port=1", "--role", "a", "--role", "b", "--", "x"], {
    "--": true,
    boolean: ["force", "quiet"],
    string: ["port", "host", "home", "role"],
    collect: ["role"],
    default: { home: "." },
  });
  const force: boolean = flags.force;
  const port: string | undefined = flags.port;
  const home: string = flags.home;
  const roles: string[] = flags.role;
  const words: (string | number)[] = flags._;
  assertEquals([force, port, home, roles, words], [true, "1", ".", ["a", "b"], ["run"]]);
  assertEquals([flags.quiet, flags.host], [false, undefined]);
});

Deno.test("spy() and stub() remember calls", () => {
  const { assertSpyCall, assertSpyCalls, spy, stub } = mockModule;
  const add = spy((a: number, b: number) => a + b);
  assertEquals(add(1, 2), 3);
  assertSpyCalls(add, 1);
  assertSpyCall(add, 0, { args: [1, 2], returned: 3 });
  assertThrows(() => assertSpyCalls(add, 2));
  assertThrows(() => assertSpyCall(add, 0, { args: [2, 2] }));

  const clock = { now: () => 1 };
  {
    using now = stub(clock, "now", () => 2);
    assertEquals(clock.now(), 2);
    assertSpyCalls(now, 1);
  }
  assertEquals(clock.now(), 1);
});

Deno.test("loggers hand records to handlers at or above their level", () => {
  const lines: string[] = [];
  class Lines extends logModule.BaseHandler {
    log(line: string): void {
      lines.push(line);
    }
  }
  logModule.setup({
    handlers: { lines: new Lines("INFO") },
    loggers: { default: { level: "DEBUG", handlers: ["lines"] } },
  });
  const logger = logModule.getLogger();
  logger.debug("small");
  logger.warn("large");
  assertEquals(lines, ["WARN large"]);
});

Deno.test("the declarations agree with the packages", () => {
  assertEquals(compared.length, 5);
});
