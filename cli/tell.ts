/** Telling somebody what the log does not say. */

import { journalLines, type LogTag, type World } from "../runtime/mod.ts";

/** Writes a line to stderr; the journal learns from the tag how urgent it is. */
export function tell({ environment }: World, tag: LogTag, line: string): void {
  environment.writeError(environment.isErrorJournal() ? journalLines(tag, `${line}\n`) : `${line}\n`);
}
