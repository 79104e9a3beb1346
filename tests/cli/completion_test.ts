/** Completion by the shells themselves, where they are. */

import { assert, assertEquals } from "@std/assert";
import { completionScript, SHELLS } from "../../cli/completion.ts";
import { COMMANDS } from "../../cli/mod.ts";

async function runShell(program: string, args: readonly string[], cwd: string): Promise<string> {
  // A shell that waits for what never comes is ended, and its test fails.
  const signal = AbortSignal.timeout(60_000);
  const options: Deno.CommandOptions = {
    args: [...args],
    cwd,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal,
  };
  const command = new Deno.Command(program, options);
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
  [["status", "--home-path=other", "f"], ["far"]],
  [["log", "web", "wo"], ["worker-0"]],
];

/** The command is the first word, whatever the others are called. */
const FISH_CASES: typeof CASES = [[["add", "run", "--role-s"], ["--role-start="]], [["log", "add", "--role-s"], []]];

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

/**
 * A zsh on a terminal of its own, with the completion system of zsh, gets a line and a tabulator. What is offered is what
 * the system lets through to its list.
 */
const ZSH_TYPIST = `
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'PROMPT=; autoload -Uz compinit; compinit -u -d ./dump; source ./zsh; bindkey "^I" complete-word
mark () { print -rn -- $'"'"'\\0'"'"' }
compprefuncs=(mark); comppostfuncs=(mark exit)
compadd () {
  if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then builtin compadd "$@"; return $?; fi
  typeset -a offered; builtin compadd -A offered "$@"; [[ -n $offered ]] && print -rl -- $offered
}
print READY'
zpty -r shell seen '*READY*'
zpty -r shell seen '*READY*'
zpty -w -n shell "$1"$'\\t'
zpty -r shell seen $'*\\0*'
zpty -r shell seen $'*\\0*'
print -r -- "\${seen%$'\\0'*}"
`;

Deno.test({
  name: `zsh completes commands, arguments, roles and files${HAS_ZSH ? "" : " (there is no zsh)"}`,
  ignore: !HAS_ZSH,
  fn: () =>
    withHome(async (folder) => {
      await Deno.writeTextFile(`${folder}/typist`, ZSH_TYPIST);
      for (const [words, completions] of CASES) {
        const out = await runShell("zsh", ["-f", "typist", `cake ${words.join(" ")}`], folder);
        const offered = out.split(/[\r\n]+/).filter((text) => text !== "");
        assertEquals(offered, completions, words.join(" "));
      }
    }),
});

Deno.test({
  name: `fish completes commands, arguments, roles and files${HAS_FISH ? "" : " (there is no fish)"}`,
  ignore: !HAS_FISH,
  fn: () =>
    withHome(async (folder) => {
      for (const [words, completions] of [...CASES, ...FISH_CASES]) {
        const line = `cake ${words.join(" ")}`;
        const out = await runShell("fish", ["--no-config", "-c", `source ./fish; complete -C '${line}'`], folder);
        const offered = out.split("\n").map((text) => text.split("\t", 1)[0]!).filter((text) => text !== "");
        assertEquals(offered, completions, line);
      }
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
