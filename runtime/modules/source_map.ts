/** Reads source maps. Loaded only where a module needed to be written anew. */

import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";

/** Finds the place in the source for one in the text that was made of it. Lines count from 1, columns from 0. */
export type MapLookup = (line: number, column: number) => { line: number; column: number } | null;

/** Reads a source map, version 3. */
export function readSourceMap(map: string): MapLookup {
  const trace = new TraceMap(map);
  return (line, column) => {
    const { line: original, column: at } = originalPositionFor(trace, { line, column });
    return original === null ? null : { line: original, column: at };
  };
}
