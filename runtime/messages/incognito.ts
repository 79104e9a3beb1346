// This module performs no I/O.

/** What stands for things of other processes that this one does not know. */

import { Message } from "../types/message.ts";
import { Address, MapOf, Unicode, Word } from "../types/portable.ts";
import { registerAll } from "./signals.ts";

/**
 * A value of a type that is not known here, exactly as it arrived. It can be kept and sent on; whoever knows the type will
 * find it unchanged, addresses and pointers included.
 */
export class Incognito extends Message({
  /** The signature of the type. */
  typeName: Unicode,
  /** The value, not decoded. */
  decodedWord: Word,
  /** The pointed-to values that belong to it, by alias. */
  savedPointers: MapOf(Unicode, Word),
  /** The addresses in it, by the keys that stand in their place. */
  addressBook: MapOf(Unicode, Address),
}) {}

/** The class of messages of which nothing is known; handlers name it for {@link Incognito}. */
export class Unknown extends Message({}) {}

/** A message class, as a value, whose name is not known here. It can be sent on. */
export class TypeNotBound extends Message({ moduleName: Unicode }) {}

registerAll("message_memory", { Incognito, Unknown });
registerAll("virtual_codec", { TypeNotBound });
