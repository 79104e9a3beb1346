// This module performs no I/O.

/** Throws when a condition that the program itself guarantees does not hold. Not for bad input. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`Invariant broken: ${message}`);
}
