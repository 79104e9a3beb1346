// This module performs no I/O.

/** Messages without a meaning of their own beyond their name, and the few that carry any value. */

import { Message, type MessageClass } from "../types/message.ts";
import { Any, type EnumerationType, MapOf, Unicode } from "../types/portable.ts";
import { registerType } from "../types/registry.ts";

/** The first message of a machine. */
export class Start extends Message({}) {}
/** Asks the receiver to end; the usual answer is to end with `Aborted`. */
export class Stop extends Message({}) {}
/** Asks the receiver to hold its work. */
export class Pause extends Message({}) {}
/** Asks the receiver to go on after {@link Pause}. */
export class Resume extends Message({}) {}
/** The sender is ready. */
export class Ready extends Message({}) {}
/** The sender is not ready. */
export class NotReady extends Message({}) {}
/** Asks for a sign of life; echoed. */
export class Ping extends Message({}) {}
/** A question; to a directory: where do you listen? */
export class Enquiry extends Message({}) {}
/** Asks for what there is. */
export class Discover extends Message({}) {}
/** Asks for details. */
export class Inspect extends Message({}) {}
/** Yes, or done. */
export class Ack extends Message({}) {}
/** No, or not done. */
export class Nak extends Message({}) {}

/** Sent to the parent when a child ended, with what it returned; the return address is the child's. */
export class Returned extends Message({ message: Any }) {}
/** Carries any value. */
export class Anything extends Message({ thing: Any }) {}
/** The form of a URI: a text with `{name}` parts and an expression for each. */
export class ReForm extends Message({ form: Unicode, entry: MapOf(Unicode, Unicode) }) {}

/** The four timers provided; any message class can serve as one. */
export class T1 extends Message({}) {}
/** See {@link T1}. */
export class T2 extends Message({}) {}
/** See {@link T1}. */
export class T3 extends Message({}) {}
/** See {@link T1}. */
export class T4 extends Message({}) {}

/** Registers library types under one module name of the original. */
export function registerAll(
  module: string,
  types: Readonly<Record<string, MessageClass | EnumerationType<string>>>,
): void {
  for (const [name, type] of Object.entries(types)) registerType(type, `layer_cake.${module}.${name}`);
}

registerAll("point_runtime", {
  Start,
  Stop,
  Pause,
  Resume,
  Ready,
  NotReady,
  Ping,
  Enquiry,
  Discover,
  Inspect,
  Ack,
  Nak,
  Returned,
  Anything,
  ReForm,
});
registerAll("virtual_point", { T1, T2, T3, T4 });
