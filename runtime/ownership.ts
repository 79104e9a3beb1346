// This module performs no I/O.

/** A message belongs to its receiver once sent. Here is what makes that so: copies on request, frozen values in strict mode. */

import { MessageBase, type MessageClass } from "./types/message.ts";
import { Cast } from "./types/cast.ts";

const IS_COPIED = Symbol("copied before sending");

interface Marked {
  [IS_COPIED]?: boolean;
}

/** Says whether messages of a class are copied as they are sent; those of classes derived from it are as well. */
export function copyBeforeSending(messageClass: MessageClass, isCopied: boolean): void {
  (messageClass.prototype as Marked)[IS_COPIED] = isCopied;
}

/** True for messages of a class that is marked so. */
export function isCopied(message: MessageBase): boolean {
  return (message as Marked)[IS_COPIED] === true;
}

/** A deep copy that shares nothing with the original, whose shared and circular parts stay so. */
export function deepCopy<T>(value: T, seen: Map<object, unknown> = new Map()): T {
  if (typeof value !== "object" || value === null) return value;
  const known = seen.get(value);
  if (known !== undefined) return known as T;
  return copyObject(value, seen) as T;
}

function copyObject(value: object, seen: Map<object, unknown>): unknown {
  if (ArrayBuffer.isView(value)) return (value as Uint8Array).slice();
  if (value instanceof Cast) return new Cast(deepCopy(value.value, seen), value.type);
  if (Array.isArray(value)) {
    const copy: unknown[] = [];
    seen.set(value, copy);
    for (const item of value) copy.push(deepCopy(item, seen));
    return copy;
  }
  if (value instanceof Map) {
    const copy = new Map();
    seen.set(value, copy);
    for (const [key, item] of value) copy.set(deepCopy(key, seen), deepCopy(item, seen));
    return copy;
  }
  if (value instanceof Set) {
    const copy = new Set();
    seen.set(value, copy);
    for (const item of value) copy.add(deepCopy(item, seen));
    return copy;
  }
  if (!(value instanceof MessageBase)) return value; // times and the like never change
  const copy = Object.create(Object.getPrototypeOf(value));
  seen.set(value, copy);
  for (const [name, item] of Object.entries(value)) copy[name] = deepCopy(item, seen);
  return copy;
}

/** Freezes a message with all that belongs to it. Maps, sets and binary data can't be frozen and are left. */
export function deepFreeze(value: unknown): void {
  const pending: unknown[] = [value];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next !== "object" || next === null || ArrayBuffer.isView(next) || Object.isFrozen(next)) continue;
    if (next instanceof Cast) pending.push(next.value);
    else if (next instanceof Map) pending.push(...next.keys(), ...next.values());
    else if (next instanceof Set) pending.push(...next);
    else if (Array.isArray(next) || next instanceof MessageBase) {
      Object.freeze(next);
      pending.push(...Object.values(next).filter((item) => item !== undefined));
    }
  }
}
