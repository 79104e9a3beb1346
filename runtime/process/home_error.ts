// This module performs no I/O.

/** A home or a role that can't be used as it is; the message names the file. */
export class HomeError extends Error {
  override readonly name = "HomeError";
  /** What is wrong: a record is missing, one can't be read, or something is there already. */
  readonly reason: "incomplete" | "damaged" | "exists" | "locked";
  /** The file or folder. */
  readonly path: string;

  constructor(message: string, reason: HomeError["reason"], path: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
    this.path = path;
  }
}
