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

/** Characters of a line of help, where nobody knows the width of the terminal. */
export const HELP_WIDTH = 100;
/** The widest left column; what is longer has a line of its own. */
const LEFT_WIDTH_MAX = 26;
/** The narrowest right column, however narrow the terminal is. */
const RIGHT_WIDTH_MIN = 24;

/** Rows of two columns, the second as wide as there is room for. */
export function helpRows(rows: readonly (readonly [string, string])[], width: number = HELP_WIDTH): string {
  const fitting = rows.map(([left]) => left.length).filter((length) => length <= LEFT_WIDTH_MAX);
  const leftWidth = Math.max(...fitting, 0);
  const indent = " ".repeat(leftWidth + 4);
  const lines = rows.flatMap(([left, right]) => {
    const [first = "", ...others] = wrapped(right, Math.max(width - indent.length, RIGHT_WIDTH_MIN));
    const below = others.map((line) => `${indent}${line}`);
    if (left.length > leftWidth) return [`  ${left}`, `${indent}${first}`, ...below];
    return [`  ${left.padEnd(leftWidth)}  ${first}`, ...below];
  });
  return lines.map((line) => line.trimEnd()).join("\n");
}

/** The lines of a text; a word that is longer than a line has one to itself. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function defaultText(shape: MemberShape): string {
  const value = shape.initial();
  if (value === null || value === undefined || value instanceof MessageBase) return "";
  return `default ${textFromValue(value, shape.type)}`;
}
