// This module performs no I/O.

/** The arguments that every process accepts, as one declared message, and the messages of starting and ending. */

import { HostPort, ScopeOfDirectory } from "../messages/host_port.ts";
import { registerAll } from "../messages/signals.ts";
import { LOG_LEVELS, type LogLevel } from "../log.ts";
import { castBack } from "../types/cast.ts";
import { type MemberShape, Message } from "../types/message.ts";
import { Boolean, Enumeration, type EnumerationType, Unicode } from "../types/portable.ts";
import { type AddressUses, refuseBadAddresses } from "./address_settings.ts";
import { extractSettings, type Settings, type SettingShape, type SplitArguments } from "./arguments.ts";

/** The home of a composite process, where nobody says. */
export const DEFAULT_HOME = ".layer-cake";

/** A name of {@link ProcessOrigin}. */
export type Origin = "SHELL" | "RUN" | "RUN_CHILD" | "START" | "START_CHILD";

/** The place of a process in the chain of processes. */
export const ProcessOrigin: EnumerationType<"SHELL" | "RUN" | "RUN_CHILD" | "START" | "START_CHILD"> = Enumeration({
  SHELL: 0,
  RUN: 1,
  RUN_CHILD: 2,
  START: 3,
  START_CHILD: 4,
});

/** Levels of logs that users choose from. */
export const UserLog: EnumerationType<LogLevel> = Enumeration(LOG_LEVELS);

/** The standard arguments, in the order in which their short forms are looked up. */
export class CommandLine extends Message({
  origin: ProcessOrigin.default("SHELL"),
  childProcess: Boolean.default(false),
  fullOutput: Boolean.default(false),
  debugLevel: UserLog,
  homePath: Unicode,
  roleName: Unicode,
  resourcePath: Unicode,
  modelPath: Unicode,
  help: Boolean.default(false),
  createRole: Boolean.default(false),
  updateRole: Boolean.default(false),
  factoryReset: Boolean.default(false),
  dumpRole: Boolean.default(false),
  editRole: Boolean.default(false),
  deleteRole: Boolean.default(false),
  roleFile: Unicode,
  dumpTypes: Boolean.default(false),
  outputFile: Unicode,
  keepLogs: Boolean.default(false),
  directoryScope: ScopeOfDirectory.default("PROCESS"),
  connectToDirectory: HostPort,
  acceptDirectoriesAt: HostPort,
  encryptedProcess: Boolean.default(false),
}) {}

/** The answer of a process that was asked to do something with its role instead of running. */
export class CommandResponse extends Message({ command: Unicode, note: Unicode }) {
  /**
   * Makes an answer.
   *
   * @param command What was done, or both members as one object.
   */
  constructor(command?: string | object, note: string | null = null) {
    super(typeof command === "object" ? command : { command: command ?? null, note });
  }
}

registerAll("virtual_runtime", { USER_LOG: UserLog });
registerAll("command_line", { ProcessOrigin, CommandLine });
registerAll("object_startup", { CommandResponse });

/** The standard arguments as a table of settings. */
export const STANDARD_ARGUMENTS: readonly MemberShape[] = CommandLine.members;

/** Those that are addresses. */
const STANDARD_ADDRESSES: AddressUses = { connect_to_directory: "connect", accept_directories_at: "listen" };

/** What a command line says about the process, and what it leaves for the main object. */
export interface StandardArguments {
  readonly commandLine: CommandLine;
  readonly rest: SplitArguments;
}

/**
 * Takes the standard arguments from a command line.
 *
 * @throws {ArgumentError}
 */
export function extractStandard(split: SplitArguments): StandardArguments {
  const { settings, rest } = extractSettings(split, STANDARD_ARGUMENTS);
  refuseBadAddresses(settings, STANDARD_ADDRESSES);
  return { commandLine: new CommandLine(memberValues(settings, STANDARD_ARGUMENTS)), rest };
}

/** Settings by the names that members have in TypeScript. Null ones are left out, so that their defaults hold. */
export function memberValues(settings: Settings, table: readonly SettingShape[]): object {
  const values: [string, unknown][] = [];
  for (const { name, wireName, type } of table) {
    const held = settings.get(wireName);
    // What may be of any type keeps it.
    const value = type.kind === "any" ? held : castBack(held);
    if (value !== undefined && value !== null) values.push([name, value]);
  }
  return Object.fromEntries(values);
}

/** True for origins in the background. */
export function isBackground(origin: Origin): boolean {
  return origin === "START" || origin === "START_CHILD";
}

/** The origin of a child, by that of its parent. */
export function originOfChild(parent: Origin): Origin {
  if (parent === "RUN" || parent === "RUN_CHILD") return "RUN_CHILD";
  return isBackground(parent) ? "START_CHILD" : parent;
}
