// This module performs no I/O.

/** From the requests of a resource server to functions: by class of the resource, method, and which parts are present. */

import {
  type Actor,
  decode,
  isMessageClass,
  type MessageClass,
  Portable,
  type ReForm,
  type TypeLike,
  typeOf,
  valueFromText,
  type ValueOf,
} from "../../runtime/mod.ts";
import { type FormRequest, HttpResponse } from "./messages.ts";
import { formEntryNames } from "./resource.ts";

/** A method of HTTP that can be dispatched on. */
export type HttpMethod = "CONNECT" | "DELETE" | "GET" | "HEAD" | "OPTIONS" | "PATCH" | "POST" | "PUT" | "TRACE";
/** The methods that can be dispatched on. */
export const HTTP_METHODS: readonly HttpMethod[] = [
  "CONNECT",
  "DELETE",
  "GET",
  "HEAD",
  "OPTIONS",
  "PATCH",
  "POST",
  "PUT",
  "TRACE",
];

/** The body of a request, and the class of its resource, to what the function takes. */
export type BodyConversion<T> = (body: Uint8Array | null, resource: MessageClass) => T;

/** The conversion of a body to the class of the resource, whichever that is. */
export type ResourceConversion = BodyConversion<unknown> & {
  /** There is no such member: it tells the compiler which conversion this is. */
  readonly _isOfResource: true;
};

/**
 * How the arguments of a function are made. Names are those of the form's entries, besides `body`, `header` and `http`.
 * Conversions are portable types, functions, or null for the thing as it is. What a conversion throws is the client's
 * fault.
 */
export type Conversions = Readonly<Record<string, TypeLike | ((part: never, resource: never) => unknown) | null>>;

/** What a part of a request is without a conversion; `K` is its name. */
export type RequestPart<K> = K extends "header" ? Map<string, string>
  : K extends "http" ? string
  : K extends "body" ? Uint8Array | null
  : string | null;

/** The arguments that conversions make, for a resource of class `R`. */
export type Arguments<C extends Conversions, R> = {
  [K in keyof C]: C[K] extends null ? RequestPart<K>
    : C[K] extends ResourceConversion ? R | null
    : C[K] extends TypeLike ? ValueOf<C[K]>
    : C[K] extends (...args: never) => infer T ? T
    : never;
};

interface CallFrame {
  readonly call: (self: Actor, args: never) => unknown;
  readonly conversions: Conversions;
}

/** Decodes a JSON body, `{"value": {members}}`, to the class of the resource. No body gives null. */
export const decodeResource: ResourceConversion = decodeJson as ResourceConversion;

/** Decodes a JSON body, `{"value": …}`, to a type. No body gives null. */
export function decodeBody<L extends TypeLike>(type: L): BodyConversion<ValueOf<L> | null> {
  return (body) => decodeJson(body, type) as ValueOf<L> | null;
}

function decodeJson(body: Uint8Array | null, type: TypeLike): unknown {
  return body === null ? null : decode(body, typeOf(type));
}

/**
 * Which function serves which request of a resource server. The form has an entry `resource`: the name of a class in small
 * letters.
 *
 * @example
 * ```ts
 * import { bind, Integer8, Message, ReForm, ResourceDispatch, Unicode } from "@layer-cake/cake";
 * class Widget extends Message({ label: Unicode }) {}
 * bind(Widget, "example");
 * const form = new ReForm({
 *   form: "/{resource}(/{identity})?",
 *   entry: new Map([["resource", "\\w+"], ["identity", "[0-9]+"]]),
 * });
 * const dispatch = new ResourceDispatch(form, [Widget]);
 * dispatch.add(Widget, "GET", { identity: Integer8 }, (_self, { identity }) => {
 *   return new Widget({ label: `number ${identity}` });
 * });
 * ```
 */
export class ResourceDispatch {
  readonly #entryNames: readonly string[];
  readonly #classes: ReadonlyMap<string, MessageClass>;
  readonly #frames = new Map<string, CallFrame>();

  /**
   * Makes a dispatch without functions.
   *
   * @param form The form that the listener was given.
   * @param resources The classes of resources.
   * @throws {TypeError} When the form has no entry `resource`.
   */
  constructor(form: ReForm, resources: readonly MessageClass[]) {
    const names = formEntryNames(form);
    if (!names.includes("resource")) throw new TypeError('Cannot dispatch on this form: it has no "resource" entry');
    this.#entryNames = names.filter((name) => name !== "resource");
    this.#classes = new Map(resources.map((type) => [type.name.toLowerCase(), type]));
  }

  /**
   * Adds a function: for a class, a method, and the presence of exactly those entries that have a conversion. What it
   * returns is the answer, if it is not null; else the answer may come later.
   */
  add<R extends object, C extends Conversions>(
    resource: MessageClass<R>,
    method: HttpMethod,
    conversions: C,
    call: (self: Actor, args: Arguments<C, R>) => unknown,
  ): void {
    const key = this.#key(resource, method, (name) => name in conversions);
    this.#frames.set(key, { call: call as (self: Actor, args: never) => unknown, conversions });
  }

  #key(resource: MessageClass, method: string, isPresent: (name: string) => boolean): string {
    return [resource.name, method, ...this.#entryNames.filter(isPresent)].join(" ");
  }

  /**
   * Calls the function for a request, and sends what it returns to where the request came from. A request without a function,
   * or with parts that can't be converted, is answered with 400.
   */
  handle(self: Actor, request: FormRequest): void {
    const client = self.returnAddress;
    const answer = this.#answer(self, request);
    if (answer !== null && answer !== undefined) self.send(answer as object, client);
  }

  #answer(self: Actor, request: FormRequest): unknown {
    const { method, formEntry } = request;
    const resource = this.#classes.get(formEntry.get("resource") ?? "");
    if (resource === undefined || !(HTTP_METHODS as readonly string[]).includes(method ?? "")) {
      return cannotBeMapped(self, request, "unusable resource, method or URI");
    }
    const key = this.#key(resource, method!, (name) => (formEntry.get(name) ?? null) !== null);
    const frame = this.#frames.get(key);
    if (frame === undefined) return cannotBeMapped(self, request, "no matching call signature");
    let args: Record<string, unknown>;
    try {
      args = argumentsOf(request, resource, frame.conversions);
    } catch (error) {
      return cannotBeConverted(self, request, error);
    }
    return frame.call(self, args as never);
  }
}

function argumentsOf(request: FormRequest, resource: MessageClass, conversions: Conversions): Record<string, unknown> {
  const args: Record<string, unknown> = {};
  for (const [name, conversion] of Object.entries(conversions)) {
    const part = partOf(request, name);
    if (conversion === null) args[name] = part;
    else if (isTypeLike(conversion)) args[name] = convert(name, part, conversion);
    else args[name] = (conversion as (part: unknown, resource: MessageClass) => unknown)(part, resource);
  }
  return args;
}

function isTypeLike(conversion: unknown): conversion is TypeLike {
  return conversion instanceof Portable || isMessageClass(conversion);
}

function convert(name: string, part: unknown, type: TypeLike): unknown {
  if (part === null) return null;
  return typeof part === "string" ? valueFromText(name, part, typeOf(type)) : decodeJson(part as Uint8Array, type);
}

function partOf(request: FormRequest, name: string): unknown {
  switch (name) {
    case "header":
      return request.header;
    case "http":
      return request.http;
    case "body":
      return request.body;
    default:
      return request.formEntry.get(name) ?? null;
  }
}

function cannotBeMapped(self: Actor, request: FormRequest, why: string): HttpResponse {
  return refuse(self, `Cannot map request [${request.method}] "${request.request}" (${why})`);
}

function cannotBeConverted(self: Actor, request: FormRequest, error: unknown): HttpResponse {
  const entries = [...request.formEntry].map(([name, text]) => `${name}=${text ?? "None"}`).join(",");
  const why = error instanceof Error ? error.message : String(error);
  return refuse(self, `Cannot complete conversion "${entries}" (${why})`);
}

function refuse(self: Actor, text: string): HttpResponse {
  self.warning(text);
  return new HttpResponse({ statusCode: 400, reasonPhrase: "Bad Request", body: text });
}
