/** Completion by the shells themselves, where they are. */

import { assert, assertEquals } from "@std/assert";
import { completionScript, SHELLS } from "../../cli/completion.ts";
import { COMMANDS } from "../../cli/mod.ts";

async function runShell(program: string, args: readonly string[], cwd: string): Promise<string> {
  const command = new Deno.Command(program, { args: [...args], cwd, stdin: "null", stdout: "piped", stderr: "piped" });
  const { stdout, stderr, code } = await command.output();
  assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
  return new TextDecoder().decode(stdout);
}

async function has(program: string): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args: ["--version"], stdout: "null", stderr: "null" }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

const [HAS_BASH, HAS_ZSH, HAS_FISH] = await Promise.all([has("bash"), has("zsh"), has("fish")]);

async function withHome(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "cake-test-" }));
  try {
    for (const role of [".layer-cake/role/web", ".layer-cake/role/worker-0", "other/role/far"]) {
      await Deno.mkdir(`${folder}/${role}`, { recursive: true });
    }
    await Deno.writeTextFile(`${folder}/server.ts`, "");
    for (const shell of SHELLS) await Deno.writeTextFile(`${folder}/${shell}`, completionScript(shell, COMMANDS));
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Words, of which the last is to be completed, and what it can become. */
const CASES: readonly (readonly [words: readonly string[], completions: readonly string[]])[] = [
  [["stat"], ["status"]],
  [["log", "w"], ["web", "worker-0"]],
  [["log", "--home-path=other", ""], ["far"]],
  [["list", "--long"], ["--long-listing"]],
  [["add", "--role-c"], ["--role-count="]],
  [["add", "ser"], ["server.ts"]],
  [["help", "valid"], ["validate"]],
  [["log", "--fro"], ["--from="]],
  [["stop", ""], []],
];

Deno.test({
  name: "bash completes commands, arguments, roles and files",
  ignore: !HAS_BASH,
  fn: () =>
    withHome(async (folder) => {
      for (const [words, completions] of CASES) {
        const line = words.map((word) => `'${word}'`).join(" ");
        const script =
          `source ./bash; COMP_WORDS=(cake ${line}); COMP_CWORD=${words.length}; compopt() { :; }; _cake; ` +
          'printf "%s\\n" "${COMPREPLY[@]}"';
        const out = await runShell("bash", ["--norc", "-c", script], folder);
        assertEquals(out.trim().split("\n").filter((text) => text !== ""), completions, words.join(" "));
      }
    }),
});

Deno.test({
  name: "zsh and fish take their scripts",
  ignore: !HAS_ZSH && !HAS_FISH,
  fn: () =>
    withHome(async (folder) => {
      if (HAS_ZSH) await runShell("zsh", ["-f", "-c", "autoload -Uz compinit; compinit -D; source ./zsh"], folder);
      if (!HAS_FISH) return;
      const out = await runShell("fish", ["--no-config", "-c", "source ./fish; complete -C 'cake log w'"], folder);
      assertEquals(out.trim().split("\n"), ["web", "worker-0"]);
    }),
});

Deno.test("completionScript() names every command and argument for every shell", () => {
  for (const shell of SHELLS) {
    const script = completionScript(shell, COMMANDS);
    for (const { name, settings } of COMMANDS) {
      assert(script.includes(name), `${shell}: ${name}`);
      for (const { wireName } of settings) {
        assert(script.includes(wireName.replaceAll("_", "-").replace(/-$/, "")), `${shell}: ${wireName}`);
      }
    }
  }
});
