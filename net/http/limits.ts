// This module performs no I/O.

/** What an HTTP client may ask of a server, and a server of a client. */

/** Longest request target, as in the original; a longer one gets 414. */
export const TARGET_BYTES_MAX = 8000;
/** All header names and values of one request together; more gets 431. */
export const HEADER_BYTES_MAX = 65_536;
/** Header lines of one request; more gets 431. */
export const HEADER_LINES_MAX = 256;
/** Largest request body, as in the original; a larger one gets 413. */
export const BODY_BYTES_MAX = 262_144;
/** A chunked body may take so many times its largest size on the wire, chunk sizes and extensions included. */
export const CHUNKED_BODY_FACTOR = 4;
/** How long a request line and headers may take from their first byte; then 408. */
export const HEAD_TIMEOUT_MS = 15_000;
/** How long a whole request may take from its first byte; then 408. */
export const REQUEST_TIMEOUT_MS = 60_000;
/**
 * How long a connection may be silent between requests before it is closed (1 hour). Sessions of the original expect to
 * last; when there are too many connections, idle ones go earlier.
 */
export const IDLE_TIMEOUT_MS = 3_600_000;
/** How long the application may take for an answer; then 504. */
export const ANSWER_TIMEOUT_MS = 60_000;
/** How long answers are still waited for when a client has finished sending: it may have gone altogether. */
export const FINISHED_ANSWER_TIMEOUT_MS = 5000;
/** How long a client may take to accept one piece of a response before it is given up. */
export const WRITE_TIMEOUT_MS = 60_000;
/** How long what a refused client still sends is read and thrown away, so that it sees why it was refused. */
export const LINGER_TIMEOUT_MS = 2000;
/** Bytes thrown away in that time; after more, the connection just ends. */
export const LINGER_BYTES_MAX = 4 * 1024 * 1024;
/** Requests of one connection that wait for answers; further ones wait unread. */
export const PIPELINE_REQUESTS_MAX = 16;
/** Connections of one listener; a further one takes the place of an idle one, or gets 503. */
export const CONNECTIONS_MAX = 16_384;
/** Connections of one listener from one remote host; likewise. */
export const CONNECTIONS_PER_HOST_MAX = 8192;
/** Requests of one client connection that wait, the one under way included; as in the original. */
export const QUEUED_REQUESTS_MAX = 257;
/** How long a server may take for an answer: longer than one of cake waits for its application. */
export const RESPONSE_TIMEOUT_MS = 90_000;
/** All header names and values of one response together. */
export const RESPONSE_HEADER_BYTES_MAX = 65_536;
/** Largest response body. */
export const RESPONSE_BODY_BYTES_MAX = 67_108_864;

/**
 * Limits of HTTP that can be set when the network is attached. What one of them does is counted in the ledger of the
 * runtime, as `http.bodyBytesMax` and so on, and written to the log at most once a second.
 */
export interface HttpLimits {
  /** Bytes of a request target; more gets 414. @default {8000} */
  readonly targetBytesMax: number;
  /** Bytes of all header names and values of a request; more gets 431. @default {65536} */
  readonly headerBytesMax: number;
  /** Header lines of a request; more gets 431. @default {256} */
  readonly headerLinesMax: number;
  /** Bytes of a request body; more gets 413. @default {262144} */
  readonly bodyBytesMax: number;
  /** Milliseconds from the first byte of a request to the end of its headers; then 408. @default {15000} */
  readonly headTimeoutMs: number;
  /** Milliseconds from the first byte of a request to its last; then 408. @default {60000} */
  readonly requestTimeoutMs: number;
  /** Milliseconds between two requests of one connection; then it is closed. @default {3600000} */
  readonly idleTimeoutMs: number;
  /** Milliseconds for the application's answer; then 504. @default {60000} */
  readonly answerTimeoutMs: number;
  /** Milliseconds for the answers to a client that has finished sending. @default {5000} */
  readonly finishedAnswerTimeoutMs: number;
  /** Milliseconds for a client to accept one piece of a response; then the connection is closed. @default {60000} */
  readonly writeTimeoutMs: number;
  /** Milliseconds for a refused client to notice. @default {2000} */
  readonly lingerTimeoutMs: number;
  /** Bytes of a refused client that are read and thrown away meanwhile. @default {4194304} */
  readonly lingerBytesMax: number;
  /** Requests of one connection that wait for answers; further ones wait unread. @default {16} */
  readonly pipelineRequestsMax: number;
  /** Connections per listener. @default {16384} */
  readonly connectionsMax: number;
  /** Connections per listener and remote host. @default {8192} */
  readonly connectionsPerHostMax: number;
  /** Requests of one client connection that wait, the one under way included. @default {257} */
  readonly queuedRequestsMax: number;
  /** Milliseconds for a server's answer; then the connection is closed. @default {90000} */
  readonly responseTimeoutMs: number;
  /** Bytes of all header names and values of a response. @default {65536} */
  readonly responseHeaderBytesMax: number;
  /** Bytes of a response body. @default {67108864} */
  readonly responseBodyBytesMax: number;
}

/** The limits of HTTP where nothing else is said. */
export const HTTP_LIMITS: HttpLimits = {
  targetBytesMax: TARGET_BYTES_MAX,
  headerBytesMax: HEADER_BYTES_MAX,
  headerLinesMax: HEADER_LINES_MAX,
  bodyBytesMax: BODY_BYTES_MAX,
  headTimeoutMs: HEAD_TIMEOUT_MS,
  requestTimeoutMs: REQUEST_TIMEOUT_MS,
  idleTimeoutMs: IDLE_TIMEOUT_MS,
  answerTimeoutMs: ANSWER_TIMEOUT_MS,
  finishedAnswerTimeoutMs: FINISHED_ANSWER_TIMEOUT_MS,
  writeTimeoutMs: WRITE_TIMEOUT_MS,
  lingerTimeoutMs: LINGER_TIMEOUT_MS,
  lingerBytesMax: LINGER_BYTES_MAX,
  pipelineRequestsMax: PIPELINE_REQUESTS_MAX,
  connectionsMax: CONNECTIONS_MAX,
  connectionsPerHostMax: CONNECTIONS_PER_HOST_MAX,
  queuedRequestsMax: QUEUED_REQUESTS_MAX,
  responseTimeoutMs: RESPONSE_TIMEOUT_MS,
  responseHeaderBytesMax: RESPONSE_HEADER_BYTES_MAX,
  responseBodyBytesMax: RESPONSE_BODY_BYTES_MAX,
};

/** The name of a limit in the ledger. */
export function limitName(limit: keyof HttpLimits): string {
  return `http.${limit}`;
}
