import { assertEquals } from "@std/assert";
import { helpRows, wrapped } from "../../runtime/process/help.ts";
import { COMMANDS } from "../../cli/mod.ts";
import { argumentForm } from "../../cli/value_forms.ts";
import { HOME, simulatedCake } from "../helpers/simulated_cake.ts";

Deno.test("argumentForm() shows of every argument what its value looks like", () => {
  const forms = COMMANDS.flatMap(({ settings }) => settings.map(argumentForm));
  assertEquals(forms.filter((form) => form.includes("<value>")), []);
  for (const form of ["--role-count=<number>", "--json", "--last=<NAME>", "--span=<span>", "--retry=<json>"]) {
    assertEquals(forms.includes(form), true, form);
  }
});

Deno.test("cake refuses an argument without its value, and does nothing", async () => {
  const { cake, host } = simulatedCake();
  await cake("create");
  const said = async (...argv: string[]) => (await cake(...argv)).slice(1);
  const refused = (what: string, form: string) => [`cake: cannot use "${what}" without a value, write ${form}\n`, 71];
  assertEquals(
    await said("add", "/bin/server", "w", "--role-count", "3"),
    refused("--role-count", "--role-count=<number>"),
  );
  assertEquals(await said("add", "/bin/server", "w", "-rc", "3"), refused("-rc", "--role-count=<number>"));
  assertEquals(await said("list", "--home-path", "elsewhere"), refused("--home-path", "--home-path=<text>"));
  assertEquals(await said("run", "--main-role", "web"), refused("--main-role", "--main-role=<text>"));
  assertEquals(host.disk.list(`${HOME}/role`), ["group"]);
  // Those of the roles are theirs to read, and a value may be empty.
  assertEquals(await said("add", "/bin/server", "web", "--name="), ["", 0]);
});

Deno.test("helpRows() and wrapped() keep to the width, and to columns", () => {
  const rows = [["a", "one two three"], ["b".repeat(40), "four"]] as const;
  assertEquals(helpRows(rows, 20).split("\n"), ["  a  one two three", `  ${"b".repeat(40)}`, "     four"]);
  assertEquals(helpRows([["a", "one two three four five six"]], 20).split("\n"), [
    "  a  one two three four five",
    "     six",
  ]);
  assertEquals(wrapped("one two three", 7), ["one two", "three"]);
  assertEquals(wrapped("incomprehensible", 4), ["incomprehensible"]);
  assertEquals(wrapped("", 4), [""]);
});
