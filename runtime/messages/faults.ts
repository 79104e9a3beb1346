// This module performs no I/O.

/** Expected bad outcomes, as messages: they cross processes unchanged and end up as exit status and text. */

import { Message, type MessageClass } from "../types/message.ts";
import { Any, Integer8, Unicode, VectorOf } from "../types/portable.ts";
import { registerAll } from "./signals.ts";

/** Numbers that a fault may carry besides its texts. */
export interface FaultDetails {
  /** The platform's error number, such as 111 for a refused connection. */
  errorCode?: number | null;
  /** The exit status of a process that ends with this fault, where the usual one (71) will not do. */
  exitStatus?: number | null;
}

/** The members of every fault, as its constructor takes them. */
export interface FaultMembers extends FaultDetails {
  /** What went wrong. */
  condition?: string | null;
  /** Why, with values. */
  explanation?: string | null;
}

/**
 * Something that went wrong as such things do: a refusal, a time-out, an ended connection, an exception in an actor.
 * Handlers and `select` lists that name `Faulted` take every kind of it.
 *
 * @example
 * ```ts
 * import { Faulted } from "@layer-cake/cake";
 * const fault = new Faulted("cannot book the room", "it is taken until 15:00");
 * console.assert(String(fault) === "cannot book the room (it is taken until 15:00)");
 * ```
 */
export class Faulted extends Message({
  condition: Unicode.default("fault"),
  explanation: Unicode,
  errorCode: Integer8,
  exitStatus: Integer8,
}) {
  /**
   * Makes a fault.
   *
   * @param condition What went wrong, or all members as one object.
   * @param explanation Why, with values.
   * @param details Numbers, where there are some.
   */
  constructor(condition?: string | FaultMembers, explanation?: string | null, details: FaultDetails = {}) {
    super(typeof condition === "object" ? condition : faultInit(condition, explanation, details));
  }

  /** The condition, and the explanation in parentheses if there is one. */
  override toString(): string {
    return this.explanation ? `${this.condition} (${this.explanation})` : this.condition;
  }
}

function faultInit(
  condition: string | undefined,
  explanation: string | null | undefined,
  details: FaultDetails,
): object {
  return condition === undefined ? { explanation, ...details } : { condition, explanation, ...details };
}

/** The receiver was asked to stop, and did. */
export class Aborted extends Message({
  condition: Unicode.default("aborted"),
  explanation: Unicode.nullable("user or software interrupt"),
  errorCode: Integer8,
  exitStatus: Integer8,
}, Faulted) {}

/** A wait was over before what was waited for had come. */
export class TimedOut extends Message({
  timer: Any,
  condition: Unicode.default("timed out"),
  explanation: Unicode.nullable('"ding" exceeded'),
  errorCode: Integer8,
  exitStatus: Integer8,
}, Faulted) {
  /** The fault for this timer, as the original words it: `timed out ("T1" exceeded)`. */
  static of(timer: object): TimedOut {
    const name = (timer.constructor as MessageClass).name;
    return new TimedOut({ timer, explanation: `"${name}" exceeded` });
  }
}

/** Nobody is there to serve; expected to pass. */
export class TemporarilyUnavailable extends Message({
  condition: Unicode.default("fault"),
  explanation: Unicode,
  errorCode: Integer8,
  exitStatus: Integer8,
  /** Who is missing, by name. */
  unavailable: VectorOf(Unicode),
}, Faulted) {
  /**
   * Makes a fault.
   *
   * @param condition What went wrong, or all members as one object.
   * @param explanation Why, with values.
   * @param details Numbers, where there are some.
   */
  constructor(
    condition?: string | FaultMembers & { unavailable?: string[] },
    explanation?: string | null,
    details: FaultDetails = {},
  ) {
    super(typeof condition === "object" ? condition : faultInit(condition, explanation, details));
  }
}

/** Under heavy load, recovery expected; the request was refused. */
export class Busy extends Faulted {}

/** Under heavy load, recovery unknown; the request was refused. */
export class Overloaded extends Faulted {}

/** Not available until further notice; the request was refused. */
export class OutOfService extends Faulted {}

/** An exchange is under way; an update is expected. */
export class ToBeConfirmed extends Faulted {}

registerAll("point_runtime", {
  Faulted,
  Aborted,
  TimedOut,
  TemporarilyUnavailable,
  Busy,
  Overloaded,
  OutOfService,
  ToBeConfirmed,
});
