// This module performs no I/O.

/** What ends a session from within. */

/** What was sent or received is not what the protocol allows; the connection ends. */
export class SessionError extends Error {
  override readonly name = "SessionError";
  readonly reason: "INBOUND_STREAMING" | "OUTBOUND_STREAMING";

  constructor(message: string, reason: "INBOUND_STREAMING" | "OUTBOUND_STREAMING", options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** Whatever went wrong with what arrived, as a {@link SessionError}. */
export function inboundError(error: unknown): SessionError {
  return sessionError(error, "INBOUND_STREAMING");
}

/** Whatever went wrong with what was to be sent, as a {@link SessionError}. */
export function outboundError(error: unknown): SessionError {
  return sessionError(error, "OUTBOUND_STREAMING");
}

function sessionError(error: unknown, reason: SessionError["reason"]): SessionError {
  if (error instanceof SessionError) return error;
  return new SessionError(error instanceof Error ? error.message : String(error), reason, { cause: error });
}
