// This module performs no I/O.

/** What a process says about its own command line. */

import { type MemberShape, MessageBase } from "../types/message.ts";
import { dashed } from "./arguments.ts";
import { textFromValue } from "./text_value.ts";

/** Standard arguments that people use, and what for. */
const STANDARD_HELP: readonly (readonly [string, string])[] = [
  ["--debug-level=<level>", "log to stderr: FAULT, WARNING, CONSOLE, OBJECT, TRACE or DEBUG"],
  ["--full-output", "print the result with its type"],
  ["--output-file=<name>", "write the result to <name>.json"],
  ["--home-path=<folder>", "the home of the composite process (.layer-cake)"],
  ["--role-name=<name>", "the role in that home"],
  ["--create-role", "make the role with the given settings, and don't run"],
];

/** The text of `--help` of a program with these settings. */
export function programHelp(name: string, settings: readonly MemberShape[]): string {
  const own = settings.map((shape) =>
    [`--${dashed(shape.wireName)}=<${shape.type.signature}>`, defaultText(shape)] as const
  );
  const sections = [`Usage: ${name} [--setting=value ...]`];
  if (own.length > 0) sections.push(`Settings:\n${helpRows(own)}`);
  sections.push(`Every process takes:\n${helpRows(STANDARD_HELP)}`);
  return `${sections.join("\n\n")}\n`;
}

/** Rows of two columns, as wide as needed. */
export function helpRows(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`.trimEnd()).join("\n");
}

function defaultText(shape: MemberShape): string {
  const value = shape.initial();
  if (value === null || value === undefined || value instanceof MessageBase) return "";
  return `default ${textFromValue(value, shape.type)}`;
}
