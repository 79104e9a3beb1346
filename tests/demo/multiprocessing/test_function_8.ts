/** A table of random numbers: `y` rows of `x` columns. */
export function texture(x = 8, y = 8): number[][] {
  return Array.from({ length: y }, () => Array.from({ length: x }, () => Math.random()));
}
