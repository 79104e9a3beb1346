// This module performs no I/O.

/** What a process says at its end: what goes where, and its exit status. */

import { Faulted } from "../messages/faults.ts";
import { FAULT_EXIT_STATUS } from "./child.ts";
import type { TextForms } from "./text_value.ts";
import { outputText, TypedTextError } from "./typed_text.ts";

/** What to write, and the status to end with. */
export interface Output {
  /** To the standard output stream; empty for nothing. */
  readonly out: string;
  /** To the standard error stream; empty for nothing. */
  readonly error: string;
  /** To the file that the command line names, typed; null for none. */
  readonly file: string | null;
  readonly status: number;
}

/** The part of a command line that decides about output. */
export interface OutputFlags {
  readonly fullOutput: boolean;
  readonly childProcess: boolean;
  readonly outputFile: string | null;
}

/**
 * What a process says about the value it ends with.
 *
 * Null says nothing. A fault goes to the error stream as one line, unless typed output is asked for; its status is its
 * own if it has one, else 71. A value that can't be encoded is a fault, too.
 *
 * @param program The program's name, as it was called.
 */
export function processOutput(program: string, value: unknown, flags: OutputFlags, forms: TextForms = {}): Output {
  const isFault = value instanceof Faulted;
  const status = isFault ? value.exitStatus ?? FAULT_EXIT_STATUS : 0;
  if (isFault && !flags.fullOutput) return { ...SILENT, error: `${program}: ${oneLine(String(value))}\n`, status };
  if (value === null || value === undefined) return { ...SILENT, status };
  try {
    if (flags.outputFile !== null) {
      return { ...SILENT, file: outputText(value, { typed: true, oneLine: false }, forms), status };
    }
    const form = { typed: flags.fullOutput, oneLine: flags.childProcess };
    return { ...SILENT, out: `${outputText(value, form, forms)}\n`, status };
  } catch (error) {
    if (!(error instanceof TypedTextError)) throw error;
    // A fault in place of the value can be encoded; one that still can't is said in words.
    const canRetry = !(value instanceof Faulted);
    const nextFlags = { ...flags, outputFile: null, fullOutput: flags.fullOutput && canRetry };
    return processOutput(program, new Faulted(error.message), nextFlags);
  }
}

/** A text that may be anybody's as one line that does nothing to a terminal. */
function oneLine(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replaceAll(/[\x00-\x1f\x7f-\x9f]/g, (character) => {
    const escaped = JSON.stringify(character).slice(1, -1);
    return escaped.length > 1 ? escaped : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

const SILENT: Output = { out: "", error: "", file: null, status: 0 };

/** The path of an output file: `.json` is added, unless the name ends in a dot, which is removed. */
export function outputFilePath(name: string): string {
  return name.endsWith(".") ? name.slice(0, -1) : `${name}.json`;
}
