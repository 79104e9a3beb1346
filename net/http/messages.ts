// This module performs no I/O.

/** Messages that speak of HTTP: for applications that want more of a request, or of an answer, than its meaning. */

import { Block, Declared, Integer8, MapOf, Message, registerAll, Unicode } from "../../runtime/mod.ts";

/** A request that names no expected message, for listeners that ask for such; and what an HTTP client may send. */
export class HttpRequest extends Message({
  method: Unicode.default("POST"),
  requestUri: Unicode.default("/"),
  http: Unicode.default("HTTP/1.1"),
  /** Headers as the client spelled them; of repeated ones the last. */
  header: MapOf(Unicode, Unicode),
  /** Null where the request had none. */
  body: Block,
}) {}

/**
 * What an {@link HttpResponse} may hold: a text, binary data (with a `Content-Type` header), or a message or cast value, which
 * becomes typed JSON.
 */
export type HttpBody = string | Uint8Array | object | null;

/** An answer with a status, headers and a body of its own. Other messages are answers, too: with 200, as typed JSON. */
export class HttpResponse extends Message({
  http: Unicode.default("HTTP/1.1"),
  statusCode: Integer8.default(200),
  /** At most 16 characters are sent: the original's client understands no longer ones. */
  reasonPhrase: Unicode.nullable("OK"),
  header: MapOf(Unicode, Unicode),
  /** Only binary data can be sent to other processes. */
  body: new Declared<HttpBody>(Block, () => null),
}) {}

/** A request to a resource server: the parts of its target that the form of the listener names. */
export class FormRequest extends Message({
  method: Unicode.default("POST"),
  /** The whole target. */
  request: Unicode,
  /** Parts by name; null where an optional one is absent. */
  formEntry: new Declared<Map<string, string | null>>(MapOf(Unicode, Unicode), () => new Map()),
  http: Unicode.default("HTTP/1.1"),
  header: MapOf(Unicode, Unicode),
  body: Block,
}) {}

registerAll("http", { HttpRequest, HttpResponse, FormRequest });
