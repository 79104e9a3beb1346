// This module performs no I/O.

/** How much a transport grants to the other end, and for how long. */

/** Most bytes of a frame after its dimension line (1 MiB), in both directions, as in the original. */
export const FRAME_BYTES_MAX = 1_048_576;
/** Most bytes of a frame in clear during the key exchange of an encrypted connection. */
export const HANDSHAKE_FRAME_BYTES_MAX = 4096;
/** Most characters of a dimension line, without the line end. */
export const DIMENSION_CHARACTERS_MAX = 23;
/** Frames that may wait for one connection to take them; one more closes it. */
export const OUTBOUND_MESSAGES_MAX = 131_072;
/** Bytes that may wait for one connection to take them (32 MiB); one frame more closes it. */
export const OUTBOUND_BYTES_MAX = 33_554_432;
/** How long the key exchange may take. */
export const HANDSHAKE_TIMEOUT_MS = 10_000;
/** How long the first frame of a connection may take from its first byte to its last. */
export const FIRST_FRAME_TIMEOUT_MS = 15_000;
/** How long a later frame may take from its first byte to its last. */
export const FRAME_TIMEOUT_MS = 60_000;
/**
 * How long a connection that was accepted lives while neither end has said anything (1 hour). In the original it lives for
 * ever, and programs wait to be told something; so scarcity ends silent connections earlier, not this.
 */
export const SILENCE_TIMEOUT_MS = 3_600_000;
/** How long what was sent before a close may take to go out. */
export const FLUSH_TIMEOUT_MS = 2000;
/** Connections of one listener. */
export const CONNECTIONS_MAX = 16_384;
/** Connections of one listener from one remote host. */
export const CONNECTIONS_PER_HOST_MAX = 8192;
/** Connections of one listener on which nothing whole has arrived yet: no frame, or no key where there has to be one. */
export const UNAUTHENTICATED_CONNECTIONS_MAX = 4096;
/** Key exchanges a second that one remote host may ask this process for; further ones wait. */
export const KEY_EXCHANGES_PER_SECOND_MAX = 100;
/** Connections a second that one listener for frames accepts, on average over a second; further ones wait unaccepted. */
export const ACCEPTS_PER_SECOND_MAX = 2000;
/**
 * Bytes of malformed input a second that one remote host may send to this process (4 MiB) before its further connections are
 * closed as they come, for as long as it takes to make up for it.
 */
export const MALFORMED_BYTES_PER_SECOND_MAX = 4_194_304;
/** How long an acceptor stays silent after its half of the key exchange, unless it hears from the connector before. */
export const HOLD_AFTER_HELLMAN_MS = 400;
/** Bytes of messages in clear that a connector keeps until the key exchange is over (1 MiB). */
export const EARLY_BYTES_MAX = 1_048_576;
/** Pairs of addresses whose header is remembered, per connection and direction. */
export const HEADERS_REMEMBERED_MAX = 512;
/** Nonces remembered per connection, so that a repeated frame is refused. */
export const NONCES_REMEMBERED_MAX = 4096;

/** Most bytes of a frame between two threads (64 MiB). */
export const THREAD_FRAME_BYTES_MAX = 67_108_864;
/** Bytes that may wait for a thread to take them (128 MiB); further messages are discarded. */
export const THREAD_OUTBOUND_BYTES_MAX = 134_217_728;
/** How long others wait for the last word of a thread that has ended by itself; it was said before its end was known. */
export const LAST_WORD_TIMEOUT_MS = 1000;
/** How long a thread may take to come to its end. */
export const THREAD_END_TIMEOUT_MS = 2500;

/**
 * Limits that can be set when the network is attached. What one of them does is counted under its name in the ledger of
 * the runtime, and written to the log at most once a second.
 */
export interface NetworkLimits {
  /** Bytes of a frame, in both directions. The original takes no more than the default. @default {1048576} */
  readonly frameBytesMax: number;
  /** Frames waiting per connection. @default {131072} */
  readonly outboundMessagesMax: number;
  /** Bytes waiting per connection. @default {33554432} */
  readonly outboundBytesMax: number;
  /** Milliseconds for the key exchange. @default {10000} */
  readonly handshakeTimeoutMs: number;
  /** Milliseconds from the first byte of a connection's first frame to its last. @default {15000} */
  readonly firstFrameTimeoutMs: number;
  /** Milliseconds from the first byte of a later frame to its last. @default {60000} */
  readonly frameTimeoutMs: number;
  /** Milliseconds that an accepted connection lives while neither end says anything. @default {3600000} */
  readonly silenceTimeoutMs: number;
  /** Milliseconds for what was sent before a close. @default {2000} */
  readonly flushTimeoutMs: number;
  /** Connections per listener. @default {16384} */
  readonly connectionsMax: number;
  /** Connections per listener and remote host. @default {8192} */
  readonly connectionsPerHostMax: number;
  /**
   * Connections per listener that have not sent a whole frame, or a key where the listener asks for one. One more takes the
   * place of the oldest. @default {4096}
   */
  readonly unauthenticatedConnectionsMax: number;
  /** Key exchanges a second and remote host; further ones wait, at most for the time of a key exchange. @default {100} */
  readonly keyExchangesPerSecondMax: number;
  /** Connections a second and listener; further ones wait unaccepted. @default {2000} */
  readonly acceptsPerSecondMax: number;
  /**
   * Bytes of malformed input a second and remote host, on frames and HTTP together; each piece of it counts for 4096 at
   * least. @default {4194304}
   */
  readonly malformedBytesPerSecondMax: number;
}

/** The limits where nothing else is said. */
export const NETWORK_LIMITS: NetworkLimits = {
  frameBytesMax: FRAME_BYTES_MAX,
  outboundMessagesMax: OUTBOUND_MESSAGES_MAX,
  outboundBytesMax: OUTBOUND_BYTES_MAX,
  handshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS,
  firstFrameTimeoutMs: FIRST_FRAME_TIMEOUT_MS,
  frameTimeoutMs: FRAME_TIMEOUT_MS,
  silenceTimeoutMs: SILENCE_TIMEOUT_MS,
  flushTimeoutMs: FLUSH_TIMEOUT_MS,
  connectionsMax: CONNECTIONS_MAX,
  connectionsPerHostMax: CONNECTIONS_PER_HOST_MAX,
  unauthenticatedConnectionsMax: UNAUTHENTICATED_CONNECTIONS_MAX,
  keyExchangesPerSecondMax: KEY_EXCHANGES_PER_SECOND_MAX,
  acceptsPerSecondMax: ACCEPTS_PER_SECOND_MAX,
  malformedBytesPerSecondMax: MALFORMED_BYTES_PER_SECOND_MAX,
};

/** Limits, some of them as given. Throws a RangeError that names one that is none. */
export function limitsWith<L extends object>(defaults: L, given: Partial<L> | undefined): L {
  for (const [name, value] of Object.entries(given ?? {})) {
    if (!Object.hasOwn(defaults, name)) throw new RangeError(`Cannot use limit ${name}: there is none of that name`);
    const isLimit = typeof value === "number" && value > 0;
    if (!isLimit) throw new RangeError(`Cannot use limit ${name}: expected more than 0, got ${value}`);
  }
  return { ...defaults, ...given };
}
