// This module performs no I/O.

/** Whether a bare value is what a type says, as far as that can be seen without encoding it. */

import { ArrayType, EnumerationType, ListType, MapType, type Portable, SetType, UserDefined } from "./portable.ts";
import { Duration, Instant } from "./time.ts";

/** Plain types that a value tells by itself. Others (any, word, pointers) take whatever they get. */
const PLAIN: Readonly<Record<string, readonly [expected: string, fits: (value: unknown) => boolean]>> = {
  boolean: ["a boolean", (value) => typeof value === "boolean"],
  ...each(["byte", "integer2", "integer4", "integer8", "unsigned2", "unsigned4", "unsigned8"], [
    "a whole number",
    (value) => typeof value === "bigint" || Number.isInteger(value),
  ]),
  ...each(["float4", "float8", "clock", "span"], ["a number", (value) => typeof value === "number"]),
  ...each(["block", "string", "character"], ["binary data", (value) => value instanceof Uint8Array]),
  ...each(["unicode", "rune", "uuid", "address", "target"], ["a text", (value) => typeof value === "string"]),
  world: ["an Instant", (value) => value instanceof Instant],
  delta: ["a Duration", (value) => value instanceof Duration],
  type: ["a message class", (value) => typeof value === "function"],
};

function each<T>(kinds: readonly string[], entry: T): Record<string, T> {
  return Object.fromEntries(kinds.map((kind) => [kind, entry]));
}

/** What a value is not, with the place where that shows, `[3]: expected a number`; null when it fits. */
export function misfit(value: unknown, type: Portable<unknown>): string | null {
  if (value === null || value === undefined) return null;
  if (type instanceof ListType || type instanceof ArrayType) return misfitOfList(value, type.element);
  if (type instanceof SetType) return value instanceof Set ? firstMisfit(value, type.element) : "expected a Set";
  if (type instanceof MapType) {
    if (!(value instanceof Map)) return "expected a Map";
    return firstMisfit(value.keys(), type.key) ?? firstMisfit(value.values(), type.value);
  }
  if (type instanceof UserDefined) {
    return value instanceof type.messageClass ? null : `expected ${type.messageClass.name}`;
  }
  if (type instanceof EnumerationType) {
    return type.names.has(value as string) ? null : `expected one of ${[...type.names.keys()].join(", ")}`;
  }
  const plain = PLAIN[type.kind];
  return plain === undefined || plain[1](value) ? null : `expected ${plain[0]}`;
}

function misfitOfList(value: unknown, element: Portable<unknown>): string | null {
  if (ArrayBuffer.isView(value)) return null;
  return Array.isArray(value) ? firstMisfit(value, element) : "expected a list";
}

function firstMisfit(values: Iterable<unknown>, type: Portable<unknown>): string | null {
  let i = 0;
  for (const value of values) {
    const problem = misfit(value, type);
    if (problem !== null) return `[${i}]${problem.startsWith("[") ? "" : ": "}${problem}`;
    i++;
  }
  return null;
}
