// This module performs no I/O.

/** A module that can't be loaded; the message names the file and what is wrong, in the words of a user. */
export class ModuleError extends Error {
  /** `"ModuleError"`. */
  override readonly name = "ModuleError";
}
