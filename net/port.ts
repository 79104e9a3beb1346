// This module performs no I/O.

import type { AddressValue as Address, HostPort, Traffic } from "../runtime/mod.ts";

/** An open port, as it is at the moment; its traffic is that of all its connections since it was opened. */
export interface PortStatus extends Traffic {
  /** What is spoken there. */
  readonly kind: "stream" | "http";
  /** Where it listens. */
  readonly at: HostPort;
  /** Who is told of its connections. */
  readonly controller: Address;
  /** True when connections have to exchange keys. */
  readonly encrypted: boolean;
  /** Connections now. */
  readonly connections: number;
  /** Connections since it was opened. */
  readonly accepted: number;
  /** Connections that were closed at once, as a limit wants it. */
  readonly turnedAway: number;
}

/** An open port, whatever is spoken there. */
export interface Port {
  readonly listening: HostPort;
  readonly status: PortStatus;
  /** Connections that end with the port, and may still need a moment; none where connections live on. */
  readonly connectionCount: number;
  /** Accepts nobody any more. */
  close(): void;
  /** Ends at once the connections that end with the port. */
  abandon(): void;
}
