// This module performs no I/O.

/** Expected bad outcomes, as messages: they cross processes unchanged and end up as exit status and text. */

import {
  type Members,
  type MemberValues,
  Message,
  type MessageClass,
  type MessageConstructor,
} from "../types/message.ts";
import { Any, Integer8, Unicode, VectorOf } from "../types/portable.ts";
import { registerAll } from "./signals.ts";

/** The members that every fault has, in the order of the wire; `condition` comes first and has a default. */
const CAUSE = { explanation: Unicode, errorCode: Integer8, exitStatus: Integer8 } as const;

/** The members that every fault has besides the condition. */
export interface FaultDetails {
  errorCode?: number | null;
  exitStatus?: number | null;
}

/**
 * Something that went wrong as such things do: a refusal, a time-out, an ended connection, an exception in an actor.
 * Handlers and `select` lists that name `Faulted` take every kind of it.
 */
export class Faulted extends Message({ condition: Unicode.default("fault"), ...CAUSE }) {
  /**
   * @param condition What went wrong, or all members as one object.
   * @param explanation Why, with values.
   */
  constructor(condition?: string | object, explanation?: string | null, details: FaultDetails = {}) {
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

/** The members of every fault, as they are given to a constructor. */
interface FaultMembers extends FaultDetails {
  condition: string;
  explanation: string | null;
}

/** Takes a condition and an explanation, as {@linkcode Faulted} does. */
interface FaultClass<M extends Members>
  extends Pick<MessageConstructor<M, Faulted>, "members" | "wireName" | "portable"> {
  new (
    condition?: string | Partial<MemberValues<M> & FaultMembers>,
    explanation?: string | null,
    details?: FaultDetails,
  ): Faulted & MemberValues<M>;
}

/** A kind of fault with the usual members, and possibly more behind them. */
function kindOfFault<const M extends Members>(more: M): FaultClass<M> {
  const members = { condition: Unicode.default("fault"), ...CAUSE, ...more };
  return Message(members, Faulted) as unknown as FaultClass<M>;
}

/** Nobody is there to serve; expected to pass. */
export class TemporarilyUnavailable extends kindOfFault({ unavailable: VectorOf(Unicode) }) {}

/** Under heavy load, recovery expected; the request was refused. */
export class Busy extends kindOfFault({}) {}

/** Under heavy load, recovery unknown; the request was refused. */
export class Overloaded extends kindOfFault({}) {}

/** Not available until further notice; the request was refused. */
export class OutOfService extends kindOfFault({}) {}

/** An exchange is under way; an update is expected. */
export class ToBeConfirmed extends kindOfFault({}) {}

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
