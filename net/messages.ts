// This module performs no I/O.

/**
 * What applications and the transport say to each other. Names and members are those of the original's module
 * `listen_connect`.
 */

import {
  Address,
  Any,
  Block,
  Boolean,
  Enumeration,
  type EnumerationType,
  Faulted,
  Float8,
  HostPort,
  Integer8,
  MapOf,
  Message,
  NO_ADDRESS,
  ReForm,
  registerAll,
  TargetAddress,
  Type,
  Unicode,
  UUID,
  VectorOf,
  WorldTime,
} from "../runtime/mod.ts";

/** Why a connection ended. Numbers as in the original; only names travel. */
export const EndOfTransport: EnumerationType<EndReason> = Enumeration({
  ON_REQUEST: 1,
  ABANDONED_BY_REMOTE: 2,
  WENT_STALE: 3,
  OUTBOUND_STREAMING: 4,
  INBOUND_STREAMING: 5,
});
/** A name of {@link EndOfTransport}. */
export type EndReason =
  | "ON_REQUEST"
  | "ABANDONED_BY_REMOTE"
  | "WENT_STALE"
  | "OUTBOUND_STREAMING"
  | "INBOUND_STREAMING";

/** A request to listen, as `listen` makes it. */
export class ListenForStream extends Message({
  /** What `stopListening` takes. */
  lid: UUID,
  requestedIpp: HostPort,
  encrypted: Boolean.default(false),
  /** The messages that an HTTP server takes; empty for the cake protocol. */
  httpServer: VectorOf(Type),
  /** The form of URIs that an HTTP server takes; absent for the cake protocol. */
  uriForm: ReForm.portable.optional(),
  defaultToRequest: Boolean.default(true),
}) {}

/** A request to connect, as `connect` makes it. */
export class ConnectStream extends Message({
  requestedIpp: HostPort,
  encrypted: Boolean.default(false),
  keepAlive: Boolean.default(false),
  /** The leading part of request URIs, for an HTTP client; null for the cake protocol. */
  httpClient: Unicode,
  layerCakeJson: Boolean.default(false),
}) {}

/** Asks to end listening. */
export class StopListening extends Message({ lid: UUID }) {}

/** Listening has begun. */
export class Listening extends Message({
  request: ListenForStream,
  /** The port in use, also when any port was asked for. */
  listeningIpp: HostPort,
  controllerAddress: Address.default(NO_ADDRESS),
}) {}

/** Somebody has connected. The return address is the proxy: what is sent there goes to the other end. */
export class Accepted extends Message({
  listening: Listening,
  /** The address of the other end. */
  openedIpp: HostPort,
  proxyAddress: Address.default(NO_ADDRESS),
  openedAt: WorldTime,
}) {}

/** The connection is there. The return address is the proxy: what is sent there goes to the other end. */
export class Connected extends Message({
  request: ConnectStream,
  /** The address of this end. */
  openedIpp: HostPort,
  proxyAddress: Address.default(NO_ADDRESS),
  openedAt: WorldTime,
}) {}

/** Listening could not begin, or has ended. */
export class NotListening extends Message({
  request: ListenForStream,
  condition: Unicode.default('cannot stop listen"'),
  explanation: Unicode,
  errorCode: Integer8,
  exitStatus: Integer8,
}, Faulted) {
  /** The fault for a request, with the platform's number and text. */
  static of(request: ListenForStream, explanation: string, errorCode = 0): NotListening {
    return new NotListening({
      request,
      condition: `cannot listen at "${request.requestedIpp}"`,
      explanation,
      errorCode,
    });
  }
}

/** A connection to a listener was not established. */
export class NotAccepted extends Message({
  listening: Listening,
  condition: Unicode.default('cannot accept at "(not set)"'),
  explanation: Unicode,
  errorCode: Integer8.nullable(0),
  exitStatus: Integer8,
}, Faulted) {
  /** The fault for a listener, with the platform's number and text. */
  static of(listening: Listening, explanation: string, errorCode = 0): NotAccepted {
    const condition = `cannot accept at "${listening.listeningIpp}"`;
    return new NotAccepted({ listening, condition, explanation, errorCode });
  }
}

/** The connection was not established. */
export class NotConnected extends Message({
  request: ConnectStream,
  condition: Unicode.default('cannot connect to "(not set)"'),
  explanation: Unicode,
  errorCode: Integer8.nullable(0),
  exitStatus: Integer8,
}, Faulted) {
  /** The fault for a request, with the platform's number and text. */
  static of(request: ConnectStream, explanation: string, errorCode = 0): NotConnected {
    const condition = `cannot connect to "${request.requestedIpp}"`;
    return new NotConnected({ request, condition, explanation, errorCode });
  }
}

/** Sent to a proxy: ends the connection, after what was sent before has gone out. It doesn't cross the wire that way. */
export class Close extends Message({
  /** Anything; comes back in {@link Closed}. */
  message: Any,
  reason: EndOfTransport.default("ON_REQUEST"),
  note: Unicode,
  errorCode: Integer8,
}) {}

/** The connection has ended. The return address is what was the proxy. */
export class Closed extends Message({
  message: Any,
  reason: EndOfTransport.default("ON_REQUEST"),
  note: Unicode,
  /** The platform's error number, where there is one. */
  errorCode: Integer8,
  openedIpp: HostPort,
  openedAt: WorldTime,
}) {}

/** First half of the key exchange: connector to acceptor. */
export class Diffie extends Message({ publicKey: Block }) {}
/** Second half of the key exchange: acceptor to connector. */
export class Hellman extends Message({ publicKey: Block }) {}

/** The first part of a frame. */
export class Header extends Message({
  toAddress: TargetAddress,
  returnAddress: Address,
  tunnel: Boolean.default(false),
}) {}

/** The original's carrier of frames in transit; not sent here. */
export class Relay extends Message({ block: Block, addressBook: MapOf(Unicode, Address) }) {}

/**
 * Asks the other end to be silent for a while and to show itself then. `pace` is an addition of cake, left out when null
 * and ignored by the original: see `keep_alive.ts`.
 */
export class KeepAlive extends Message({ seconds: Float8.default(0), pace: Float8.optional() }) {}
/** Sent to a proxy: keeps the connection watched on behalf of the other end. It doesn't cross the wire that way. */
export class OpenKeep extends Message({ keep: KeepAlive, returnAddress: Address }) {}
/**
 * The sign of life, and how long the other end may now be silent. `pace` as in {@link KeepAlive}; so are `stamp`, the
 * sender's clock in milliseconds, and `echo`, the last such stamp of the other end plus the time since it came.
 */
export class StillThere extends Message({
  seconds: Float8.default(0),
  pace: Float8.optional(),
  stamp: Float8.optional(),
  echo: Float8.optional(),
}) {}

registerAll("listen_connect", {
  EndOfTransport,
  ListenForStream,
  ConnectStream,
  StopListening,
  Listening,
  Accepted,
  Connected,
  NotListening,
  NotAccepted,
  NotConnected,
  Close,
  Closed,
  Diffie,
  Hellman,
  Header,
  Relay,
  KeepAlive,
  OpenKeep,
  StillThere,
});
