// This module performs no I/O.

/** Stack traces in terms of the user's files, as the platform writes them. */

/** A place in a file. Lines and columns count from 1. */
export interface Position {
  /** A URL; a path where the platform says a path. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A place in the user's file for one in what was loaded, or null for a place that needs no other name. */
export type Locate = (position: Position) => Position | null;

const LOCATION = /^(.*?\(|async |at )?([^()\s][^()]*?):(\d+):(\d+)(\))?$/s;

/** One frame as the platform writes it, `f (file:///x.ts:2:21)`, with the place exchanged. */
export function frameText(text: string, locate: Locate): string {
  const match = LOCATION.exec(text);
  if (match === null) return text;
  const [, before = "", file, line, column, after = ""] = match;
  const place = locate({ file: file!, line: Number(line), column: Number(column) });
  return place === null ? text : `${before}${place.file}:${place.line}:${place.column}${after}`;
}

/** A whole trace: what the error says, then its frames. */
export function stackText(error: unknown, frames: readonly { toString(): string }[], locate: Locate): string {
  return [errorLine(error), ...frames.map((frame) => `    at ${frameText(String(frame), locate)}`)].join("\n");
}

function errorLine(error: unknown): string {
  try {
    return String(error);
  } catch {
    // An object that can't be shown as text.
    return "Error";
  }
}
