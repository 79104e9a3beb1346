// This module performs no I/O.

/** What an HTTP client may ask of a server. */

/** Longest request target, as in the original; a longer one gets 414. */
export const TARGET_BYTES_MAX = 8000;
/** All header names and values of one request together; more gets 431. */
export const HEADER_BYTES_MAX = 65_536;
/** Header lines of one request; more gets 431. */
export const HEADER_LINES_MAX = 256;
/** Largest request body, as in the original; a larger one gets 413. */
export const BODY_BYTES_MAX = 262_144;
/** Bytes that a chunked body may take on the wire, chunk sizes and extensions included; more gets 413. */
export const CHUNKED_BYTES_MAX = 4 * BODY_BYTES_MAX;
/** How long a request line and headers may take from their first byte, or from connecting; then 408. */
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
/** Connections of one listener from one address; likewise. */
export const CONNECTIONS_PER_ADDRESS_MAX = 8192;

/** The bounds of one listener; see the constants of this module. */
export interface HttpLimits {
  readonly targetBytes: number;
  readonly headerBytes: number;
  readonly headerLines: number;
  readonly bodyBytes: number;
  readonly chunkedBytes: number;
  readonly headTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly answerTimeoutMs: number;
  readonly finishedAnswerTimeoutMs: number;
  readonly writeTimeoutMs: number;
  readonly lingerTimeoutMs: number;
  readonly lingerBytes: number;
  readonly pipelineRequests: number;
  readonly connections: number;
  readonly connectionsPerAddress: number;
}

/** The bounds where nothing else is said. */
export const HTTP_LIMITS: HttpLimits = {
  targetBytes: TARGET_BYTES_MAX,
  headerBytes: HEADER_BYTES_MAX,
  headerLines: HEADER_LINES_MAX,
  bodyBytes: BODY_BYTES_MAX,
  chunkedBytes: CHUNKED_BYTES_MAX,
  headTimeoutMs: HEAD_TIMEOUT_MS,
  requestTimeoutMs: REQUEST_TIMEOUT_MS,
  idleTimeoutMs: IDLE_TIMEOUT_MS,
  answerTimeoutMs: ANSWER_TIMEOUT_MS,
  finishedAnswerTimeoutMs: FINISHED_ANSWER_TIMEOUT_MS,
  writeTimeoutMs: WRITE_TIMEOUT_MS,
  lingerTimeoutMs: LINGER_TIMEOUT_MS,
  lingerBytes: LINGER_BYTES_MAX,
  pipelineRequests: PIPELINE_REQUESTS_MAX,
  connections: CONNECTIONS_MAX,
  connectionsPerAddress: CONNECTIONS_PER_ADDRESS_MAX,
};
