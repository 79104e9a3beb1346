// This module performs no I/O.

/** Values as the texts that processes print, read and store: with their types or bare, on one line or indented. */

import { CodecError, Refusal } from "../codec/codec_error.ts";
import { decode, encode } from "../codec/codec.ts";
import { readWord } from "../codec/json_reader.ts";
import { COMPACT, INDENTED, INDENTED_SORTED, ONE_LINE, type WordLayout, writeWord } from "../codec/json_writer.ts";
import { DECODE_LIMITS, type DecodeLimits } from "../codec/limits.ts";
import { Incognito } from "../messages/incognito.ts";
import { Cast } from "../types/cast.ts";
import { Any, type Portable } from "../types/portable.ts";
import type { Word } from "../types/word.ts";
import type { TextForms } from "./text_value.ts";

/** A text that is not the encoding of a value; the message says why. */
export class TypedTextError extends Error {
  override readonly name = "TypedTextError";
}

/** Bounds on what processes print: as large as their output may be. */
const OUTPUT_LIMITS: DecodeLimits = {
  ...DECODE_LIMITS,
  textLength: 256 * 1024 * 1024,
  stringLength: 256 * 1024 * 1024,
  nodes: 64 * 1024 * 1024,
};

/** How a value is printed. */
export interface OutputForm {
  /** With its type, for another process. */
  readonly typed: boolean;
  /** On one line. */
  readonly oneLine: boolean;
}

/**
 * The text of a value as a process prints it, without a line end.
 *
 * @throws {TypedTextError} When the value can't be encoded.
 */
export function outputText(value: unknown, form: OutputForm, forms: TextForms = {}): string {
  return rewording(() => {
    const text = encode(value, Any, forms);
    if (form.typed && form.oneLine) return text;
    const word = readWord(text, OUTPUT_LIMITS);
    return writeWord(form.typed ? word : bareWord(word), layoutOf(form));
  });
}

function layoutOf({ typed, oneLine }: OutputForm): WordLayout {
  if (typed) return oneLine ? COMPACT : INDENTED_SORTED;
  return oneLine ? ONE_LINE : INDENTED;
}

/** The value within `{"value": [type, value, pointers]}`. */
function bareWord(word: Word): Word {
  const typed = (word as ReadonlyMap<string, Word>).get("value") ?? null;
  return Array.isArray(typed) ? typed[1] as Word : null;
}

/**
 * The value of a typed text, `{"value":[type,value,[]]}`. What is of an unknown type stays undecoded.
 *
 * @throws {TypedTextError}
 */
export function outputValue(text: string, forms: TextForms = {}): unknown {
  return rewording(() => decode(text, Any, { ...forms, limits: OUTPUT_LIMITS }));
}

/**
 * The text of a file that holds a value of a type.
 *
 * @throws {TypedTextError} When the value can't be encoded.
 */
export function recordingText(value: unknown, type: Portable<unknown>, forms: TextForms = {}): string {
  return rewording(() => writeWord(readWord(encode(value, type, forms), OUTPUT_LIMITS), INDENTED_SORTED));
}

/**
 * The value in the text of a file.
 *
 * @throws {TypedTextError}
 */
export function recordedValue(text: string, type: Portable<unknown>, forms: TextForms = {}): unknown {
  return rewording(() => decode(text, type, forms));
}

function rewording<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof CodecError) throw new TypedTextError(error.message, { cause: error });
    if (error instanceof Refusal) throw new TypedTextError(error.reason);
    throw error;
  }
}

/** The name of a value's type, as people know it: the class, or the signature of what is no message. */
export function typeNameOf(value: unknown): string {
  if (value instanceof Cast) return value.type.signature;
  if (value instanceof Incognito) return value.typeName ?? "Incognito";
  if (value === null || value === undefined) return "<none>";
  return typeof value === "object" ? value.constructor.name : typeof value;
}
