// This module performs no I/O.

/** Lines for the journal of systemd, which reads the urgency of each from what stands before it: `<4>text`. */

import { levelOfTag, LOG_LEVELS, type LogTag } from "../log.ts";

/** Levels of syslog that are in use. */
const ERROR = 3;
const WARNING = 4;
const NOTICE = 5;
const INFORMATION = 6;
const DEBUG = 7;

/** The level of syslog of a log's tag. */
function journalLevel(tag: LogTag): number {
  const level = levelOfTag(tag);
  if (level >= LOG_LEVELS.FAULT) return ERROR;
  if (level >= LOG_LEVELS.WARNING) return WARNING;
  if (level >= LOG_LEVELS.CONSOLE) return NOTICE;
  return level >= LOG_LEVELS.OBJECT ? INFORMATION : DEBUG;
}

/** Text of one or more lines that ends with a line end, as the journal wants it: each line has its level. */
export function journalLines(tag: LogTag, text: string): string {
  return text.replace(/^(?=.)/gm, `<${journalLevel(tag)}>`);
}
