// This module performs no I/O.

/**
 * Values as text: on command lines, in variables, in queries. The declared type alone decides how a text is read. Texts,
 * times, names and binary data stand as they are; everything else is JSON.
 */

import { decode, decodeWord, encode, encodeWord } from "../codec/codec.ts";
import { CodecError, Refusal } from "../codec/codec_error.ts";
import { readWord } from "../codec/json_reader.ts";
import { ONE_LINE, writeWord } from "../codec/json_writer.ts";
import type { ZoneOffset } from "../codec/text_forms.ts";
import {
  ArrayType,
  EnumerationType,
  type Kind,
  ListType,
  MapType,
  type Portable,
  SetType,
  UserDefined,
} from "../types/portable.ts";
import type { Word } from "../types/word.ts";

/** What reading and writing depend on besides the type. */
export interface TextForms {
  /** Offset of local time; without it, local time is UTC. */
  readonly zoneOffset?: ZoneOffset;
}

/** A text that is no value of its type; the message names what was to be set, and says why. */
export class TextValueError extends Error {
  override readonly name = "TextValueError";
  /** Why, without the name. */
  readonly reason: string;

  constructor(what: string, reason: string, near = "", options?: ErrorOptions) {
    const place = near === "" ? "" : `, near "${near}"`;
    super(`cannot decode value for "${what}"${place} (${reason})`, options);
    this.reason = reason;
  }
}

/** Types whose text stands without quotes, and is the content of the JSON string that stands for them elsewhere. */
const UNQUOTED: ReadonlySet<Kind> = new Set<Kind>([
  "character",
  "rune",
  "block",
  "string",
  "unicode",
  "enumeration",
  "clock",
  "span",
  "world",
  "delta",
  "uuid",
  "type",
]);

/**
 * The value of a text.
 *
 * @param what What is to be set, for the error.
 * @param text The text, or undefined where a name stands without a value: true for a boolean, else null.
 * @throws {TextValueError} When the text is no value of the type.
 */
export function valueFromText(
  what: string,
  text: string | undefined,
  type: Portable<unknown>,
  forms: TextForms = {},
): unknown {
  if (text === undefined) return type.kind === "boolean" ? true : null;
  if (!text.isWellFormed()) throw new TextValueError(what, "text is not Unicode");
  if (type.kind === "unicode") return text;
  if (type instanceof EnumerationType && !type.names.has(text)) {
    throw new TextValueError(what, `undefined enum "${lastPart(type.signature)}.${text}"`);
  }
  try {
    return decodeText(text, type, forms);
  } catch (error) {
    if (error instanceof CodecError) throw new TextValueError(what, error.reason, error.path, { cause: error });
    if (error instanceof Refusal) throw new TextValueError(what, error.reason);
    throw error;
  }
}

function decodeText(text: string, type: Portable<unknown>, forms: TextForms): unknown {
  if (UNQUOTED.has(type.kind)) return decodeWord(text, type, forms);
  const word = readWord(text);
  // What can hold pointers comes with a table of them; where there are none, the bare value will do.
  return holdsPointers(type) && isShipment(word) ? decode(text, type, forms) : decodeWord(word, type, forms);
}

function lastPart(signature: string): string {
  return signature.slice(signature.lastIndexOf(".") + 1);
}

function isShipment(word: Word): boolean {
  if (!(word instanceof Map) || !word.has("value")) return false;
  return [...word.keys()].every((name) => name === "value" || name === "pointer");
}

/** True for types that can hold pointers: their text is the complete encoding. */
function holdsPointers(type: Portable<unknown>, seen: Set<unknown> = new Set()): boolean {
  if (seen.has(type)) return false;
  seen.add(type);
  if (type.kind === "pointer" || type.kind === "any") return true;
  if (type instanceof ListType || type instanceof SetType || type instanceof ArrayType) {
    return holdsPointers(type.element, seen);
  }
  if (type instanceof MapType) return holdsPointers(type.key, seen) || holdsPointers(type.value, seen);
  return type instanceof UserDefined && type.messageClass.members.some((member) => holdsPointers(member.type, seen));
}

/**
 * The text of a value, in the form that {@link valueFromText} reads. Null is for the caller to leave out.
 *
 * @throws {CodecError} When the value is none of the type.
 */
export function textFromValue(value: unknown, type: Portable<unknown>, forms: TextForms = {}): string {
  if (holdsPointers(type)) return encode(value, type, forms);
  const word = encodeWord(value, type, forms);
  return UNQUOTED.has(type.kind) && typeof word === "string" ? word : writeWord(word, ONE_LINE);
}
