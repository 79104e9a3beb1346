// This module performs no I/O.

/** A search that can't be used; the message says what and where. */
export class SearchError extends SyntaxError {
  override readonly name = "SearchError";
}
