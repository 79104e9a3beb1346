// This module performs no I/O.

/** The first file in an archive, which says what the archive is. */

import { nameProblem } from "./entry_name.ts";

/** Its name, below the archive's folder. */
export const LABEL_FILE = "cake-pack.json";

/** Most bytes of it that are read. */
export const LABEL_BYTES_MAX = 16_384;

const VERSION = 1;

/** What an archive says of itself. */
export interface Label {
  /** The name of the home in it, there or not. */
  readonly home: string;
}

/** The text of the file. */
export function labelText({ home }: Label): string {
  return `${JSON.stringify({ version: VERSION, home })}\n`;
}

/** What the file says; null when it is not one that this cake understands. */
export function labelOf(text: string): Label | null {
  try {
    const { version, home } = JSON.parse(text) as Record<string, unknown>;
    return version === VERSION && typeof home === "string" && nameProblem(home) === null ? { home } : null;
  } catch {
    return null;
  }
}
