// This module performs no I/O.

/**
 * From what an application sends to what a client gets. The original's own client must be able to read it: names of headers
 * as it spells them, a blank after the colon, a reason of at most 16 characters, a length, no chunks.
 */

import {
  Busy,
  encodeMessage,
  type EncodeOptions,
  Faulted,
  messageName,
  Overloaded,
  TemporarilyUnavailable,
  TimedOut,
} from "../../runtime/mod.ts";
import { HttpResponse } from "./messages.ts";
import { headerLine } from "./pieces.ts";
import type { Refusal } from "./request_parser.ts";

/** A response but for what depends on the moment and the connection. */
export interface Response {
  readonly status: number;
  readonly reason: string;
  /** Lines with their ends, besides Date, Server, Content-Length and Connection. */
  readonly headers: string;
  /** A text is ASCII. */
  readonly body: string | Uint8Array;
}

/** What every response of a listener says of it. */
export const API_SERVER = "Layer-Cake-API-server/1.0";
/** What every response of a resource listener says of it. */
export const REST_SERVER = "Layer-Cake-REST-server/1.0";
/** The longest reason that the original's client reads. */
export const REASON_LENGTH_MAX = 16;

const JSON_TYPE = "Content-Type: application/json\r\n";
/** As the original writes it; clients of the original may look for it. */
const PLAIN_TEXT = "plain/text";
/** For answers that the original does not give. */
const PROPER_TEXT = "text/plain; charset=utf-8";

const UTF8 = new TextEncoder();

/** The response to whatever the application sent. */
export function responseTo(message: unknown, options: EncodeOptions = {}): Response {
  try {
    if (message instanceof HttpResponse) return customResponse(message, options);
    const [status, reason] = message instanceof Faulted ? statusOfFault(message) : [200, "OK"] as const;
    return { status, reason, headers: JSON_TYPE, body: encodeMessage(message, options) };
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    return faultResponse(new Faulted("cannot respond", `${messageName(message)}, ${why}`));
  }
}

/** A fault of the server itself, as an answer that clients decode like those of the application. */
export function faultResponse(fault: Faulted): Response {
  const [status, reason] = statusOfFault(fault);
  return { status, reason, headers: JSON_TYPE, body: encodeMessage(fault) };
}

/** The answer to a request that names no message, or does not fit it; in the original's words. */
export function mappingRefused(target: string, why: string, status = 400, reason = "Bad Request"): Response {
  return textResponse(status, reason, `cannot recover request "${target}" (${why})`, PLAIN_TEXT);
}

/** The answer to a path that leads nowhere. */
export function notFound(target: string, known: Iterable<string>): Response {
  const names = [...known].join(", ");
  const text = `cannot recover request "${target}" (not the name of a message; there are: ${names})\n`;
  return textResponse(404, "Not Found", text, PROPER_TEXT);
}

/** The answer to what is not acceptable HTTP. */
export function refusalResponse(refusal: Refusal): Response {
  return textResponse(refusal.status, refusal.reason, `${refusal.text}\n`, PROPER_TEXT);
}

/** The answer to a question for the methods. */
export function optionsResponse(methods: string): Response {
  return { status: 200, reason: "OK", headers: `Allow: ${methods}\r\n`, body: "" };
}

function textResponse(status: number, reason: string, text: string, contentType: string): Response {
  return { status, reason, headers: `Content-Type: ${contentType}\r\n`, body: UTF8.encode(text) };
}

/**
 * Status and reason of a fault. An `error_code` that is an HTTP status decides; without one, what is expected to pass
 * is 503, what took too long 504. Interim statuses would leave the client waiting for the real one: they become 500.
 */
export function statusOfFault(fault: Faulted): readonly [number, string] {
  const code = Number(fault.errorCode ?? 0);
  if (code === 0) {
    if (isUnavailable(fault)) return [503, "Unavailable"];
    if (fault instanceof TimedOut) return [504, "Timed Out"];
  }
  const status = code >= 200 && code < 600 ? code : 500;
  return [status, reasonOfStatus(status)];
}

function isUnavailable(fault: Faulted): boolean {
  return fault instanceof Busy || fault instanceof Overloaded || fault instanceof TemporarilyUnavailable;
}

function reasonOfStatus(status: number): string {
  if (status < 300) return "OK";
  if (status < 400) return "Multiple Choices";
  return status < 500 ? "Client Error" : "Server Error";
}

function customResponse(response: HttpResponse, options: EncodeOptions): Response {
  const status = finalStatus(response.statusCode);
  const reason = safeReason(response.reasonPhrase, status);
  const { body } = response;
  const headers = headerLines(response.header);
  const ownType = hasHeader(response.header, "content-type");
  if (body === null || body === undefined) return { status, reason, headers, body: "" };
  if (body instanceof Uint8Array) {
    if (ownType) return { status, reason, headers, body };
    return textResponse(500, "Server Error", 'Custom response but "Content-Type" not specified', PLAIN_TEXT);
  }
  if (typeof body === "string") {
    const type = ownType ? "" : `Content-Type: ${PLAIN_TEXT}\r\n`;
    return { status, reason, headers: headers + type, body: UTF8.encode(body) };
  }
  return { status, reason, headers: withoutType(headers) + JSON_TYPE, body: encodeMessage(body, options) };
}

function finalStatus(status: number | null): number {
  if (typeof status === "number" && Number.isInteger(status) && status >= 200 && status <= 999) return status;
  throw new RangeError(`status ${status} is none of a final response`);
}

function safeReason(reason: string | null, status: number): string {
  if (reason === null || reason === "") return "OK";
  return reason.length <= REASON_LENGTH_MAX && /^[\x21-\x7e][\x20-\x7e]*$/.test(reason)
    ? reason
    : reasonOfStatus(status);
}

/** What the server itself says. */
const OWN_HEADERS = new Set(["date", "server", "content-length", "connection", "transfer-encoding"]);

function headerLines(header: ReadonlyMap<string, string>): string {
  let lines = "";
  for (const [name, value] of header) {
    const line = headerLine(name, value);
    if (!OWN_HEADERS.has(name.toLowerCase())) lines += line;
  }
  return lines;
}

function hasHeader(header: ReadonlyMap<string, string>, name: string): boolean {
  return [...header.keys()].some((key) => key.toLowerCase() === name);
}

function withoutType(headers: string): string {
  return headers.replace(/^content-type: .*\r\n/gim, "");
}

/** What a response needs from its moment and connection. */
export interface ResponseContext {
  /** As in the Date header. */
  readonly date: string;
  readonly server: string;
  /** The line about the connection, with its end; empty where the version says it. */
  readonly connection: string;
  /** True in answers to HEAD: everything but the body. */
  readonly isHead: boolean;
}

/** A response as text, or as text and bytes. */
export function writeResponse(response: Response, context: ResponseContext): (string | Uint8Array)[] {
  const { status, body } = response;
  const mayHaveBody = status !== 204 && status !== 304;
  const length = mayHaveBody ? body.length : 0;
  const head = `HTTP/1.1 ${status} ${response.reason}\r\nDate: ${context.date}\r\nServer: ${context.server}\r\n` +
    `Content-Length: ${length}\r\n${response.headers}${context.connection}\r\n`;
  if (context.isHead || length === 0) return [head];
  return typeof body === "string" ? [head + body] : [head, body];
}

/** A moment as HTTP has it: `Sun, 22 Nov 2026 04:13:49 GMT`. */
export function httpDate(wall: bigint): string {
  return new Date(Number(wall / 1000n)).toUTCString();
}
