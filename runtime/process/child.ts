// This module performs no I/O.

/** Child processes as values: the command line of one, and what its output and status mean. */

import { Faulted } from "../messages/faults.ts";
import { HostPort } from "../messages/host_port.ts";
import { castBack } from "../types/cast.ts";
import { Boolean, Unicode } from "../types/portable.ts";
import { outputValue, TypedTextError, typeNameOf } from "./typed_text.ts";
import { dashed, type SettingShape } from "./arguments.ts";
import { type CommandLine, isBackground, originOfChild, STANDARD_ARGUMENTS } from "./standard_arguments.ts";
import { textFromValue } from "./text_value.ts";

/** Exit status of a process that ends with a fault. */
export const FAULT_EXIT_STATUS = 71;

/** Most bytes of output that are taken from a child. */
export const CHILD_OUTPUT_BYTES_MAX = 256 * 1024 * 1024;

/** How much of a strange output is shown. */
const PAGE_CHARACTERS_MAX = 32;

/** What runs an executable: cake itself, Python's interpreter, or nothing, as it is a program by itself. */
export type ExecutableKind = "module" | "python" | "program";

const MODULE = /\.(?:ts|mts|js|mjs)$/;

/** The kind of an executable by its file name. */
export function executableKind(path: string): ExecutableKind {
  if (MODULE.test(path)) return "module";
  return path.endsWith(".py") ? "python" : "program";
}

/** The extension of a file name with its dot, or the empty text. A name that begins with a dot has none. */
export function extensionOf(path: string): string {
  const file = fileOf(path);
  const dot = file.lastIndexOf(".");
  return dot > 0 ? file.slice(dot) : "";
}

/** The last part of a path. */
export function fileOf(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}

/** The last part of a path without its extension: the name that a role has when nobody says. */
export function stemOf(path: string): string {
  const file = fileOf(path);
  return file.slice(0, file.length - extensionOf(file).length);
}

/** How a child process is to run, whatever it is. */
export interface ChildOptions {
  /** Words of its command line. */
  readonly words?: readonly string[];
  /** Arguments that were not understood here, and are the child's to understand, as they were given. */
  readonly forwarded?: readonly string[];
  /** Its place in the chain of processes; follows from the parent's where nobody says. */
  readonly origin?: "SHELL" | "RUN" | "RUN_CHILD" | "START" | "START_CHILD";
  /** The home of its role; that of the parent where nobody says. */
  readonly homePath?: string;
  /** The name of its role; that of its file where nobody says. */
  readonly roleName?: string;
  /** The role is not one below that of the parent. */
  readonly topRole?: boolean;
}

/** What a child is told. */
export interface ChildRequest extends ChildOptions {
  /** The module or program, as it will be run. */
  readonly module: string;
  /** Where the parent's directory listens, for a private library. */
  readonly library?: HostPort;
  /** By wire name. */
  readonly settings?: ReadonlyMap<string, unknown>;
  /** The declared settings of the child, where they are known. */
  readonly declared?: readonly SettingShape[];
}

/** The role of a child: as given, else by its module, below the role of its parent unless it is a top one. */
export function childRoleName(request: ChildRequest, parent: CommandLine): string {
  const name = request.roleName ?? stemOf(request.module);
  return parent.roleName !== null && request.topRole !== true ? `${parent.roleName}.${name}` : name;
}

/** The arguments of a child after its module, in the order of the original. */
export function childArguments(request: ChildRequest, parent: CommandLine): string[] {
  const origin = request.origin ?? originOfChild(parent.origin);
  const homePath = request.homePath ?? parent.homePath;
  const command = [...request.words ?? []];
  command.push(...request.forwarded ?? []);
  if (request.library !== undefined) command.push(...libraryArguments(request.library, request.settings));
  command.push(...settingArguments(request));
  command.push(`--origin=${origin}`, "--child-process", "--full-output");
  if (homePath !== null) command.push(`--home-path=${homePath}`);
  command.push(`--role-name=${childRoleName(request, parent)}`);
  if (parent.debugLevel !== null && !isBackground(origin)) command.push(`--debug-level=${parent.debugLevel}`);
  if (parent.keepLogs) command.push("--keep-logs");
  return command;
}

function libraryArguments(library: HostPort, settings: ReadonlyMap<string, unknown> | undefined): string[] {
  const encrypted = castBack(settings?.get("encrypted_process")) === true;
  return [
    "--directory-scope=LIBRARY",
    `--connect-to-directory=${textFromValue(library, HostPort.portable)}`,
    `--encrypted-process=${textFromValue(encrypted, Boolean)}`,
  ];
}

function settingArguments(request: ChildRequest): string[] {
  const known = new Map([...request.declared ?? [], ...STANDARD_ARGUMENTS].map((shape) => [shape.wireName, shape]));
  const command: string[] = [];
  for (const [name, held] of request.settings ?? []) {
    const value = castBack(held);
    if (value === null || value === undefined) continue;
    const shape = known.get(name);
    if (shape !== undefined) command.push(`--${dashed(name)}=${textFromValue(value, shape.type)}`);
    else command.push(`--${name}=${typeof value === "string" ? textFromValue(value, Unicode) : value}`);
  }
  return command;
}

/** How a child ended. */
export interface ChildEnd {
  /** Exit status, negative for a signal. */
  readonly code: number;
  readonly output: string;
}

/**
 * The value of a child: what it printed if it ended well, the fault that it printed, or a fault that says what was
 * strange. A value of an unknown type is passed on undecoded.
 */
export function childValue({ code, output }: ChildEnd): unknown {
  let value: unknown = null;
  if (output !== "") {
    try {
      value = outputValue(output);
    } catch (error) {
      if (!(error instanceof TypedTextError)) throw error;
      return new Faulted(`cannot decode output (${error.message}) not a standard executable?`);
    }
  }
  // A fault may bring a status of its own.
  if (code === 0 || (code > 0 && value instanceof Faulted)) return value;
  return strangeEnd(code, value, output);
}

function strangeEnd(code: number, value: unknown, output: string): Faulted {
  const type = value === null ? "<empty>" : typeNameOf(value);
  const page = output === "" ? "<empty>" : output.slice(0, PAGE_CHARACTERS_MAX);
  return new Faulted(`non-standard process exit - code=${code}, output=${type}, page="${page}..."`);
}
