import { assert, assertEquals } from "@std/assert";
import { COMMANDS, EXIT_CODES } from "../../cli/mod.ts";
import { simulatedCake } from "../helpers/simulated_cake.ts";
import { shellWords } from "../helpers/shell_words.ts";

Deno.test("cake help shows the exit statuses and, of each command, settings, fields and examples", async () => {
  const { cake } = simulatedCake();
  const [main] = await cake("help");
  const oneLine = main.replaceAll(/\s+/g, " ");
  for (const { code, meaning } of EXIT_CODES) assert(oneLine.includes(` ${code} ${meaning} `), main);
  for (const line of main.split("\n")) assert(line.length <= 100, line);
  for (const command of COMMANDS) {
    const [text] = await cake("help", command.name);
    for (const { wireName } of command.settings) {
      // One has a second name, for those who come from the original.
      assert(text.includes(`  --${wireName.replaceAll("_", "-").replace(/-$/, "")}`), text);
    }
    assert(command.examples.length > 0, command.name);
    for (const example of command.examples) assert(text.includes(`\n  cake ${example}\n`), text);
    for (const [name] of command.json?.fields ?? []) assert(text.includes(`\n  ${name} `), text);
  }
});

Deno.test("cake help of no command says so", async () => {
  const { cake } = simulatedCake();
  assertEquals(await cake("help", "statsu"), [
    "",
    'cake: unknown sub-command "statsu" (did you mean "status"?)\n',
    71,
  ]);
});

Deno.test("every example of the help is understood by its command", async () => {
  for (const { name, examples } of COMMANDS) {
    for (const example of examples) {
      const words = shellWords(example);
      assertEquals(words[0], name, example);
      // Everything behind the name of a module is the module's.
      if (name === "exec") continue;
      const { cake } = simulatedCake();
      // Its help is all that it shows then, but for what can't be understood.
      const [out, error] = await cake(...words, "--colour=red", "--help");
      assert(out.startsWith(`Usage: cake ${name}`), `${example}: ${error}`);
    }
  }
});

Deno.test("cake suggests what was meant", async () => {
  const { cake } = simulatedCake();
  await cake("create");
  for (const name of ["web", "worker"]) await cake("add", "/bin/server", name);
  const said = async (...argv: string[]) => (await cake(...argv))[1].trim();
  const suggestions: readonly (readonly [command: string, meant: string])[] = [
    ["statsu", '"status"'],
    ["help lsit", '"list"'],
    ["list --long-lsting", "--long-listing"],
    ["history wbe", '"web"'],
    ["log wroker", '"worker"'],
    ["edit wb", '"web"'],
    ["model workr", '"worker"'],
    ["returned wokrer", '"worker"'],
    ["run wroker", '"worker"'],
    ["run --main-role=wbe", '"web"'],
    ["run --debug-level=TRCE", '"TRACE"'],
    ["list --debug-level=trace", '"TRACE"'],
    ["add /bin/server other --nmae=x", '"name"'],
    ["update web --prot=5", '"port"'],
    ["update group --mian-role=web", '"main-role"'],
    ["log web --last=HUOR", '"HOUR"'],
  ];
  for (const [command, meant] of suggestions) {
    const error = await said(...command.split(" "));
    assert(error.includes(`did you mean ${meant}?`), `${command}: ${error}`);
  }
});
