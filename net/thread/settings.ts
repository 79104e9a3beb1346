// This module performs no I/O.

/** Settings of an actor on their way to a thread: each with its declared type. */

import { type ActorInfo, Cast, castTo, completeSettings } from "../../runtime/mod.ts";

/**
 * Settings by their names on the wire, completed by the declared defaults.
 *
 * @throws {TypeError} When a setting was not declared: nobody knows how to encode it.
 */
export function packSettings(info: ActorInfo, given: object | undefined): Map<string, unknown> {
  const known = new Set(info.settings.map((shape) => shape.name));
  for (const name of Object.keys(given ?? {})) {
    if (!known.has(name)) {
      throw new TypeError(`Cannot create ${info.name} in a thread: no setting "${name}" is declared`);
    }
  }
  const settings = completeSettings(info, given);
  return new Map(info.settings.map(({ name, wireName, type }) => {
    const value = settings[name] ?? null;
    return [wireName, value === null || value instanceof Cast ? value : castTo(value, type)];
  }));
}

/** The reverse. */
export function unpackSettings(info: ActorInfo, packed: ReadonlyMap<string, unknown>): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  for (const { name, wireName } of info.settings) {
    const value = packed.get(wireName) ?? null;
    // What is null anyway would be replaced by the default.
    settings[name] = value instanceof Cast ? value.value : value;
  }
  return settings;
}
