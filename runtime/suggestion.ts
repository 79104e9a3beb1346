// This module performs no I/O.

/** What somebody may have meant who typed a name that is not there. */

/** Most edits for a short name, and for one of several letters more. */
const EDITS_SHORT = 1;
const EDITS_LONG = 2;
const LONG_CHARACTERS = 5;

/** The nearest of some names, or null when none is near: letters left out, added, replaced, or two changed about. */
export function nearestName(typed: string, names: readonly string[]): string | null {
  let nearest: string | null = null;
  let least = (typed.length < LONG_CHARACTERS ? EDITS_SHORT : EDITS_LONG) + 1;
  for (const name of names) {
    const distance = editDistance(typed, name);
    if (distance < least) [nearest, least] = [name, distance];
  }
  return nearest;
}

/** A question for whoever typed a name that is not there, to follow what is said of it; empty when none is near. */
export function meantText(typed: string, names: readonly string[]): string {
  const nearest = nearestName(typed, names);
  return nearest === null ? "" : `, did you mean "${nearest}"?`;
}

function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let least = Math.min(row[j]! + 1, next[j - 1]! + 1, replaced);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, before[j - 2]! + 1);
      next.push(least);
    }
    [before, row] = [row, next];
  }
  return row[b.length]!;
}
