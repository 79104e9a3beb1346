// This module performs no I/O.

/** Standard arguments of the command that it hands on to the program that it runs. */

import type { CommandLine } from "../runtime/process/standard_arguments.ts";
import { textFromValue } from "../runtime/process/text_value.ts";
import { HostPort } from "../runtime/messages/host_port.ts";

/** What a command line says about logs, output and directories, as arguments. */
export function standardFlags(commandLine: CommandLine): string[] {
  const flags: string[] = [];
  if (commandLine.debugLevel !== null) flags.push(`--debug-level=${commandLine.debugLevel}`);
  if (commandLine.childProcess) flags.push("--child-process");
  if (commandLine.fullOutput) flags.push("--full-output");
  if (commandLine.keepLogs) flags.push("--keep-logs");
  if (commandLine.outputFile !== null) flags.push(`--output-file=${commandLine.outputFile}`);
  if (commandLine.connectToDirectory.host !== null) {
    flags.push(`--connect-to-directory=${textFromValue(commandLine.connectToDirectory, HostPort.portable)}`);
  }
  if (commandLine.acceptDirectoriesAt.host !== null) {
    flags.push(`--accept-directories-at=${textFromValue(commandLine.acceptDirectoriesAt, HostPort.portable)}`);
  }
  if (commandLine.encryptedProcess) flags.push("--encrypted-process=true");
  return flags;
}
