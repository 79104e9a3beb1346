/** Settings of an actor on their way to a thread: each with its declared type. */

import {
  type ActorInfo,
  Any,
  BookReader,
  BookWriter,
  Cast,
  castTo,
  CodecError,
  completeSettings,
  decode,
  encode,
  type Kernel,
  MapOf,
  Unicode,
} from "../../runtime/mod.ts";
import { readBook, writeBook } from "./frame.ts";
import type { Order } from "./orders.ts";

const SETTINGS = MapOf(Unicode, Any);

/**
 * Settings by their names on the wire, completed by the declared defaults; or what is wrong with their values.
 *
 * @throws {TypeError} When a setting was not declared: nobody knows how to encode it.
 */
export function packSettings(
  kernel: Kernel,
  info: ActorInfo,
  given: object | undefined,
): Pick<Order, "settings" | "book"> | string {
  const known = new Set(info.settings.map((shape) => shape.name));
  for (const name of Object.keys(given ?? {})) {
    if (!known.has(name)) {
      throw new TypeError(`Cannot create ${info.name} in a thread: no setting "${name}" is declared`);
    }
  }
  const values = completeSettings(info, given);
  const settings = new Map(info.settings.map(({ name, wireName, type }) => {
    const value = values[name] ?? null;
    return [wireName, value === null || value instanceof Cast ? value : castTo(value, type)];
  }));
  const { random, clock } = kernel.world;
  const addresses = new BookWriter(() => random.uuid());
  const zoneOffset = (wall: bigint) => clock.zoneOffset(wall);
  try {
    const text = encode(settings, SETTINGS, { addresses, zoneOffset, uuid: () => random.uuid() });
    return { settings: text, book: writeBook(addresses.entries) };
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    return error.message;
  }
}

/** The reverse. */
export function unpackSettings(
  kernel: Kernel,
  info: ActorInfo,
  { settings, book }: Pick<Order, "settings" | "book">,
): Record<string, unknown> {
  const zoneOffset = (wall: bigint) => kernel.world.clock.zoneOffset(wall);
  const packed = decode(settings, SETTINGS, { addresses: new BookReader(readBook(book)), zoneOffset });
  const values: Record<string, unknown> = {};
  for (const { name, wireName } of info.settings) {
    const value = (packed as ReadonlyMap<string, unknown>).get(wireName) ?? null;
    // What is null anyway would be replaced by the default.
    values[name] = value instanceof Cast ? value.value : value;
  }
  return values;
}
