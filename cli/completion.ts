// This module performs no I/O.

/** What shells need to know to complete command lines: commands, their arguments, and where the names of roles are. */

import { dashed } from "../runtime/process/arguments.ts";
import { DEFAULT_HOME } from "../runtime/process/standard_arguments.ts";
import type { Command } from "./command.ts";

/** Shells that are known. */
export const SHELLS = ["bash", "zsh", "fish"] as const;
/** A shell of {@link SHELLS}. */
export type Shell = (typeof SHELLS)[number];

/** What a command's words are. */
type WordKind = "roles" | "files" | "commands" | "none";

/** One command, as completions see it. */
interface Row {
  readonly name: string;
  readonly summary: string;
  readonly words: WordKind;
  /** Arguments with their dashes; those that take a value end with `=`. */
  readonly options: readonly { readonly text: string; readonly help: string }[];
}

const COMMON = [
  { text: "--home-path=", help: "the home" },
  { text: "--debug-level=", help: "log to stderr" },
  { text: "--full-output", help: "print results with their types" },
  { text: "--help", help: "help" },
] as const;

function rowOf({ name, usage, summary, settings }: Command): Row {
  const own = settings.map(({ wireName, type, help }) => ({
    text: `--${dashed(wireName).replace(/-$/, "")}${type.kind === "boolean" ? "" : "="}`,
    help,
  }));
  const options = [...new Map([...own, ...COMMON].map((option) => [option.text, option])).values()];
  return { name, summary, words: wordKind(usage), options };
}

/** Roles come first in what a command takes, or files do. */
function wordKind(usage: string): WordKind {
  if (/^[<[](?:role|search)/.test(usage)) return "roles";
  return /^[<[](?:executable|file|home|path|archive)/.test(usage) ? "files" : "none";
}

/** The script that teaches a shell to complete command lines of `cake`. */
export function completionScript(shell: Shell, commands: readonly Command[]): string {
  const help: Row = { name: "help", summary: "Say more about a command", words: "commands", options: [] };
  const rows = [...commands.map(rowOf), help];
  if (shell === "fish") return fishScript(rows);
  return shell === "bash" ? bashScript(rows) : zshScript(rows);
}

/** A text between single quotes. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function names(rows: readonly Row[]): string {
  return rows.map(({ name }) => name).join(" ");
}

/** The branches of a case statement of bash and zsh. */
function branches(rows: readonly Row[], indent: string): string {
  return rows.map(({ name, words, options }) =>
    `${indent}${name}) kind=${words}; options=${quoted(options.map(({ text }) => text).join(" "))} ;;`
  ).join("\n");
}

function bashScript(rows: readonly Row[]): string {
  return `# Completion of cake for bash:  source <(cake completion bash)
_cake() {
  local word=\${COMP_WORDS[COMP_CWORD]} command= home=${DEFAULT_HOME} kind=none options= i
  for ((i = 1; i < \${#COMP_WORDS[@]}; i++)); do
    case \${COMP_WORDS[i]} in
      --home-path=*) home=\${COMP_WORDS[i]#*=} ;;
      --home-path) [[ \${COMP_WORDS[i + 1]} == = ]] && home=\${COMP_WORDS[i + 2]} ;;
      -*) ;;
      *) if [[ -z $command ]] && ((i < COMP_CWORD)); then command=\${COMP_WORDS[i]}; fi ;;
    esac
  done
  COMPREPLY=()
  if [[ -z $command ]]; then
    mapfile -t COMPREPLY < <(compgen -W ${quoted(`${names(rows)} --help --version`)} -- "$word")
    return
  fi
  case $command in
${branches(rows, "    ")}
  esac
  if [[ $word == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
    [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *= ]] && compopt -o nospace
  elif [[ $kind == roles ]]; then
    local roles= role
    for role in "$home"/role/*/; do
      role=\${role%/} role=\${role##*/}
      [[ $role != '*' ]] && roles+=" $role"
    done
    mapfile -t COMPREPLY < <(compgen -W "$roles" -- "$word")
  elif [[ $kind == commands ]]; then
    mapfile -t COMPREPLY < <(compgen -W ${quoted(names(rows))} -- "$word")
  elif [[ $kind == files ]]; then
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
    compopt -o filenames 2>/dev/null
  fi
}
complete -F _cake cake
`;
}

function zshScript(rows: readonly Row[]): string {
  return `#compdef cake
# Completion of cake for zsh:  source <(cake completion zsh)
_cake() {
  local command= home=${DEFAULT_HOME} kind=none options= word
  local -i i
  for ((i = 2; i <= $#words; i++)); do
    word=$words[i]
    case $word in
      --home-path=*) home=\${word#*=} ;;
      -*) ;;
      *) if [[ -z $command ]] && ((i < CURRENT)); then command=$word; fi ;;
    esac
  done
  if [[ -z $command ]]; then
    compadd -- ${names(rows)} --help --version
    return
  fi
  case $command in
${branches(rows, "    ")}
  esac
  if [[ $words[CURRENT] == -* ]]; then
    compadd -S '' -- \${(M)\${(s: :)options}:#*=}
    compadd -- \${\${(s: :)options}:#*=}
  elif [[ $kind == roles ]]; then
    compadd -- $home/role/*(N/:t)
  elif [[ $kind == commands ]]; then
    compadd -- ${names(rows)}
  elif [[ $kind == files ]]; then
    _files
  fi
}
compdef _cake cake
`;
}

function fishScript(rows: readonly Row[]): string {
  const lines = [
    "# Completion of cake for fish:  cake completion fish | source",
    "function __cake_roles",
    `    set -l home ${DEFAULT_HOME}`,
    "    for word in (commandline -opc)",
    "        string match -q -- '--home-path=*' $word; and set home (string replace -- '--home-path=' '' $word)",
    "    end",
    "    for role in $home/role/*/",
    "        path basename $role",
    "    end",
    "end",
    "# The command of the line, and whether it is the one that is asked for.",
    "function __cake_command",
    "    for word in (commandline -opc)[2..]",
    "        string match -q -- '-*' $word; or begin; echo $word; return 0; end",
    "    end",
    "    return 1",
    "end",
    "function __cake_is",
    "    test (__cake_command; or echo) = $argv[1]",
    "end",
    "function __cake_is_option_of",
    "    __cake_is $argv[1]; and string match -q -- '-*' (commandline -ct)",
    "end",
    "complete -c cake -f",
  ];
  for (const { name, summary, words, options } of rows) {
    const is = `-n '__cake_is ${name}'`;
    lines.push(`complete -c cake -n 'not __cake_command >/dev/null' -a ${name} -d ${quoted(summary)}`);
    if (words === "roles") lines.push(`complete -c cake ${is} -a '(__cake_roles)'`);
    if (words === "files") lines.push(`complete -c cake ${is} -F`);
    if (words === "commands") lines.push(`complete -c cake ${is} -a ${quoted(names(rows))}`);
    // Those with a value as words: options proper would get a blank where the value has to follow.
    const isOption = `-n '__cake_is_option_of ${name}'`;
    for (const { text, help } of options) lines.push(`complete -c cake ${isOption} -a ${text} -d ${quoted(help)}`);
  }
  return `${lines.join("\n")}\n`;
}
