// This module performs no I/O.

/** What the two ends of a link between threads say to each other. None of it is for actors, or leaves the process. */

import { Address, Any, bind, Integer8, MapOf, Message, Unicode } from "../../runtime/mod.ts";

/**
 * Loads a module, so that its types are known. Nothing further is taken from the main thread until then: what follows may be
 * of such types.
 */
export class LoadModule extends Message({ url: Unicode }) {}

/** Makes an actor at an address that the main thread gives. */
export class CreateInThread extends Message({
  id: Integer8,
  url: Unicode,
  actor: Unicode,
  settings: MapOf(Unicode, Any),
  parent: Address,
}) {}

/** Asks the main thread for an actor in another thread; without a name in one of its own. Answered by {@link Placed}. */
export class PlaceInThread extends Message({
  request: Integer8,
  thread: Unicode,
  url: Unicode,
  actor: Unicode,
  settings: MapOf(Unicode, Any),
  parent: Address,
}) {}

/** Where an actor is that was asked for. */
export class Placed extends Message({ request: Integer8, address: Address }) {}

/** A record for the log of the process. */
export class ThreadLog extends Message({
  wall: Integer8,
  tag: Unicode,
  id: Unicode,
  name: Unicode,
  state: Unicode,
  text: Unicode,
}) {}

/** Asks a thread to say the rest of what it has to say, and end. */
export class EndThread extends Message({}) {}

for (const type of [LoadModule, CreateInThread, PlaceInThread, Placed, ThreadLog, EndThread]) bind(type, "cake_thread");
