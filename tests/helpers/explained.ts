/** What every command has to do when something is wrong: say so in words, and end with a status that is documented. */

import { EXIT_CODES } from "../../cli/mod.ts";

/** Lines of commands and programs, and lines that editors find a place by. */
const LINE = /^(?:[\w./-]+: |[\w./-]+:\d+:\d+: |\[\d{8}\] )/;
/** Frames of stacks, and what platforms say of errors that nobody caught. */
const STACK = /^\s+at |Uncaught|^error: /;

/**
 * Lines on stderr that nobody should see, and a status that is not documented.
 *
 * @param output With some arguments what is wrong is said there, for programs.
 */
export function unexplained(error: string, status: number | null, output: string): string[] {
  const lines = error.split("\n").filter((line) => line !== "" && (STACK.test(line) || !LINE.test(line)));
  const documented = EXIT_CODES.some(({ code }) => code === status);
  if (!documented) lines.push(`exit status ${status}`);
  if (status !== 0 && error + output === "") lines.push(`exit status ${status} without a word`);
  return lines;
}
