// This module performs no I/O.

/** Requests of an API listener to messages: the last part of the path names the class. */

import { CodecError, decode, type MessageClass, type ZoneOffset } from "../../runtime/mod.ts";
import { HttpRequest } from "./messages.ts";
import { className, MappingError, messageFromFields } from "./query.ts";
import { headerMap, mediaType } from "./pieces.ts";
import type { ParsedRequest } from "./request_parser.ts";
import { mappingRefused, notFound, optionsResponse, type Response } from "./response.ts";

/** What a request comes to: a message for the application, or an answer at once. */
export type Mapped = { readonly message: object } | { readonly response: Response };

const API_METHODS = "GET, HEAD, POST, OPTIONS";
const FORM_TYPE = "application/x-www-form-urlencoded";
const JSON_TYPE = "application/json";

/** How an API listener was asked for. */
export interface ApiOptions {
  readonly classes: readonly MessageClass[];
  /** Requests that name none of the classes go to the application, as {@link HttpRequest}, instead of getting 404. */
  readonly defaultToRequest: boolean;
  readonly zoneOffset?: ZoneOffset;
}

/** The mapping of one listener. */
export class ApiMapping {
  readonly #classes: ReadonlyMap<string, MessageClass>;
  readonly #defaultToRequest: boolean;
  readonly #zoneOffset: { readonly zoneOffset?: ZoneOffset };

  constructor(options: ApiOptions) {
    const named = options.classes.filter((type) => type as unknown !== HttpRequest);
    this.#classes = new Map(named.map((type) => [className(type), type]));
    // Who lists the class of all other requests takes them.
    this.#defaultToRequest = options.defaultToRequest || named.length < options.classes.length;
    this.#zoneOffset = options.zoneOffset === undefined ? {} : { zoneOffset: options.zoneOffset };
  }

  /** The message of a request. Never throws: what is wrong is the answer. */
  map(request: ParsedRequest): Mapped {
    const { target } = request;
    try {
      return this.#map(request);
    } catch (error) {
      if (error instanceof MappingError) return { response: mappingRefused(target, error.message) };
      // Constructors are the application's: what they refuse, the client asked for.
      const why = error instanceof Error ? error.message : String(error);
      return { response: mappingRefused(target, why) };
    }
  }

  #map(request: ParsedRequest): Mapped {
    const { target, method } = request;
    if (target === "*" && method === "OPTIONS") return { response: optionsResponse(API_METHODS) };
    if (!target.startsWith("/") || target === "/") throw new MappingError(`unexpected request URI "${target}"`);
    const question = target.indexOf("?");
    const path = question < 0 ? target : target.slice(0, question);
    const name = path.slice(path.lastIndexOf("/") + 1);
    const type = this.#classes.get(name);
    if (type === undefined) return this.#unknown(request);
    if (question >= 0) {
      return { message: messageFromFields(type, target.slice(question + 1), { kind: "query", ...this.#zoneOffset }) };
    }
    return this.#fromBody(request, name, type);
  }

  #unknown(request: ParsedRequest): Mapped {
    if (!this.#defaultToRequest) return { response: notFound(request.target, this.#classes.keys()) };
    return { message: httpRequestOf(request) };
  }

  #fromBody(request: ParsedRequest, name: string, type: MessageClass): Mapped {
    const { method, body, contentType } = request;
    switch (mediaType(contentType)) {
      case FORM_TYPE:
        return { message: messageFromFields(type, formText(body), { kind: "x-www-form", ...this.#zoneOffset }) };
      case JSON_TYPE:
        if (method !== "POST") throw new MappingError(`unexpected HTTP method "${method}"`);
        return { message: messageFromJson(type, body, this.#zoneOffset) };
    }
    if (method === "OPTIONS") return { response: optionsResponse(API_METHODS) };
    throw new MappingError(`unexpected content type "${contentType ?? "None"}" for HTTP request "${name}"`);
  }
}

function formText(body: Uint8Array | null): string {
  if (body === null) return "";
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    throw new MappingError("the form is not UTF-8");
  }
}

function messageFromJson(type: MessageClass, body: Uint8Array | null, options: { zoneOffset?: ZoneOffset }): object {
  if (body === null || body.length === 0) return new type();
  try {
    return decode(body, type.portable, options) as object;
  } catch (error) {
    if (error instanceof CodecError) throw new MappingError(error.message, { cause: error });
    throw error;
  }
}

/** A request as the application gets it that wants them whole. */
export function httpRequestOf(request: ParsedRequest): HttpRequest {
  const { method, target, http, body } = request;
  return new HttpRequest({ method, requestUri: target, http, header: headerMap(request.headerLines), body });
}
