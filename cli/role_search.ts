// This module performs no I/O.

/** Choosing roles by search words: expressions that match at the start of a name. */

import { SearchPattern } from "../directory/match/search_pattern.ts";

export { SearchError } from "../directory/match/search_error.ts";

/**
 * Tells whether any of the words matches the start of a name; without words, all names do.
 *
 * @throws {SearchError} For a word that is no expression.
 */
export function roleMatcher(words: readonly string[]): (name: string) => boolean {
  const patterns = words.map((word) => {
    // By itself first, so that nothing in it can reach beyond its parentheses.
    new SearchPattern(word);
    return new SearchPattern(`(?:${word}).*`);
  });
  return (name) => patterns.length === 0 || patterns.some((pattern) => pattern.matches(name));
}
