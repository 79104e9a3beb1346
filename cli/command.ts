// This module performs no I/O.

/** What a command is, and what the table of all of them says. */

import { HELP_WIDTH, helpRows, wrapped } from "../runtime/process/help.ts";
import type { SettingShape, SplitArguments } from "../runtime/process/arguments.ts";
import type { CommandLine } from "../runtime/process/standard_arguments.ts";
import { EXIT_CODES, OTHER_EXIT_CODES } from "./exit_codes.ts";
import { argumentForm } from "./value_forms.ts";
import type { World } from "../runtime/world.ts";

/** What a command is called with. */
export interface CommandCall {
  readonly world: World;
  /** The standard arguments. */
  readonly commandLine: CommandLine;
  /** Words behind the name of the command. */
  readonly words: readonly string[];
  /** The command's own settings by wire name, decoded. */
  readonly settings: ReadonlyMap<string, unknown>;
  /** Arguments that the command does not know; empty unless it passes them on. */
  readonly rest: SplitArguments;
}

/** What a command ends with: a value to print as processes do, or an exit status when all has been said. */
export type CommandResult = { readonly value: unknown } | { readonly status: number };

/** A command. */
export interface Command {
  readonly name: string;
  /** Words that it takes, for the help. */
  readonly usage: string;
  /** One line about what it does. */
  readonly summary: string;
  readonly settings: readonly CommandSetting[];
  /** How many words it has a use for; a call with more is refused. Without it the command looks at them itself. */
  readonly wordsMax?: number;
  /** Passes arguments that it doesn't know on to another process. */
  readonly forwards: boolean;
  /** Command lines behind the program's name, for the help. */
  readonly examples: readonly string[];
  /** What it prints for programs. These names and their meanings stay. */
  readonly json?: JsonForm;
  run(call: CommandCall): Promise<CommandResult>;
}

/** What a command prints as JSON. */
export interface JsonForm {
  /** The argument that asks for it: one document, or one for each line. */
  readonly argument: "json" | "jsonl";
  /** What the fields are of, as `each role`. */
  readonly of: string;
  /** Name and meaning. */
  readonly fields: readonly (readonly [name: string, meaning: string])[];
}

/** A setting of a command, with what the help says about it. */
export interface CommandSetting extends SettingShape {
  readonly help: string;
  /** Has no short form: it is one that the original does not have, whose short forms keep their meaning. */
  readonly longOnly?: boolean;
}

/** The name by which the program calls itself. */
export const PROGRAM_NAME = "cake";

const STANDARD_ROWS: readonly (readonly [string, string])[] = [
  ["--home-path=<folder>", "the home (default .layer-cake)"],
  ["--debug-level=<level>", "log to stderr: FAULT, WARNING, CONSOLE, OBJECT, TRACE or DEBUG"],
  ["--full-output", "print results with their types"],
  ["--output-file=<name>", "write the result to <name>.json"],
  ["--help", "this text, or that of a command"],
  ["--version", "the version"],
];

/** The text of `cake --help`. @param width Characters of a line. */
export function mainHelp(commands: readonly Command[], width: number = HELP_WIDTH): string {
  const rows = commands.map((command) =>
    [`${command.name} ${command.usage}`.trim(), beginning(command.summary)] as const
  );
  const codes = EXIT_CODES.map(({ code, meaning }) => [String(code), meaning] as const);
  return [
    `Usage: ${PROGRAM_NAME} <command> [word ...] [--argument=value ...]`,
    `Commands:\n${helpRows(rows, width)}`,
    `Arguments of every command:\n${helpRows(STANDARD_ROWS, width)}`,
    `Exit status:\n${helpRows(codes, width)}\n${wrapped(OTHER_EXIT_CODES, width).join("\n")}`,
    `${PROGRAM_NAME} help <command> says more about a command, with examples.`,
    "",
  ].join("\n\n").trimEnd() + "\n";
}

/** What a command does, in a few words: the rest of its summary is in its own help. */
function beginning(summary: string): string {
  return summary.split(/[;:] /, 1)[0]!;
}

/** The text of `cake <command> --help`. @param width Characters of a line. */
export function commandHelp(command: Command, width: number = HELP_WIDTH): string {
  const usage = `Usage: ${`${PROGRAM_NAME} ${command.name} ${command.usage}`.trim()}`;
  const sections = [usage, wrapped(`${command.summary}.`, width).join("\n")];
  // The names that end so are those of the original beside one that people can type.
  const shown = command.settings.filter(({ wireName }) => !wireName.endsWith("_"));
  const rows = shown.map((setting) => [argumentForm(setting), setting.help] as const);
  if (rows.length > 0) sections.push(`Arguments:\n${helpRows(rows, width)}`);
  if (command.forwards) sections.push("Other arguments are settings, kept for when the roles run.");
  if (command.json !== undefined) {
    const { argument, of, fields } = command.json;
    sections.push(`With --${argument}, of ${of}:\n${helpRows(fields, width)}`);
  }
  if (command.examples.length > 0) {
    sections.push(`Examples:\n${command.examples.map((line) => `  ${PROGRAM_NAME} ${line}`).join("\n")}`);
  }
  return `${sections.join("\n\n")}\n`;
}
