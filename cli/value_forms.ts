// This module performs no I/O.

/** What the value of an argument looks like, for the help, and for whoever left it out. */

import {
  ArgumentError,
  dashed,
  type SettingShape,
  shortForm,
  type SplitArguments,
} from "../runtime/process/arguments.ts";
import type { Portable } from "../runtime/types/portable.ts";

const FORMS: Readonly<Partial<Record<Portable<unknown>["kind"], string>>> = {
  boolean: "",
  integer8: "=<number>",
  float8: "=<number>",
  unicode: "=<text>",
  clock: "=<time>",
  span: "=<span>",
  enumeration: "=<NAME>",
  message: "=<json>",
};

/** An argument as it is typed: `--role-count=<number>`, or `--json` for one that is true by being there. */
export function argumentForm({ wireName, type }: Pick<SettingShape, "wireName" | "type">): string {
  return `--${dashed(wireName)}${FORMS[type.kind] ?? "=<value>"}`;
}

/**
 * Refuses arguments without the value that they need. What comes behind a blank is a word of its own, so that
 * `--role-count 3` would go unnoticed.
 *
 * @throws {ArgumentError} Naming the argument, and how it is written.
 */
export function refuseMissingValues(
  { long, short }: SplitArguments,
  table: readonly (SettingShape & { readonly longOnly?: boolean })[],
): void {
  const refuse = (typed: string, setting: SettingShape | undefined): void => {
    if (setting === undefined || setting.type.kind === "boolean") return;
    throw new ArgumentError(`cannot use "${typed}" without a value, write ${argumentForm(setting)}`);
  };
  for (const [typed, text] of long) {
    if (text !== undefined) continue;
    refuse(`--${typed}`, table.find(({ wireName }) => wireName === typed.replaceAll("-", "_")));
  }
  for (const [typed, text] of short) {
    if (text !== undefined) continue;
    const fitting = table.filter(({ wireName, longOnly }) => longOnly !== true && shortForm(wireName) === typed);
    if (fitting.length === 1) refuse(`-${typed}`, fitting[0]);
  }
}
