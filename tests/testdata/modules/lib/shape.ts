/** Something that only types use. */
export interface Shape {
  readonly sides: number;
}

/** Twice as many. */
export function twice(count: number): number {
  return 2 * count;
}
