// This module performs no I/O.

/** Lists of floats, and lists of such lists: tables of measurements, which are most of what some programs send. */

import type { ListType, Portable } from "../types/portable.ts";
import type { JsonReader } from "./json_reader.ts";
import { floatText } from "./json_writer.ts";

/** Below this length of text the platform's parser costs more than it saves, in UTF-16 units. */
const WORTH_WHILE = 100;
const CLOSERS = ["", "]", "]]", "]]]"];
/** A whole number among the items. */
const WHOLE = /[[,]-?\d+[,\]]/;

/** How many lists are around the floats of a type; 0 for a type that is no list of floats. */
export function floatListDepth(type: Portable<unknown>): number {
  if (type.kind !== "vector" && type.kind !== "deque") return 0;
  const { element } = type as ListType<unknown>;
  if (element.kind === "float8" || element.kind === "float4") return 1;
  const inner = floatListDepth(element);
  return inner === 0 ? 0 : inner + 1;
}

/** The text of a list of numbers; null if something else is among them. */
export function writeFloats(items: readonly unknown[]): string | null {
  let text = "[";
  for (let i = 0; i < items.length; i++) {
    const item = items[i];
    if (typeof item !== "number") return null;
    text += i === 0 ? floatText(item) : "," + floatText(item);
  }
  return text + "]";
}

/**
 * Reads lists of floats, standing at their start, with the platform's own parser, and holds what it gives to the rules of
 * the wire: whole numbers are not floats.
 *
 * @returns The list, or null (nothing is passed) where this way doesn't pay or the text is unusual.
 */
export function scanFloatLists(reader: JsonReader, depth: number): unknown[] | null {
  const end = reader.text.indexOf(CLOSERS[depth] ?? "]".repeat(depth), reader.at) + depth;
  if (end - reader.at < WORTH_WHILE) return null;
  const text = reader.text.slice(reader.at, end);
  const list = parse(text);
  const found = { items: 0, whole: false };
  if (!areFloats(list, depth, found)) return null;
  // A number that is whole may have been written as a float; only the text tells.
  if (found.whole && WHOLE.test(text)) return null;
  reader.count(found.items);
  reader.at = end;
  return list;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function areFloats(list: unknown, depth: number, found: { items: number; whole: boolean }): list is unknown[] {
  if (!Array.isArray(list)) return false;
  found.items += list.length;
  if (depth > 1) return list.every((item) => areFloats(item, depth - 1, found));
  for (let i = 0; i < list.length; i++) {
    if (typeof list[i] !== "number") return false;
    if (Number.isInteger(list[i])) found.whole = true;
  }
  return true;
}
