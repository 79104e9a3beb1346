// This module performs no I/O.

/** From what is sent to an HTTP connection to the request that goes out. */

import {
  encode,
  isMessageClass,
  MessageBase,
  type MessageClass,
  textFromValue,
  type ZoneOffset,
} from "../../runtime/mod.ts";
import { HttpRequest } from "./messages.ts";
import { headerLine } from "./pieces.ts";
import { className } from "./query.ts";

/** What every request says of its sender. */
export const API_CLIENT = "Layer-Cake-API-client/1.0";

/** How requests of one connection are written. */
export interface RequestStyle {
  /** Goes before the name of the message. */
  readonly path: string;
  /** True: the server is a layer-cake, and bodies are its JSON. Else they are forms. */
  readonly layerCakeJson: boolean;
  /** The value of the Host header. */
  readonly host: string;
  readonly zoneOffset?: ZoneOffset;
}

/** A request ready to go. */
export interface WrittenRequest {
  readonly method: string;
  readonly parts: (string | Uint8Array)[];
}

const FORM_TYPE = "application/x-www-form-urlencoded";
const JSON_TYPE = "application/json";
const METHOD = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const TARGET = /^[\x21-\x7e]+$/;

const UTF8 = new TextEncoder();

/**
 * The request for a message.
 *
 * @throws {Error} Saying why it can't be sent.
 */
export function writeRequest(message: unknown, style: RequestStyle): WrittenRequest {
  if (message instanceof HttpRequest) return writeHttpRequest(message, style);
  if (!(message instanceof MessageBase)) throw new TypeError("only messages can be sent to an HTTP server");
  const type = message.constructor as unknown as MessageClass;
  if (!isMessageClass(type)) throw new TypeError("only messages can be sent to an HTTP server");
  const contentType = style.layerCakeJson ? JSON_TYPE : FORM_TYPE;
  const body = UTF8.encode(
    style.layerCakeJson ? encode(message, type.portable, zone(style)) : formOf(message, type, style),
  );
  return written("POST", `${style.path}${className(type)}`, [["Content-Type", contentType]], body, style);
}

function writeHttpRequest(request: HttpRequest, style: RequestStyle): WrittenRequest {
  const { method, requestUri, header, body } = request;
  if (body !== null && !((body as unknown) instanceof Uint8Array)) throw new TypeError("the body is not binary");
  const names = new Set([...header.keys()].map((name) => name.toLowerCase()));
  if (names.has("transfer-encoding")) throw new TypeError("the length of a request is given, not encoded");
  const headers: [string, string][] = names.has("content-type") ? [] : [["Content-Type", FORM_TYPE]];
  headers.push(...[...header].filter(([name]) => name.toLowerCase() !== "content-length"));
  return written(method ?? "POST", `${style.path}${requestUri ?? ""}`, headers, body ?? new Uint8Array(), style);
}

function written(
  method: string,
  target: string,
  headers: readonly (readonly [string, string])[],
  body: Uint8Array,
  style: RequestStyle,
): WrittenRequest {
  if (!METHOD.test(method)) throw new RangeError(`${JSON.stringify(method)} is no HTTP method`);
  if (!TARGET.test(target)) throw new RangeError(`${JSON.stringify(target)} is no request target`);
  // The original sends no Host header, and its server needs none; others do.
  const isHostDue = !style.layerCakeJson && !headers.some(([name]) => name.toLowerCase() === "host");
  const head = `${method} ${target} HTTP/1.1\r\n${isHostDue ? headerLine("Host", style.host) : ""}` +
    headerLine("User-Agent", API_CLIENT) + headerLine("Content-Length", `${body.length}`) +
    headers.map(([name, value]) => headerLine(name, value)).join("");
  return { method, parts: body.length === 0 ? [`${head}\r\n`] : [`${head}\r\n`, body] };
}

/** Members as a form; those that are null are left out. */
function formOf(message: object, type: MessageClass, style: RequestStyle): string {
  const fields: string[] = [];
  for (const { name, wireName, type: memberType } of type.members) {
    const value = (message as Record<string, unknown>)[name];
    if (value === null || value === undefined) continue;
    try {
      fields.push(`${wireName}=${encodeField(textFromValue(value, memberType, zone(style)))}`);
    } catch (error) {
      throw new TypeError(`"${wireName}", ${error instanceof Error ? error.message : error}`, { cause: error });
    }
  }
  return fields.join("&");
}

function zone(style: RequestStyle): { zoneOffset?: ZoneOffset } {
  return style.zoneOffset === undefined ? {} : { zoneOffset: style.zoneOffset };
}

/** A text as it stands in a form: `+` for a blank, `%` escapes for all but letters, digits and `_.-~`. */
export function encodeField(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%20", "+");
}
