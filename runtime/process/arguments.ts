// This module performs no I/O.

/**
 * The grammar of a command line: long arguments, short ones, and words; and how they are matched against declared
 * settings. Names are decided by spelling alone, values by the declared type.
 */

import type { MemberShape } from "../types/message.ts";
import { Cast } from "../types/cast.ts";
import { MessageBase } from "../types/message.ts";
import { EnumerationType, type Portable } from "../types/portable.ts";
import { meantText } from "../suggestion.ts";
import { type TextForms, TextValueError, valueFromText } from "./text_value.ts";

/** A declared setting: its names and its type. Members of a message class are settings, too. */
export type SettingShape = Pick<MemberShape, "name" | "wireName" | "type">;

/** Values of settings by wire name, as they are stored: a message, a value with its type, or null. */
export type Settings = Map<string, unknown>;

/** A command line that has been split, before or after some of it was taken. Names are as typed, without dashes. */
export interface SplitArguments {
  readonly words: readonly string[];
  /** By name; a value of undefined means that there was no `=`. */
  readonly long: ReadonlyMap<string, string | undefined>;
  readonly short: ReadonlyMap<string, string | undefined>;
}

/** A command line that can't be used; the message says why, and names the argument. */
export class ArgumentError extends Error {
  override readonly name = "ArgumentError";
}

/** Divides a command line (without the program's name) into words, long and short arguments. */
export function splitArguments(argv: readonly string[]): SplitArguments {
  const words: string[] = [];
  const long = new Map<string, string | undefined>();
  const short = new Map<string, string | undefined>();
  for (const text of argv) {
    if (text.startsWith("--")) addArgument(long, text.slice(2));
    else if (text.startsWith("-")) addArgument(short, text.slice(1));
    else words.push(text);
  }
  return { words, long, short };
}

function addArgument(table: Map<string, string | undefined>, text: string): void {
  const equals = text.indexOf("=");
  if (equals < 0) table.set(text, undefined);
  else table.set(text.slice(0, equals), text.slice(equals + 1));
}

/** The short form of a wire name: the first letters of its parts (`role_name` is `rn`, `from_` is `f`). */
export function shortForm(wireName: string): string {
  return wireName.split("_").filter((part) => part !== "").map((part) => part[0]).join("");
}

/** A wire name as it is typed: `role_name` is `role-name`. */
export function dashed(wireName: string): string {
  return wireName.replaceAll("_", "-");
}

/** What {@link extractSettings} found, and what is left for others. */
export interface ExtractedSettings {
  readonly settings: Settings;
  readonly rest: SplitArguments;
}

/**
 * Takes the arguments that belong to a table of settings, and decodes their values.
 *
 * @throws {ArgumentError} When a short form is ambiguous, both forms of a name are given, or a value does not decode.
 */
export function extractSettings(
  split: SplitArguments,
  table: readonly SettingShape[],
  forms: TextForms = {},
): ExtractedSettings {
  const byName = new Map(table.map((setting) => [setting.wireName, setting]));
  const settings: Settings = new Map();
  const long = new Map<string, string | undefined>();
  const short = new Map<string, string | undefined>();
  for (const [typed, text] of split.long) {
    const setting = byName.get(typed.replaceAll("-", "_"));
    if (setting === undefined) long.set(typed, text);
    else settings.set(setting.wireName, decodeSetting(typed, text, setting.type, forms));
  }
  const fromLong = new Set(settings.keys());
  for (const [typed, text] of split.short) {
    const setting = settingOfShortForm(typed, table);
    if (setting === undefined) {
      short.set(typed, text);
      continue;
    }
    if (fromLong.has(setting.wireName)) {
      throw new ArgumentError(`cannot decode value for "${typed}" (use of both long and short forms)`);
    }
    settings.set(setting.wireName, decodeSetting(typed, text, setting.type, forms));
  }
  return { settings, rest: { words: split.words, long, short } };
}

function settingOfShortForm(typed: string, table: readonly SettingShape[]): SettingShape | undefined {
  const fitting = table.filter((setting) => shortForm(setting.wireName) === typed);
  const [first, second] = fitting;
  if (first === undefined || second === undefined) return first;
  const clashes = fitting.map((setting) => setting.wireName).join(", ");
  throw new ArgumentError(
    `ambiguous short settings (${clashes}), use long form --${dashed(first.wireName)}=<value>`,
  );
}

function decodeSetting(typed: string, text: string | undefined, type: Portable<unknown>, forms: TextForms): unknown {
  try {
    return storedForm(valueFromText(typed, text, type, forms), type);
  } catch (error) {
    if (!(error instanceof TextValueError)) throw error;
    const names = type instanceof EnumerationType ? [...type.names.keys()] : [];
    // Names are in capitals, and typed as it comes.
    const hint = meantText((text ?? "").toUpperCase(), names);
    throw new ArgumentError(`${error.message}${hint}`, { cause: error });
  }
}

/** A value as it is held in an Any: messages and null as they are, everything else with its type. */
export function storedForm(value: unknown, type: Portable<unknown>): unknown {
  if (value === null || value === undefined) return null;
  return value instanceof MessageBase || type.kind === "any" ? value : new Cast(value, type);
}

/** Refuses what nobody took. @param known Names of settings, to say what may have been meant. */
export function refuseUnknown(rest: SplitArguments, known: readonly string[] = []): void {
  const names = [...rest.long.keys(), ...rest.short.keys()];
  if (names.length === 0) return;
  const hint = names.map((name) => meantText(dashed(name), known.map(dashed))).find((text) => text !== "") ?? "";
  throw new ArgumentError(`unknown arguments (${names.join(", ")})${hint}`);
}

/** Refuses settings that are named as others before them are. */
export function refuseCollisions(before: readonly SettingShape[], table: readonly SettingShape[]): void {
  const taken = new Set(before.map((setting) => setting.wireName));
  const both = table.map((setting) => setting.wireName).filter((name) => taken.has(name));
  if (both.length > 0) throw new ArgumentError(`collision in settings names - ${both.join(", ")}`);
}

/** Arguments in the form in which they are passed on to another process; an empty value loses its `=`. */
export function forwardedArguments(rest: SplitArguments): string[] {
  const text = (dashes: string) => ([name, value]: [string, string | undefined]): string =>
    value ? `${dashes}${name}=${value}` : `${dashes}${name}`;
  return [...[...rest.long].map(text("--")), ...[...rest.short].map(text("-"))];
}
